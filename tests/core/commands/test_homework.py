from __future__ import annotations

import json

import pytest

from eschool_core.commands.school import SetCalendar, SetPolicy
from eschool_core.commands.timetable import RecordLesson
from eschool_core.domain.enums import (
    CalendarLevel,
    DayKind,
    HomeworkState,
    JournalKind,
    Timeliness,
)
from eschool_core.domain.journal import CellHistory, Homework, Lesson
from eschool_core.domain.office import FindingRecord
from tests.core.commands.acts import homework
from tests.school import (
    FIRST_DAY,
    LAST_DAY,
    MONDAY,
    SATURDAY,
    SmallSchool,
    clock,
    findings,
    offline,
    verdict,
)

pytestmark = pytest.mark.clause("4.5.3")

LATE = ["4.5.3/late"]


def maths(school: SmallSchool, day: int = MONDAY) -> int:
    """Return the first lesson of 5А, whose Monday ends at 13:30."""
    return school.lesson("5А", "Математика", day)


def written(school: SmallSchool) -> Homework:
    return school.one(Homework)


@pytest.mark.scenario("4.5.3:1")
@pytest.mark.parametrize(
    ("at", "found"),
    [
        (clock(MONDAY, 8, 30), []),
        (clock(MONDAY, 14, 59), []),
        (clock(MONDAY, 15), []),
        (clock(MONDAY, 15, 0, 1), LATE),
        (clock(MONDAY, 15, 1), LATE),
    ],
)
def test_the_border_is_ninety_minutes_after_the_class_has_gone(
    school: SmallSchool, at: int, found: list[str]
) -> None:
    assert findings(school.do(homework(maths(school)), "maths", at=at)) == found
    assert written(school).timeliness == (Timeliness.LATE if found else Timeliness.PROVEN)


@pytest.mark.parametrize(("second", "minutes"), [(1, 1), (60, 1), (61, 2)])
def test_a_finding_says_how_many_minutes_and_of_which_lesson(
    school: SmallSchool, second: int, minutes: int
) -> None:
    school.do(homework(maths(school)), "maths", at=clock(MONDAY, 15, 0, second))
    finding = school.one(FindingRecord)
    assert json.loads(finding.params) == {
        "date": "2026-09-07",
        "late_minutes": minutes,
        "school_class": "5А",
    }
    assert finding.staff_id == school.staff["maths"]


@pytest.mark.scenario("4.5.3:2")
def test_offline_in_time_by_the_devices_clock_is_credible(school: SmallSchool) -> None:
    at = offline(clock(MONDAY, 7, 50), clock(MONDAY, 14, 40), clock(MONDAY, 19))
    assert findings(school.do(homework(maths(school)), "maths", at=at)) == []
    assert written(school).timeliness == Timeliness.CREDIBLE


@pytest.mark.parametrize(
    ("lo", "estimate", "hi", "timeliness"),
    [
        (clock(MONDAY, 7), None, clock(MONDAY, 15), Timeliness.PROVEN),
        (clock(MONDAY, 7), clock(MONDAY, 15), clock(MONDAY, 19), Timeliness.CREDIBLE),
        (clock(MONDAY, 7), clock(MONDAY, 15, 0, 1), clock(MONDAY, 19), Timeliness.LATE),
        (clock(MONDAY, 15, 0, 1), None, clock(MONDAY, 19), Timeliness.LATE),
        (clock(MONDAY, 15), None, clock(MONDAY, 19), Timeliness.UNDETERMINED),
    ],
)
def test_the_evidence_decides_between_four_states(
    school: SmallSchool, lo: int, estimate: int | None, hi: int, timeliness: Timeliness
) -> None:
    school.do(homework(maths(school)), "maths", at=offline(lo, estimate, hi))
    assert written(school).timeliness == timeliness


@pytest.mark.threat("T5")
def test_a_claim_without_evidence_is_for_the_deputy_head_to_weigh(school: SmallSchool) -> None:
    at = offline(clock(MONDAY, 7), None, clock(MONDAY, 19))
    assert findings(school.do(homework(maths(school)), "maths", at=at)) == ["4.5.3/undetermined"]
    evidence = json.loads(school.one(FindingRecord).evidence)
    assert (evidence["lo"], evidence["hi"], evidence["estimate"]) == (at.lo, at.hi, None)


