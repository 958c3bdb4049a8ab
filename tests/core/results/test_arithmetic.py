"""Means and rounding: exact, halves up, as decimals would have it (2.6)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.commands.lessons import RecordMark
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.result_enums import ResultValue
from eschool_core.domain.school import Journal, Term
from eschool_core.regulation.results import Sum, Weighed, rounded, shown, weigh
from eschool_core.results.counting import averages
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool
from tests.terms import MATHS, Q1_OVER, set_terms, term_id

pytestmark = pytest.mark.clause("2.6")

MARKS = st.lists(
    st.builds(Weighed, st.integers(1, 5), st.integers(0, 100_000)), min_size=1, max_size=60
)


@settings(max_examples=200, deadline=None)
@given(MARKS)
def test_the_mean_is_what_decimals_give(marks: list[Weighed]) -> None:
    weight = sum(mark.weight for mark in marks)
    total = sum(mark.value * mark.weight for mark in marks)
    found = weigh(marks).mean_hundredths
    if weight == 0:
        assert found is None
        return
    # Four times the digits of the numbers themselves: the quotient cannot be rounded twice.
    exact = Decimal(total * 10**40 // weight).scaleb(-40)
    if total * 10**40 % weight:
        exact += Decimal(1).scaleb(-45)
    assert found == int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP))


@settings(max_examples=200, deadline=None)
@given(MARKS)
def test_a_mark_lies_within_half_a_mark_of_the_mean(marks: list[Weighed]) -> None:
    made = rounded(weigh(marks), lowest=ResultValue.ONE)
    if made is not None:
        total, weight = weigh(marks).total, weigh(marks).weight
        assert abs(2 * (made * weight - total)) <= weight


@pytest.mark.parametrize(
    ("total", "weight", "table", "expected"),
    [
        (350, 100, (250, 350, 450), 4),
        (3499, 1000, (250, 350, 450), 3),
        # 3.495 is 3.50 to two digits, and still no «4».
        (3495, 1000, (250, 350, 450), 3),
        (360, 100, (260, 360, 460), 4),
        (359, 100, (260, 360, 460), 3),
        (249, 100, (250, 350, 450), 2),
        (5, 1, (250, 350, 450), 5),
        (1, 1, (250, 350, 450), 2),
    ],
)
def test_the_table_decides_at_its_border(
    total: int, weight: int, table: tuple[int, ...], expected: int
) -> None:
    assert rounded(Sum(total, weight), table) == expected


def test_the_one_is_given_only_where_the_scale_has_it() -> None:
    assert rounded(Sum(149, 100), lowest=1) == 1
    assert rounded(Sum(150, 100), lowest=1) == 2
    assert rounded(Sum(149, 100), lowest=2) == 2


def test_what_counts_is_shown_with_its_weight(school: SmallSchool) -> None:
    set_terms(school.must, school.year)
    school.now = Q1_OVER
    pupil = school.pupils["5А"][0]
    act = SetPolicy(
        name="work_weights", value="1,1,1,2,3,1,1,1,1,1", first_day=FIRST_DAY, act="№ 3"
    )
    school.must(act, "deputy")
    given_marks = ((MONDAY, 5, WorkKind.ORAL, 100), (TUESDAY, 3, WorkKind.TEST, 100))
    for day, value, kind, weight in given_marks:
        school.must(
            RecordMark(
                lesson_id=school.lesson(*MATHS, day),
                pupil_id=pupil,
                value=value,
                work_kind=kind,
                weight=weight,
                reason="x",
            ),
            "maths",
        )
    journal = school.store.require(Journal, school.journals[MATHS])
    term = school.store.require(Term, term_id(school))
    [average] = averages(school.store, journal, term).values()
    assert [(mark.value, mark.work_kind, mark.weight) for mark in average.marks] == [
        (5, WorkKind.ORAL, 100),
        (3, WorkKind.TEST, 300),
    ]
    assert average.mean_hundredths == 350  # (5 · 1 + 3 · 3) / 4


@pytest.mark.parametrize("value", list(ResultValue))
def test_every_value_has_its_sign(value: ResultValue) -> None:
    assert shown(value) not in ("", "–")
