"""Academic debt, retakes and the council's decisions (specification §6, academic debt)."""

from __future__ import annotations

import json

import pytest

from eschool_core.commands.closing import ReopenTerm
from eschool_core.commands.debts import RecordCouncilDecision, RecordRetake
from eschool_core.domain.journal import CellHistory
from eschool_core.domain.office import Notice
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import CouncilDecisionKind, DebtState, ResultKind, ResultValue
from eschool_core.domain.results import AcademicDebt, CouncilDecision, TermMark
from tests.school import LAST_DAY, SmallSchool, verdict
from tests.terms import MATHS, YEAR_OVER, close, fill, fill_year, set_terms

pytestmark = [pytest.mark.clause("4.5.5"), pytest.mark.clause("2.2")]


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


@pytest.fixture(autouse=True)
def year_closed(school: SmallSchool, pupil: int) -> None:
    """The year is closed; the first pupil has a 2 in maths."""
    set_terms(school.must, school.year)
    school.now = YEAR_OVER
    for ordinal in (1, 2, 3, 4):
        fill(school, ordinal=ordinal)
    fill_year(school, {pupil: 2})
    school.must(close(school, ordinal=0), "deputy")


def retake(school: SmallSchool, pupil: int, value: int, commission: int = 0) -> RecordRetake:
    return RecordRetake(
        journal_id=school.journals[MATHS],
        pupil_id=pupil,
        value=value,
        commission=commission,
        protocol="Протокол 8",
        protocol_day=LAST_DAY + 10,
    )


def decided(
    school: SmallSchool, pupil: int, decision: CouncilDecisionKind, actor: str = "deputy"
) -> str:
    command = RecordCouncilDecision(
        pupil_id=pupil,
        year_id=school.year,
        decision=decision,
        next_grade=6,
        protocol="Протокол 12",
        protocol_day=LAST_DAY,
    )
    return verdict(school.do(command, actor))


@pytest.mark.scenario("academic_debt:2")
def test_a_retake_makes_the_year_mark_and_both_values_stay(school: SmallSchool, pupil: int) -> None:
    school.must(retake(school, pupil, 3), "deputy")
    mark = school.one(
        TermMark, part=school.line(*MATHS, pupil).part + TO_RESULT, kind=ResultKind.YEAR
    )
    assert (mark.value, mark.document, mark.document_day) == (3, "Протокол 8", LAST_DAY + 10)
    earlier = school.one(CellHistory, row_id=mark.id)
    assert json.loads(earlier.content)["value"] == 2
    debt = school.one(AcademicDebt)
    assert (debt.state, debt.retakes, debt.value) == (DebtState.CLEARED, 1, 3)
    assert verdict(school.do(retake(school, pupil, 4), "deputy")) == "debt.none_open"


@pytest.mark.scenario("academic_debt:3")
@pytest.mark.clause("4.5.5/retakes")
@pytest.mark.clause("4.5.5/commission")
def test_two_retakes_the_second_before_a_commission(school: SmallSchool, pupil: int) -> None:
    school.must(retake(school, pupil, 2), "deputy")
    assert verdict(school.do(retake(school, pupil, 3), "deputy")) == "4.5.5/commission"
    school.must(retake(school, pupil, 2, 1), "deputy")
    assert verdict(school.do(retake(school, pupil, 3, 1), "deputy")) == "4.5.5/retakes"
    debt = school.one(AcademicDebt)
    assert (debt.state, debt.retakes) == (DebtState.OPEN, 2)
    # The first retake is kept as well.
    kept = [json.loads(row.content) for row in school.all(CellHistory, row_id=debt.id)]
    assert [(entry["retakes"], entry["value"]) for entry in kept] == [(0, 0), (1, 2)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ResultValue.PASS, "4.5.2/mode"),
        (ResultValue.NOT_ATTESTED, "data.field"),
        (1, "4.5.2/scale"),
    ],
)
def test_a_retake_gives_a_value_of_the_scale(
    school: SmallSchool, pupil: int, value: int, expected: str
) -> None:
    assert verdict(school.do(retake(school, pupil, value), "deputy")) == expected


def test_only_from_a_protocol_by_those_who_keep_it(school: SmallSchool, pupil: int) -> None:
    for name in ("maths", "russian", "officer"):
        assert verdict(school.do(retake(school, pupil, 3), name)) == "4.1/role"


@pytest.mark.scenario("academic_debt:1")
def test_who_owes_is_promoted_conditionally(school: SmallSchool, pupil: int) -> None:
    fine = school.pupils["5А"][1]
    assert decided(school, pupil, CouncilDecisionKind.PROMOTED) == "council.debt_open"
    assert decided(school, fine, CouncilDecisionKind.CONDITIONAL) == "council.no_debt"
    assert decided(school, pupil, CouncilDecisionKind.CONDITIONAL, "russian") == "4.1/role"
    assert decided(school, pupil, CouncilDecisionKind.CONDITIONAL) == "accepted"
    assert decided(school, fine, CouncilDecisionKind.PROMOTED) == "accepted"
    assert school.one(Notice, person_id=pupil).key == "notice.conditional_promotion"
    school.must(retake(school, pupil, 3), "deputy")
    assert decided(school, pupil, CouncilDecisionKind.PROMOTED) == "accepted"
    row = school.one(CouncilDecision, pupil_id=pupil)
    assert row.kind == CouncilDecisionKind.PROMOTED
    [earlier] = school.all(CellHistory, row_id=row.id)
    assert json.loads(earlier.content)["kind"] == CouncilDecisionKind.CONDITIONAL


def test_a_debt_stays_as_it_is_when_the_year_is_closed_again(
    school: SmallSchool, pupil: int
) -> None:
    school.must(retake(school, pupil, 2), "deputy")
    command = ReopenTerm(class_id=school.classes["5А"], act="№ 9", reason="ошибка")
    school.must(command, "head")
    school.must(close(school, ordinal=0), "deputy")
    assert school.one(AcademicDebt).retakes == 1
