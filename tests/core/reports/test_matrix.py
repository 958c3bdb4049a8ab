"""The matrix of control: five things by teacher, each by hand on a small week (4.4.4)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from eschool_core.commands.lessons import RecordHomework, RecordMark, RecordTopic, TakeRoll
from eschool_core.domain.enums import Role
from eschool_core.domain.journal import Lesson
from eschool_core.errors import RightsError
from eschool_core.reports.control.matrix import led_by
from eschool_core.reports.frame import Asked
from eschool_core.reports.table import UNKNOWN, Table, Value
from tests.core.reports.results import set_terms
from tests.core.reports.tables import asked, made
from tests.school import MONDAY, SmallSchool, clock

LAST = MONDAY + 5
AFTER = MONDAY + 7
MATHS = ("5А", "Математика")


def matrix(school: SmallSchool, wanted: Asked, viewer: str = "") -> Table:
    return made(school, "matrix", wanted, viewer, section="control")


def of_maths(shown: Table) -> dict[str, Value]:
    [found] = [row for row in shown.rows if row.cells[0] == "Maths А."]
    return {column.key: value for column, value in zip(shown.columns, found.cells, strict=True)}


@pytest.fixture
def week(school: SmallSchool) -> Asked:
    """A week of maths in 5А alone: every second lesson is written, homework in the first only."""
    set_terms(school)
    for lesson in school.store.select(Lesson, journal_id=school.journals["5Б", "Математика"]):
        school.store.delete(lesson)
    lessons = sorted(
        (
            lesson
            for lesson in school.store.select(Lesson, journal_id=school.journals[MATHS])
            if MONDAY <= lesson.day <= LAST
        ),
        key=lambda lesson: (lesson.day, lesson.period),
    )
    for number, lesson in enumerate(lessons):
        if number % 2 == 0:
            at = clock(lesson.day, 15)
            school.must(TakeRoll(lesson_id=lesson.id), "maths", at=at)
            school.must(RecordTopic(lesson_id=lesson.id, text="Дроби"), "maths", at=at)
    first = lessons[0]
    school.must(RecordHomework(lesson_id=first.id, text="№ 1"), "maths", at=clock(first.day, 15))
    return asked(school, MONDAY, LAST, day=AFTER)


@pytest.mark.clause("4.4.4")
def test_what_is_written_of_what_was_held_is_the_activity(school: SmallSchool, week: Asked) -> None:
    lessons = [
        lesson
        for lesson in school.store.select(Lesson, journal_id=school.journals[MATHS])
        if MONDAY <= lesson.day <= LAST
    ]
    found = of_maths(matrix(school, week))
    count, written = len(lessons), -(-len(lessons) // 2)
    share = (Decimal(100) * written / count).quantize(Decimal("0.1"))
    assert found["lessons"] == count
    assert found["activity_share"] == share
    assert found["coverage_share"] == share
    assert found["homework_share"] == (Decimal(100) / count).quantize(Decimal("0.1"))


@pytest.mark.clause("4.4.4")
def test_the_last_two_weeks_stand_beside_all_before_them(school: SmallSchool, week: Asked) -> None:
    assert of_maths(matrix(school, week))["activity_change"] is None
    later = replace(asked(school, MONDAY, MONDAY + 19), day=MONDAY + 20)
    found = of_maths(matrix(school, later))
    # Since then nothing was written: the share of the last fourteen days is 0.
    assert isinstance(found["activity_change"], Decimal)
    assert found["activity_change"] < 0


@pytest.mark.clause("4.4.4/2")
def test_density_is_the_share_of_pupils_with_enough_marks(school: SmallSchool, week: Asked) -> None:
    assert of_maths(matrix(school, week))["density_share"] == Decimal("0.0")
    pupils = school.pupils["5А"]
    lessons = [
        lesson
        for lesson in school.store.select(Lesson, journal_id=school.journals[MATHS])
        if MONDAY <= lesson.day <= MONDAY + 19
    ]
    for lesson in lessons:
        for position in (0, 1):
            command = RecordMark(
                lesson_id=lesson.id, pupil_id=pupils[0], value=4, position=position
            )
            school.must(command, "maths", at=clock(lesson.day, 15))
    share = (Decimal(100) / len(pupils)).quantize(Decimal("0.1"))
    assert of_maths(matrix(school, week))["density_share"] == share


@pytest.mark.clause("4.4.4/5")
def test_families_are_known_to_the_server_alone_and_only_to_class_teachers(
    school: SmallSchool, week: Asked
) -> None:
    leads = matrix(school, week)
    assert of_maths(leads)["families_share"] is UNKNOWN
    seen = {school.guardian(school.pupils["5Б"][0]): school.now}
    found = of_maths(matrix(school, replace(week, now=school.now, last_seen=seen)))
    assert isinstance(found["families_share"], Decimal)


@pytest.mark.clause("4.4.4/5")
def test_of_two_classes_that_one_leads_the_first_is_told_of(
    school: SmallSchool, week: Asked
) -> None:
    """The cell leads to it as well."""
    looked = dict.fromkeys(map(school.guardian, school.pupils["5Б"]), school.now)
    wanted = replace(week, now=school.now, last_seen=looked)
    share = of_maths(matrix(school, wanted))["families_share"]
    school.appoint("maths", Role.CLASS_TEACHER, "10А")
    assert led_by(school.store, week.day)[school.staff["maths"]] == school.classes["5Б"]
    assert of_maths(matrix(school, wanted))["families_share"] == share == Decimal(100)


@pytest.mark.clause("4.1")
def test_a_teacher_sees_the_own_row_alone(school: SmallSchool, week: Asked) -> None:
    shown = matrix(school, week, "maths")
    assert [row.cells[0] for row in shown.rows] == ["Maths А."]
    with pytest.raises(RightsError):
        matrix(school, week, "hr")


@pytest.mark.clause("4.4.4/2")
def test_the_pace_of_marks_is_told_against_what_the_norm_asks_of_either_time(
    school: SmallSchool, week: Asked
) -> None:
    """By hand: five lessons, then three; a norm of 7 for all eight, one of four pupils marked."""
    later = replace(asked(school, MONDAY, MONDAY + 20), day=MONDAY + 20)
    lessons = school.store.select(Lesson, journal_id=school.journals[MATHS])
    late = [lesson for lesson in lessons if lesson.day > MONDAY + 5]
    assert (len(lessons), len(late)) == (8, 3)

    def change_after(marked: list[Lesson], position: int) -> Value:
        for lesson in marked:
            given = RecordMark(
                lesson_id=lesson.id, pupil_id=school.pupils["5А"][0], value=4, position=position
            )
            school.must(given, "maths", at=clock(max(lesson.day, MONDAY), 15))
        return of_maths(matrix(school, later))["density_change"]

    assert change_after([], 0) == Decimal("0.0")
    # 5 of 4 × 35/8 before, none of 4 × 21/8 since; then 3 of these; then 6.
    assert change_after([one for one in lessons if one.day <= MONDAY + 5], 0) == Decimal("-28.6")
    assert change_after(late, 0) == Decimal("0.0")
    assert change_after(late, 1) == Decimal("28.5")


@pytest.mark.clause("4.4.4/2")
def test_who_lacks_marks_is_listed_for_one_teacher_alone(school: SmallSchool, week: Asked) -> None:
    listed = made(school, "density", week, section="control")
    teachers = {str(listed.value(row, "teacher")) for row in listed.rows}
    assert len(teachers) > 1
    own = made(school, "density", replace(week, staff_id=school.staff["maths"]), section="control")
    assert {str(own.value(row, "teacher")) for row in own.rows} == {"Maths А."}
    assert (listed.subject_of, own.subject_of) == ("", "Maths А.")
