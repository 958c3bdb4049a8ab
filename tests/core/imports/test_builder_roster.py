from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eschool_core.calendar import day_number
from eschool_core.commands.journals import SetLoad
from eschool_core.commands.people import AdmitPupil, guardian_ids
from eschool_core.domain.enums import Role, Sex
from eschool_core.errors import InputError
from eschool_core.imports.builder_report import roster_report
from eschool_core.imports.builder_roster import RosterResult, build_roster
from eschool_core.imports.builder_timetable import build_timetable
from eschool_core.imports.drafts import (
    ActivityDraft,
    ClassDraft,
    GroupDraft,
    GuardianDraft,
    MembershipDraft,
    NameDraft,
    PupilDraft,
    RosterDraft,
    StaffDraft,
    TeachingDraft,
    TimetableDraft,
)
from eschool_core.sample.bells import first_shift
from eschool_core.sample.people import sample_roster
from eschool_core.sample.timetable import sample_timetable
from tests.core.imports.building import ORDER, START_YEAR, School, new_school

CLASSES = (ClassDraft("5А", 5), ClassDraft("7Б", 7))
GROUPS = (
    GroupDraft("5А.1", ("5А",), whole=False),
    GroupDraft("5А.2", ("5А",), whole=False),
    GroupDraft("7Б.1", ("7Б",), whole=False),
)
MOTHER = GuardianDraft("g1", NameDraft("Орлова", "Вера", "Ильинична"), "мать", "+7 000 000-00-00")
FATHER = GuardianDraft("g2", NameDraft("Орлов", "Олег", "Олегович"), "отец")
YOUNGER = PupilDraft(
    "p1",
    NameDraft("Орлов", "Пётр", "Олегович"),
    "5А",
    date(2015, 3, 1),
    Sex.MALE,
    (MOTHER, FATHER),
)
ELDER = PupilDraft("p2", NameDraft("Орлова", "Анна"), "7Б", date(2013, 3, 1), guardians=(MOTHER,))
OTHER = PupilDraft("p3", NameDraft("Сизов", "Иван"), "5А")


def roster(
    *pupils: PupilDraft,
    memberships: tuple[MembershipDraft, ...] = (),
    staff: tuple[StaffDraft, ...] = (),
    teachings: tuple[TeachingDraft, ...] = (),
) -> RosterDraft:
    return RosterDraft(CLASSES, staff, pupils, GROUPS, memberships, (), teachings)


def timetable(*activities: ActivityDraft) -> TimetableDraft:
    whole = tuple(GroupDraft(one.name, (one.name,), whole=True) for one in CLASSES)
    subjects = tuple(dict.fromkeys(one.subject for one in activities))
    return TimetableDraft(
        "проба",
        5,
        1,
        first_shift(),
        CLASSES,
        (*whole, *GROUPS),
        ("Иванова",),
        subjects,
        activities,
        (),
        len(activities),
        len(activities),
    )


def taught(number: int, subject: str, *groups: str) -> ActivityDraft:
    return ActivityDraft(number, subject, groups, ("Иванова",), 1)


def build(school: School, draft: RosterDraft) -> RosterResult:
    batch = school.batch()
    result = build_roster(
        batch,
        draft,
        year=school.year,
        bells=school.bells,
        order=ORDER,
        existing=school.existing(),
    )
    school.apply(batch)
    return result


def build_lessons(school: School, *activities: ActivityDraft) -> None:
    batch = school.batch()
    build_timetable(
        batch,
        timetable(*activities),
        year=school.year,
        bells=school.bells,
        existing=school.existing(),
    )
    school.apply(batch)


def members(school: School, group: str) -> list[int]:
    return school.ids(
        "SELECT m.pupil_id FROM group_member m JOIN study_group g ON g.id = m.group_id "
        "WHERE g.name = ? ORDER BY m.pupil_id",
        group,
    )