def test_late_homework_is_never_refused(school: SmallSchool) -> None:
    assert findings(school.do(homework(maths(school)), "maths", at=clock(MONDAY + 30, 9))) == LATE
    assert written(school).text == "§ 4, № 17"


def test_homework_before_the_lesson_is_in_time(school: SmallSchool) -> None:
    early = clock(MONDAY - 3, 18)
    assert findings(school.do(homework(maths(school)), "maths", at=early)) == []


def test_nothing_set_is_an_entry_of_its_own(school: SmallSchool) -> None:
    assert findings(school.do(homework(maths(school), ""), "maths", at=clock(MONDAY, 14))) == []
    assert written(school).state == HomeworkState.NOT_SET


@pytest.mark.scenario("4.5.3:3")
def test_changed_after_the_deadline_keeps_both_versions_and_the_first_ones_time(
    school: SmallSchool,
) -> None:
    lesson = maths(school)
    school.must(homework(lesson, "стр. 5"), "maths", at=clock(MONDAY, 14))
    late = school.do(homework(lesson, "стр. 6"), "maths", at=clock(MONDAY, 22))
    assert findings(late) == ["4.5.3/changed-late"]
    now = written(school)
    assert (now.text, now.timeliness, now.changed_late) == ("стр. 6", Timeliness.PROVEN, 1)
    assert json.loads(school.one(CellHistory).content)["text"] == "стр. 5"


@pytest.mark.parametrize(
    ("second", "found", "changed_late"), [(0, [], 0), (1, ["4.5.3/changed-late"], 1)]
)
def test_the_border_of_a_change_is_the_same(
    school: SmallSchool, second: int, found: list[str], changed_late: int
) -> None:
    lesson = maths(school)
    school.must(homework(lesson, "стр. 5"), "maths", at=clock(MONDAY, 14))
    at = clock(MONDAY, 15, 0, second)
    assert findings(school.do(homework(lesson, "стр. 6"), "maths", at=at)) == found
    assert written(school).changed_late == changed_late


def test_the_same_text_again_is_no_change(school: SmallSchool) -> None:
    lesson = maths(school)
    school.must(homework(lesson), "maths", at=clock(MONDAY, 14))
    assert findings(school.do(homework(lesson), "maths", at=clock(MONDAY, 22))) == []
    assert written(school).changed_late == 0


def test_an_entry_that_was_late_is_not_changed_late_as_well(school: SmallSchool) -> None:
    lesson = maths(school)
    school.must(homework(lesson, "стр. 5"), "maths", at=clock(MONDAY, 16))
    assert findings(school.do(homework(lesson, "стр. 6"), "maths", at=clock(MONDAY, 22))) == []
    assert [entry.check_id for entry in school.all(FindingRecord)] == LATE


def test_a_change_at_an_unknown_time_is_undetermined_not_late(school: SmallSchool) -> None:
    lesson = maths(school)
    school.must(homework(lesson, "стр. 5"), "maths", at=clock(MONDAY, 14))
    at = offline(clock(MONDAY, 14, 30), None, clock(MONDAY, 22))
    assert findings(school.do(homework(lesson, "стр. 6"), "maths", at=at)) == ["4.5.3/undetermined"]
    assert written(school).changed_late == 0


def test_a_change_stays_marked_when_the_text_is_changed_again(school: SmallSchool) -> None:
    lesson = maths(school)
    school.must(homework(lesson, "стр. 5"), "maths", at=clock(MONDAY, 14))
    school.must(homework(lesson, "стр. 6"), "maths", at=clock(MONDAY, 22))
    credible = offline(clock(MONDAY, 14), clock(MONDAY, 14, 50), clock(MONDAY, 23))
    assert findings(school.do(homework(lesson, "стр. 7"), "maths", at=credible)) == []
    assert written(school).changed_late == 1


