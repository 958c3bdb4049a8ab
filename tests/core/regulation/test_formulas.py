from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.regulation.formulas import (
    MarkCounts,
    Results,
    Standing,
    StandingCounts,
    percent,
    ratio,
)

ORACLE = MarkCounts(fives=4, fours=10, threes=9, twos=1, not_attested=1, exempt=2)
counts = st.builds(MarkCounts, *(st.integers(0, 40) for _ in range(8)))
results = st.builds(Results, *(st.integers(0, 3) for _ in range(6)))


@pytest.mark.clause("4.4.3")
def test_the_worked_example_of_a_subject() -> None:
    assert ORACLE.n() == 25
    assert ORACLE.pass_rate() == Decimal("92.0")
    assert ORACLE.quality_rate() == Decimal("56.0")
    assert ORACLE.learning_degree() == Decimal("55.48")


@pytest.mark.clause("4.4.3")
def test_the_worked_example_of_a_class_by_both_denominators() -> None:
    whole = StandingCounts(all_fives=4, fours_and_fives=10, has_threes=9, failing=1, not_attested=1)
    assert (whole.pass_rate(), whole.quality_rate()) == (Decimal("92.0"), Decimal("56.0"))
    assert whole.pass_rate("attested") == Decimal("95.8")
    assert whole.quality_rate("attested") == Decimal("58.3")


def test_halves_are_rounded_up() -> None:
    assert ratio(1, 8, 2) == Decimal("0.13")
    assert percent(1, 16) == Decimal("6.3")


def test_rates_of_nobody_are_none() -> None:
    nobody = MarkCounts(exempt=3)
    assert (nobody.pass_rate(), nobody.learning_degree(), nobody.mean()) == (None, None, None)
    assert StandingCounts().pass_rate() is None


@pytest.mark.clause("4.4.3/7")
@pytest.mark.parametrize(
    ("counted", "standing"),
    [
        (Results(fives=5, not_attested=1), Standing.NOT_ATTESTED),
        (Results(failing=1, not_attested=1), Standing.NOT_ATTESTED),
        (Results(not_attested=1, unset=1), Standing.NOT_ATTESTED),
        (Results(fives=2, unset=1), Standing.UNSET),
        (Results(failing=1, unset=1), Standing.UNSET),
        (Results(unset=3), Standing.UNSET),
        (Results(fives=3, threes=1, failing=1), Standing.FAILING),
        (Results(fives=3, fours=1, threes=1), Standing.HAS_THREES),
        (Results(fives=3, fours=1), Standing.FOURS_AND_FIVES),
        (Results(fours=3), Standing.FOURS_AND_FIVES),
        (Results(fives=3), Standing.ALL_FIVES),
        (Results(), None),
    ],
)
def test_a_pupil_is_in_the_first_category_that_fits(
    counted: Results, standing: Standing | None
) -> None:
    assert counted.standing() is standing


def test_one_three_and_one_four_lie_within_their_categories() -> None:
    assert Results(fives=4, threes=1).one_three
    assert not Results(fives=4, threes=1, failing=1).one_three
    assert not Results(fives=4, threes=2).one_three
    assert Results(fives=4, fours=1).one_four
    assert not Results(fives=4, fours=1, threes=1).one_four


@pytest.mark.scenario("4.4.3/7:1")
@pytest.mark.clause("4.4.3/7")
@given(st.lists(results, max_size=40))
def test_the_categories_sum_up_to_all_with_marks(pupils: list[Results]) -> None:
    counted = StandingCounts()
    for pupil in pupils:
        counted = counted.with_pupil(pupil)
    with_marks = sum(pupil.standing() is not None for pupil in pupils)
    assert counted.attested + counted.not_attested == counted.n()
    assert counted.n() + counted.unset == with_marks
    assert counted.one_four <= counted.fours_and_fives
    assert counted.one_three <= counted.has_threes


@given(counts)
def test_quality_never_exceeds_the_pass_rate_and_both_are_percent(counted: MarkCounts) -> None:
    if counted.n():
        quality, passed = counted.quality_rate(), counted.pass_rate()
        assert quality is not None
        assert passed is not None
        assert 0 <= quality <= passed <= 100


@pytest.mark.clause("4.4.3/7")
def test_who_has_no_mark_yet_is_in_no_rate() -> None:
    awaited = replace(ORACLE, unset=9)
    assert (awaited.n(), awaited.n("attested")) == (25, 24)
    assert awaited.learning_degree() == ORACLE.learning_degree()
    assert awaited.plus(awaited).unset == 18


@given(counts, counts)
def test_counts_add_up(one: MarkCounts, other: MarkCounts) -> None:
    assert one.plus(other).n() == one.n() + other.n()
