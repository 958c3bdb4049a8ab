"""What the marks of one journal tell of the next: the level of each kind of work, each pupil's own.

The next mark is expected at the level of such works in this journal so far, moved by how far the
pupil has stood above or below that level: in all works, and in works of this kind. Nothing else
is in it. Only what stood in the journal on earlier days counts, never the day to be forecast.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from eschool_core.forecast import quantiles

KIND_PRIOR = 10
"""The level of a kind of work leans on the journal's own level as on so many marks."""
WORK_PRIOR = 5
"""The level of one work leans on that of its kind as on so many marks."""
OWN_PRIOR = 1
"""A pupil's standing leans on the class's as on so many marks."""
UNIT_PRIOR = 20
"""The spread of marks leans on a quarter of the scale as on so many marks."""
ENOUGH_RESIDUALS = 50
NOISE_PRIOR = 20
"""The trained noise counts as so many marks of the journal."""
ENOUGH_OF_WORK = 20
SPREAD_PRIOR = 2
"""The trained spread between works counts as so many works of the journal."""
WIDENING = 1.0
WIDENING_PRIOR = 30
"""How fast the interval of a kind of work follows the misses of a day: by marks of that day."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The lowest and the highest mark."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """Distance from the lowest to the highest mark."""
        return self.high - self.low

    def hold(self, value: float) -> float:
        """Return ``value``, or the end of the scale that it lies beyond."""
        return min(max(value, self.low), self.high)


@dataclass(frozen=True, slots=True)
class Event:
    """A mark: on which day, in which work of which kind."""

    day: int
    work: int
    pupil: int
    kind: int
    value: float


@dataclass(frozen=True, slots=True)
class MarkParameters:
    """What was learnt from other journals; spreads are parts of the spread of their marks.

    Attributes:
        own_weight: How much of the standing in all works the next mark keeps.
        kind_weight: How much of the standing in works of its kind, beside that.
        kind_spread: Standard deviation of the levels of kinds of work.
        work_spread: Standard deviation of the levels of works of one kind.
        noise: Standard deviation of a mark around what is expected of the pupil in that work.
        residuals: The same differences in order, at equal shares.
    """

    own_weight: float
    kind_weight: float
    kind_spread: float
    work_spread: float
    noise: float
    residuals: tuple[float, ...]


@dataclass(slots=True)
class Level:
    """A mean that leans on a prior while it rests on few marks."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Count a mark."""
        self.count += 1
        self.total += value
        self.squares += value * value

    def leaning(self, prior: float, weight: float) -> float:
        """Return the mean of the marks and of ``weight`` marks of value ``prior``."""
        return (self.total + weight * prior) / (self.count + weight)

    @property
    def deviation(self) -> float:
        """Standard deviation of the marks; 0 of none."""
        if not self.count:
            return 0.0
        mean = self.total / self.count
        return math.sqrt(max(0.0, self.squares / self.count - mean * mean))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of works of one kind: level, and how far a mark may lie below and above."""

    level: float
    down: float
    up: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a pupil stands above (+) or below the level, leaning on 0 while marks are few."""

    everywhere: float
    in_kind: float
    marks: int


@dataclass(frozen=True, slots=True)
class Guess:
    """A mark with what was expected of it before its day, and what simpler rules would say."""

    event: Event
    level: float
    standing: Standing
    expected: float
    low: float
    high: float
    last: float
    running_mean: float


