from __future__ import annotations

import pytest

from eschool_core.commands.journals import ClaimSubstitution, RecordSubstitution
from eschool_core.commands.lessons import RecordHomework, RecordTopic, TakeRoll
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.enums import HomeworkState, SubstitutionKind, Timeliness
from eschool_core.queries.today import LessonToday, today
from tests.school import FIRST_DAY, MONDAY, SATURDAY, SmallSchool, clock

MATHS = ("5А", "Математика")


def lessons(school: SmallSchool, who: str, day: int = MONDAY) -> list[LessonToday]:
    return list(today(school.store, school.staff[who], day).lessons)


def not_usual(names: str) -> SetPolicy:
    return SetPolicy(name="homework_not_usual", value=names, first_day=FIRST_DAY, act="№ 7")


def test_own_lessons_come_by_the_clock(school: SmallSchool) -> None:
    shown = [
        (entry.begins, entry.school_class, entry.subject) for entry in lessons(school, "maths")
    ]
    assert shown == [("08:00", "5А", "Математика"), ("08:55", "5Б", "Математика")]


def test_a_day_without_lessons_is_empty(school: SmallSchool) -> None:
    assert lessons(school, "maths", SATURDAY) == []
    assert lessons(school, "deputy") == []


def test_what_is_missing_can_be_told_from_what_is_written(school: SmallSchool) -> None:
    [first, _] = lessons(school, "maths")
    assert (first.topic, first.homework_state, first.in_time, first.roll_taken) == (
        "", "blank", None, False,
    )  # fmt: skip
    lesson = school.lesson(*MATHS)
    school.must(RecordTopic(lesson_id=lesson, text="Дроби"), "maths")
    school.must(RecordHomework(lesson_id=lesson, text=""), "maths")
    school.must(TakeRoll(lesson_id=lesson), "maths")
    [first, _] = lessons(school, "maths")
    assert (first.topic, first.homework_state, first.roll_taken) == (
        "Дроби", HomeworkState.NOT_SET, True,
    )  # fmt: skip


@pytest.mark.clause("4.4.4/4")
def test_in_some_subjects_homework_is_usually_not_set(school: SmallSchool) -> None:
    """«Обычно не задаётся»: nothing is missing while nothing is said; what is set is shown."""
    school.must(not_usual("Музыка, математика"), "deputy")
    [first, _] = lessons(school, "maths")
    assert (first.homework_state, first.in_time) == (HomeworkState.NOT_SET, None)
    school.must(RecordHomework(lesson_id=school.lesson(*MATHS), text="№ 5"), "maths")
    [first, _] = lessons(school, "maths")
    assert (first.homework, first.homework_state) == ("№ 5", HomeworkState.SET)


@pytest.mark.clause("4.5.3")
def test_late_homework_is_seen(school: SmallSchool) -> None:
    command = RecordHomework(lesson_id=school.lesson(*MATHS), text="№ 5")
    school.must(command, "maths", at=clock(MONDAY, 20))
    [first, _] = lessons(school, "maths")
    assert (first.homework, first.in_time) == ("№ 5", Timeliness.LATE)


@pytest.mark.clause("4.5.1")
def test_a_single_substitution_shows_on_both_sides(school: SmallSchool) -> None:
    school.must(
        RecordSubstitution(
            journal_id=school.journals[MATHS],
            lesson_id=school.lesson(*MATHS),
            absent_id=school.staff["maths"],
            substitute_id=school.staff["substitute"],
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=MONDAY,
            last_day=MONDAY,
        )
    )
    [taken] = lessons(school, "substitute")
    assert taken.substitution is not None
    assert (taken.substitution.given, taken.substitution.name) == (False, "Maths А.")
    given = lessons(school, "maths")[0].substitution
    assert given is not None
    assert (given.given, given.name, given.confirmed) == (True, "Substitute А.", True)
    assert lessons(school, "maths")[1].substitution is None


@pytest.mark.clause("4.5.1")
def test_an_acting_teacher_has_all_lessons_of_the_journal(school: SmallSchool) -> None:
    school.must(
        RecordSubstitution(
            journal_id=school.journals[MATHS],
            absent_id=school.staff["maths"],
            substitute_id=school.staff["substitute"],
            substitution_kind=SubstitutionKind.ACTING,
            first_day=MONDAY,
            last_day=MONDAY + 1,
            act="пр. 1",
        )
    )
    assert [len(lessons(school, "substitute", MONDAY + n)) for n in range(3)] == [1, 1, 0]


@pytest.mark.clause("4.5.1/substitution")
def test_a_claimed_substitution_is_shown_as_unregistered(school: SmallSchool) -> None:
    command = ClaimSubstitution(lesson_id=school.lesson(*MATHS), absent_id=school.staff["maths"])
    school.must(command, "substitute")
    [taken] = lessons(school, "substitute")
    assert taken.substitution is not None
    assert not taken.substitution.confirmed


def test_the_answer_has_a_json_form(school: SmallSchool) -> None:
    answer = today(school.store, school.staff["maths"], MONDAY).as_json()
    assert answer["day"] == "2026-09-07"
    assert answer["lessons"][0]["school_class"] == "5А"
