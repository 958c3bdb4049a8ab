from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.calendar import date_of, weekday_of
from eschool_core.commands.clashes import Weekly
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.files import AttachFile
from eschool_core.commands.links import AttachLink
from eschool_core.commands.school import SetBells, SetCalendar
from eschool_core.commands.timetable import RecordLesson, ScheduleLessons, SetSlots
from eschool_core.domain.enums import CalendarLevel, DayKind, FindingState, JournalKind
from eschool_core.domain.journal import Lesson, TimetableSlot
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.school import School
from tests.core.commands.acts import mark
from tests.school import (
    FIRST_DAY,
    LAST_DAY,
    MONDAY,
    SATURDAY,
    SmallSchool,
    clock,
    findings,
    memory,
    verdict,
)

pytestmark = pytest.mark.clause("4.4.2")

CLASH, BELLS = "4.4.2/clash", "4.7.2/bells"
Slot = tuple[int, int, int, str]


def publish(
    school: SmallSchool, group: str, subject: str, *slots: Slot, day: int = FIRST_DAY
) -> SetSlots:
    return SetSlots(journal_id=school.journals[group, subject], first_day=day, slots=slots)


def attempt(school: SmallSchool, group: str, subject: str, *slots: Slot) -> str:
    return verdict(school.do(publish(school, group, subject, *slots), "deputy"))


@pytest.fixture
def free(school: SmallSchool) -> SmallSchool:
    """A school where 5Б learns physics with a teacher who is free, without slots yet."""
    school.add_journal("5Б", "Физика", "substitute")
    return school


def params(school: SmallSchool) -> dict[str, str | int]:
    return dict(school.log[-1].outcome.params)


@pytest.mark.clause("4.4.2/clash")
def test_a_teacher_is_never_in_two_lessons_at_once(free: SmallSchool) -> None:
    free.add_journal("10Б", "Физика", "maths")
    before = free.dump()
    assert attempt(free, "10Б", "Физика", (0, 0, 1, "")) == CLASH
    assert params(free) == {
        "date": "2026-09-07",
        "first_class": "10Б",
        "first_period": 1,
        "second_class": "5А",
        "second_period": 1,
    }
    assert free.dump() == before
    assert attempt(free, "10Б", "Физика", (0, 0, 4, "")) == "accepted"


@pytest.mark.clause("4.4.2/clash")
def test_pupils_are_never_in_two_lessons_at_once(free: SmallSchool) -> None:
    assert attempt(free, "5Б", "Физика", (0, 0, 1, "")) == CLASH
    assert attempt(free, "5Б", "Физика", (0, 0, 3, "")) == "accepted"


@pytest.mark.clause("4.4.2/clash")
def test_a_class_without_pupils_yet_is_not_planned_twice_either(school: SmallSchool) -> None:
    school.add_class("8А", 8)
    school.add_group("8А/1", ("8А",))
    school.add_journal("8А", "Физика", "substitute", ((0, 1),))
    school.add_journal("8А", "Математика", "english")
    school.add_journal("8А/1", "Английский язык", "nobody")
    assert attempt(school, "8А", "Математика", (0, 0, 1, "")) == CLASH
    assert attempt(school, "8А/1", "Английский язык", (0, 0, 1, "")) == CLASH


def test_halves_of_a_class_learn_side_by_side(school: SmallSchool) -> None:
    slots = ((0, 0, 3, ""), (0, 3, 3, ""), (0, 4, 1, ""))
    for group in ("5А/1", "5А/2"):
        assert attempt(school, group, "Английский язык", *slots) == "accepted"


@pytest.mark.scenario("4.4.2:3")
def test_a_joint_lesson_of_two_classes_is_one_lesson(school: SmallSchool) -> None:
    assert len(school.all(TimetableSlot, journal_id=school.journals["10А+10Б", "Физика"])) == 4
    day = MONDAY
    assert len(school.all(Lesson, journal_id=school.journals["10А+10Б", "Физика"], day=day)) == 1


def test_a_pupil_taught_at_home_is_not_missed_in_class(school: SmallSchool) -> None:
    kind = JournalKind.INDIVIDUAL
    school.add_journal("5А", "Физика", "substitute", kind=kind)
    assert attempt(school, "5А", "Физика", (0, 0, 1, "")) == "accepted"


