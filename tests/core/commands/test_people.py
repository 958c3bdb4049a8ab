from __future__ import annotations

import pytest

from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.guardians import AddGuardian, GuardianEntry
from eschool_core.commands.journals import OpenJournal
from eschool_core.commands.people import (
    AdmitPupil,
    Appoint,
    EndAppointment,
    MovePupil,
    WithdrawPupil,
)
from eschool_core.domain.enums import ExcuseKind, JournalKind, PersonKind, Role
from eschool_core.domain.journal import JournalLine, Mark
from eschool_core.domain.office import Person
from eschool_core.domain.people import Enrolment, Guardianship, Pupil
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import Appointment
from tests.core.commands.acts import absent, mark
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, TUESDAY, SmallSchool, clock, verdict

pytestmark = pytest.mark.clause("4.6.6")

WEDNESDAY = TUESDAY + 1
NOT_THERE = "4.6.6/enrolment"


def on(school: SmallSchool, pupil: int, day: int, group: str = "5А") -> str:
    """Give a mark in maths of a day and return what became of it."""
    lesson = school.lesson(group, "Математика", day)
    return verdict(school.do(mark(lesson, pupil), "maths", at=clock(day, 12)))


@pytest.mark.clause("4.6.6/enrolment")
@pytest.mark.parametrize(("day", "expected"), [(MONDAY, NOT_THERE), (TUESDAY, "accepted")])
def test_a_newcomer_has_records_from_the_first_day_on(
    school: SmallSchool, day: int, expected: str
) -> None:
    newcomer = school.add_pupil("5А", "Жилин", first_day=TUESDAY)
    assert on(school, newcomer, day) == expected


@pytest.mark.clause("4.6.6/enrolment")
@pytest.mark.parametrize(("day", "expected"), [(TUESDAY, "accepted"), (WEDNESDAY, NOT_THERE)])
def test_a_leaver_has_records_until_the_last_day(
    school: SmallSchool, day: int, expected: str
) -> None:
    pupil = school.pupils["5А"][0]
    school.must(WithdrawPupil(pupil_id=pupil, last_day=TUESDAY, order="4-о"), "officer")
    assert on(school, pupil, day) == expected


