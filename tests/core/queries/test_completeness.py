from __future__ import annotations

import pytest

from eschool_core.commands.class_care import CorrectGuardian, CorrectPupil
from eschool_core.commands.inspections import DraftInspection, RegisterNote
from eschool_core.commands.office_work import DescribeSchool, RecordControl
from eschool_core.commands.sections import ConfirmSection
from eschool_core.domain.care import SchoolDetails
from eschool_core.domain.care_enums import Section
from eschool_core.domain.people import Guardianship
from eschool_core.queries.cards import cards
from eschool_core.queries.completeness import completeness
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, verdict


@pytest.mark.scenario("2.1:1")
@pytest.mark.clause("2.1")
def test_a_pupil_without_a_birth_date_is_named(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][1]
    before = {entry.pupil for entry in completeness(school.store, MONDAY).cards}
    assert "Белова Саша" in before
    school.must(
        CorrectPupil(pupil_id=pupil, family="Белова", given="Саша", birth_day=16_000, sex=1),
        "russian",
    )
    answer = completeness(school.store, MONDAY)
    of_class = {entry.pupil_id: entry.missing for entry in answer.cards}
    assert pupil not in of_class
    assert "birth_day" in of_class[school.pupils["5А"][0]]
    assert not answer.partial


@pytest.mark.clause("2.1")
@pytest.mark.clause("4.7.2")
def test_the_schools_own_details_are_asked_for_and_stand_in_one_row(school: SmallSchool) -> None:
    def lacks() -> set[str]:
        sections = completeness(school.store, MONDAY).sections
        return {each.key for entry in sections for each in entry.missing}

    assert "gap.details" in lacks()
    details = DescribeSchool(full_name="МБОУ «Школа № 1»", address="Новокузнецк")
    assert verdict(school.do(details, "deputy")) == "4.1/role"
    school.must(details, "officer")
    school.must(details.model_copy(update={"phone": "+7 384 1"}), "head")
    assert school.one(SchoolDetails).phone == "+7 384 1"
    assert "gap.details" not in lacks()
    confirm = ConfirmSection(year_id=school.year, section=Section.REGIME)
    assert verdict(school.do(confirm, "officer")) == "4.3/incomplete"


@pytest.mark.clause("4.6.7")
@pytest.mark.clause("3.3")
def test_a_corrected_phone_shows_old_and_new_until_the_next_check(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][1]
    entry = school.one(Guardianship, pupil_id=pupil)
    fresh = CorrectGuardian(
        guardianship_id=entry.id, family="Белова", given="Мария", relation="мать", phone="+7 999"
    )
    assert verdict(school.do(fresh, "maths")) == "4.6/class-teacher"
    school.must(fresh, "russian")
    answer = cards(school.store, school.classes["5А"], "5А", MONDAY)
    [card] = [card for card in answer.cards if card.pupil_id == pupil]
    [change] = card.changes
    assert (change.field, change.old, change.new) == ("phone", "+7 384 000", "+7 999")


@pytest.mark.scenario("3.5:1")
@pytest.mark.clause("3.5")
def test_a_month_without_a_check_of_the_deputies_is_overdue_and_seen_by_the_head(
    school: SmallSchool,
) -> None:
    def september(who: str, moment: int) -> DutyState:
        answer = duties(school.store, moment, school.staff[who] if who else 0)
        [found] = [
            duty
            for duty in answer.duties
            if duty.clause == "3.5" and duty.params["last"] == "2026-09-30"
        ]
        return found.state

    october = clock(MONDAY + 24, 0)
    assert september("deputy", october - 1) is DutyState.DUE
    assert september("deputy", october) is DutyState.OVERDUE
    assert september("", october) is DutyState.OVERDUE
    check = RecordControl(day=MONDAY, topic="Темы уроков", result="Замечаний нет")
    assert verdict(school.do(check, "maths")) == "4.1/role"
    school.must(check, "deputy")
    assert september("deputy", october) is DutyState.DONE


@pytest.mark.clause("3.5")
def test_an_inspection_satisfies_the_control_plan_with_its_note_and_not_with_its_draft(
    school: SmallSchool,
) -> None:
    october = clock(MONDAY + 24, 0)

    def september() -> Duty:
        answer = duties(school.store, october, school.staff["deputy"])
        [found] = [
            duty
            for duty in answer.duties
            if duty.clause == "3.5" and duty.params["last"] == "2026-09-30"
        ]
        return found

    draft = DraftInspection(aim="Ведение журналов", first_day=FIRST_DAY, last_day=MONDAY)
    inspection_id = school.must(draft, "deputy", take=4)
    assert september().state is DutyState.OVERDUE
    note = RegisterNote(inspection_id=inspection_id, note_number="3-с", note_day=MONDAY)
    school.must(note, "deputy")
    assert (september().state, september().done_by_id) == (
        DutyState.DONE,
        school.staff["deputy"],
    )
