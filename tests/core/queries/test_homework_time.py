"""The deadlines of a period's lessons are those of each lesson, and cost no more for many."""

from __future__ import annotations

import pytest

from eschool_core.commands import facts
from eschool_core.commands.school import SetCalendar, SetPolicy
from eschool_core.commands.timetable import RecordLesson
from eschool_core.domain.enums import CalendarLevel, DayKind, JournalKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import Journal
from eschool_core.queries.grid_cells import Period
from eschool_core.queries.homework_time import homework_deadlines
from tests.core.queries.counting import statements
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool, clock

pytestmark = pytest.mark.clause("4.5.3")


def deadlines(school: SmallSchool, journal_id: int) -> dict[int, int]:
    return homework_deadlines(school.store, Period(journal_id, FIRST_DAY, LAST_DAY))


def one_by_one(school: SmallSchool, journal_id: int) -> dict[int, int]:
    journal = school.store.require(Journal, journal_id)
    return {
        lesson.id: facts.homework_deadline(school.store, journal, lesson)
        for lesson in school.store.select(Lesson, journal_id=journal_id)
    }


def unsettle(school: SmallSchool) -> None:
    """Let days of the fortnight differ in all that a deadline rests on."""
    mine = {"level": CalendarLevel.SCHOOL_CLASS, "object_id": school.classes["5А"]}
    whole = {"level": CalendarLevel.SCHOOL, "object_id": 0}
    for days in (
        {**mine, "days": [MONDAY], "day_kind": DayKind.SCHOOL_DAY,
         "schedule_id": school.bells["short"]},
        {**whole, "days": [MONDAY + 1], "day_kind": DayKind.DAY_OFF},
        {**mine, "days": [MONDAY + 7], "day_kind": DayKind.REMOTE},
        {**whole, "days": [MONDAY + 9], "day_kind": DayKind.SCHOOL_DAY, "as_weekday": 0},
    ):  # fmt: skip
        school.must(SetCalendar.model_validate(days), "deputy")
    extra = RecordLesson(
        journal_id=school.journals["5А", "Русский язык"],
        day=MONDAY + 7,
        period=8,
        start_minute=870,
        end_minute=915,
    )
    school.must(extra, "russian", at=clock(MONDAY + 7, 16))


def test_of_every_journal_they_are_those_of_each_lesson(school: SmallSchool) -> None:
    unsettle(school)
    seen: set[int] = set()
    for journal_id in school.journals.values():
        found = deadlines(school, journal_id)
        assert found == one_by_one(school, journal_id)
        seen.update(found.values())
    # The day that an additional lesson lengthened is among them: 15:15 and ninety minutes.
    assert {clock(MONDAY + 7, 16, 45), clock(MONDAY, 12, 55)} <= seen


@pytest.mark.parametrize(
    ("name", "value"), [("homework_grace_minutes", "60"), ("homework_anchor", "lesson_end")]
)
def test_an_act_holds_from_its_day_on(school: SmallSchool, name: str, value: str) -> None:
    journal_id = school.journals["5А", "Математика"]
    before = deadlines(school, journal_id)
    act = SetPolicy(name=name, value=value, first_day=MONDAY + 7, last_day=LAST_DAY, act="№ 4")
    school.must(act, "deputy")
    after = deadlines(school, journal_id)
    assert after == one_by_one(school, journal_id)
    days = {one.id: one.day for one in school.store.select(Lesson, journal_id=journal_id)}
    moved = {days[one] for one in before if before[one] != after[one]}
    assert MONDAY + 7 in moved
    assert min(moved) == MONDAY + 7


def test_lessons_apart_from_the_class_end_by_themselves_and_a_circle_has_none(
    school: SmallSchool,
) -> None:
    monday, tuesday = ((0, 7),), ((1, 7),)
    alone = school.add_journal(
        "5А/1", "Русский язык", "substitute", monday, kind=JournalKind.INDIVIDUAL
    )
    circle = school.add_journal(
        "5А", "Хор", "substitute", tuesday, kind=JournalKind.EXTRACURRICULAR
    )
    assert deadlines(school, alone) == one_by_one(school, alone)
    assert deadlines(school, circle) == {}
    maths = school.journals["5А", "Математика"]
    assert deadlines(school, maths) == one_by_one(school, maths)


def test_more_lessons_take_no_more_statements(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_id = school.journals["5А", "Математика"]
    few = statements(school, monkeypatch, lambda: deadlines(school, journal_id))
    held = len(deadlines(school, journal_id))
    school.schedule("5А", "Математика", MONDAY + 14, MONDAY + 90)
    assert statements(school, monkeypatch, lambda: deadlines(school, journal_id)) == few
    assert len(deadlines(school, journal_id)) > 3 * held
