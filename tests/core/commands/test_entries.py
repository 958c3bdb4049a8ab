from __future__ import annotations

import json
from datetime import date

import pytest

from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.school import SetCalendar, SetPolicy, TurnDay
from eschool_core.commands.timetable import RecordLesson
from eschool_core.domain.enums import (
    CalendarLevel,
    DayKind,
    FindingState,
    JournalKind,
    WorkKind,
)
from eschool_core.domain.journal import LessonWork, Mark
from eschool_core.domain.office import FindingRecord
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.findings import findings as found_on
from eschool_core.queries.today import today
from tests.core.commands.acts import absent, homework, mark, roll, topic, work, work_mark
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool, clock, findings, verdict

pytestmark = pytest.mark.clause("4.5.6")

TOPIC, WORK, ROLL, BLANK = "4.5.6/topic", "4.5.6/work-topic", "4.5.2/roll", "4.4.4/4/blank"
ENGLISH = "The topic of this hour is not in Russian"


@pytest.fixture
def lesson(school: SmallSchool) -> int:
    return school.lesson("5А", "Математика")


@pytest.fixture
def filled(school: SmallSchool, lesson: int) -> int:
    """A lesson with topic and roll."""
    school.must(topic(lesson), "maths")
    school.must(roll(lesson), "maths")
    return lesson


def open_on(school: SmallSchool, lesson: int) -> list[str]:
    """Return the checks that are open on a lesson."""
    return sorted(
        entry.check_id
        for entry in school.all(FindingRecord, lesson_id=lesson, state=FindingState.OPEN)
    )


def turn(school: SmallSchool, day: int) -> None:
    school.must(TurnDay(day=day))


@pytest.mark.scenario("1.2/1:1")
@pytest.mark.clause("4.5.6/topic")
@pytest.mark.clause("4.5.2/roll")
@pytest.mark.clause("1.2/1")
def test_a_lesson_without_topic_and_roll_is_found_when_the_day_is_over(
    school: SmallSchool, lesson: int
) -> None:
    turn(school, MONDAY)
    assert open_on(school, lesson) == []
    turn(school, TUESDAY)
    assert open_on(school, lesson) == [ROLL, TOPIC]
    assert {entry.staff_id for entry in school.all(FindingRecord, lesson_id=lesson)} == {
        school.staff["maths"]
    }


@pytest.mark.clause("4.5.6/topic")
def test_the_finding_closes_when_the_topic_is_written(school: SmallSchool, lesson: int) -> None:
    turn(school, TUESDAY)
    at = clock(TUESDAY, 16)
    school.must(topic(lesson), "maths", at=at)
    assert open_on(school, lesson) == [ROLL]
    closed = school.one(FindingRecord, lesson_id=lesson, check_id=TOPIC)
    assert (closed.state, closed.closed_by_id, closed.closed_at) == (
        FindingState.REMEDIED,
        school.staff["maths"],
        at,
    )


@pytest.mark.clause("4.5.6/topic")
@pytest.mark.parametrize(("grace", "found"), [("630", [ROLL, TOPIC]), ("631", [ROLL])])
def test_the_time_for_a_topic_may_reach_into_the_next_day(
    school: SmallSchool, lesson: int, grace: str, found: list[str]
) -> None:
    """5А's Monday ends at 13:30, ten and a half hours before midnight."""
    act = SetPolicy(name="topic_grace_minutes", value=grace, first_day=FIRST_DAY, act="№ 7")
    school.must(act, "deputy")
    turn(school, TUESDAY)
    assert open_on(school, lesson) == found
    turn(school, TUESDAY + 1)
    assert open_on(school, lesson) == [ROLL, TOPIC]


@pytest.mark.scenario("4.5.2:3")
@pytest.mark.clause("4.5.2/roll")
@pytest.mark.parametrize("by", ["roll", "absence"])
def test_the_roll_is_taken_by_one_key_or_by_the_first_absence(
    school: SmallSchool, lesson: int, by: str
) -> None:
    command = roll(lesson) if by == "roll" else absent(lesson, school.pupils["5А"][0])
    school.must(command, "maths")
    turn(school, TUESDAY)
    assert open_on(school, lesson) == [TOPIC]


@pytest.mark.scenario("4.5.2:2")
@pytest.mark.clause("4.5.2/roll")
def test_marks_do_not_imply_the_roll(school: SmallSchool, lesson: int) -> None:
    for pupil in school.pupils["5А"][:2]:
        school.must(mark(lesson, pupil), "maths")
    turn(school, TUESDAY)
    assert ROLL in open_on(school, lesson)


def test_each_day_is_looked_at_once(school: SmallSchool, lesson: int) -> None:
    for day in (TUESDAY, TUESDAY + 1, TUESDAY + 3):
        turn(school, day)
    assert len(school.all(FindingRecord, lesson_id=lesson)) == 2


