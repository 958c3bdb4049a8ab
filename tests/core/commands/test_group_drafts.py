from __future__ import annotations

import pytest

from eschool_core.commands.group_drafts import ApproveGroups, ConfirmGroup, DraftGroup
from eschool_core.domain.enums import Role
from eschool_core.domain.people import GroupMember
from eschool_core.queries.duties.duty import DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.group_draft import group_draft
from tests.core.queries.counting import statements
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, verdict

ENGLISH = "Английский язык"


@pytest.fixture
def late(school: SmallSchool) -> int:
    """A pupil of 5А in neither half."""
    return school.add_pupil("5А", "Дунаев")


def approve(school: SmallSchool) -> ApproveGroups:
    return ApproveGroups(
        class_id=school.classes["5А"], subject_id=school.subjects[ENGLISH], first_day=FIRST_DAY
    )


def draft(school: SmallSchool, pupil_id: int, **fields: object) -> DraftGroup:
    values = {"class_id": school.classes["5А"], "subject_id": school.subjects[ENGLISH]}
    return DraftGroup.model_validate({**values, "pupil_id": pupil_id, **fields})


def states(school: SmallSchool, who: str, moment: int) -> dict[str, DutyState]:
    answer = duties(school.store, moment, school.staff[who])
    return {duty.text: duty.state for duty in answer.duties if duty.clause == "4.6.4/1"}


@pytest.mark.clause("4.6.4/1")
def test_a_draft_that_leaves_one_out_is_kept_and_not_approved(
    school: SmallSchool, late: int
) -> None:
    first = school.pupils["5А"][0]
    assert (
        verdict(school.do(draft(school, first, group_id=school.groups["5А/1"]), "russian"))
        == "accepted"
    )
    outcome = school.do(approve(school), "russian")
    assert (outcome.key, dict(outcome.params)) == (
        "4.6.4/1/unplaced",
        {"school_class": "5А", "count": 1},
    )
    answer = group_draft(school.store, school.classes["5А"], school.subjects[ENGLISH], MONDAY)
    assert answer.unplaced == ("Дунаев Саша",)


@pytest.mark.clause("4.6.4/1")
def test_outside_needs_a_reason_and_then_lets_the_split_be_approved(
    school: SmallSchool, late: int
) -> None:
    assert verdict(school.do(draft(school, late), "russian")) == "data.field"
    school.must(draft(school, late, reason="обучение на дому"), "russian")
    assert verdict(school.do(approve(school), "deputy")) == "4.6/class-teacher"
    school.must(approve(school), "russian")
    assert not {row.group_id for row in school.all(GroupMember, pupil_id=late)} & {
        school.groups["5А/1"],
        school.groups["5А/2"],
    }
    answer = group_draft(school.store, school.classes["5А"], school.subjects[ENGLISH], MONDAY)
    assert (answer.unplaced, len(answer.unconfirmed)) == ((), 2)


@pytest.mark.clause("4.6.4/1")
def test_an_approved_draft_puts_the_pupil_into_the_journal(school: SmallSchool, late: int) -> None:
    school.must(draft(school, late, group_id=school.groups["5А/2"]), "russian")
    school.must(approve(school), "russian")
    assert school.line("5А/2", ENGLISH, late).first_day == FIRST_DAY


@pytest.mark.clause("4.6.4")
@pytest.mark.clause("4.6.4/1")
@pytest.mark.clause("4.6.4/2")
def test_a_draft_is_no_way_round_the_written_application(school: SmallSchool) -> None:
    moved = school.pupils["5А"][0]
    school.must(draft(school, moved, group_id=school.groups["5А/2"]), "russian")
    assert verdict(school.do(approve(school), "russian")) == "group.already_there"


@pytest.mark.clause("4.6.4/1")
def test_each_teachers_agreement_is_a_duty_and_no_barrier(school: SmallSchool) -> None:
    before = clock(FIRST_DAY + 14, 0)
    assert states(school, "russian", before - 1) == {"duty.4.6.4/1": DutyState.DUE}
    assert states(school, "russian", before) == {"duty.4.6.4/1": DutyState.OVERDUE}
    school.must(approve(school), "russian")
    assert states(school, "russian", before) == {"duty.4.6.4/1": DutyState.DONE}
    assert states(school, "english", before) == {"duty.4.6.4/1.agree": DutyState.OVERDUE}
    agree = ConfirmGroup(journal_id=school.journals["5А/1", ENGLISH], class_id=school.classes["5А"])
    assert verdict(school.do(agree, "english_2")) == "4.5.1/page"
    school.must(agree, "english")
    assert states(school, "english", before) == {"duty.4.6.4/1.agree": DutyState.DONE}


@pytest.fixture
def large(school: SmallSchool) -> list[int]:
    """The twenty-seven pupils of a class that is not split yet."""
    school.add_class("6А", 6)
    school.appoint("russian", Role.CLASS_TEACHER, "6А")
    for half, teacher in (("6А/1", "english"), ("6А/2", "english_2")):
        school.add_group(half, ("6А",))
        school.add_journal(half, ENGLISH, teacher)
    return [school.add_pupil("6А", f"Ученик{number:02}") for number in range(27)]


@pytest.mark.scenario("4.6.4/1:1", "4.6.4/1:2")
@pytest.mark.clause("4.6.4/1")
def test_of_twenty_seven_the_one_not_placed_is_named_and_may_stay_outside_with_a_reason(
    school: SmallSchool, large: list[int]
) -> None:
    of = {"class_id": school.classes["6А"]}
    for place, pupil in enumerate(large[:26]):
        half = school.groups["6А/1" if place % 2 else "6А/2"]
        school.must(draft(school, pupil, group_id=half, **of), "russian")
    approval = approve(school).model_copy(update=of)
    refused = school.do(approval, "russian")
    assert (refused.key, dict(refused.params)) == (
        "4.6.4/1/unplaced",
        {"school_class": "6А", "count": 1},
    )
    shown = group_draft(school.store, school.classes["6А"], school.subjects[ENGLISH], MONDAY)
    assert shown.unplaced == ("Ученик26 Саша",)
    # The draft is kept: the twenty-six are not asked for again.
    school.must(draft(school, large[26], reason="обучение на дому", **of), "russian")
    school.must(approval, "russian")
    shown = group_draft(school.store, school.classes["6А"], school.subjects[ENGLISH], MONDAY)
    assert (shown.unplaced, len(shown.unconfirmed)) == ((), 2)
    halves = {school.groups["6А/1"], school.groups["6А/2"]}
    placed = [row.pupil_id for row in school.all(GroupMember) if row.group_id in halves]
    assert sorted(placed) == sorted(large[:26])


@pytest.mark.clause("4.6.4/1")
def test_how_a_class_is_split_takes_no_statement_for_a_pupil(
    school: SmallSchool, large: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(name: str) -> int:
        of = school.classes[name], school.subjects[ENGLISH], MONDAY
        return statements(school, monkeypatch, lambda: group_draft(school.store, *of))

    assert len(large) > len(school.pupils["5А"])
    assert taken("6А") == taken("5А")
