"""Measures the forecast on marks that are already known, beside two simpler rules.

The simpler rules: ``naive`` says the last known mark again, ``running_mean`` the mean of all
known ones. Every figure comes from marks that the rule had not seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eschool_core.errors import InputError
from eschool_core.forecast import final_mark, history_fit
from eschool_core.forecast.files import (
    COURSE_SCALE,
    STUDENT_TOP,
    Students,
    read_courses,
    read_students,
)
from eschool_core.forecast.history import Event, Guess, History
from eschool_core.queries.answer import Answer

Format = Literal["student", "oulad"]
SHUFFLES = 10
FOLDS = 10
EVEN_CHANCE = 0.5
STUDENT_LEVELS = (10.0, 12.0, 14.0, 16.0)
"""Least marks of the five levels of the 20-point scale; the first is the pass mark."""
COURSE_LEVELS = (40.0, 55.0, 70.0, 85.0)
"""The same of the 100-point scale."""


@dataclass(frozen=True, slots=True)
class Measures(Answer):
    """How a rule did; shares are parts of one, errors are marks of the file's scale."""

    rmse: float
    mae: float
    level_accuracy: float
    pass_accuracy: float


@dataclass(frozen=True, slots=True)
class Backtest(Answer):
    """What was measured.

    Attributes:
        tested: Marks that were forecast.
        rmse_gain: Part by which the error is below that of the running mean.
        interval_percent: What the interval promises.
        interval_coverage: Part of the marks that lay in it.
        interval_width: Its mean width.
    """

    format: str
    method: str
    tested: int
    forecast: Measures
    naive: Measures
    running_mean: Measures
    rmse_gain: float
    interval_percent: int
    interval_coverage: float
    interval_width: float


@dataclass(frozen=True, slots=True)
class Said:
    """One mark, what was said of it, and what was known before."""

    actual: float
    value: float
    named: float
    """The mark whose level is named; see ``final_mark`` on why it may differ from the value."""
    low: float
    high: float
    last: float
    mean: float


def backtest(path: Path, kind: Format, train: Path | None = None, percent: int = 80) -> Backtest:
    """Return how the forecast does on a file.

    Without ``train`` yearly marks are cross-validated: the mean over 10 seeded shuffles into 10
    parts. Courses are each forecast with what the others teach; a single one with what one half
    of its pupils teaches for the other.

    Raises:
        InputError: The file is not of that format, or holds too little.
    """
    try:
        if kind == "student":
            return _students(
                read_students(path), None if train is None else read_students(train), percent
            )
        return _courses(read_courses(path), None if train is None else read_courses(train), percent)
    except ValueError as error:
        raise InputError("forecast.too_little", file=path.name) from error


def _students(students: Students, train: Students | None, percent: int) -> Backtest:
    if train is not None:
        said = _said(train, students, percent)
        return _measured("student", "trained", [said], STUDENT_LEVELS, percent)
    if len(students.records) < 2 * FOLDS:
        raise ValueError("fewer pupils than two for each part")
    shuffles = [_cross_validated(students, seed, percent) for seed in range(SHUFFLES)]
    return _measured("student", "cross_validated", shuffles, STUDENT_LEVELS, percent)


def _cross_validated(students: Students, seed: int, percent: int) -> list[Said]:
    import numpy as np

    order = [int(place) for place in np.random.default_rng(seed).permutation(len(students.records))]
    said: list[Said] = []
    for fold in range(FOLDS):
        tested = order[fold::FOLDS]
        learnt = sorted(set(order) - set(tested))
        said += _said(_only(students, learnt), _only(students, tested), percent)
    return said


def _only(students: Students, places: Sequence[int]) -> Students:
    return Students(
        tuple(students.records[place] for place in places),
        tuple(students.finals[place] for place in places),
    )


def _said(train: Students, test: Students, percent: int) -> list[Said]:
    parameters = final_mark.fit(train.records, train.finals, percent)
    guesses = final_mark.predict(parameters, test.records)
    return [
        Said(
            actual=STUDENT_TOP * final,
            value=STUDENT_TOP * guess.value,
            named=0.0 if guess.leaving > EVEN_CHANCE else STUDENT_TOP * record.second,
            low=STUDENT_TOP * guess.low,
            high=STUDENT_TOP * guess.high,
            last=STUDENT_TOP * record.second,
            mean=STUDENT_TOP * (record.first + record.second) / 2,
        )
        for guess, record, final in zip(guesses, test.records, test.finals, strict=True)
    ]


