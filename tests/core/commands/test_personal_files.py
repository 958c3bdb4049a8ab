"""The personal file: who writes it, who reads it, what is kept of it (4.4.3/1, 4.4.3/2, 1.4)."""

from __future__ import annotations

import json

import pytest

from eschool_core.commands.class_care import CorrectGuardian
from eschool_core.commands.people import Appoint, WithdrawPupil
from eschool_core.commands.personal_files import (
    KeepGuardianWork,
    KeepHealthGroup,
    KeepPupilFile,
    NoteSchoolChange,
)
from eschool_core.domain.care import CardChange
from eschool_core.domain.enums import Role, Verdict
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.domain.personal_file import (
    ChangeDirection,
    ChangePlace,
    GuardianWork,
    PhysicalGroup,
    PupilFile,
    PupilHealth,
    SchoolChange,
)
from eschool_core.exports.person import person_data
from eschool_core.reports.table import Table
from eschool_sync.server.scope import scope_of
from tests.core.reports.tables import asked, made
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school

ADDRESS = "ул. Весенняя, 5"
FIT = KeepHealthGroup


@pytest.fixture
def school() -> SmallSchool:
    """A school whose first pupil of 5А has an address and a health group."""
    school = built_school()
    pupil = school.pupils["5А"][0]
    school.must(KeepPupilFile(pupil_id=pupil, file_number="А-1", address=ADDRESS), "officer")
    school.must(
        FIT(pupil_id=pupil, health_group=3, physical_group=PhysicalGroup.SPECIAL_A), "russian"
    )
    return school


def particulars(school: SmallSchool, viewer: str = "") -> Table:
    return made(school, "particulars", asked(school, class_name="5А"), viewer)