@pytest.mark.parametrize("day", [MONDAY, MONDAY - 1, FIRST_DAY])
def test_a_day_that_has_passed_is_not_opened_again(school: SmallSchool, day: int) -> None:
    turn(school, MONDAY)
    assert verdict(school.do(TurnDay(day=day))) == "school.day_passed"


@pytest.mark.scenario("4.5.6:1")
def test_marks_attendance_and_homework_are_never_refused_for_a_missing_topic(
    school: SmallSchool, lesson: int
) -> None:
    turn(school, TUESDAY)
    pupil = school.pupils["5А"][0]
    for command in (mark(lesson, pupil), absent(lesson, pupil), homework(lesson)):
        assert verdict(school.do(command, "maths", at=clock(TUESDAY, 12))) == "accepted"


@pytest.mark.clause("4.4.2")
def test_lessons_that_the_calendar_cancelled_ask_for_nothing(
    school: SmallSchool, lesson: int
) -> None:
    level, klass = CalendarLevel.SCHOOL_CLASS, school.classes["5А"]
    closed = SetCalendar(
        level=level, object_id=klass, days=(MONDAY,), day_kind=DayKind.QUARANTINE, act="№ 31"
    )
    school.must(closed, "deputy")
    turn(school, TUESDAY)
    assert open_on(school, lesson) == []
    assert open_on(school, school.lesson("5Б", "Математика")) == [ROLL, TOPIC]


def test_a_lesson_held_all_the_same_is_asked_for(school: SmallSchool) -> None:
    extra = RecordLesson(
        journal_id=school.journals["5А", "Математика"],
        day=MONDAY + 5,
        period=1,
        start_minute=480,
        end_minute=525,
    )
    lesson = school.must(extra, "maths", at=clock(MONDAY + 5, 9))
    turn(school, MONDAY + 6)
    assert open_on(school, lesson) == [ROLL, TOPIC]


def test_an_extracurricular_lesson_asks_for_nothing(school: SmallSchool) -> None:
    kind = JournalKind.EXTRACURRICULAR
    school.add_journal("5А", "Хор", "substitute", ((0, 7),), kind=kind)
    turn(school, TUESDAY)
    assert open_on(school, school.lesson("5А", "Хор")) == []


@pytest.mark.clause("4.5.6/work-topic")
@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (WorkKind.PRACTICAL, [WORK]),
        (WorkKind.LABORATORY, [WORK]),
        (WorkKind.TEST, [WORK]),
        (WorkKind.INDEPENDENT, []),
        (WorkKind.DICTATION, []),
    ],
)
@pytest.mark.parametrize("by", ["work", "mark"])
def test_three_kinds_of_work_need_a_topic_when_the_day_is_over(
    school: SmallSchool, filled: int, kind: WorkKind, found: list[str], by: str
) -> None:
    pupil = school.pupils["5А"][0]
    command = work(filled, "", kind) if by == "work" else work_mark(filled, pupil, kind)
    assert findings(school.do(command, "maths")) == []
    turn(school, MONDAY)
    assert open_on(school, filled) == []
    turn(school, TUESDAY)
    assert open_on(school, filled) == found
    assert findings(school.do(work(filled, "Сила трения", kind), "maths")) == []
    assert open_on(school, filled) == []


@pytest.mark.scenario("4.5.6:1")
@pytest.mark.clause("4.5.6/work-topic")
def test_marks_for_a_laboratory_work_without_topic_are_found_at_the_days_end_and_kept(
    school: SmallSchool, filled: int
) -> None:
    given = school.pupils["5А"][:2]
    for pupil in given:
        school.must(work_mark(filled, pupil), "maths")
    for day in (TUESDAY, TUESDAY + 1, TUESDAY + 2):
        turn(school, day)
    morning = clock(TUESDAY + 2, 8)
    [seen] = [entry for entry in found_on(school.store) if entry.check == WORK]
    assert (seen.person, seen.day, seen.school_class) == ("Maths А.", date(2026, 9, 7), "5А")
    assert seen.params["work_kind"] == WorkKind.LABORATORY
    for who in ("maths", "deputy"):
        holder = school.staff[who] if who == "maths" else 0
        said = [duty.text for duty in duties(school.store, morning, holder).duties]
        assert f"duty.{WORK}" in said, who
    marks = [row for row in school.all(Mark) if row.lesson_id == filled]
    assert [(row.value, row.kind) for row in marks] == [(4, WorkKind.LABORATORY)] * len(given)
    school.must(work(filled, "Сила трения"), "maths", at=morning)
    assert open_on(school, filled) == []