def test_pupils_get_their_class_its_group_and_a_card() -> None:
    school = new_school()
    result = build(school, roster(YOUNGER, OTHER))
    assert school.ids("SELECT id FROM pupil") == list(result.pupil_ids.values())
    assert members(school, "5А") == sorted(result.pupil_ids.values())
    cards = school.store.rows("SELECT birth_day, sex FROM pupil_card ORDER BY id")
    assert cards == [(day_number(date(2015, 3, 1)), Sex.MALE), (0, 0)]
    assert school.store.rows("SELECT DISTINCT grade, order_in FROM enrolment") == [(5, ORDER)]


def test_brothers_and_sisters_share_their_guardian() -> None:
    school = new_school()
    result = build(school, roster(YOUNGER, OTHER, ELDER))
    rows = school.store.rows("SELECT pupil_id, guardian_id FROM guardianship ORDER BY id")
    pupils, guardians = result.pupil_ids, result.guardian_ids
    assert rows == [
        (pupils["p1"], guardians["g1"]),
        (pupils["p1"], guardians["g2"]),
        (pupils["p2"], guardians["g1"]),
    ]
    assert school.count("person WHERE kind = 3") == 2


def test_the_guardians_of_the_sample_school_are_known_beforehand() -> None:
    school = new_school()
    draft = sample_roster(sample_timetable("full", 5), 5, START_YEAR)
    result = build(school, draft)
    stored = school.store.rows("SELECT pupil_id, guardian_id FROM guardianship")
    stated = [
        (result.pupil_ids[pupil.key], result.guardian_ids[guardian.key])
        for pupil in draft.pupils
        for guardian in pupil.guardians
    ]
    assert sorted(stored) == sorted(stated)
    assert len(set(result.guardian_ids.values())) == len(result.guardian_ids)
    assert len(stated) > len(result.guardian_ids)


def test_ids_of_guardians_follow_those_of_the_pupil() -> None:
    person = {"family": "О", "given": "В"}
    command = AdmitPupil.model_validate(
        {
            **person,
            "class_id": 1,
            "first_day": 1,
            "order": "",
            "guardians": [person, {**person, "guardian_id": 9}, person],
        }
    )
    assert guardian_ids(command, 1000) == (1003, 9, 1006)


def test_more_guardians_than_one_command_takes_are_added_singly() -> None:
    school = new_school()
    many = tuple(replace(MOTHER, key=f"g{number}") for number in range(8))
    result = build(school, roster(replace(YOUNGER, guardians=many)))
    ids = school.ids("SELECT guardian_id FROM guardianship ORDER BY id")
    assert ids == list(result.guardian_ids.values())
    assert len(ids) == 8


def test_a_second_import_of_the_same_file_adds_nothing() -> None:
    school = new_school()
    draft = sample_roster(sample_timetable("small", 1), 1, START_YEAR)
    first = build(school, draft)
    before = school.dump()
    second = build(school, draft)
    assert school.dump() == before
    assert second.joined == len(draft.pupils)
    assert second.pupil_ids == first.pupil_ids
    assert second.guardian_ids == first.guardian_ids
    assert roster_report(second)["admitted"] == 0


def test_a_later_file_adds_who_is_new_to_the_same_guardian() -> None:
    school = new_school()
    first = build(school, roster(YOUNGER))
    second = build(school, roster(YOUNGER, ELDER))
    assert second.joined == 1
    assert second.guardian_ids["g1"] == first.guardian_ids["g1"]
    assert school.count("person WHERE kind = 3") == 2


def test_a_pupil_of_the_school_gets_a_guardian_whom_a_later_file_names() -> None:
    school = new_school()
    build(school, roster(replace(YOUNGER, guardians=(MOTHER,))))
    second = build(school, roster(YOUNGER))
    assert school.count("pupil") == 1
    assert school.ids("SELECT guardian_id FROM guardianship") == [
        second.guardian_ids["g1"],
        second.guardian_ids["g2"],
    ]