@pytest.mark.clause("4.4.2/clash")
def test_what_clashes_is_the_clock_and_not_the_number_of_the_period(school: SmallSchool) -> None:
    """The sixth period of the first shift, 12:45–13:30, meets the first of the second, 13:00."""
    school.add_class("6В", 6, "II")
    school.add_journal("6В", "Физика", "russian")
    # On Monday the teacher has period 6 of 5А until 13:30 and period 7 of 10Б from 13:35.
    assert attempt(school, "6В", "Физика", (0, 0, 1, "")) == CLASH
    assert (params(school)["first_period"], params(school)["second_period"]) == (1, 6)
    assert attempt(school, "6В", "Физика", (0, 0, 2, "")) == CLASH
    assert attempt(school, "6В", "Физика", (0, 0, 3, "")) == "accepted"
    # And the sixth period of the second day's first shift is free, though its number is taken.
    assert attempt(school, "6В", "Физика", (0, 1, 2, "")) == "accepted"


@pytest.mark.parametrize(("start", "expected"), [(580, "accepted"), (579, CLASH)])
def test_lessons_that_touch_do_not_clash(school: SmallSchool, start: int, expected: str) -> None:
    """5Б's maths of Monday ends at 9:40, minute 580."""
    school.bells["touch"] = school.must(SetBells(name="touch", periods=((1, start, start + 20),)))
    school.add_class("6В", 6, "touch")
    school.add_journal("6В", "Физика", "maths")
    assert attempt(school, "6В", "Физика", (0, 0, 1, "")) == expected


@pytest.mark.clause("4.4.2/clash")
def test_two_weeks_of_a_cycle_do_not_meet() -> None:
    school = SmallSchool.found(memory(), cycle_weeks=2)
    school.add_journal("5Б", "Физика", "maths")
    # 5А's maths of Monday is in week 0 only.
    assert attempt(school, "5Б", "Физика", (1, 0, 1, "")) == "accepted"
    assert attempt(school, "5Б", "Физика", (0, 0, 1, "")) == CLASH
    journal = school.journals["5Б", "Физика"]
    school.must(ScheduleLessons(journal_id=journal, first_day=FIRST_DAY, last_day=MONDAY + 21))
    # The year begins on a Tuesday of week 0, so the first Monday is of week 1.
    assert [row.day for row in school.all(Lesson, journal_id=journal)] == [MONDAY, MONDAY + 14]


@pytest.mark.clause("4.4.2/clash")
def test_a_clash_of_the_second_week_names_its_first_date() -> None:
    school = SmallSchool.found(memory(), cycle_weeks=2)
    school.add_journal("10Б", "Математика", "maths")
    assert attempt(school, "10Б", "Математика", (0, 0, 1, "")) == CLASH
    assert params(school)["date"] == date_of(MONDAY + 7).isoformat()


@pytest.mark.parametrize(("last_day", "expected"), [(MONDAY - 1, "accepted"), (MONDAY, CLASH)])
def test_a_load_that_ended_before_clashes_with_nothing(
    school: SmallSchool, last_day: int, expected: str
) -> None:
    journal = school.add_journal("10Б", "Физика", "english")
    school.add_load(journal, "substitute", FIRST_DAY, last_day)
    school.add_journal("5Б", "Физика", "nobody")
    school.add_load(school.journals["5Б", "Физика"], "substitute", MONDAY)
    assert attempt(school, "10Б", "Физика", (0, 0, 4, "")) == "accepted"
    assert attempt(school, "5Б", "Физика", (0, 0, 4, "")) == expected


@pytest.mark.clause("4.4.2/clash")
def test_a_load_that_would_split_a_teacher_is_refused(school: SmallSchool) -> None:
    """5А and 5Б both have maths and Russian in the first period of Monday."""
    with pytest.raises(AssertionError, match=r"4\.4\.2/clash"):
        school.add_load(school.journals["5Б", "Русский язык"], "maths")
    school.add_load(school.journals["10А", "Русский язык"], "maths")


def test_new_slots_end_the_old_ones_the_day_before(school: SmallSchool) -> None:
    journal = school.journals["5Б", "Математика"]
    school.must(publish(school, "5Б", "Математика", (0, 4, 4, ""), day=MONDAY + 7), "deputy")
    slots = [
        (row.weekday, row.first_day, row.last_day)
        for row in school.all(TimetableSlot, journal_id=journal)
    ]
    assert slots[:2] == [(0, FIRST_DAY, MONDAY + 6), (1, FIRST_DAY, MONDAY + 6)]
    assert attempt(school, "5Б", "Русский язык", (0, 0, 1, ""), (0, 4, 4, "")) == CLASH