@pytest.mark.clause("4.5.6/work-topic")
@pytest.mark.parametrize(("grace", "found"), [("630", [WORK]), ("631", [])])
def test_the_time_for_the_topic_of_a_work_may_reach_into_the_next_day(
    school: SmallSchool, filled: int, grace: str, found: list[str]
) -> None:
    act = SetPolicy(name="topic_grace_minutes", value=grace, first_day=FIRST_DAY, act="№ 7")
    school.must(act, "deputy")
    school.must(work_mark(filled, school.pupils["5А"][0]), "maths")
    turn(school, TUESDAY)
    assert open_on(school, filled) == found
    turn(school, TUESDAY + 1)
    assert open_on(school, filled) == [WORK]


@pytest.mark.clause("4.5.6/work-topic")
def test_a_work_marked_after_its_day_is_found_at_once_and_once(
    school: SmallSchool, filled: int
) -> None:
    turn(school, TUESDAY)
    for pupil in school.pupils["5А"][:2]:
        given = school.do(work_mark(filled, pupil, WorkKind.TEST), "maths", at=clock(TUESDAY, 12))
        assert findings(given) == [WORK]
    assert open_on(school, filled) == [WORK]


@pytest.mark.clause("4.5.6/work-topic")
def test_a_waived_gap_is_not_found_again_with_the_next_mark(
    school: SmallSchool, filled: int
) -> None:
    first, second = school.pupils["5А"][:2]
    school.must(work_mark(filled, first), "maths")
    turn(school, TUESDAY)
    finding = school.one(FindingRecord, lesson_id=filled, check_id=WORK)
    school.must(WaiveFinding(finding_id=finding.id, reason="Без темы"), "deputy")
    given = school.do(work_mark(filled, second), "maths", at=clock(TUESDAY, 12))
    assert findings(given) == []
    assert open_on(school, filled) == []


@pytest.mark.clause("4.5.6/work-topic")
def test_the_gap_is_gone_with_the_last_mark_that_was_of_this_kind(
    school: SmallSchool, filled: int
) -> None:
    """Two marks were entered as of a control work by mistake."""
    first, second = school.pupils["5А"][:2]
    for pupil in (first, second):
        school.must(work_mark(filled, pupil, WorkKind.TEST), "maths")
    turn(school, TUESDAY)
    at = clock(TUESDAY, 12)
    reason = "Не контрольная работа"
    school.must(mark(filled, first, 4, reason), "maths", at=at)
    assert open_on(school, filled) == [WORK]
    school.must(mark(filled, second, 0, reason), "maths", at=at)
    assert open_on(school, filled) == []


@pytest.mark.clause("4.5.6/work-topic")
def test_the_topic_of_one_work_does_not_settle_another(school: SmallSchool, filled: int) -> None:
    for kind in (WorkKind.TEST, WorkKind.LABORATORY):
        school.must(work(filled, "", kind), "maths")
    turn(school, TUESDAY)
    assert open_on(school, filled) == [WORK] * 2
    school.must(work(filled, "Сила трения", WorkKind.LABORATORY), "maths")
    [left] = school.all(FindingRecord, lesson_id=filled, state=FindingState.OPEN)
    assert json.loads(left.params)["work_kind"] == WorkKind.TEST
    assert len(school.all(LessonWork)) == 2


@pytest.mark.clause("4.5.6/work-topic")
def test_a_gap_that_is_noticed_twice_is_one_finding(school: SmallSchool, filled: int) -> None:
    school.must(work(filled), "maths")
    turn(school, TUESDAY)
    assert findings(school.do(work(filled), "maths", at=clock(TUESDAY, 12))) == [WORK]
    assert open_on(school, filled) == [WORK]


@pytest.mark.clause("4.5.6/language")
@pytest.mark.parametrize("entry", [topic, homework, work])
def test_an_entry_in_another_language_warns_until_it_is_rewritten(
    school: SmallSchool, lesson: int, entry: type
) -> None:
    assert findings(school.do(entry(lesson, ENGLISH), "maths")) == ["4.5.6/language"]
    assert findings(school.do(entry(lesson, "Дроби, the fractions"), "maths")) == []
    assert open_on(school, lesson) == []


@pytest.mark.clause("4.5.6/language")
def test_a_rewritten_topic_does_not_settle_the_homework(school: SmallSchool, lesson: int) -> None:
    school.must(topic(lesson, ENGLISH), "maths")
    school.must(homework(lesson, ENGLISH), "maths")
    school.must(topic(lesson), "maths")
    [left] = school.all(FindingRecord, lesson_id=lesson, state=FindingState.OPEN)
    assert json.loads(left.params)["cell"] == "homework/0"


@pytest.mark.clause("4.5.6/language")
@pytest.mark.parametrize(("letters", "found"), [("32", ["4.5.6/language"]), ("33", [])])
def test_the_schools_act_sets_how_long_a_text_must_be(
    school: SmallSchool, lesson: int, letters: str, found: list[str]
) -> None:
    act = SetPolicy(name="language_min_letters", value=letters, first_day=FIRST_DAY, act="№ 6")
    school.must(act, "deputy")
    assert findings(school.do(topic(lesson, ENGLISH), "maths")) == found