def test_namesakes_are_two_pupils_also_the_second_time() -> None:
    school = new_school()
    twins = (OTHER, replace(OTHER, key="p4"))
    first = build(school, roster(*twins))
    second = build(school, roster(*twins))
    assert second.pupil_ids == first.pupil_ids
    assert school.count("pupil") == 2


def test_the_same_name_with_another_birth_date_is_another_pupil() -> None:
    school = new_school()
    build(school, roster(YOUNGER))
    build(school, roster(replace(YOUNGER, birth_date=date(2015, 3, 2))))
    assert school.count("pupil") == 2


def test_who_cannot_be_admitted_is_left_out_with_the_reason() -> None:
    school = new_school()
    stranger = replace(OTHER, key="p8", class_name="11Я")
    unborn = replace(OTHER, key="p9", birth_date=date(START_YEAR, 9, 1))
    places = (MembershipDraft("5А.1", "p8"), MembershipDraft("5А.9", "p3"))
    result = build(school, roster(stranger, unborn, OTHER, memberships=places))
    assert [(left.where, left.reason) for left in result.not_taken] == [
        ("p8", "import.pupil_unknown_class"),
        ("p9", "import.pupil_not_born"),
        ("5А.1: p8", "import.membership_unknown"),
        ("5А.9: p3", "import.membership_unknown"),
    ]
    assert all(entry["reason"] for entry in roster_report(result, "en")["not_taken"])


@pytest.mark.clause("4.6.4")
def test_pupils_are_placed_into_groups_and_their_journals() -> None:
    school = new_school()
    build_lessons(school, taught(1, "Труд", "5А.1"))
    result = build(school, roster(YOUNGER, OTHER, memberships=(MembershipDraft("5А.1", "p3"),)))
    assert members(school, "5А.1") == [result.pupil_ids["p3"]]
    assert school.ids("SELECT pupil_id FROM journal_line") == [result.pupil_ids["p3"]]


@pytest.mark.clause("4.6.4")
def test_a_pupil_is_in_one_of_two_groups_of_a_subject() -> None:
    school = new_school()
    build_lessons(school, taught(1, "Труд", "5А.1"), taught(2, "Труд", "5А.2"))
    places = (MembershipDraft("5А.1", "p3"), MembershipDraft("5А.2", "p3"))
    result = build(school, roster(OTHER, memberships=places))
    [left_out] = result.not_taken
    assert (left_out.where, left_out.reason) == ("5А.2: p3", "import.membership_rival")
    assert dict(left_out.params) == {"group": "5А.1"}


def test_a_pupil_of_another_class_is_not_placed() -> None:
    school = new_school()
    result = build(school, roster(ELDER, memberships=(MembershipDraft("5А.1", "p2"),)))
    assert [left.reason for left in result.not_taken] == ["import.membership_other_class"]


@pytest.mark.parametrize("whole_class", [True, False])
def test_joint_groups_are_filled_from_what_they_join(whole_class: bool) -> None:  # noqa: FBT001
    school = new_school()
    first = "5А" if whole_class else "5А.1"
    build_lessons(school, taught(1, "Труд", first, "7Б.1"))
    places = (MembershipDraft("5А.1", "p1"), MembershipDraft("7Б.1", "p2"))
    result = build(school, roster(YOUNGER, ELDER, OTHER, memberships=places))
    expected = ("p1", "p2", "p3") if whole_class else ("p1", "p2")
    assert members(school, f"{first}+7Б.1") == sorted(result.pupil_ids[key] for key in expected)
    assert school.count("journal_line") == len(expected)


