"""Quantiles for intervals: of the normal and Student's distributions, and of a sorted list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

NORMAL_FROM = 60
"""Degrees of freedom from which Student's distribution is taken as normal: error below 2 %."""
HALVINGS = 60
WIDEST = 1000.0

_NORMAL = NormalDist()


def normal(share: float) -> float:
    """Return the quantile of the standard normal distribution.

    >>> round(normal(0.9), 3)
    1.282
    """
    return _NORMAL.inv_cdf(share)


def below(value: float) -> float:
    """Return the share of the standard normal distribution below ``value``."""
    return _NORMAL.cdf(value)


def student(share: float, freedom: int) -> float:
    """Return the quantile of Student's distribution, of a share of at least a half.

    A level that rests on few works is known worse than the normal distribution would say.

    >>> round(student(0.9, 1), 2), round(student(0.9, 4), 2)
    (3.08, 1.53)
    """
    if freedom >= NORMAL_FROM:
        return normal(share)
    least, most = 0.0, WIDEST
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        least, most = (middle, most) if _student_below(middle, freedom) < share else (least, middle)
    return (least + most) / 2


def _student_below(value: float, freedom: int) -> float:
    """Return the share below a value that is not negative: the finite series for whole degrees."""
    angle = math.atan(value / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    odd = freedom % 2 == 1
    term = math.cos(angle) if odd else 1.0
    total = 0.0
    for step in range(1 if odd else 0, freedom - 1, 2):
        total += term
        term *= square * (step + 1) / (step + 2)
    if odd:
        return 0.5 + (angle + math.sin(angle) * total) / math.pi
    return 0.5 + math.sin(angle) * total / 2


def of_sorted(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of a sorted list lies, to the nearest place.

    >>> of_sorted([1.0, 2.0, 3.0], 0.5)
    2.0
    """
    return values[int(share * (len(values) - 1) + 0.5)]