@pytest.mark.clause("4.4.2/room")
def test_a_room_that_is_taken_is_flagged_and_not_refused(free: SmallSchool) -> None:
    room = "каб. 12"
    assert findings(free.do(publish(free, "5А", "Математика", (0, 2, 1, room)), "deputy")) == []
    second = publish(free, "5Б", "Физика", (0, 2, 3, room), (0, 4, 5, room))
    assert findings(free.do(second, "deputy")) == []
    third = publish(free, "10А", "Математика", (0, 2, 1, room))
    assert findings(free.do(third, "deputy")) == ["4.4.2/room"]
    assert free.one(FindingRecord).staff_id == free.staff["deputy"]


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize(
    "slots", [((0, 7, 1, ""),), ((1, 0, 4, ""),), ((0, 0, 4, ""), (0, 0, 4, "каб. 2"))]
)
def test_a_slot_lies_in_a_week_and_on_a_weekday_that_there_are_once(
    free: SmallSchool, slots: tuple[Slot, ...]
) -> None:
    assert attempt(free, "5Б", "Физика", *slots) == "data.field"
    assert params(free) == {"field": "slots"}


@pytest.mark.scenario("4.7.2:1")
@pytest.mark.clause("4.7.2")
@pytest.mark.clause("4.7.2/bells")
@pytest.mark.parametrize(("period", "expected"), [(7, "accepted"), (8, BELLS)])
def test_no_timetable_without_bells(free: SmallSchool, period: int, expected: str) -> None:
    assert attempt(free, "5Б", "Физика", (0, 0, period, "")) == expected


def rule(school: SmallSchool, day: int, **fields: int) -> None:
    values = {"level": CalendarLevel.SCHOOL, "day_kind": DayKind.SCHOOL_DAY, **fields}
    school.must(SetCalendar.model_validate({**values, "days": [day], "act": "№ 9"}), "deputy")


@pytest.mark.clause("4.7.2/bells")
def test_no_lessons_of_a_date_whose_bells_lack_the_period(school: SmallSchool) -> None:
    """The shortened day has six periods, 10Б's Russian is the seventh."""
    rule(school, MONDAY + 14, schedule_id=school.bells["short"])
    command = ScheduleLessons(
        journal_id=school.journals["10Б", "Русский язык"],
        first_day=MONDAY + 14,
        last_day=MONDAY + 14,
    )
    assert verdict(school.do(command, "deputy")) == BELLS
    assert params(school) == {"date": date_of(MONDAY + 14).isoformat(), "school_class": "10Б"}


@pytest.mark.clause("4.4.2/clash")
def test_a_shortened_day_of_one_class_may_not_split_its_teacher(school: SmallSchool) -> None:
    """On short bells 5Б's second period begins at 8:35, when 5А's first still runs."""
    level, klass = CalendarLevel.SCHOOL_CLASS, school.classes["5Б"]
    day = MONDAY + 14
    rule(school, day, level=level, object_id=klass, schedule_id=school.bells["short"])
    school.schedule("5А", "Математика", day, day)
    command = ScheduleLessons(
        journal_id=school.journals["5Б", "Математика"], first_day=day, last_day=day
    )
    assert verdict(school.do(command, "deputy")) == CLASH


