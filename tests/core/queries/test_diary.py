from __future__ import annotations

import json
from datetime import date

import pytest

from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
)
from eschool_core.domain.enums import ExcuseKind, HomeworkState, Presence, WorkKind
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.queries.diary import DiaryLesson, diary
from tests.core.queries.conftest import replica_of
from tests.school import MONDAY, SmallSchool, clock

MATHS = ("5А", "Математика")
NIGHT = clock(MONDAY, 23)
FIELDS = {
    "lesson_id",
    "pupil", "school_class", "first_day", "last_day", "days", "partial", "day", "lessons",
    "period", "begins", "ends", "subject", "room", "topic", "works", "homework", "marks",
    "absence", "text", "state", "set_at", "late", "changed_late", "value", "work_kind", "weight",
    "comment", "presence", "reason", "excused",
    "results", "pupil_id", "year", "subjects", "terms", "exam", "final", "mean_hundredths",
    "releases", "earlier",
    "links", "files", "file_limit_megabytes",
}  # fmt: skip


def monday(school: SmallSchool, pupil: int = 0, class_name: str = "5А") -> list[DiaryLesson]:
    shown = diary(school.store, school.pupils[class_name][pupil], MONDAY, NIGHT)
    return list(shown.days[0].lessons)


@pytest.mark.clause("2.10")
def test_the_week_shows_own_lessons_by_day_and_clock(school: SmallSchool) -> None:
    shown = diary(school.store, school.pupils["5А"][0], MONDAY + 3, NIGHT)
    assert (shown.pupil, shown.school_class) == ("Абрамов Саша", "5А")
    assert (shown.first_day, shown.last_day) == (date(2026, 9, 7), date(2026, 9, 13))
    assert [(entry.period, entry.subject) for entry in shown.days[0].lessons] == [
        (1, "Математика"), (3, "Английский язык"), (6, "Русский язык"),
    ]  # fmt: skip
    assert not shown.partial


@pytest.mark.scenario("2.10:2")
@pytest.mark.clause("2.10")
def test_a_lesson_shows_topic_homework_mark_and_comment(school: SmallSchool) -> None:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    school.must(RecordTopic(lesson_id=lesson, text="Дроби"), "maths")
    school.must(RecordHomework(lesson_id=lesson, text="№ 5"), "maths", at=clock(MONDAY, 13))
    mark = RecordMark(
        lesson_id=lesson,
        pupil_id=pupil,
        value=5,
        work_kind=WorkKind.TEST,
        weight=200,
        comment="молодец",
    )
    school.must(mark, "maths")
    first = monday(school)[0]
    assert first.topic == "Дроби"
    assert [
        (entry.value, entry.work_kind, entry.weight, entry.comment) for entry in first.marks
    ] == [(5, WorkKind.TEST, 200, "молодец")]
    [homework] = first.homework
    assert (homework.text, homework.late) == ("№ 5", False)
    assert homework.set_at is not None
    assert f"{homework.set_at:%d.%m %H:%M}" == "07.09 13:00"


@pytest.mark.clause("4.5.3")
def test_late_homework_is_explained_not_hidden(school: SmallSchool) -> None:
    lesson = school.lesson(*MATHS)
    school.must(RecordHomework(lesson_id=lesson, text="№ 5"), "maths", at=clock(MONDAY, 20))
    assert monday(school)[0].homework[0].late


@pytest.mark.clause("4.6.2")
def test_the_class_teachers_word_on_an_absence_prevails(school: SmallSchool) -> None:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    absent = RecordAttendance(
        lesson_id=lesson,
        pupil_id=pupil,
        presence=Presence.ABSENT,
        stated_reason=ExcuseKind.SICK,
    )
    school.must(absent, "maths")
    stated = monday(school)[0].absence
    assert stated is not None
    assert (stated.presence, stated.reason, stated.excused) == (
        Presence.ABSENT, ExcuseKind.SICK, False,
    )  # fmt: skip
    excuse = ExcuseAbsence(
        pupil_id=pupil, excuse=ExcuseKind.VALID, first_day=MONDAY, last_day=MONDAY
    )
    school.must(excuse, "russian")
    excused = monday(school)[0].absence
    assert excused is not None
    assert (excused.reason, excused.excused) == (ExcuseKind.VALID, True)


