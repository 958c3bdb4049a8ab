from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.domain.enums import Timeliness
from eschool_core.regulation.interval import Cover, Interval, best, cover, judge

pytestmark = pytest.mark.clause("4.5.3")

moments = st.integers(0, 50)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    lo, hi = sorted((draw(moments), draw(moments)))
    estimate = draw(st.none() | st.integers(lo, hi))
    return Interval(lo, hi, estimate, draw(st.integers(-100, 100)))


@pytest.mark.parametrize(
    ("lo", "estimate", "hi", "expected"),
    [
        (90, None, 100, Timeliness.PROVEN),
        (90, None, 101, Timeliness.UNDETERMINED),
        (100, None, 101, Timeliness.UNDETERMINED),
        (101, None, 102, Timeliness.LATE),
        (90, 100, 110, Timeliness.CREDIBLE),
        (90, 101, 110, Timeliness.LATE),
    ],
)
def test_the_deadline_itself_is_in_time(
    lo: int, estimate: int | None, hi: int, expected: Timeliness
) -> None:
    assert judge(Interval(lo, hi, estimate, lo), 100) is expected


@pytest.mark.threat("T5")
@given(intervals(), moments, moments)
def test_what_is_proven_holds_wherever_in_the_interval_the_act_was(
    interval: Interval, deadline: int, at: int
) -> None:
    if interval.lo <= at <= interval.hi:
        judged = judge(interval, deadline)
        assert judged is not Timeliness.PROVEN or at <= deadline
        if judged is Timeliness.LATE and interval.estimate is None:
            assert at > deadline


@pytest.mark.threat("T11")
@given(intervals(), moments, st.integers())
def test_the_wall_clock_of_a_device_decides_nothing(
    interval: Interval, deadline: int, claimed: int
) -> None:
    told = Interval(interval.lo, interval.hi, interval.estimate, claimed)
    assert judge(told, deadline) is judge(interval, deadline)


@given(intervals())
def test_the_time_that_is_shown_lies_in_the_interval(interval: Interval) -> None:
    assert interval.lo <= interval.made_at <= interval.hi
    if interval.estimate is not None:
        assert interval.made_at == interval.estimate


@pytest.mark.clause("4.1")
@given(moments, moments, moments, moments)
def test_a_right_covers_the_days_that_lie_in_it(a: int, b: int, c: int, d: int) -> None:
    (first, last), (lo, hi) = sorted((a, b)), sorted((c, d))
    inside = [first <= day <= last for day in range(lo, hi + 1)]
    expected = Cover.THROUGHOUT if all(inside) else Cover.PARTLY if any(inside) else Cover.NOWHERE
    assert cover(first, last, lo, hi) is expected


@pytest.mark.clause("4.1")
def test_the_widest_of_several_rights_counts() -> None:
    assert best([]) is Cover.NOWHERE
    assert best([Cover.NOWHERE, Cover.PARTLY]) is Cover.PARTLY
    assert best([Cover.PARTLY, Cover.THROUGHOUT, Cover.NOWHERE]) is Cover.THROUGHOUT