def test_staff_of_the_timetable_are_joined_by_name_or_by_key() -> None:
    school = new_school()
    batch = school.batch()
    draft = timetable(taught(1, "Труд", "5А"))
    first = build_timetable(batch, draft, year=school.year, bells=school.bells)
    staff = (
        StaffDraft("Иванова", NameDraft("Иванова", "Мария", "Ивановна")),
        StaffDraft("t2", NameDraft("Новикова", "Ольга")),
    )
    second = build_roster(
        batch,
        roster(staff=staff),
        year=school.year,
        bells=school.bells,
        order=ORDER,
        existing=first.school,
    )
    school.apply(batch)
    assert second.staff_ids["Иванова"] == first.staff_ids["Иванова"]
    assert school.ids("SELECT id FROM staff") == sorted(second.staff_ids.values())


def test_two_of_one_name_are_two_also_the_second_time() -> None:
    school = new_school()
    name = NameDraft("Новикова", "Ольга")
    staff = (StaffDraft("t1", name), StaffDraft("t2", name))
    first = build(school, roster(staff=staff))
    second = build(school, roster(staff=staff))
    assert second.staff_ids == first.staff_ids
    assert len(set(first.staff_ids.values())) == school.count("staff") == 2


def test_class_teachers_are_appointed_once() -> None:
    school = new_school()
    draft = roster(
        staff=(StaffDraft("t1", NameDraft("Новикова", "Ольга")),),
        teachings=(
            TeachingDraft("t1", "5А", class_teacher=True),
            TeachingDraft("t9", "5А", class_teacher=True),
            TeachingDraft("t1", "9Я", class_teacher=True),
        ),
    )
    result = build(school, draft)
    build(school, draft)
    rows = school.store.rows(
        "SELECT person_id, class_id FROM appointment WHERE role = ?", Role.CLASS_TEACHER
    )
    assert rows == [(result.staff_ids["t1"], result.class_ids["5А"])]
    assert [left.where for left in result.not_taken] == ["5А: t9", "9Я: t1"]


def test_a_teacher_of_a_group_gets_its_only_journal() -> None:
    school = new_school()
    build_lessons(
        school,
        taught(1, "Труд", "5А.1"),
        taught(2, "Труд", "7Б.1"),
        taught(3, "Физика", "7Б.1"),
    )
    draft = roster(
        staff=(StaffDraft("t1", NameDraft("Новикова", "Ольга")),),
        teachings=tuple(TeachingDraft("t1", group.name) for group in GROUPS),
    )
    result = build(school, draft)
    build(school, draft)
    loads = school.ids(
        "SELECT journal_id FROM teaching_load WHERE staff_id = ?", result.staff_ids["t1"]
    )
    assert len(loads) == 1
    assert {left.reason for left in result.not_taken} == {"import.teaching_which_journal"}
    assert [left.where for left in result.not_taken] == ["5А.2: t1", "7Б.1: t1"]


@pytest.mark.clause("4.4.2")
def test_a_roster_gives_no_loads_where_the_actor_may_not() -> None:
    school = new_school()
    build_lessons(school, taught(1, "Труд", "5А.1"))
    draft = roster(
        staff=(StaffDraft("t1", NameDraft("Новикова", "Ольга")),),
        teachings=(TeachingDraft("t1", "5А.1"), TeachingDraft("t1", "5А", class_teacher=True)),
    )
    batch = school.batch()
    year, bells, existing = school.year, school.bells, school.existing()
    result = build_roster(
        batch, draft, year=year, bells=bells, order="1", existing=existing, gives_loads=False
    )
    assert [left.reason for left in result.not_taken] == ["import.teaching_by_deputy"]
    assert not any(isinstance(entry.command, SetLoad) for entry in batch.commands)


def test_an_order_is_asked_for_where_guardians_are_added() -> None:
    school = new_school()
    many = tuple(replace(MOTHER, key=f"g{number}") for number in range(7))
    with pytest.raises(InputError, match=r"import\.value_refused"):
        build_roster(
            school.batch(),
            roster(replace(YOUNGER, guardians=many)),
            year=school.year,
            bells=school.bells,
            order="",
        )
