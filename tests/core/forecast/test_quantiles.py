from __future__ import annotations

import pytest

from eschool_core.forecast import quantiles

# From printed tables of Student's distribution.
TABLE = (
    (0.9, 1, 3.0777), (0.9, 2, 1.8856), (0.9, 3, 1.6377), (0.9, 10, 1.3722),
    (0.975, 4, 2.7764), (0.975, 5, 2.5706), (0.975, 30, 2.0423),
)  # fmt: skip


@pytest.mark.parametrize(("share", "freedom", "expected"), TABLE)
def test_student_agrees_with_the_tables(share: float, freedom: int, expected: float) -> None:
    assert quantiles.student(share, freedom) == pytest.approx(expected, abs=1e-4)


def test_student_passes_into_the_normal_distribution() -> None:
    last = quantiles.student(0.9, quantiles.NORMAL_FROM - 1)
    assert last == pytest.approx(quantiles.student(0.9, quantiles.NORMAL_FROM), rel=0.02)
    assert quantiles.student(0.9, 10_000) == pytest.approx(1.28155, abs=1e-5)


def test_the_middle_of_student_is_zero() -> None:
    assert quantiles.student(0.5, 3) == pytest.approx(0.0, abs=1e-9)