@pytest.mark.clause("4.4.3/1")
def test_file_and_address_stand_in_the_form_and_earlier_ones_are_kept(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    school.must(KeepPupilFile(pupil_id=pupil, file_number="А-1", address="новый"), "russian")
    row = particulars(school, "deputy").rows[0]
    shown = particulars(school, "deputy")
    assert (shown.value(row, "file_number"), shown.value(row, "address")) == ("А-1", "новый")
    kept = [(one.field, one.old, one.new) for one in school.all(CardChange, pupil_id=pupil)]
    assert kept == [
        ("file_number", "", "А-1"), ("address", "", ADDRESS), ("address", ADDRESS, "новый"),
    ]  # fmt: skip
    assert len(school.all(PupilFile)) == 1


@pytest.mark.scenario("journal_kinds:3")
@pytest.mark.clause("1.4")
@pytest.mark.clause("4.4.3/1")
@pytest.mark.asvs("8.2.3")
@pytest.mark.threat("T26")
def test_the_health_group_is_shown_to_the_class_teacher_and_the_head_alone(
    school: SmallSchool,
) -> None:
    for viewer in ("russian", "head"):
        shown = particulars(school, viewer)
        row = shown.rows[0]
        assert shown.value(row, "health_group") == "III"
        assert shown.value(row, "physical_group") == "специальная А"
    for viewer in ("deputy", ""):
        keys = {column.key for column in particulars(school, viewer).columns}
        assert keys.isdisjoint({"health_group", "physical_group"})
        assert "III" not in json.dumps(particulars(school, viewer).as_json())


@pytest.mark.clause("1.4")
@pytest.mark.threat("T26")
def test_whoever_is_acting_head_sees_it_within_the_dates_of_the_order(school: SmallSchool) -> None:
    school.must(
        Appoint(person_id=school.staff["deputy"], role=Role.HEAD, first_day=MONDAY + 1,
                last_day=MONDAY + 3, act="Приказ 3", acting=1),
        "officer",
    )  # fmt: skip
    for day, sees in ((MONDAY, False), (MONDAY + 1, True), (MONDAY + 3, True), (MONDAY + 4, False)):
        wanted = asked(school, FIRST_DAY, MONDAY, class_name="5А", day=day)
        keys = {column.key for column in made(school, "particulars", wanted, "deputy").columns}
        assert ("health_group" in keys) is sees, day


@pytest.mark.scenario("journal_kinds:3")
@pytest.mark.clause("1.4")
@pytest.mark.asvs("8.2.2")
def test_no_copy_of_anybody_else_holds_the_health_group(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    part = partition(PartitionKind.HEALTH, pupil)
    assert [row.part for row in school.all(PupilHealth)] == [part]
    holders = {name for name, one in school.staff.items() if part in scope_of(school.store, one)}
    assert holders == {"russian", "head"}
    guardian = school.all(Guardianship, pupil_id=pupil)[0].guardian_id
    assert part not in scope_of(school.store, guardian)


@pytest.mark.clause("1.4")
def test_of_health_no_earlier_value_is_kept(school: SmallSchool) -> None:
    school.must(FIT(pupil_id=school.pupils["5А"][0], health_group=2, physical_group=1), "russian")
    assert [(row.health_group, row.physical_group) for row in school.all(PupilHealth)] == [(2, 1)]
    assert {one.field for one in school.all(CardChange)} == {"file_number", "address"}


@pytest.mark.parametrize("name", ["maths", "deputy", "officer", "head", "hr"])
def test_nobody_but_the_class_teacher_writes_the_health_group(
    school: SmallSchool, name: str
) -> None:
    outcome = school.do(FIT(pupil_id=school.pupils["5А"][0], health_group=1), name)
    assert (outcome.verdict, outcome.key) == (Verdict.REJECTED, "4.6/class-teacher")
    assert [row.health_group for row in school.all(PupilHealth)] == [3]


@pytest.mark.clause("4.4.3/1")
def test_a_workplace_is_written_shown_and_taken_away(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    guardianship = school.all(Guardianship, pupil_id=pupil)[0].id

    def keep(workplace: str) -> str:
        command = KeepGuardianWork(guardianship_id=guardianship, workplace=workplace)
        school.must(command, "russian")
        shown = particulars(school)
        return str(shown.value(shown.rows[0], "guardians"))

    before = keep("")
    assert keep("завод") == before.replace(", +7", ", завод, +7")
    assert keep("больница № 2").count("больница № 2") == 1
    assert keep("") == before
    assert school.all(GuardianWork) == []


@pytest.mark.clause("1.4")
def test_the_export_of_a_child_tells_nothing_of_a_guardians_work_or_old_telephone(
    school: SmallSchool,
) -> None:
    pupil = school.pupils["5А"][0]
    entry = school.all(Guardianship, pupil_id=pupil)[0]
    school.must(KeepGuardianWork(guardianship_id=entry.id, workplace="завод"), "russian")
    school.must(
        CorrectGuardian(guardianship_id=entry.id, family=entry.family, given=entry.given,
                        patronymic=entry.patronymic, relation=entry.relation, phone="+7 999 1"),
        "russian",
    )  # fmt: skip
    data = person_data(school.store, pupil)
    said = json.dumps(data.as_json(), ensure_ascii=False)
    assert "завод" not in said
    assert "+7 999" not in said
    assert ADDRESS in said
    assert data.tables["pupil_health"][0]["health_group"] == 3


@pytest.mark.clause("4.4.3/2")
def test_who_has_not_left_went_nowhere_and_nobody_comes_from_a_college(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    enrolment = school.all(Enrolment, pupil_id=pupil)[0].id

    def note(direction: ChangeDirection, place: ChangePlace, other: str = "") -> str:
        command = NoteSchoolChange(
            enrolment_id=enrolment, direction=direction, place=place, school=other
        )
        return school.do(command, "officer").key

    assert note(ChangeDirection.LEFT, ChangePlace.COLLEGE) == "school.not_left"
    assert note(ChangeDirection.ARRIVED, ChangePlace.COLLEGE) == "data.field"
    assert school.all(SchoolChange) == []
    school.must(WithdrawPupil(pupil_id=pupil, last_day=MONDAY, order="9-о"), "officer")
    assert note(ChangeDirection.LEFT, ChangePlace.OTHER) == ""
    assert note(ChangeDirection.LEFT, ChangePlace.COLLEGE, "горный") == ""
    assert [(row.place, row.school) for row in school.all(SchoolChange)] == [
        (ChangePlace.COLLEGE, "горный")
    ]