class History:
    """The marks of one journal up to a day."""

    def __init__(self, parameters: MarkParameters, scale: Scale, percent: int = 80) -> None:
        self.parameters = parameters
        self.scale = scale
        self._tail = (100 - percent) / 200
        self._all = Level()
        self._kinds: dict[int, Level] = defaultdict(Level)
        self._works: dict[int, Level] = defaultdict(Level)
        self._kind_of: dict[int, int] = {}
        self._pupils: dict[int, list[Event]] = defaultdict(list)
        self._residuals: dict[int, list[float]] = defaultdict(list)
        self._all_residuals: list[float] = []
        self._squares = 0.0
        self._widening: dict[int, float] = defaultdict(float)

    def take_all(self, events: Iterable[Event]) -> list[Guess]:
        """Take marks in the order of their days, and return the guesses made on the way."""
        ordered = sorted(events, key=lambda event: (event.day, event.work, event.pupil))
        return [
            guess
            for _, of_day in groupby(ordered, key=lambda event: event.day)
            for guess in self.take(list(of_day))
        ]

    def take(self, events: Sequence[Event]) -> list[Guess]:
        """Guess the marks of one day, then learn from them; who has no mark yet gets no guess."""
        outlooks = {kind: self.outlook(kind) for kind in {event.kind for event in events}}
        guesses = [
            self._guess(event, outlooks[event.kind])
            for event in events
            if self._pupils.get(event.pupil)
        ]
        for event in events:
            self._count(event)
        self._learn(guesses)
        return guesses

    def level(self, kind: int) -> float:
        """Return the level of works of a kind in this journal so far."""
        middle = (self.scale.low + self.scale.high) / 2
        overall = self._all.total / self._all.count if self._all.count else middle
        known = self._kinds.get(kind)
        return overall if known is None else known.leaning(overall, KIND_PRIOR)

    def unit(self) -> float:
        """Return the spread of this journal's marks, which trained spreads are parts of."""
        prior, count = self.scale.width / 4, self._all.count
        squares = UNIT_PRIOR * prior**2 + count * self._all.deviation**2
        return math.sqrt(squares / (UNIT_PRIOR + count))

    def kind_shares(self) -> dict[int, float]:
        """Return which part of the marks each kind of work has, in the order of kinds."""
        return {kind: self._kinds[kind].count / self._all.count for kind in sorted(self._kinds)}

    def standing(
        self, pupil: int, kind: int, prior: float = 0.0, prior_marks: float = 0.0
    ) -> Standing:
        """Return how a pupil stands to the class.

        Args:
            pupil: Whose marks.
            kind: Kind of the work to come.
            prior: Standing in earlier terms.
            prior_marks: As many marks as that counts for.
        """
        events = self._pupils.get(pupil, [])
        differences = [event.value - self._level_of_work(event) for event in events]
        same = [gap for gap, event in zip(differences, events, strict=True) if event.kind == kind]
        return Standing(
            everywhere=(sum(differences) + prior * prior_marks)
            / (len(differences) + OWN_PRIOR + prior_marks),
            in_kind=sum(same) / (len(same) + OWN_PRIOR),
            marks=len(differences),
        )

    def outlook(self, kind: int) -> Outlook:
        """Return the level of a kind and how far a mark may lie from what is expected."""
        pool = self._residuals[kind]
        if len(pool) < ENOUGH_RESIDUALS:
            enough = len(self._all_residuals) >= ENOUGH_RESIDUALS
            pool = self._all_residuals if enough else self._trained()
        shift = self.level_error(kind, 1 - self._tail)
        wider = math.exp(self._widening[kind])
        return Outlook(
            level=self.level(kind),
            down=wider * math.hypot(quantiles.of_sorted(pool, self._tail), shift),
            up=wider * math.hypot(quantiles.of_sorted(pool, 1 - self._tail), shift),
        )

    def level_error(self, kind: int, share: float) -> float:
        """Return how far the level of the next work of a kind may lie from that of its kind.

        Of a kind that this journal has not seen only the spread of all its marks is known.
        """
        means = [
            work.total / work.count
            for number, work in self._works.items()
            if self._kind_of[number] == kind and work.count >= ENOUGH_OF_WORK
        ]
        if not means:
            trained = self.parameters.kind_spread * self.unit()
            return quantiles.student(share, 1) * max(trained, self._all.deviation)
        middle = sum(means) / len(means)
        trained = self.parameters.work_spread * self.unit()
        squares = SPREAD_PRIOR * trained**2 + sum((mean - middle) ** 2 for mean in means)
        spread = math.sqrt(squares / (SPREAD_PRIOR + len(means) - 1))
        return quantiles.student(share, len(means) + 1) * spread

    def noise(self) -> float:
        """Return the spread of a mark around what is expected of the pupil in a known work."""
        trained = (self.parameters.noise * self.unit()) ** 2
        count = len(self._all_residuals)
        return math.sqrt((NOISE_PRIOR * trained + self._squares) / (NOISE_PRIOR + count))

    def expected(self, level: float, standing: Standing) -> float:
        """Return the mark expected of a pupil in a work of that level, within the scale."""
        return self.scale.hold(level + self._of_pupil(standing))

    def _trained(self) -> list[float]:
        unit = self.unit()
        return [unit * value for value in self.parameters.residuals]

    def _of_pupil(self, standing: Standing) -> float:
        return (
            self.parameters.own_weight * standing.everywhere
            + self.parameters.kind_weight * standing.in_kind
        )

    def _guess(self, event: Event, outlook: Outlook) -> Guess:
        standing = self.standing(event.pupil, event.kind)
        expected = self.expected(outlook.level, standing)
        earlier = self._pupils[event.pupil]
        return Guess(
            event=event,
            level=outlook.level,
            standing=standing,
            expected=expected,
            low=self.scale.hold(expected - outlook.down),
            high=self.scale.hold(expected + outlook.up),
            last=earlier[-1].value,
            running_mean=sum(entry.value for entry in earlier) / len(earlier),
        )

    def _level_of_work(self, event: Event) -> float:
        return self._works[event.work].leaning(self.level(event.kind), WORK_PRIOR)

    def _count(self, event: Event) -> None:
        self._kind_of[event.work] = event.kind
        self._pupils[event.pupil].append(event)
        for level in (self._all, self._kinds[event.kind], self._works[event.work]):
            level.add(event.value)

    def _learn(self, guesses: Sequence[Guess]) -> None:
        """Keep how far marks lay from what was expected, and widen what missed too often."""
        hits: dict[int, list[bool]] = defaultdict(list)
        for guess in guesses:
            event = guess.event
            hits[event.kind].append(guess.low <= event.value <= guess.high)
            work = self._works[event.work]
            residual = event.value - self._of_pupil(guess.standing) - work.total / work.count
            insort(self._residuals[event.kind], residual)
            insort(self._all_residuals, residual)
            self._squares += residual * residual
        for kind, held in hits.items():
            weight = len(held) / (len(held) + WIDENING_PRIOR)
            missed = 1 - sum(held) / len(held)
            self._widening[kind] += WIDENING * weight * (missed - 2 * self._tail)
