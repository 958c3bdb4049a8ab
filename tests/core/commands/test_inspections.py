from __future__ import annotations

import pytest

from eschool_core.app import Outcome
from eschool_core.commands.inspection_answers import AcknowledgeResult, RemedyResult
from eschool_core.commands.inspections import (
    AddInspectionItem,
    DraftInspection,
    DropInspectionItem,
    RegisterInspectionOrder,
    RegisterNote,
    ReleaseInspection,
)
from eschool_core.commands.school import TurnDay
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.inspection import Inspection, InspectionItem, InspectionResult
from eschool_core.domain.inspection_enums import InspectionState, ResultState
from eschool_core.domain.office import FindingRecord, Notice
from eschool_core.domain.partition import OFFICE, PartitionKind, partition
from eschool_core.labels import text
from eschool_core.queries.duties.registry import duties
from tests.core.commands.acts import homework
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, verdict

LATE = "4.5.3/late"
ROLL = "4.5.2/roll"


@pytest.fixture
def found(school: SmallSchool) -> SmallSchool:
    """Late homework of maths, and lessons without roll of everybody on Monday."""
    lesson = school.lesson("5А", "Математика")
    school.must(homework(lesson), "maths", at=clock(MONDAY, 22))
    school.must(TurnDay(day=MONDAY + 1), at=clock(MONDAY + 1, 0))
    school.now = clock(MONDAY + 1, 9)
    return school


def draft(school: SmallSchool, **fields: int) -> int:
    command = DraftInspection(
        aim="Ведение журналов", first_day=FIRST_DAY, last_day=MONDAY + 1, **fields
    )
    return school.must(command, "deputy", take=4)


def note(school: SmallSchool, check: int, actor: str = "deputy") -> Outcome:
    command = RegisterNote(
        inspection_id=check, note_number="3-с", note_day=MONDAY + 1, due_day=MONDAY + 8
    )
    return school.do(command, actor)


def test_a_note_of_a_day_to_come_is_refused(found: SmallSchool) -> None:
    command = RegisterNote(inspection_id=draft(found), note_number="3-с", note_day=MONDAY + 2)
    outcome = found.do(command, "deputy")
    assert (outcome.key, dict(outcome.params)) == ("data.field", {"field": "note_day"})


def order(school: SmallSchool, check: int, actor: str = "head") -> Outcome:
    command = RegisterInspectionOrder(
        inspection_id=check, order_number="17-о", order_day=MONDAY + 1
    )
    return school.do(command, actor)


def release(school: SmallSchool, check: int, actor: str = "deputy") -> Outcome:
    return school.do(ReleaseInspection(inspection_id=check), actor, take=4)


def released(school: SmallSchool) -> int:
    check = draft(school)
    note(school, check)
    order(school, check)
    assert verdict(release(school, check)) == "accepted"
    return check


def own(school: SmallSchool, who: str, check_id: str) -> InspectionResult:
    [*results] = school.all(InspectionResult, staff_id=school.staff[who], check_id=check_id)
    return results[0]


@pytest.mark.clause("5.1")
def test_a_draft_is_made_of_the_findings_of_its_period(found: SmallSchool) -> None:
    check = draft(found)
    items = found.all(InspectionItem, inspection_id=check)
    assert {item.finding_id for item in items} == {row.id for row in found.all(FindingRecord)}
    assert {item.part for item in items} == {OFFICE}
    facts = {item.check_id: item.remediable for item in items}
    assert (facts[LATE], facts[ROLL]) == (0, 1)


@pytest.mark.clause("5.1")
def test_a_draft_may_be_of_one_teacher_and_of_a_shorter_period(found: SmallSchool) -> None:
    check = draft(found, staff_id=found.staff["russian"])
    staff = {item.staff_id for item in found.all(InspectionItem, inspection_id=check)}
    assert staff == {found.staff["russian"]}
    early = DraftInspection(aim="Ведение", first_day=FIRST_DAY, last_day=FIRST_DAY)
    assert found.all(InspectionItem, inspection_id=found.must(early, "deputy", take=4)) == []


@pytest.mark.scenario("5.1:1")
@pytest.mark.clause("5.1")
@pytest.mark.clause("5.1/release")
def test_a_note_without_an_order_is_not_released(found: SmallSchool) -> None:
    check = draft(found)
    assert verdict(release(found, check)) == "5.1/release"
    note(found, check)
    assert verdict(release(found, check)) == "5.1/release"
    assert found.all(InspectionResult) == []
    order(found, check)
    assert verdict(release(found, check)) == "accepted"


@pytest.mark.scenario("5.1:2")
@pytest.mark.clause("5.1")
def test_with_both_each_person_gets_the_own_items_and_a_notice(found: SmallSchool) -> None:
    check = released(found)
    results = found.all(InspectionResult, inspection_id=check)
    assert len(results) == len(found.all(InspectionItem, inspection_id=check))
    for result in results:
        assert result.part == partition(PartitionKind.STAFF, result.staff_id)
        assert (result.note_number, result.order_number) == ("3-с", "17-о")
    told = found.all(Notice, kind=NoticeKind.INSPECTION)
    assert {notice.person_id for notice in told} == {result.staff_id for result in results}
    assert len(told) == len({notice.person_id for notice in told})
    assert found.one(Inspection).state == InspectionState.RELEASED