def test_lessons_that_are_there_stay_and_take_the_bells_of_the_date(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(mark(lesson, pupil), "maths")
    rule(school, MONDAY, schedule_id=school.bells["short"])
    school.schedule("5А", "Математика", MONDAY, MONDAY)
    timed = school.one(Lesson, id=lesson)
    assert (timed.start_minute, timed.end_minute) == (480, 510)
    assert school.lesson("5А", "Математика") == lesson


def test_new_slots_withdraw_the_lessons_to_come_but_for_those_with_entries(
    school: SmallSchool,
) -> None:
    journal = school.journals["5А", "Математика"]
    taught, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(mark(taught, pupil), "maths")
    days = {row.day for row in school.all(Lesson, journal_id=journal)}
    assert len([day for day in days if day >= MONDAY]) > 1
    school.must(publish(school, "5А", "Математика", (0, 4, 4, ""), day=MONDAY), "deputy")
    left = {row.day for row in school.all(Lesson, journal_id=journal) if row.day >= MONDAY}
    assert left == {MONDAY}
    assert {day for day in days if day < MONDAY} <= {
        row.day for row in school.all(Lesson, journal_id=journal)
    }
    assert school.kept() == school.recomputed()


@pytest.mark.parametrize("added", ["link", "file"])
def test_what_was_only_attached_keeps_a_lesson_to_come_too(school: SmallSchool, added: str) -> None:
    journal = school.journals["5А", "Математика"]
    later = max(school.all(Lesson, journal_id=journal), key=lambda row: (row.day, row.id))
    attach = {
        "link": AttachLink(lesson_id=later.id, url="https://example.ru/fractions", title="Дроби"),
        "file": AttachFile(lesson_id=later.id, name="д.pdf", size=9, content_hash="a" * 64),
    }
    school.must(attach[added], "maths")
    school.must(publish(school, "5А", "Математика", (0, 4, 4, ""), day=MONDAY + 1), "deputy")
    left = [row.id for row in school.all(Lesson, journal_id=journal) if row.day > MONDAY]
    assert left == [later.id]


def test_a_lesson_whose_slot_stays_is_the_same_lesson_in_another_room(school: SmallSchool) -> None:
    journal = school.journals["5А", "Математика"]
    before = {row.id for row in school.all(Lesson, journal_id=journal)}
    kept = [
        (row.week, row.weekday, row.period, "каб. 9")
        for row in school.all(TimetableSlot, journal_id=journal)
    ]
    school.must(publish(school, "5А", "Математика", *kept, day=FIRST_DAY), "deputy")
    after = school.all(Lesson, journal_id=journal)
    assert {row.id for row in after} == before
    assert {row.room for row in after if row.day > school.one(School).current_day} == {"каб. 9"}
    assert school.kept() == school.recomputed()


def test_scheduling_twice_makes_nothing_twice(school: SmallSchool) -> None:
    before = school.dump()
    school.schedule("5А", "Математика", FIRST_DAY, MONDAY + 13)
    assert school.dump() == before


@pytest.mark.parametrize("days", [(MONDAY, MONDAY - 1), (MONDAY, MONDAY + 401)])
def test_lessons_are_made_for_a_year_at_most(school: SmallSchool, days: tuple[int, int]) -> None:
    command = ScheduleLessons(
        journal_id=school.journals["5А", "Математика"], first_day=days[0], last_day=days[1]
    )
    assert verdict(school.do(command, "deputy")) == "data.field"


def test_no_lessons_outside_the_year(school: SmallSchool) -> None:
    school.schedule("5А", "Математика", LAST_DAY, LAST_DAY + 14)
    after = school.all(Lesson, journal_id=school.journals["5А", "Математика"])
    assert max(lesson.day for lesson in after) <= LAST_DAY


def extra(school: SmallSchool, **fields: int) -> RecordLesson:
    values = {
        "journal_id": school.journals["5А", "Математика"],
        "day": SATURDAY,
        "period": 1,
        "start_minute": 480,
        "end_minute": 525,
    }
    return RecordLesson.model_validate({**values, **fields})


@pytest.mark.scenario("4.4.2:4")
@pytest.mark.clause("4.4.2/outside")
def test_a_lesson_outside_the_timetable_is_accepted_with_a_finding(school: SmallSchool) -> None:
    outcome = school.do(extra(school), "maths", at=clock(SATURDAY, 9))
    assert findings(outcome) == ["4.4.2/outside"]
    lesson = school.lesson("5А", "Математика", SATURDAY)
    pupil = school.pupils["5А"][0]
    at = clock(SATURDAY, 10)
    assert verdict(school.do(mark(lesson, pupil), "maths", at=at)) == "accepted"
    finding = school.one(FindingRecord, check_id="4.4.2/outside")
    settle = WaiveFinding(finding_id=finding.id, reason="Урок перенесён с пятницы")
    assert verdict(school.do(settle, "maths", at=at)) == "4.1/role"
    school.must(settle, "deputy", at=at)
    settled = school.one(FindingRecord, id=finding.id)
    assert (settled.state, settled.closed_by_id) == (FindingState.WAIVED, school.staff["deputy"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"day": MONDAY}, "journal.lesson_exists"),
        ({"end_minute": 480}, "data.field"),
        ({"day": LAST_DAY}, "accepted"),
        ({"day": LAST_DAY + 1}, "data.field"),
        ({"day": FIRST_DAY - 1}, "data.field"),
    ],
)
def test_such_a_lesson_lies_in_the_year_and_is_not_there_yet(
    school: SmallSchool, fields: dict[str, int], expected: str
) -> None:
    assert verdict(school.do(extra(school, **fields), "maths")) == expected


def test_nobody_records_a_lesson_in_a_foreign_journal(school: SmallSchool) -> None:
    assert verdict(school.do(extra(school), "english")) == "4.5.1/page"


minutes = st.integers(0, 40)


@given(st.lists(st.tuples(minutes, minutes, minutes, minutes), min_size=2, max_size=2))
def test_two_weekly_lessons_meet_exactly_if_a_minute_of_a_day_is_in_both(
    values: list[tuple[int, int, int, int]],
) -> None:
    one, two = (
        Weekly(0, 0, 1, start, start + length + 1, first, first + days)
        for start, length, first, days in values
    )
    minutes_met = set(range(one.start, one.end)) & set(range(two.start, two.end))
    days_met = set(range(one.first_day, one.last_day + 1)) & set(
        range(two.first_day, two.last_day + 1)
    )
    assert one.meets(two) == two.meets(one) == bool(minutes_met and days_met)


def test_the_small_school_begins_on_a_tuesday() -> None:
    assert (weekday_of(FIRST_DAY), weekday_of(MONDAY)) == (1, 0)