@pytest.mark.scenario("4.5.3:4")
@pytest.mark.parametrize(
    ("at", "found"),
    [
        (clock(MONDAY, 15, 45), []),
        (clock(MONDAY, 15, 50), []),
        (clock(MONDAY, 15, 50, 1), LATE),
    ],
)
def test_a_mixed_group_goes_by_the_class_that_ends_last(
    school: SmallSchool, at: int, found: list[str]
) -> None:
    physics = school.lesson("10А+10Б", "Физика")
    assert findings(school.do(homework(physics), "physics", at=at)) == found


@pytest.mark.parametrize(
    ("kind", "last_good"),
    [
        # 5А stays for the seventh period, until 14:20, if it belongs to the curriculum.
        (JournalKind.CLASS, clock(MONDAY, 15, 50)),
        (JournalKind.ELECTIVE, clock(MONDAY, 15, 50)),
        (JournalKind.EXTRACURRICULAR, clock(MONDAY, 15)),
        (JournalKind.INDIVIDUAL, clock(MONDAY, 15)),
    ],
)
def test_electives_belong_to_the_day_extracurricular_and_home_lessons_do_not(
    school: SmallSchool, kind: JournalKind, last_good: int
) -> None:
    school.add_journal("5А", "Шахматы", "substitute", ((0, 7),), kind=kind)
    assert findings(school.do(homework(maths(school)), "maths", at=last_good)) == []
    physical = school.lesson("5А", "Русский язык")
    assert findings(school.do(homework(physical), "russian", at=last_good + 1)) == LATE


@pytest.mark.parametrize(("second", "found"), [(0, []), (1, LATE)])
def test_an_individual_lesson_goes_by_its_own_end(
    school: SmallSchool, second: int, found: list[str]
) -> None:
    kind = JournalKind.INDIVIDUAL
    school.add_journal("5А", "Физика", "substitute", ((0, 2),), kind=kind)
    own = school.lesson("5А", "Физика")
    at = clock(MONDAY, 11, 10, second)
    assert findings(school.do(homework(own), "substitute", at=at)) == found


def test_the_second_shift_goes_by_its_own_bells(school: SmallSchool) -> None:
    school.add_class("6В", 6, "II")
    school.add_journal("6В", "Физика", "substitute", ((0, 1), (0, 4)))
    first = school.lesson("6В", "Физика")
    in_time, late = clock(MONDAY, 18), clock(MONDAY, 18, 0, 1)
    assert findings(school.do(homework(first), "substitute", at=in_time)) == []
    last = school.all(Lesson, journal_id=school.journals["6В", "Физика"], day=MONDAY)[1].id
    assert findings(school.do(homework(last), "substitute", at=late)) == LATE


def calendar_day(school: SmallSchool, kind: DayKind, day: int, **fields: int) -> None:
    rule: dict[str, int] = {"level": CalendarLevel.SCHOOL, "object_id": 0, **fields}
    school.must(SetCalendar.model_validate({**rule, "days": [day], "day_kind": kind}), "deputy")


def test_a_shortened_day_of_a_class_goes_by_the_bells_of_that_date(school: SmallSchool) -> None:
    level, klass = CalendarLevel.SCHOOL_CLASS, school.classes["5А"]
    short = school.bells["short"]
    calendar_day(
        school, DayKind.SCHOOL_DAY, MONDAY, level=level, object_id=klass, schedule_id=short
    )
    # The sixth short period ends at 11:25.
    lesson = maths(school)
    assert findings(school.do(homework(lesson), "maths", at=clock(MONDAY, 12, 55))) == []
    other = school.lesson("5А/1", "Английский язык")
    late = clock(MONDAY, 12, 55, 1)
    assert findings(school.do(homework(other), "english", at=late)) == LATE


def test_a_moved_working_day_follows_the_timetable_of_its_weekday(school: SmallSchool) -> None:
    calendar_day(school, DayKind.SCHOOL_DAY, SATURDAY, as_weekday=0)
    school.schedule("5А", "Математика", SATURDAY, SATURDAY)
    lesson = maths(school, SATURDAY)
    assert findings(school.do(homework(lesson), "maths", at=clock(SATURDAY, 15))) == []
    school.schedule("5А/1", "Английский язык", SATURDAY, SATURDAY)
    other = school.lesson("5А/1", "Английский язык", SATURDAY)
    assert findings(school.do(homework(other), "english", at=clock(SATURDAY, 15, 0, 1))) == LATE


