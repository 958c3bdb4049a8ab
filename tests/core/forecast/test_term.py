from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.forecast.term import Coming, Rules, Standing, needed, outlook

HALF = Rules(lowest=2)


def standing(*marks: int) -> Standing:
    return Standing(100 * sum(marks), 100 * len(marks), len(marks))


def coming(count: float, value: float = 4.0, noise: float = 0.6) -> Coming:
    return Coming(count, 100.0, value, noise, own_error=0.2, level_error=0.1)


@pytest.mark.scenario("2.8:1")
@pytest.mark.clause("2.8")
def test_five_marks_give_a_value_an_interval_and_what_is_needed() -> None:
    told = outlook(standing(3, 4, 3, 4, 3), coming(4), HALF, 80)
    assert told.mean == 367
    assert told.low < told.mean < told.high
    assert told.mark == 4
    assert needed(standing(3, 4, 3, 4, 3), 4, 4, 100, HALF).marks == (4, 4, 4, 3)


@pytest.mark.clause("2.8")
def test_without_lessons_left_there_is_nothing_uncertain() -> None:
    told = outlook(standing(4, 4, 5), coming(0), HALF, 80)
    assert (told.mean, told.low, told.high) == (433, 433, 433)
    assert told.chances == {2: 0, 3: 0, 4: 100, 5: 0}


def test_the_fewer_marks_to_come_the_narrower() -> None:
    widths = [
        told.high - told.low
        for told in (outlook(standing(3, 4, 4), coming(n), HALF, 80) for n in (9, 6, 3, 1))
    ]
    assert widths == sorted(widths, reverse=True)


def test_a_higher_promise_is_wider() -> None:
    widths = [
        told.high - told.low
        for told in (outlook(standing(3, 4), coming(4), HALF, p) for p in (50, 80, 95))
    ]
    assert widths == sorted(widths)


def test_rounding_follows_the_act() -> None:
    assert Rules(2).rounded(350) == 4
    assert Rules(2, (260, 360, 460)).rounded(359) == 3
    assert Rules(2, (260, 360, 460)).rounded(360) == 4
    assert Rules(2).rounded(120) == 2
    assert Rules(1).rounded(120) == 1


@given(
    st.lists(st.integers(2, 5), min_size=1, max_size=8),
    st.integers(3, 5),
    st.integers(1, 4),
    st.sampled_from(((250, 350, 450), (260, 360, 460), (260, 365, 475))),
    st.sampled_from((100, 150, 300)),
)
@pytest.mark.clause("2.8")
def test_what_is_needed_is_enough_and_no_more(
    marks: list[int], target: int, count: int, least: tuple[int, ...], weight: int
) -> None:
    """Against every combination of marks that may come."""
    rules, so_far = Rules(2, least), standing(*marks)
    found = needed(so_far, target, count, weight, rules)

    def reaches(more: tuple[int, ...]) -> bool:
        points = so_far.points + weight * sum(more)
        whole = so_far.weight + weight * len(more)
        return 100 * points >= rules.threshold(target) * whole

    sums = {sum(c) for c in combinations_with_replacement(range(2, 6), count) if reaches(c)}
    if found.state == "sure":
        assert min(sums) == 2 * count
    elif found.state == "reachable":
        assert len(found.marks) == count
        assert sum(found.marks) == min(sums)
        assert max(found.marks) - min(found.marks) <= 1
        assert all(2 <= mark <= 5 for mark in found.marks)
    else:
        assert not sums
        if found.state == "more":
            assert reaches((5,) * found.fives)
            assert not reaches((5,) * (found.fives - 1))


@given(
    st.lists(st.integers(2, 5), max_size=8),
    st.floats(0.5, 12),
    st.floats(2, 5),
    st.floats(0.1, 1.5),
)
def test_chances_add_up(marks: list[int], count: float, value: float, noise: float) -> None:
    told = outlook(standing(*marks), coming(count, value, noise), HALF, 80)
    assert sum(told.chances.values()) == 100
    assert all(chance >= 0 for chance in told.chances.values())
    assert 200 <= told.low <= told.mean <= told.high <= 500
    assert told.low_mark <= told.mark <= told.high_mark