@pytest.mark.clause("4.6.2")
def test_an_excuse_of_one_lesson_goes_before_one_of_the_day(school: SmallSchool) -> None:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    school.must(
        RecordAttendance(lesson_id=lesson, pupil_id=pupil, presence=Presence.ABSENT), "maths"
    )
    for lesson_id, kind in ((lesson, ExcuseKind.NONE), (0, ExcuseKind.SICK)):
        excuse = ExcuseAbsence(
            pupil_id=pupil,
            excuse=kind,
            first_day=MONDAY,
            last_day=MONDAY,
            lesson_id=lesson_id,
        )
        school.must(excuse, "russian")
    absence = monday(school)[0].absence
    assert absence is not None
    assert absence.reason is ExcuseKind.NONE


@pytest.mark.scenario("3.6:4")
@pytest.mark.clause("3.6")
def test_homework_of_one_grade_is_not_shown_to_another(school: SmallSchool) -> None:
    elder = school.add_pupil("5А", "Старший", grade=6)
    lesson = school.lesson(*MATHS)
    school.must(RecordHomework(lesson_id=lesson, text="№ 6", grade=6), "maths")
    assert monday(school)[0].homework == ()
    shown = diary(school.store, elder, MONDAY, NIGHT).days[0].lessons[0]
    assert [entry.text for entry in shown.homework] == ["№ 6"]


@pytest.mark.scenario("3.6:4")
@pytest.mark.clause("3.6")
def test_a_first_former_in_a_combined_class_sees_no_homework(school: SmallSchool) -> None:
    third = school.add_pupil("1А", "Третий", grade=3)
    lesson = school.lesson("1А", "Математика")
    school.must(RecordHomework(lesson_id=lesson, text="№ 6", grade=3), "primary")
    assert monday(school, 0, "1А")[0].homework == ()
    shown = diary(school.store, third, MONDAY, NIGHT).days[0].lessons[0]
    assert [entry.text for entry in shown.homework] == ["№ 6"]


def test_no_homework_is_told_from_nothing_written(school: SmallSchool) -> None:
    assert monday(school)[0].homework == ()
    school.must(RecordHomework(lesson_id=school.lesson(*MATHS), text=""), "maths")
    assert [entry.state for entry in monday(school)[0].homework] == [HomeworkState.NOT_SET]


@pytest.mark.asvs("row 16")
def test_a_diary_holds_nothing_of_others_and_no_fields_but_these(school: SmallSchool) -> None:
    lesson = school.lesson(*MATHS)
    own, other = school.pupils["5А"][:2]
    for pupil, value in ((own, 5), (other, 2)):
        school.must(
            RecordMark(lesson_id=lesson, pupil_id=pupil, value=value, comment="слово"), "maths"
        )
    school.must(RecordAttendance(lesson_id=lesson, pupil_id=own, presence=Presence.ABSENT), "maths")
    school.must(RecordHomework(lesson_id=lesson, text="№ 5"), "maths")
    answer = diary(school.store, own, MONDAY, NIGHT).as_json()
    assert keys(answer) == FIELDS
    written = json.dumps(answer, ensure_ascii=False)
    assert "Белова" not in written
    assert "+7 384" not in written


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys(entry) for entry in value.values()))
    return set().union(*(keys(entry) for entry in value)) if isinstance(value, list) else set()


@pytest.mark.clause("2.10")
@pytest.mark.asvs("row 31")
def test_a_subject_teachers_replica_says_that_the_diary_is_incomplete(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    line = school.line(*MATHS, pupil)
    store = replica_of(
        school,
        SCHOOL,
        partition(PartitionKind.JOURNAL, school.journals[MATHS]),
        line.part,
        partition(PartitionKind.NAME, pupil),
    )
    shown = diary(store, pupil, MONDAY, NIGHT)
    assert shown.partial
    assert {lesson.subject for day in shown.days for lesson in day.lessons} == {"Математика"}


@pytest.mark.scenario("2.2:2")
@pytest.mark.clause("2.2")
def test_a_corrected_mark_shows_what_it_was(school: SmallSchool) -> None:
    lesson, own = school.lesson(*MATHS), school.pupils["5А"][0]
    school.must(RecordMark(lesson_id=lesson, pupil_id=own, value=3), "maths")
    corrected = RecordMark(lesson_id=lesson, pupil_id=own, value=4, reason="описка")
    school.must(corrected, "maths", at=clock(MONDAY + 1, 9))
    [mark] = monday(school)[0].marks
    assert (mark.value, mark.earlier) == (4, (3,))
