from __future__ import annotations

import pytest

from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
)
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.queries.cell_history import (
    attendance_history,
    homework_history,
    mark_history,
    topic_history,
)
from tests.school import MONDAY, TUESDAY, SmallSchool, clock

MATHS = ("5А", "Математика")


@pytest.mark.scenario("2.2:1")
@pytest.mark.clause("2.2")
def test_both_values_of_a_corrected_mark_stay_with_author_time_and_reason(
    school: SmallSchool,
) -> None:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    school.must(RecordMark(lesson_id=lesson, pupil_id=pupil, value=3), "maths")
    corrected = RecordMark(lesson_id=lesson, pupil_id=pupil, value=4, reason="описка")
    school.must(corrected, "maths", at=clock(TUESDAY, 10))
    [history] = mark_history(school.store, lesson, school.line(*MATHS, pupil))
    told = [
        (value.text, value.author, value.reason, value.present, f"{value.made_at:%d.%m %H:%M}")
        for value in history.values
    ]
    assert told == [
        ("3 (работа на уроке)", "Maths А.", "", False, "07.09 12:00"),
        ("4 (работа на уроке)", "Maths А.", "описка", True, "08.09 10:00"),
    ]
    assert {value.device for value in history.values} == {school.device_of(school.staff["maths"])}


def test_values_come_in_the_order_of_the_server(school: SmallSchool) -> None:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    for number, value in enumerate((2, 3, 4, 5, 0)):
        command = RecordMark(lesson_id=lesson, pupil_id=pupil, value=value)
        # Devices and clocks differ wildly; neither orders anything.
        school.must(command, "maths", device=60 - number, at=clock(MONDAY, 20 - number), base=0)
    [history] = mark_history(school.store, lesson, school.line(*MATHS, pupil))
    assert [value.text[:5] for value in history.values] == [
        "2 (ра",
        "3 (ра",
        "4 (ра",
        "5 (ра",
        "снято",
    ]


def test_two_marks_of_a_lesson_have_two_histories(school: SmallSchool) -> None:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    for position in (0, 1):
        command = RecordMark(lesson_id=lesson, pupil_id=pupil, value=5, position=position)
        school.must(command, "maths")
    histories = mark_history(school.store, lesson, school.line(*MATHS, pupil))
    assert [history.position for history in histories] == [0, 1]


def test_a_value_written_without_sight_of_the_earlier_one_is_a_conflict(
    school: SmallSchool,
) -> None:
    lesson = school.lesson(*MATHS)
    school.must(RecordTopic(lesson_id=lesson, text="Дроби"), "maths")
    school.must(RecordTopic(lesson_id=lesson, text="Проценты"), "maths", base=0, device=77)
    school.must(RecordTopic(lesson_id=lesson, text="Доли"), "maths")
    [history] = topic_history(school.store, lesson)
    assert [(value.text, value.conflict) for value in history.values] == [
        ("Дроби", False),
        ("Проценты", True),
        ("Доли", False),
    ]


def test_homework_and_attendance_are_told_in_words(school: SmallSchool) -> None:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    for text in ("№ 5", ""):
        school.must(RecordHomework(lesson_id=lesson, text=text), "maths")
    for presence, stated in ((Presence.ABSENT, ExcuseKind.SICK), (Presence.LATE, 0), (0, 0)):
        command = RecordAttendance(
            lesson_id=lesson, pupil_id=pupil, presence=presence, stated_reason=stated
        )
        school.must(command, "maths")
    [homework] = homework_history(school.store, lesson)
    [attendance] = attendance_history(school.store, lesson, school.line(*MATHS, pupil))
    assert [value.text for value in homework.values] == ["№ 5", "не задано"]
    assert [value.text for value in attendance.values] == [
        "отсутствие (по болезни)", "опоздание", "снято",
    ]  # fmt: skip


def test_an_empty_cell_has_no_history(school: SmallSchool) -> None:
    assert topic_history(school.store, school.lesson(*MATHS)) == ()


def test_the_history_speaks_english(school: SmallSchool) -> None:
    lesson = school.lesson(*MATHS)
    school.must(RecordHomework(lesson_id=lesson, text=""), "maths")
    [history] = homework_history(school.store, lesson, "en")
    assert history.values[0].text == "none set"