def test_a_remote_day_has_its_deadlines(school: SmallSchool) -> None:
    calendar_day(school, DayKind.REMOTE, MONDAY)
    lesson = maths(school)
    assert findings(school.do(homework(lesson), "maths", at=clock(MONDAY, 15, 0, 1))) == LATE


@pytest.mark.scenario("calendar:3")
@pytest.mark.parametrize(("second", "found"), [(0, []), (1, LATE)])
def test_a_class_at_a_distance_has_its_deadlines_a_day_and_a_second_late_too(
    school: SmallSchool, second: int, found: list[str]
) -> None:
    """One class learns at a distance by its own bells of that date; another goes on as usual."""
    calendar_day(
        school,
        DayKind.REMOTE,
        MONDAY,
        level=CalendarLevel.SCHOOL_CLASS,
        object_id=school.classes["5А"],
        schedule_id=school.bells["short"],
    )
    at = clock(MONDAY, 12, 55, second)
    assert findings(school.do(homework(maths(school)), "maths", at=at)) == found
    other = school.lesson("10А+10Б", "Физика")
    assert findings(school.do(homework(other), "physics", at=clock(MONDAY, 12, 55, 1))) == []


@pytest.mark.scenario("calendar:3")
def test_a_day_late_at_a_distance_says_by_how_much(school: SmallSchool) -> None:
    level, klass = CalendarLevel.SCHOOL_CLASS, school.classes["5А"]
    calendar_day(school, DayKind.REMOTE, MONDAY, level=level, object_id=klass)
    at = clock(MONDAY + 1, 15, 0, 1)
    assert findings(school.do(homework(maths(school)), "maths", at=at)) == LATE
    params = json.loads(school.one(FindingRecord).params)
    assert params["late_minutes"] == 24 * 60 + 1


@pytest.mark.parametrize(("second", "found"), [(0, []), (1, LATE)])
def test_a_lesson_held_beyond_the_timetable_lengthens_the_day(
    school: SmallSchool, second: int, found: list[str]
) -> None:
    extra = RecordLesson(
        journal_id=school.journals["5А", "Русский язык"],
        day=MONDAY,
        period=7,
        start_minute=815,
        end_minute=860,
    )
    school.must(extra, "russian", at=clock(MONDAY, 15))
    at = clock(MONDAY, 15, 50, second)
    assert findings(school.do(homework(maths(school)), "maths", at=at)) == found


@pytest.mark.parametrize(
    ("name", "value", "last_good"),
    [
        ("homework_grace_minutes", "60", clock(MONDAY, 14, 30)),
        ("homework_anchor", "lesson_end", clock(MONDAY, 10, 15)),
    ],
)
def test_the_schools_act_moves_the_deadline(
    school: SmallSchool, name: str, value: str, last_good: int
) -> None:
    act = SetPolicy(name=name, value=value, first_day=FIRST_DAY, last_day=LAST_DAY, act="№ 4")
    school.must(act, "deputy")
    assert findings(school.do(homework(maths(school)), "maths", at=last_good)) == []
    other = maths(school, MONDAY + 7)
    late = last_good + 7 * 24 * 3600 + 1
    assert findings(school.do(homework(other), "maths", at=late)) == LATE


@pytest.mark.scenario("journal_kinds:2")
@pytest.mark.clause("4.5.1")
@pytest.mark.clause("4.5.1/no-homework")
def test_an_extracurricular_journal_has_no_homework(school: SmallSchool) -> None:
    kind = JournalKind.EXTRACURRICULAR
    school.add_journal("5А", "Хор", "substitute", ((0, 7),), kind=kind)
    outcome = school.do(homework(school.lesson("5А", "Хор")), "substitute")
    assert verdict(outcome) == "4.5.1/no-homework"


@pytest.mark.clause("4.5.3")
def test_that_nothing_is_set_is_late_at_no_time(school: SmallSchool) -> None:
    command = homework(school.lesson("5А", "Математика"), text="")
    outcome = school.do(command, "maths", at=clock(MONDAY, 23))
    assert (verdict(outcome), findings(outcome)) == ("accepted", [])
