"""The last mark of a course from the marks of its earlier terms, absences and failed courses.

Two questions, each with an open answer: does the pupil stay to the end (a course that is left has
the lowest mark), and if so, at which mark. Staying depends on whether attendance is recorded at
all and on how low the marks are; the mark of those who stay is a weighted sum. All marks are
parts of the scale, so that the parameters serve any scale.

The value is the mean over both answers. The level is another rule on purpose: the level of the
last known mark, unless leaving is likelier than not; a mean lies between two levels too often to
name one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.floating[Any]]]

RIDGE = 1.0
STEPS = 30
STEEPEST = 30.0
HIGH_ABSENCES = 30.0
"""More absences tell no more."""
LOW_MARK = 0.5
HIGH_MARK = 0.7
RESIDUALS = 101
TAILS = 100


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a pupil before the last term; marks are parts of the scale."""

    first: float
    second: float
    absences: float
    failures: float


@dataclass(frozen=True, slots=True)
class FinalParameters:
    """What was learnt from other courses.

    Attributes:
        leaving: Weights of the signs of leaving, see ``_signs``.
        staying: Weights of the mark of those who stay, see ``_figures``.
        residuals: How far marks of those who stayed lay from that, in order, at equal shares.
        tail: Share left out at each end of the interval, so that it held the wanted part of the
            courses that were learnt from.
    """

    leaving: tuple[float, ...]
    staying: tuple[float, ...]
    residuals: tuple[float, ...]
    tail: float


@dataclass(frozen=True, slots=True)
class FinalGuess:
    """What is expected; all but ``leaving`` are parts of the scale."""

    leaving: float
    if_staying: float
    value: float
    low: float
    high: float


def fit(records: Sequence[Record], finals: Sequence[float], percent: int = 80) -> FinalParameters:
    """Return the parameters that courses which have ended speak for.

    Raises:
        ValueError: There is nothing to learn from.
    """
    import numpy as np

    ends = np.array(finals, dtype=float)
    stayed = ends > 0
    if not stayed.any():
        raise ValueError("nobody has a final mark")
    leaving = _logistic(_signs(records), np.where(stayed, 0.0, 1.0))
    figures = _figures(records)
    staying = _ridge(figures[stayed], ends[stayed])
    residuals = np.sort(ends[stayed] - figures[stayed] @ staying)
    at = np.round(np.linspace(0, len(residuals) - 1, RESIDUALS)).astype(int)
    first = FinalParameters(
        leaving=tuple(map(float, leaving)),
        staying=tuple(map(float, staying)),
        residuals=tuple(map(float, residuals[at])),
        tail=0.0,
    )
    return FinalParameters(
        first.leaving, first.staying, first.residuals, _tail(first, records, ends, percent)
    )


def predict(parameters: FinalParameters, records: Sequence[Record]) -> list[FinalGuess]:
    """Return what is expected of each pupil."""
    leaving, staying = _both(parameters, records)
    low, high = _interval(parameters, leaving, staying, parameters.tail)
    return [
        FinalGuess(float(gone), float(mark), float((1 - gone) * mark), float(least), float(most))
        for gone, mark, least, most in zip(leaving, staying, low, high, strict=True)
    ]


def _both(parameters: FinalParameters, records: Sequence[Record]) -> tuple[Array, Array]:
    import numpy as np

    pull = np.clip(_signs(records) @ np.array(parameters.leaving), -STEEPEST, STEEPEST)
    leaving = 1 / (1 + np.exp(-pull))
    staying = np.clip(_figures(records) @ np.array(parameters.staying), 0.0, 1.0)
    return leaving, staying


def _interval(
    parameters: FinalParameters, leaving: Array, staying: Array, tail: float
) -> tuple[Array, Array]:
    """Return the interval that leaves ``tail`` of what may come below it, and as much above.

    What may come is 0 with the probability of leaving, else the expected mark with each of the
    residuals alike.
    """
    import numpy as np

    residuals = np.array(parameters.residuals)
    stays = np.maximum(1 - leaving, 1e-9)

    def at(share: float) -> Array:
        of_stayed = np.clip((share - leaving) / stays, 0.0, 1.0)
        place = np.round(of_stayed * (len(residuals) - 1)).astype(int)
        reached = np.clip(staying + residuals[place], 0.0, 1.0)
        return np.where(share <= leaving, 0.0, reached)

    return at(tail), at(1 - tail)


def _tail(
    parameters: FinalParameters, records: Sequence[Record], finals: Array, percent: int
) -> float:
    """Return the largest tail whose interval still holds ``percent`` of the finals."""
    import numpy as np

    leaving, staying = _both(parameters, records)
    for hundredth in range(TAILS // 2 - 1, 0, -1):
        low, high = _interval(parameters, leaving, staying, hundredth / TAILS)
        if 100 * np.mean((finals >= low) & (finals <= high)) >= percent:
            return hundredth / TAILS
    return 1 / TAILS


def _signs(records: Sequence[Record]) -> Array:
    """Return the signs of leaving: nothing recorded of attendance, and low marks beside it."""
    import numpy as np

    return np.array(
        [
            (
                1.0,
                float(unseen),
                unseen * (HIGH_MARK - min(one.second, HIGH_MARK)) * 10,
                unseen * min(one.failures, 3.0),
            )
            for one in records
            for unseen in (one.absences == 0,)
        ]
    )


def _figures(records: Sequence[Record]) -> Array:
    """Return what the mark of those who stay is a weighted sum of."""
    import numpy as np

    return np.array(
        [
            (
                1.0,
                one.second - LOW_MARK,
                one.first - LOW_MARK,
                min(one.failures, 3.0) / 20,
                min(one.absences, HIGH_ABSENCES) / 200,
            )
            for one in records
        ]
    )


def _ridge(figures: Array, ends: Array) -> Array:
    import numpy as np

    pull = np.eye(figures.shape[1]) * RIDGE / 400
    pull[0, 0] = 0.0
    solved: Array = np.linalg.solve(figures.T @ figures + pull, figures.T @ ends)
    return solved


def _logistic(signs: Array, gone: Array) -> Array:
    """Return the weights by Newton's method, drawn towards 0 so that they stay finite."""
    import numpy as np

    weights: Array = np.zeros(signs.shape[1])
    pull = np.eye(signs.shape[1]) * RIDGE
    pull[0, 0] = 1e-6
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-np.clip(signs @ weights, -STEEPEST, STEEPEST)))
        steep = np.maximum(share * (1 - share), 1e-6)
        slope = signs.T @ (gone - share) - pull @ weights
        step: Array = np.linalg.solve(signs.T @ (signs * steep[:, None]) + pull, slope)
        weights = weights + step
    return weights