def test_the_deputy_head_waives_a_finding_with_a_reason(school: SmallSchool, lesson: int) -> None:
    turn(school, TUESDAY)
    finding = school.one(FindingRecord, lesson_id=lesson, check_id=TOPIC)
    waive = WaiveFinding(finding_id=finding.id, reason="Урок перенесён")
    assert verdict(school.do(waive, "maths")) == "4.1/role"
    school.must(waive, "deputy")
    closed = school.one(FindingRecord, id=finding.id)
    assert (closed.state, closed.closed_by_id) == (FindingState.WAIVED, school.staff["deputy"])
    assert json.loads(closed.params)["waived"] == "Урок перенесён"
    assert verdict(school.do(waive, "deputy")) == "control.finding_closed"


@pytest.fixture
def flagged(school: SmallSchool, lesson: int) -> int:
    """A lesson of a school whose act makes a finding of homework left blank."""
    turn(school, MONDAY)
    act = SetPolicy(name="homework_blank", value="flag", first_day=FIRST_DAY, act="№ 7")
    school.must(act, "deputy")
    return lesson


@pytest.mark.scenario("4.4.4/4:1")
@pytest.mark.clause("4.4.4/4")
@pytest.mark.clause("4.5.3")
def test_homework_that_nobody_speaks_of_is_shown_as_blank_and_is_no_breach(
    school: SmallSchool, lesson: int
) -> None:
    turn(school, TUESDAY)
    shown = today(school.store, school.staff["maths"], MONDAY)
    states = {entry.lesson_id: entry.homework_state for entry in shown.lessons}
    assert states[lesson] == "blank"
    assert open_on(school, lesson) == [ROLL, TOPIC]


@pytest.mark.clause("4.4.4/4")
def test_where_homework_is_usually_not_set_nothing_is_found(
    school: SmallSchool, flagged: int
) -> None:
    act = SetPolicy(name="homework_not_usual", value="математика", first_day=FIRST_DAY, act="№ 7")
    school.must(act, "deputy")
    turn(school, TUESDAY)
    assert BLANK not in open_on(school, flagged)


@pytest.mark.clause("4.4.4/4/blank")
@pytest.mark.clause("4.4.4/4")
def test_the_schools_act_makes_a_finding_of_it_that_closes_when_something_is_said(
    school: SmallSchool, flagged: int
) -> None:
    turn(school, TUESDAY)
    assert BLANK in open_on(school, flagged)
    school.must(homework(flagged, ""), "maths", at=clock(TUESDAY, 9))
    assert BLANK not in open_on(school, flagged)
    closed = school.one(FindingRecord, lesson_id=flagged, check_id=BLANK)
    assert closed.state == FindingState.REMEDIED


@pytest.mark.clause("4.4.4/4/blank")
@pytest.mark.parametrize("said", ["§ 4", ""])
def test_who_wrote_homework_or_that_none_is_set_has_no_finding(
    school: SmallSchool, flagged: int, said: str
) -> None:
    school.must(homework(flagged, said), "maths", at=clock(MONDAY, 13))
    turn(school, TUESDAY)
    assert BLANK not in open_on(school, flagged)


@pytest.mark.clause("4.4.4/4/blank")
def test_the_finding_waits_until_the_time_for_homework_is_over(
    school: SmallSchool, flagged: int
) -> None:
    act = SetPolicy(name="homework_grace_minutes", value="900", first_day=FIRST_DAY, act="№ 7")
    school.must(act, "deputy")
    turn(school, TUESDAY)
    assert BLANK not in open_on(school, flagged)
    turn(school, TUESDAY + 1)
    assert BLANK in open_on(school, flagged)


@pytest.mark.clause("4.4.4/4/blank")
@pytest.mark.clause("3.6")
def test_no_finding_is_made_of_homework_that_must_not_be(school: SmallSchool, flagged: int) -> None:
    """The first grade gets none, a club has none, a cancelled lesson sets none."""
    kind = JournalKind.EXTRACURRICULAR
    school.add_journal("5А", "Хор", "substitute", ((0, 7),), kind=kind)
    rule = SetCalendar(
        level=CalendarLevel.GRADE,
        object_id=10,
        days=(MONDAY,),
        day_kind=DayKind.QUARANTINE,
        act="№ 5",
    )
    school.must(rule, "deputy")
    turn(school, TUESDAY)
    found = {row.staff_id for row in school.all(FindingRecord, check_id=BLANK)}
    assert not found & {school.staff[who] for who in ("primary", "substitute", "physics")}
    assert school.staff["maths"] in found