def test_leaving_deletes_nothing(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    assert on(school, pupil, MONDAY) == "accepted"
    school.must(WithdrawPupil(pupil_id=pupil, last_day=TUESDAY, order="4-о"), "officer")
    [entry] = school.all(Enrolment, pupil_id=pupil)
    assert (entry.last_day, entry.order_out) == (TUESDAY, "4-о")
    assert len(school.all(Mark)) == len(school.all(Pupil, id=pupil)) == 1


def test_who_has_left_does_not_leave_again(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    school.must(WithdrawPupil(pupil_id=pupil, last_day=TUESDAY, order="4-о"), "officer")
    again = WithdrawPupil(pupil_id=pupil, last_day=WEDNESDAY, order="5-о")
    assert verdict(school.do(again, "officer")) == "school.not_enrolled"


def test_the_last_day_may_be_corrected_to_an_earlier_one(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    for day in (TUESDAY, MONDAY):
        school.must(WithdrawPupil(pupil_id=pupil, last_day=day, order="4-о"), "officer")
    assert on(school, pupil, TUESDAY) == NOT_THERE


@pytest.mark.clause("4.6.6/enrolment")
def test_who_comes_back_is_the_same_pupil_with_a_gap_between(school: SmallSchool) -> None:
    pupil, klass = school.pupils["5А"][0], school.classes["5А"]
    assert on(school, pupil, MONDAY) == "accepted"
    school.must(WithdrawPupil(pupil_id=pupil, last_day=MONDAY, order="4-о"), "officer")
    back = MovePupil(pupil_id=pupil, class_id=klass, first_day=WEDNESDAY, order="6-з")
    school.must(back, "officer")
    days = (MONDAY, TUESDAY, WEDNESDAY)
    assert [on(school, pupil, day) for day in days] == ["accepted", NOT_THERE, "accepted"]
    lesson = school.lesson("5А", "Математика", TUESDAY)
    at = clock(WEDNESDAY, 12)
    assert verdict(school.do(absent(lesson, pupil), "maths", at=at)) == NOT_THERE
    assert len(school.all(Mark)) == 2


def test_a_move_closes_the_old_lines_and_opens_the_new(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    move = MovePupil(pupil_id=pupil, class_id=school.classes["5Б"], first_day=TUESDAY, order="3-п")
    school.must(move, "officer")
    assert [on(school, pupil, day) for day in (MONDAY, TUESDAY)] == ["accepted", NOT_THERE]
    assert [on(school, pupil, day, "5Б") for day in (MONDAY, TUESDAY)] == [NOT_THERE, "accepted"]
    lines = school.all(JournalLine, pupil_id=pupil)
    assert {line.last_day for line in lines} == {MONDAY, FOREVER}


@pytest.mark.clause("3.6")
@pytest.mark.parametrize(("grade", "expected"), [(None, 5), (6, 6)])
def test_a_move_within_the_year_keeps_the_grade_unless_the_order_says_another(
    school: SmallSchool, grade: int | None, expected: int
) -> None:
    school.add_class("6–7", 7)
    pupil = school.pupils["5А"][0]
    move = MovePupil(
        pupil_id=pupil,
        class_id=school.classes["6–7"],
        first_day=TUESDAY,
        order="3-п",
        grade=grade,
    )
    school.must(move, "officer")
    assert school.all(Enrolment, pupil_id=pupil)[-1].grade == expected


def test_a_journal_opened_later_knows_who_had_left(school: SmallSchool) -> None:
    left, stays = school.pupils["5А"][:2]
    school.must(WithdrawPupil(pupil_id=left, last_day=TUESDAY, order="4-о"), "officer")
    school.add_journal("5А", "Физика", "substitute")
    assert school.line("5А", "Физика", left).last_day == TUESDAY
    assert school.line("5А", "Физика", stays).last_day == FOREVER


def test_the_excuse_for_days_before_leaving_is_still_the_class_teachers(
    school: SmallSchool,
) -> None:
    pupil = school.pupils["5А"][0]
    school.must(WithdrawPupil(pupil_id=pupil, last_day=MONDAY, order="4-о"), "officer")

    def attempt(day: int) -> str:
        excuse = ExcuseAbsence(pupil_id=pupil, excuse=ExcuseKind.VALID, first_day=day, last_day=day)
        return verdict(school.do(excuse, "russian", at=clock(WEDNESDAY, 9)))

    assert [attempt(MONDAY), attempt(TUESDAY)] == ["accepted", "4.1/role"]


def test_a_pupil_comes_with_person_card_and_guardians(school: SmallSchool) -> None:
    mother = GuardianEntry(family="Жилина", given="Вера")
    father = GuardianEntry(family="Жилин", given="Олег")
    pupil = school.add_pupil("5А", "Жилин", guardians=(mother, father))
    guardians = [entry.guardian_id for entry in school.all(Guardianship, pupil_id=pupil)]
    assert len(set(guardians)) == 2
    kinds = [school.one(Person, id=person).kind for person in (pupil, *guardians)]
    assert kinds == [PersonKind.PUPIL, PersonKind.GUARDIAN, PersonKind.GUARDIAN]


def test_a_guardian_of_an_elder_child_stays_one_person(school: SmallSchool) -> None:
    known = school.guardian(school.pupils["10А"][0])
    entry = GuardianEntry(guardian_id=known, family="Абрамова", given="Мария")
    pupil = school.add_pupil("5А", "Абрамов", guardians=(entry,))
    assert school.guardian(pupil) == known


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize("who", ["pupil", "staff", "nobody", "same"])
def test_a_guardian_who_should_be_known_is_one(school: SmallSchool, who: str) -> None:
    pupil = school.pupils["5А"][0]
    ids = {
        "pupil": school.pupils["5А"][1],
        "staff": school.staff["maths"],
        "nobody": 12_345,
        "same": school.guardian(pupil),
    }
    entry = GuardianEntry(guardian_id=ids[who], family="А", given="Б")
    add = AddGuardian(pupil_id=pupil, guardian=entry, first_day=FIRST_DAY, ground="опека")
    expected = "data.missing" if who == "nobody" else "data.field"
    assert verdict(school.do(add, "officer")) == expected


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"first_day": LAST_DAY}, "accepted"),
        ({"first_day": LAST_DAY + 1}, "data.field"),
        ({"birth_day": FIRST_DAY - 1}, "accepted"),
        ({"birth_day": FIRST_DAY}, "data.field"),
        ({"class_id": 77}, "data.missing"),
    ],
)
def test_a_pupil_is_born_and_comes_while_the_class_is_there(
    school: SmallSchool, fields: dict[str, int], expected: str
) -> None:
    values = {"family": "Жилин", "given": "Ян", "class_id": school.classes["5А"]}
    admit = AdmitPupil.model_validate({**values, "first_day": FIRST_DAY, "order": "1-з", **fields})
    assert verdict(school.do(admit, "officer")) == expected


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"class_id": "5А"}, "data.field"),
        ({"first_day": FIRST_DAY - 1}, "data.field"),
        ({"first_day": LAST_DAY + 1}, "data.field"),
        ({"pupil_id": 77}, "data.missing"),
        ({"class_id": 77}, "data.missing"),
    ],
)
def test_a_move_is_of_a_pupil_to_another_class_within_its_year(
    school: SmallSchool, fields: dict[str, object], expected: str
) -> None:
    values = {
        "pupil_id": school.pupils["5А"][0],
        "class_id": "5Б",
        "first_day": TUESDAY,
        "order": "3-п",
        **fields,
    }
    values["class_id"] = school.classes.get(str(values["class_id"]), 77)
    before = school.dump()
    assert verdict(school.do(MovePupil.model_validate(values), "officer")) == expected
    assert school.dump() == before


