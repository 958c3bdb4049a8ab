"""The forecast of term marks in one journal, with what moves each (2.8); no black box.

The figures add up: marks that stand, the level of works to come, the pupil's own standing by all
works and by kind, earlier terms. Each factor says by how many hundredths it moves the forecast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.enums import TermKind, WorkKind
from eschool_core.forecast.final_mark import Record, predict
from eschool_core.forecast.history import History, Scale
from eschool_core.forecast.parameters import shipped
from eschool_core.forecast.quantiles import normal
from eschool_core.forecast.reading import JournalFacts, Line, read
from eschool_core.forecast.term import HIGHEST, Coming, Needed, TermOutlook, needed, outlook
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.store.store import Store

ENOUGH_MARKS = 3
"""Fewer marks and no earlier term tell too little."""
PACE_PRIOR_LESSONS = 5
"""A pupil's pace and attendance lean on the class's as on so many lessons."""
LEAST_OF_TERM = 3
"""A term is taken to bring at least so many marks while lessons are left."""
TOLD_HUNDREDTHS = 3
"""A kind of work that moves the forecast less is not worth a sentence."""
PASS, GOOD = 3, 4
ROUNDING = 1 / 12
"""Square of the spread of what rounding to a whole term mark takes away."""


@dataclass(frozen=True, slots=True)
class Factor(Answer):
    """One thing that the forecast rests on.

    Attributes:
        name: ``marks``, ``level``, ``own``, ``kind``, ``earlier``, ``attendance``; the text is
            ``forecast.factor.<name>``.
        effect: Hundredths of a mark by which it moves the forecast; None where it is its ground.
        value: Hundredths: mean, level or earlier mark; for ``attendance`` percent missed.
        count: Marks or lessons it rests on.
    """

    name: str
    effect: int | None
    value: int
    count: int
    work_kind: WorkKind | None = None


@dataclass(frozen=True, slots=True)
class PupilForecast(Answer):
    """A pupil's term mark to come.

    Attributes:
        outlook: None where too little is known to say anything.
        to_come: Marks that are still to be expected.
    """

    pupil_id: int
    name: str
    marks: int
    mean_hundredths: int | None
    outlook: TermOutlook | None
    to_come: int
    factors: tuple[Factor, ...]
    needed: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class ClassOutlook(Answer):
    """Shares of a class in percent with their interval; of those whose mark can be forecast."""

    pupils: int
    passing: int
    passing_low: int
    passing_high: int
    good: int
    good_low: int
    good_high: int


@dataclass(frozen=True, slots=True)
class JournalForecast(Answer):
    """The forecast of a journal's term as of a day.

    Attributes:
        partial: True where this replica may lack lines, so that the class's level is not sure.
    """

    journal_id: int
    term_kind: TermKind
    term: int
    as_of: date
    last_day: date
    lessons_left: int
    interval_percent: int
    partial: bool
    pupils: tuple[PupilForecast, ...]
    school_class: ClassOutlook | None


def journal_forecast(
    store: Store, journal_id: int, as_of: int, person_id: int = 0, pupil_id: int = 0
) -> JournalForecast:
    """Return the forecast of every pupil of a journal, or of one, by what stood on a day.

    Raises:
        InputError: ``lookup.journal_not_here``, ``forecast.no_term``, ``forecast.no_marks``.
    """
    facts = read(store, journal_id, as_of, person_id)
    pupils = _Forecaster(facts).pupils(pupil_id)
    return JournalForecast(
        journal_id=journal_id,
        term_kind=TermKind(facts.term.kind),
        term=facts.term.ordinal,
        as_of=calendar.date_of(as_of),
        last_day=calendar.date_of(facts.term.last_day),
        lessons_left=facts.lessons_left,
        interval_percent=facts.percent,
        partial=facts.partial,
        pupils=tuple(sorted(pupils, key=lambda one: sort_key(one.name))),
        school_class=None if pupil_id else class_outlook(pupils, facts.percent),
    )


def class_outlook(pupils: list[PupilForecast], percent: int) -> ClassOutlook | None:
    """Return the shares that pass and that get 4 or 5, by the chances of each pupil."""
    known = [one.outlook for one in pupils if one.outlook is not None]
    if not known:
        return None
    passing = _share(known, PASS, percent)
    good = _share(known, GOOD, percent)
    return ClassOutlook(len(known), *passing, *good)


def _share(known: list[TermOutlook], least: int, percent: int) -> tuple[int, int, int]:
    chances = [
        sum(chance for mark, chance in one.chances.items() if mark >= least) / 100 for one in known
    ]
    share = sum(chances) / len(chances)
    reach = normal(0.5 + percent / 200) * math.sqrt(sum(c * (1 - c) for c in chances)) / len(known)
    low, high = max(0.0, share - reach), min(1.0, share + reach)
    return round(100 * share), round(100 * low), round(100 * high)


class _Forecaster:
    """One journal at work: the history of its marks, the pace of its term.

    Attributes:
        middle: Mean of the marks that earlier terms let expect.
        earlier: How far each pupil of earlier terms stands above or below that.
    """

    def __init__(self, facts: JournalFacts) -> None:
        self.facts = facts
        self.parameters = shipped()
        self.scale = Scale(float(facts.rules.lowest), float(HIGHEST))
        self.history = History(self.parameters.mark, self.scale, facts.percent)
        self.history.take_all(facts.events)
        self.shares = self.history.kind_shares()
        by_terms = {line.line_id: self._by_terms(line) for line in facts.lines if line.earlier}
        self.middle = sum(by_terms.values()) / len(by_terms) if by_terms else self._middle()
        self.earlier = {line_id: mark - self.middle for line_id, mark in by_terms.items()}
        listed = sum(line.lessons for line in facts.lines)
        self.missed_share = sum(line.missed for line in facts.lines) / max(listed, 1)
        attended = listed - sum(line.missed for line in facts.lines)
        self.pace = sum(line.standing.marks for line in facts.lines) / max(attended, 1)

    def pupils(self, pupil_id: int) -> list[PupilForecast]:
        """Return the forecast of all, or of one."""
        return [self._pupil(line) for line in self.facts.lines if pupil_id in (0, line.pupil_id)]

    def _pupil(self, line: Line) -> PupilForecast:
        to_come = self._to_come(line)
        told = None
        factors: tuple[Factor, ...] = ()
        if (line.standing.weight and line.standing.marks >= ENOUGH_MARKS) or line.earlier:
            coming = self._coming(line, to_come)
            if line.standing.weight or to_come:
                told = outlook(line.standing, coming, self.facts.rules, self.facts.percent)
                factors = self._factors(line, told.share_to_come)
        count = math.floor(to_come + 0.5) or min(self.facts.lessons_left, 1)
        return PupilForecast(
            pupil_id=line.pupil_id,
            name=line.name,
            marks=line.standing.marks,
            mean_hundredths=line.standing.mean_hundredths,
            outlook=told,
            to_come=count,
            factors=factors,
            needed=self._needed(line, count),
        )

    def _needed(self, line: Line, count: int) -> tuple[Needed, ...]:
        """Return what it takes for each mark above the lowest, while there are lessons."""
        rules, weight = self.facts.rules, self.facts.mean_weight
        if not count or not self.facts.events:
            return ()
        return tuple(
            needed(line.standing, target, count, weight, rules)
            for target in range(rules.lowest + 1, HIGHEST + 1)
        )

    def _to_come(self, line: Line) -> float:
        """Return how many marks are to be expected: by the pace of the class and of the pupil."""
        if not self.facts.lessons_left:
            return 0.0
        attended = line.lessons - line.missed
        pace = (line.standing.marks + PACE_PRIOR_LESSONS * self.pace) / (
            attended + PACE_PRIOR_LESSONS
        )
        missed = (line.missed + PACE_PRIOR_LESSONS * self.missed_share) / (
            line.lessons + PACE_PRIOR_LESSONS
        )
        expected = pace * self.facts.lessons_left * (1 - missed)
        return max(expected, float(LEAST_OF_TERM - line.standing.marks), 0.0)

    def _coming(self, line: Line, count: float) -> Coming:
        noise = self.history.noise()
        known = line.standing.marks + 1 + self._earlier_marks(line)
        return Coming(
            count=count,
            weight=float(self.facts.mean_weight),
            value=self._expected(line),
            noise=noise,
            own_error=noise / math.sqrt(known),
            level_error=self.parameters.mark.work_spread * self.history.unit(),
        )

    def _expected(self, line: Line) -> float:
        """Return the mean mark expected of the works to come, mixed as those so far."""
        if not self.shares:
            return self.scale.hold(self._level() + self.earlier.get(line.line_id, 0.0))
        return sum(
            share
            * self.history.expected(
                self.history.level(kind),
                self.history.standing(
                    line.line_id,
                    kind,
                    self.earlier.get(line.line_id, 0.0),
                    self._earlier_marks(line),
                ),
            )
            for kind, share in self.shares.items()
        )

    def _level(self) -> float:
        """Return the level of works to come, mixed as those so far."""
        if not self.shares:
            return self.middle
        return sum(share * self.history.level(kind) for kind, share in self.shares.items())

    def _earlier_marks(self, line: Line) -> float:
        """Return as how many marks earlier terms count: by how much they are steadier than one."""
        if not line.earlier:
            return 0.0
        term = (self.parameters.term_spread * self.scale.width) ** 2 + ROUNDING
        return self.history.noise() ** 2 / term

    def _middle(self) -> float:
        return (self.scale.low + self.scale.high) / 2

    def _by_terms(self, line: Line) -> float:
        """Return the mark that earlier terms of the year let expect."""
        parts = [(mark - self.scale.low) / self.scale.width for mark in line.earlier[-2:]]
        record = Record(max(parts[0], 0.0), max(parts[-1], 0.0), float(line.missed), 0.0)
        [guess] = predict(self.parameters.final, [record])
        return self.scale.low + self.scale.width * guess.if_staying

    # What moves it.

    def _factors(self, line: Line, share: float) -> tuple[Factor, ...]:
        """Return what the forecast rests on, and by how much each moves it."""
        found = []
        mean = line.standing.mean_hundredths
        if mean is not None:
            found.append(Factor("marks", None, mean, line.standing.marks))
        if share and self.shares:
            level = _hundredths(self._level())
            found.append(Factor("level", None, level, len(self.facts.events)))
            found += self._own_factors(line, share)
        if line.earlier:
            found.append(self._earlier_factor(line, share))
        if line.missed:
            percent = round(100 * line.missed / line.lessons)
            found.append(Factor("attendance", None, percent, line.missed))
        return tuple(found)

    def _own_factors(self, line: Line, share: float) -> list[Factor]:
        weights = self.parameters.mark
        alone = self.history.standing(line.line_id, 0)
        own = share * weights.own_weight * alone.everywhere
        found = [Factor("own", _hundredths(own), _hundredths(alone.everywhere), alone.marks)]
        for kind, part in self.shares.items():
            in_kind = self.history.standing(line.line_id, kind).in_kind
            effect = _hundredths(share * part * weights.kind_weight * in_kind)
            if abs(effect) >= TOLD_HUNDREDTHS:
                marks = sum(
                    event.kind == kind and event.pupil == line.line_id
                    for event in self.facts.events
                )
                found.append(Factor("kind", effect, _hundredths(in_kind), marks, WorkKind(kind)))
        return found

    def _earlier_factor(self, line: Line, share: float) -> Factor:
        mark = 100 * line.earlier[-1]
        if not self.shares:
            return Factor("earlier", None, mark, len(line.earlier))
        prior, marks = self.earlier[line.line_id], self._earlier_marks(line)
        kind = next(iter(self.shares))
        moved = self.history.standing(line.line_id, kind, prior, marks).everywhere
        alone = self.history.standing(line.line_id, kind).everywhere
        effect = share * self.parameters.mark.own_weight * (moved - alone)
        return Factor("earlier", _hundredths(effect), mark, len(line.earlier))


def _hundredths(value: float) -> int:
    return math.floor(100 * value + 0.5)
