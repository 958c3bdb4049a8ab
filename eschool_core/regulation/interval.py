"""When an act can have happened, and how that stands to a deadline or a right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from eschool_core.domain.enums import Timeliness


@dataclass(frozen=True, slots=True)
class Interval:
    """What the evidence proves about the time of an act; seconds UTC.

    Attributes:
        lo: The act is not earlier: the last signed time the device knew.
        hi: The act is not later: receipt by the server.
        estimate: The device's own account where it is credible (same boot, clock that counts
            sleep, within ``lo`` and ``hi``); else None.
        claimed: Wall time the device showed; recorded, never trusted.
    """

    lo: int
    hi: int
    estimate: int | None
    claimed: int

    @property
    def made_at(self) -> int:
        """The best single time to show to people."""
        best = self.claimed if self.estimate is None else self.estimate
        return min(max(best, self.lo), self.hi)

    @classmethod
    def at(cls, moment: int) -> Interval:
        """Return the interval of an act that is known to the second."""
        return cls(moment, moment, moment, moment)


def judge(interval: Interval, deadline: int) -> Timeliness:
    """Return how an act stands to ``deadline``; exactly at the deadline is in time.

    >>> judge(Interval.at(100), 100)
    <Timeliness.PROVEN: 1>

    Source: specification §0.1, design §5.8.
    """
    if interval.hi <= deadline:
        return Timeliness.PROVEN
    if interval.lo > deadline:
        return Timeliness.LATE
    if interval.estimate is None:
        return Timeliness.UNDETERMINED
    return Timeliness.CREDIBLE if interval.estimate <= deadline else Timeliness.LATE


class Cover(Enum):
    """How much of an interval a right covers."""

    THROUGHOUT = "throughout"
    PARTLY = "partly"
    NOWHERE = "nowhere"


def cover(first: int, last: int, lo: int, hi: int) -> Cover:
    """Return how ``[first, last]`` covers ``[lo, hi]``; all in the same unit, ends included."""
    if first <= lo and hi <= last:
        return Cover.THROUGHOUT
    return Cover.NOWHERE if last < lo or hi < first else Cover.PARTLY


def best(answers: Sequence[Cover]) -> Cover:
    """Return the widest of several covers; NOWHERE where there is none."""
    for answer in (Cover.THROUGHOUT, Cover.PARTLY):
        if answer in answers:
            return answer
    return Cover.NOWHERE