@pytest.mark.clause("4.1")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"role": Role.CLASS_TEACHER}, "data.field"),
        ({"role": Role.TEACHER, "class_id": 1}, "data.field"),
        ({"role": Role.TEACHER, "last_day": FIRST_DAY - 1}, "data.field"),
        ({"role": Role.TEACHER, "person_id": 77}, "data.missing"),
        ({"role": Role.CLASS_TEACHER, "class_id": 77}, "data.missing"),
        ({"role": Role.TEACHER, "last_day": FIRST_DAY}, "accepted"),
    ],
)
def test_an_appointment_is_of_staff_and_a_class_teachers_names_the_class(
    school: SmallSchool, fields: dict[str, int], expected: str
) -> None:
    values = {"person_id": school.staff["nobody"], "first_day": FIRST_DAY, **fields}
    assert verdict(school.do(Appoint.model_validate(values), "officer")) == expected


@pytest.mark.clause("4.2/2")
@pytest.mark.parametrize("role", list(Role))
def test_the_personnel_officer_appoints_teachers_and_gives_no_other_right(
    school: SmallSchool, role: Role
) -> None:
    class_id = school.classes["5Б"] if role is Role.CLASS_TEACHER else 0
    command = Appoint(
        person_id=school.staff["nobody"], role=role, class_id=class_id, first_day=FIRST_DAY
    )
    expected = "accepted" if role is Role.TEACHER else "4.1/role"
    assert verdict(school.do(command, "hr")) == expected


@pytest.mark.clause("4.1")
def test_who_is_dismissed_has_no_right_from_the_next_day_on(school: SmallSchool) -> None:
    [entry] = school.all(Appointment, person_id=school.staff["deputy"])
    command = EndAppointment(appointment_id=entry.id, last_day=MONDAY, act="9-к")
    assert verdict(school.do(command, "hr")) == "4.1/role"
    school.must(command, "officer")
    opening = OpenJournal(
        year_id=school.year,
        group_id=school.groups["5Б"],
        subject_id=school.subjects["Физика"],
        journal_kind=JournalKind.CLASS,
    )
    assert verdict(school.do(opening, "deputy", at=clock(TUESDAY, 0))) == "4.1/role"
    assert verdict(school.do(opening, "deputy", at=clock(MONDAY, 23, 59))) == "accepted"


@pytest.mark.clause("4.1")
@pytest.mark.parametrize("actor", ["officer", "head", "hr"])
def test_nobody_gives_a_role_to_himself(school: SmallSchool, actor: str) -> None:
    command = Appoint(person_id=school.staff[actor], role=Role.TEACHER, first_day=FIRST_DAY)
    assert verdict(school.do(command, actor)) == "4.1/role"