@pytest.mark.scenario("5.1:2")
@pytest.mark.clause("5.1")
def test_a_person_signs_or_objects_once(found: SmallSchool) -> None:
    released(found)
    result = own(found, "maths", LATE)
    assert verdict(found.do(AcknowledgeResult(result_id=result.id), "russian")) == "4.1/role"
    assert verdict(found.do(AcknowledgeResult(result_id=result.id), "deputy")) == "4.1/role"
    found.must(AcknowledgeResult(result_id=result.id, objection="Не было связи"), "maths")
    answered = found.store.require(InspectionResult, result.id)
    assert (answered.state, answered.objection) == (ResultState.OBJECTED, "Не было связи")
    again = found.do(AcknowledgeResult(result_id=result.id), "maths")
    assert verdict(again) == "inspection.answered"


@pytest.mark.scenario("5.1:3")
@pytest.mark.clause("5.1")
@pytest.mark.clause("5.1/fact")
def test_late_is_acknowledged_and_never_remedied(found: SmallSchool) -> None:
    released(found)
    late = own(found, "maths", LATE)
    found.must(AcknowledgeResult(result_id=late.id), "maths")
    remedy = RemedyResult(result_id=late.id, remedy="Задал раньше")
    assert verdict(found.do(remedy, "maths")) == "5.1/fact"
    assert late.due_day == 0


@pytest.mark.clause("5.1")
def test_a_gap_is_remedied_once_it_is_acknowledged(found: SmallSchool) -> None:
    released(found)
    gap = own(found, "maths", ROLL)
    assert gap.due_day == MONDAY + 8
    remedy = RemedyResult(result_id=gap.id, remedy="Перекличка внесена")
    assert verdict(found.do(remedy, "maths")) == "inspection.unanswered"
    found.must(AcknowledgeResult(result_id=gap.id), "maths")
    found.must(remedy, "maths")
    assert found.store.require(InspectionResult, gap.id).state == ResultState.REMEDIED


@pytest.mark.clause("5.1")
def test_the_order_is_the_heads_or_of_who_acts_as_head_by_order(found: SmallSchool) -> None:
    check = draft(found)
    note(found, check)
    assert verdict(order(found, check, "deputy")) == "4.1/role"
    found.add_staff("stand_in")
    found.appoint(
        "stand_in", Role.HEAD, first_day=MONDAY + 1, last_day=MONDAY + 2, acting=1, act="12-к"
    )
    later = RegisterInspectionOrder(inspection_id=check, order_number="17-о", order_day=MONDAY)
    after = found.do(later, "stand_in", at=clock(MONDAY + 3, 9))
    assert verdict(after) == "4.1/role"
    assert verdict(order(found, check, "stand_in")) == "accepted"
    assert found.one(Inspection).ordered_by_id == found.staff["stand_in"]


@pytest.mark.clause("5.1")
def test_a_registered_note_stands(found: SmallSchool) -> None:
    check = draft(found)
    item = found.all(InspectionItem, inspection_id=check)[0]
    found.must(DropInspectionItem(item_id=item.id), "deputy")
    seen = AddInspectionItem(
        inspection_id=check, staff_id=found.staff["physics"], text="Мало отметок"
    )
    found.must(seen, "deputy")
    note(found, check)
    other = found.all(InspectionItem, inspection_id=check)[0]
    assert verdict(found.do(seen, "deputy")) == "inspection.state"
    assert verdict(found.do(DropInspectionItem(item_id=other.id), "deputy")) == "inspection.state"
    assert verdict(note(found, check)) == "inspection.state"


@pytest.mark.clause("5.1")
def test_an_order_needs_a_note_and_a_release_happens_once(found: SmallSchool) -> None:
    check = draft(found)
    assert verdict(order(found, check)) == "inspection.state"
    check = released(found)
    assert verdict(release(found, check)) == "inspection.state"


@pytest.mark.clause("5.1")
@pytest.mark.parametrize("actor", ["maths", "russian", "officer", "hr", "nobody"])
def test_nobody_else_draws_up_a_check(found: SmallSchool, actor: str) -> None:
    command = DraftInspection(aim="Ведение", first_day=FIRST_DAY, last_day=MONDAY)
    assert verdict(found.do(command, actor, take=4)) == "4.1/role"


@pytest.mark.clause("5.1")
def test_duties_of_one_order_say_what_was_found_and_in_which_lesson(found: SmallSchool) -> None:
    """Each has the same note, order and date: by that alone nobody could tell them apart."""
    released(found)
    answer = duties(found.store, found.now, found.staff["russian"])
    own_ones = [duty for duty in answer.duties if duty.clause == "5.1"]
    assert len({tuple(duty.params.items()) for duty in own_ones}) == 1 < len(own_ones)
    said = {
        tuple(text(each.key, "ru", **each.params) for each in duty.missing) for duty in own_ones
    }
    assert len(said) == len(own_ones)
    assert all(len(lines) == 2 for lines in said)
    first = own(found, "russian", ROLL)
    found.must(AcknowledgeResult(result_id=first.id), "russian")
    found.must(RemedyResult(result_id=first.id, remedy="Внесено"), "russian")
    [done] = [
        duty
        for duty in duties(found.store, found.now, found.staff["russian"]).duties
        if duty.key == f"5.1:{first.id}"
    ]
    assert (done.done_at is not None, done.missing) == (True, ())
