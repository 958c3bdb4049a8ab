"""When a pupil is failing, or misses too many lessons (4.5.4): pure, from dated entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DatedMark:
    """A mark of a day; the weight is in hundredths."""

    day: int
    value: int
    weight: int


def mean_hundredths(marks: Iterable[DatedMark]) -> int | None:
    """Return the weighted mean in hundredths, halves rounded up; None without weight.

    >>> mean_hundredths([DatedMark(1, 2, 100), DatedMark(2, 3, 100)])
    250
    """
    listed = list(marks)
    weight = sum(mark.weight for mark in listed)
    total = sum(mark.value * mark.weight for mark in listed)
    return (200 * total + weight) // (2 * weight) if weight else None


def failing_since(marks: Sequence[DatedMark], threshold_hundredths: int) -> int | None:
    """Return the day since which the mean has been below the threshold, or None if it is not.

    Exactly the threshold is not failing.

    Args:
        marks: In the order of their days.
        threshold_hundredths: The policy ``failing_mean``.
    """
    since, weight, total = None, 0, 0
    for mark in marks:
        weight += mark.weight
        total += mark.value * mark.weight
        if 100 * total >= threshold_hundredths * weight:
            since = None
        elif since is None:
            since = mark.day
    return since


def missing_since(days: Sequence[int], limit: int) -> int | None:
    """Return the day of the missed lesson that made it ``limit``, or None with fewer.

    Args:
        days: Of the missed lessons, in order.
        limit: The policy ``missed_lessons_notice``.
    """
    return days[limit - 1] if len(days) >= limit else None
