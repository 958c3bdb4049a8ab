"""The term mark to come: the marks that stand already, and those still to be expected.

The mean of the term is the weighted mean of both. What stands is certain; what is to come is
uncertain by the noise of single marks, by how well the pupil's standing is known, and by the
levels of works to come. The fewer marks are to come, the narrower the interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from eschool_core.forecast import quantiles
from eschool_core.queries.answer import Answer
from eschool_core.regulation.results import LEAST_OF_TWO, MATHEMATICAL

THREE, HIGHEST = 3, 5
FULL_WEIGHT = 100
MOST_FIVES = 15
"""More marks than that are no advice."""

Reach = Literal["sure", "reachable", "more", "out_of_reach"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the school's assessment act says.

    Attributes:
        lowest: The lowest mark of the scale.
        least_means: Least means of «3», «4» and «5», hundredths.
    """

    lowest: int
    least_means: tuple[int, ...] = MATHEMATICAL

    def threshold(self, mark: int) -> int:
        """Return the least mean, in hundredths, that makes ``mark``."""
        return LEAST_OF_TWO if mark < THREE else self.least_means[mark - THREE]

    def rounded(self, mean_hundredths: int) -> int:
        """Return the mark that a mean makes, within the scale.

        >>> Rules(2).rounded(349), Rules(2).rounded(350), Rules(2, (260, 360, 460)).rounded(355)
        (3, 4, 3)
        """
        for mark in range(HIGHEST, self.lowest, -1):
            if mean_hundredths >= self.threshold(mark):
                return mark
        return self.lowest


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the term so far.

    Attributes:
        points: Sum of mark times weight in hundredths.
        weight: Sum of the weights in hundredths.
        marks: How many they are.
    """

    points: int = 0
    weight: int = 0
    marks: int = 0

    @property
    def mean_hundredths(self) -> int | None:
        """The weighted mean, halves rounded up; None without weight."""
        if not self.weight:
            return None
        return (200 * self.points + self.weight) // (2 * self.weight)


@dataclass(frozen=True, slots=True)
class Coming:
    """The marks to come in the term.

    Attributes:
        count: How many are expected; a mean, so not whole.
        weight: Mean weight of one, hundredths.
        value: What each is expected to be.
        noise: Spread of a mark around what is expected of the pupil in a known work.
        own_error: How well the pupil's standing is known.
        level_error: Spread of the levels of the works.
    """

    count: float
    weight: float
    value: float
    noise: float
    own_error: float
    level_error: float


@dataclass(frozen=True, slots=True)
class TermOutlook(Answer):
    """What the term mark may be; means in hundredths, chances in percent by mark."""

    mean: int
    low: int
    high: int
    mark: int
    low_mark: int
    high_mark: int
    chances: dict[int, int]
    share_to_come: float


@dataclass(frozen=True, slots=True)
class Needed(Answer):
    """What it takes to reach a mark.

    Attributes:
        state: ``sure``: any marks will do; ``reachable``: with ``marks``; ``more``: only with
            more marks than are to be expected, ``fives`` of the highest; ``out_of_reach``.
        marks: The lowest that are enough, as even as can be.
    """

    target: int
    state: Reach
    marks: tuple[int, ...] = ()
    fives: int = 0


def outlook(standing: Standing, coming: Coming, rules: Rules, percent: int) -> TermOutlook:
    """Return what the mean and the mark of the term may be.

    Raises:
        ValueError: Nothing stands and nothing is to come.
    """
    to_come = coming.count * coming.weight
    whole = standing.weight + to_come
    if whole <= 0:
        raise ValueError("neither marks nor lessons")
    share = to_come / whole
    mean = (standing.points + to_come * coming.value) / whole
    deviation = share * _error(coming)
    reach = quantiles.normal(0.5 + percent / 200) * deviation
    low, high = (min(max(mean + side * reach, rules.lowest), HIGHEST) for side in (-1, 1))
    hundredths = [math.floor(100 * value + 0.5) for value in (mean, low, high)]
    chances = _chances(100 * mean, 100 * deviation, rules)
    return TermOutlook(
        mean=hundredths[0],
        low=hundredths[1],
        high=hundredths[2],
        mark=rules.rounded(hundredths[0]),
        low_mark=rules.rounded(hundredths[1]),
        high_mark=rules.rounded(hundredths[2]),
        chances=chances,
        share_to_come=round(share, 3),
    )


def needed(standing: Standing, target: int, count: int, weight: int, rules: Rules) -> Needed:
    """Return which ``count`` marks of ``weight`` (hundredths) are enough for a term mark.

    >>> needed(Standing(1600, 500, 5), 4, 3, 100, Rules(2)).marks
    (4, 4, 4)
    """
    least = _least_sum(standing, target, count, weight, rules)
    if least <= count * rules.lowest:
        return Needed(target, "sure")
    if least <= count * HIGHEST:
        even, higher = divmod(least, count)
        return Needed(target, "reachable", (even + 1,) * higher + (even,) * (count - higher))
    for fives in range(count + 1, MOST_FIVES + 1):
        if _least_sum(standing, target, fives, weight, rules) <= fives * HIGHEST:
            return Needed(target, "more", fives=fives)
    return Needed(target, "out_of_reach")


def _least_sum(standing: Standing, target: int, count: int, weight: int, rules: Rules) -> int:
    """Return the least sum of ``count`` marks with which the mean reaches the threshold."""
    short = rules.threshold(target) * (standing.weight + count * weight) - 100 * standing.points
    return -(-short // (100 * weight))


def _error(coming: Coming) -> float:
    """Return the spread of the mean of the marks to come."""
    alone = (coming.noise**2 + coming.level_error**2) / max(coming.count, 1.0)
    return math.sqrt(alone + coming.own_error**2)


def _chances(mean: float, deviation: float, rules: Rules) -> dict[int, int]:
    """Return the chance of each mark in percent; they add up to 100."""
    marks = range(rules.lowest, HIGHEST + 1)
    if deviation < 1:
        sure = rules.rounded(math.floor(mean + 0.5))
        return {mark: 100 * (mark == sure) for mark in marks}
    # A mean is written in whole hundredths, halves up.
    below = [
        quantiles.below((rules.threshold(mark) - 0.5 - mean) / deviation) for mark in marks[1:]
    ]
    edges = [0, *(math.floor(100 * share + 0.5) for share in below), 100]
    return {mark: edges[place + 1] - edges[place] for place, mark in enumerate(marks)}
