from __future__ import annotations

import pytest

from eschool_core.domain.result_enums import AssessmentMode, ResultValue
from eschool_core.domain.results import TermMark
from eschool_core.queries.grid_cells import Touched
from eschool_core.queries.term_column import TermCell, term_column
from eschool_core.regulation.results import allowed
from tests.school import SmallSchool
from tests.terms import MATHS, Q1_OVER, set_terms, term_id, term_mark


@pytest.fixture(autouse=True)
def terms(school: SmallSchool) -> None:
    set_terms(school.must, school.year)
    school.now = Q1_OVER


def column(school: SmallSchool, touched: Touched = frozenset()) -> dict[int, TermCell]:
    person_id = school.staff["maths"]
    found = term_column(
        school.store, school.journals[MATHS], term_id(school), person_id, school.now, touched
    )
    assert found.mode is AssessmentMode.MARKS
    return found.cells


def set_mark(school: SmallSchool, value: int) -> int:
    pupil = school.pupils["5А"][0]
    school.must(term_mark(school, pupil, value, reason="контрольная"), "maths")
    return pupil


@pytest.mark.clause("4.5.5")
def test_a_set_mark_stands_with_its_reason_and_others_have_none(school: SmallSchool) -> None:
    assert column(school) == {}
    pupil = set_mark(school, 5)
    assert column(school) == {pupil: TermCell(5, "контрольная", "", here=False, conflict=False)}


def test_a_mark_without_a_verdict_says_so(school: SmallSchool) -> None:
    pupil = set_mark(school, 5)
    [cell] = school.store.select(TermMark)
    assert column(school, frozenset({(TermMark.number, cell.id)}))[pupil].here


@pytest.mark.clause("4.5.5")
def test_marks_of_the_year_are_a_column_of_their_own(school: SmallSchool) -> None:
    set_mark(school, 5)
    found = term_column(
        school.store, school.journals[MATHS], 0, school.staff["maths"], school.now, frozenset()
    )
    assert found.cells == {}


@pytest.mark.clause("4.5.2")
@pytest.mark.parametrize(
    ("value", "mode", "lowest", "offered"),
    [
        (ResultValue.ONE, AssessmentMode.MARKS, 2, False),
        (ResultValue.ONE, AssessmentMode.MARKS, 1, True),
        (ResultValue.TWO, AssessmentMode.MARKS, 2, True),
        (ResultValue.PASS, AssessmentMode.MARKS, 2, False),
        (ResultValue.PASS, AssessmentMode.PASS_FAIL, 2, True),
        (ResultValue.EXEMPT, AssessmentMode.NONE, 2, False),
    ],
)
def test_only_what_the_mode_and_the_scale_allow_is_offered(
    value: ResultValue, mode: AssessmentMode, lowest: int, *, offered: bool
) -> None:
    assert allowed(value, mode, lowest) is offered
