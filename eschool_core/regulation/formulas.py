"""The formulas of school reports (specification §5.10), on counts; exact, halves rounded up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from typing import Final, Literal

FIVE, FOUR, THREE, TWO, ONE = 5, 4, 3, 2, 1
DEGREE_WEIGHTS: Final = {FIVE: 100, FOUR: 64, THREE: 36, TWO: 16, ONE: 7}
NOT_ATTESTED_WEIGHT: Final = 7

Denominator = Literal["all", "attested"]


def ratio(part: int, whole: int, places: int) -> Decimal | None:
    """Return ``part / whole`` with so many decimal places, halves up; None of nothing.

    >>> ratio(2, 3, 1)
    Decimal('0.7')
    """
    if whole == 0:
        return None
    exact = Decimal(part) / Decimal(whole)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def percent(part: int, whole: int, places: int = 1) -> Decimal | None:
    """Return how many percent ``part`` is of ``whole``, halves up; None of nothing.

    >>> percent(23, 25)
    Decimal('92.0')
    """
    return ratio(100 * part, whole, places)


@dataclass(frozen=True, slots=True)
class MarkCounts:
    """How many pupils have which term mark in a subject.

    Those who left before the moment are counted nowhere; who is released or has no mark yet
    (``unset``) stands outside ``n``.
    """

    fives: int = 0
    fours: int = 0
    threes: int = 0
    twos: int = 0
    ones: int = 0
    not_attested: int = 0
    exempt: int = 0
    unset: int = 0

    @property
    def attested(self) -> int:
        """How many have a mark."""
        return self.fives + self.fours + self.threes + self.twos + self.ones

    def n(self, denominator: Denominator = "all") -> int:
        """Return whom the rates are counted of: all, or those attested (policy)."""
        return self.attested + (self.not_attested if denominator == "all" else 0)

    def plus(self, other: MarkCounts) -> MarkCounts:
        """Return both together."""
        return MarkCounts(
            self.fives + other.fives,
            self.fours + other.fours,
            self.threes + other.threes,
            self.twos + other.twos,
            self.ones + other.ones,
            self.not_attested + other.not_attested,
            self.exempt + other.exempt,
            self.unset + other.unset,
        )

    def pass_rate(self, denominator: Denominator = "all") -> Decimal | None:
        """Return успеваемость: the share of marks from 3 up, percent."""
        return percent(self.fives + self.fours + self.threes, self.n(denominator))

    def quality_rate(self, denominator: Denominator = "all") -> Decimal | None:
        """Return качество: the share of fours and fives, percent."""
        return percent(self.fives + self.fours, self.n(denominator))

    def learning_degree(self, denominator: Denominator = "all") -> Decimal | None:
        """Return СОУ, percent with two places."""
        total = (
            DEGREE_WEIGHTS[FIVE] * self.fives
            + DEGREE_WEIGHTS[FOUR] * self.fours
            + DEGREE_WEIGHTS[THREE] * self.threes
            + DEGREE_WEIGHTS[TWO] * self.twos
            + DEGREE_WEIGHTS[ONE] * self.ones
            + (NOT_ATTESTED_WEIGHT * self.not_attested if denominator == "all" else 0)
        )
        return ratio(total, self.n(denominator), 2)

    def mean(self) -> Decimal | None:
        """Return the mean mark of those attested, two places."""
        total = 5 * self.fives + 4 * self.fours + 3 * self.threes + 2 * self.twos + self.ones
        return ratio(total, self.attested, 2)


class Standing(IntEnum):
    """The one category a pupil is in; the first that fits, in this order.

    While a mark is not set, only «н/а» in another subject is certain: no mark can change that.
    """

    NOT_ATTESTED = 1
    UNSET = 2
    FAILING = 3
    HAS_THREES = 4
    FOURS_AND_FIVES = 5
    ALL_FIVES = 6


@dataclass(frozen=True, slots=True)
class Results:
    """A pupil's term marks, counted; passes and releases are not among them."""

    fives: int = 0
    fours: int = 0
    threes: int = 0
    failing: int = 0
    """Twos and ones, and «незач»."""
    not_attested: int = 0
    unset: int = 0
    """Marks that are due and nobody has set yet."""

    def standing(self) -> Standing | None:
        """Return the pupil's category; None for one without any mark to go by."""
        if self.not_attested:
            return Standing.NOT_ATTESTED
        if self.unset:
            return Standing.UNSET
        if self.failing:
            return Standing.FAILING
        if self.threes:
            return Standing.HAS_THREES
        if self.fours:
            return Standing.FOURS_AND_FIVES
        return Standing.ALL_FIVES if self.fives else None

    @property
    def one_three(self) -> bool:
        """Whether a single three stands between the pupil and fours: «с одной "3"»."""
        return self.standing() is Standing.HAS_THREES and self.threes == 1

    @property
    def one_four(self) -> bool:
        """Whether a single four stands between the pupil and all fives: «с одной "4"»."""
        return self.standing() is Standing.FOURS_AND_FIVES and self.fours == 1


@dataclass(frozen=True, slots=True)
class StandingCounts:
    """How many pupils of a class or school are in which category; the categories are exclusive.

    Whose marks are not all set (``unset``) stands outside ``n``.
    """

    all_fives: int = 0
    fours_and_fives: int = 0
    one_four: int = 0
    has_threes: int = 0
    one_three: int = 0
    failing: int = 0
    not_attested: int = 0
    unset: int = 0

    @property
    def attested(self) -> int:
        """Those in one of the four categories with marks in every subject."""
        return self.all_fives + self.fours_and_fives + self.has_threes + self.failing

    def n(self, denominator: Denominator = "all") -> int:
        """Return whom the rates are counted of (policy ``report_denominator``)."""
        return self.attested + (self.not_attested if denominator == "all" else 0)

    def pass_rate(self, denominator: Denominator = "all") -> Decimal | None:
        """Return успеваемость, percent: who fails in nothing."""
        passing = self.all_fives + self.fours_and_fives + self.has_threes
        return percent(passing, self.n(denominator))

    def quality_rate(self, denominator: Denominator = "all") -> Decimal | None:
        """Return качество, percent: who has only fours and fives."""
        return percent(self.all_fives + self.fours_and_fives, self.n(denominator))

    def plus(self, other: StandingCounts) -> StandingCounts:
        """Return both together."""
        return StandingCounts(
            self.all_fives + other.all_fives,
            self.fours_and_fives + other.fours_and_fives,
            self.one_four + other.one_four,
            self.has_threes + other.has_threes,
            self.one_three + other.one_three,
            self.failing + other.failing,
            self.not_attested + other.not_attested,
            self.unset + other.unset,
        )

    def with_pupil(self, results: Results) -> StandingCounts:
        """Return the counts with one more pupil; one without marks changes nothing."""
        standing = results.standing()
        return self.plus(
            StandingCounts(
                all_fives=int(standing is Standing.ALL_FIVES),
                fours_and_fives=int(standing is Standing.FOURS_AND_FIVES),
                one_four=int(results.one_four),
                has_threes=int(standing is Standing.HAS_THREES),
                one_three=int(results.one_three),
                failing=int(standing is Standing.FAILING),
                not_attested=int(standing is Standing.NOT_ATTESTED),
                unset=int(standing is Standing.UNSET),
            )
        )