def _courses(
    courses: dict[str, list[Event]], train: dict[str, list[Event]] | None, percent: int
) -> Backtest:
    if train is not None:
        method, guesses = "trained", []
        parameters = history_fit.fit(list(train.values()), COURSE_SCALE)
        for events in courses.values():
            guesses += History(parameters, COURSE_SCALE, percent).take_all(events)
    elif len(courses) > 1:
        method, guesses = "other_courses", _by_other_courses(courses, percent)
    else:
        method, guesses = "other_pupils", _by_other_pupils(next(iter(courses.values())), percent)
    said = [
        Said(
            actual=guess.event.value,
            value=guess.expected,
            named=guess.expected,
            low=guess.low,
            high=guess.high,
            last=guess.last,
            mean=guess.running_mean,
        )
        for guess in guesses
    ]
    return _measured("oulad", method, [said], COURSE_LEVELS, percent)


def _by_other_courses(courses: dict[str, list[Event]], percent: int) -> list[Guess]:
    guesses: list[Guess] = []
    for tested, events in courses.items():
        others = [entry for name, entry in courses.items() if name != tested]
        parameters = history_fit.fit(others, COURSE_SCALE)
        guesses += History(parameters, COURSE_SCALE, percent).take_all(events)
    return guesses


def _by_other_pupils(events: Sequence[Event], percent: int) -> list[Guess]:
    guesses: list[Guess] = []
    for half in (0, 1):
        parameters = history_fit.fit([events], COURSE_SCALE, _in_half(1 - half))
        every = History(parameters, COURSE_SCALE, percent).take_all(events)
        guesses += [guess for guess in every if _in_half(half)(guess.event)]
    return guesses


def _in_half(half: int) -> Callable[[Event], bool]:
    return lambda event: event.pupil % 2 == half


def _measured(
    kind: Format,
    method: str,
    runs: Sequence[Sequence[Said]],
    levels: tuple[float, ...],
    percent: int,
) -> Backtest:
    """Return the means over the runs; each run holds every tested mark once."""
    if not all(runs):
        raise ValueError("nothing to forecast")
    forecast = _mean([_rule(run, levels, lambda one: (one.value, one.named)) for run in runs])
    naive = _mean([_rule(run, levels, lambda one: (one.last, one.last)) for run in runs])
    running = _mean([_rule(run, levels, lambda one: (one.mean, one.mean)) for run in runs])
    everything = [one for run in runs for one in run]
    held = sum(one.low - 1e-9 <= one.actual <= one.high + 1e-9 for one in everything)
    return Backtest(
        format=kind,
        method=method,
        tested=len(runs[0]),
        forecast=forecast,
        naive=naive,
        running_mean=running,
        rmse_gain=_rounded(1 - forecast.rmse / running.rmse) if running.rmse else 0.0,
        interval_percent=percent,
        interval_coverage=_rounded(held / len(everything)),
        interval_width=_rounded(sum(one.high - one.low for one in everything) / len(everything)),
    )


def _rule(
    run: Sequence[Said], levels: tuple[float, ...], rule: Callable[[Said], tuple[float, float]]
) -> Measures:
    said = [(one.actual, *rule(one)) for one in run]
    gaps = [value - actual for actual, value, _ in said]
    named = [(_level(actual, levels), _level(mark, levels)) for actual, _, mark in said]
    count = len(said)
    return Measures(
        rmse=math.sqrt(sum(gap * gap for gap in gaps) / count),
        mae=sum(abs(gap) for gap in gaps) / count,
        level_accuracy=sum(actual == mark for actual, mark in named) / count,
        pass_accuracy=sum((actual > 0) == (mark > 0) for actual, mark in named) / count,
    )


def _level(mark: float, levels: tuple[float, ...]) -> int:
    """Return the level of a mark as it would be written: whole, halves up."""
    return sum(math.floor(mark + 0.5) >= least for least in levels)


def _mean(runs: Sequence[Measures]) -> Measures:
    count = len(runs)
    return Measures(
        rmse=_rounded(sum(run.rmse for run in runs) / count),
        mae=_rounded(sum(run.mae for run in runs) / count),
        level_accuracy=_rounded(sum(run.level_accuracy for run in runs) / count),
        pass_accuracy=_rounded(sum(run.pass_accuracy for run in runs) / count),
    )


def _rounded(value: float) -> float:
    return round(value, 4)
