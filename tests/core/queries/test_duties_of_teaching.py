"""Duties that rest on lessons, marks and the year's end."""

from __future__ import annotations

import pytest

from eschool_core.commands.archive import DecideDestruction, ProposeDestruction
from eschool_core.commands.lessons import RecordMark
from eschool_core.commands.releases import ReleaseMarks
from eschool_core.commands.school import SetTerm, TurnDay
from eschool_core.commands.term_marks import SetTermMark
from eschool_core.commands.terms import SetOrderDate
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.enums import TermKind, WorkKind
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState, DateKind
from eschool_core.domain.school import Term
from eschool_core.ids import make_id
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from tests.core.commands.acts import roll, topic, work
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, TUESDAY, SmallSchool, clock
from tests.terms import FRIDAY_11, due, set_terms, term_id

MATHS = ("5А", "Математика")
ENGLISH = ("5А/1", "Английский язык")


def of(school: SmallSchool, clause: str, who: str, moment: int) -> list[Duty]:
    answer = duties(school.store, moment, school.staff[who])
    return [duty for duty in answer.duties if duty.clause == clause]


@pytest.mark.clause("4.5.6")
@pytest.mark.clause("4.5.2")
def test_lessons_without_topic_or_roll_are_overdue_until_filled(school: SmallSchool) -> None:
    school.must(TurnDay(day=TUESDAY), at=clock(TUESDAY, 0))
    morning = clock(TUESDAY, 8)
    [topics] = of(school, "4.5.6", "english", morning)
    [rolls] = of(school, "4.5.2", "english", morning)
    assert (topics.state, rolls.state) == (DutyState.OVERDUE, DutyState.OVERDUE)
    [lesson] = [each for each in topics.missing if each.params["date"] == "2026-09-07"]
    assert (lesson.params["group"], lesson.params["period"]) == ("5А/1", 3)
    before = int(topics.params["count"])
    school.must(topic(school.lesson(*ENGLISH)), "english", at=morning)
    school.must(roll(school.lesson(*ENGLISH)), "english", at=morning)
    left = [int(duty.params["count"]) for duty in of(school, "4.5.6", "english", morning)]
    assert left == ([before - 1] if before > 1 else [])


@pytest.mark.scenario("4.5.2:1")
@pytest.mark.clause("4.5.2")
def test_a_written_work_without_marks_is_overdue_after_the_days_of_the_act(
    school: SmallSchool,
) -> None:
    lesson = school.lesson(*MATHS)
    school.must(work(lesson, "Дроби", WorkKind.TEST), "maths")
    end = clock(MONDAY + 8, 0)

    def the_work(moment: int) -> Duty:
        [found] = [
            duty for duty in of(school, "4.5.2", "maths", moment) if duty.text == "duty.4.5.2/work"
        ]
        return found

    assert the_work(end - 1).state is DutyState.DUE
    assert the_work(end).state is DutyState.OVERDUE
    given = RecordMark(
        lesson_id=lesson, pupil_id=school.pupils["5А"][0], value=4, work_kind=WorkKind.TEST
    )
    school.must(given, "maths", at=clock(MONDAY + 2, 12))
    done = the_work(end)
    assert (done.state, done.late) == (DutyState.DONE, False)


@pytest.mark.clause("3.6")
@pytest.mark.clause("4.5.2")
def test_a_work_in_the_first_grade_asks_for_no_marks(school: SmallSchool) -> None:
    lesson = school.lesson("1А", "Математика")
    school.must(work(lesson, "Счёт", WorkKind.TEST), "primary")
    found = of(school, "4.5.2", "primary", clock(MONDAY + 9, 0))
    assert [duty for duty in found if duty.text == "duty.4.5.2/work"] == []


@pytest.mark.clause("4.5.5")
def test_term_marks_are_due_by_the_date_of_the_order_and_the_missing_are_named(
    school: SmallSchool,
) -> None:
    school.must(
        SetTerm(
            year_id=school.year,
            term_kind=TermKind.QUARTER,
            ordinal=1,
            first_day=FIRST_DAY,
            last_day=MONDAY,
        ),
        "officer",
    )
    term = school.one(Term)
    order = SetOrderDate(
        date_kind=DateKind.DUE,
        year_id=school.year,
        term_id=term.id,
        day=TUESDAY,
        act="№ 25",
        act_day=MONDAY,
    )
    school.must(order, "deputy")

    def quarter(moment: int) -> Duty:
        [found] = [
            duty
            for duty in of(school, "4.5.5", "maths", moment)
            if duty.object_id == school.journals[MATHS]
        ]
        return found

    wednesday = clock(MONDAY + 2, 0)
    assert quarter(wednesday - 1).state is DutyState.DUE
    late = quarter(wednesday)
    assert late.state is DutyState.OVERDUE
    names = [each.params["pupil"] for each in late.missing]
    assert names == ["Абрамов Саша", "Белова Саша", "Власов Саша", "Громова Саша"]
    for pupil in school.pupils["5А"]:
        mark = SetTermMark(
            journal_id=school.journals[MATHS],
            pupil_id=pupil,
            term_id=term.id,
            value=4,
            reason="по работам четверти",
        )
        school.must(mark, "maths", at=clock(TUESDAY, 12))
    done = quarter(wednesday)
    assert (done.state, done.late, done.missing) == (DutyState.DONE, False, ())


@pytest.mark.scenario("4.4.5/1:3")
@pytest.mark.clause("4.4.5/1")
def test_a_year_that_is_past_and_not_closed_is_overdue_with_what_is_missing(
    school: SmallSchool,
) -> None:
    assert of(school, "4.4.5/1", "deputy", clock(LAST_DAY - 20, 9)) == []
    found = of(school, "4.4.5/1", "deputy", clock(LAST_DAY + 1, 0))
    assert {duty.params["school_class"] for duty in found} == {"1А", "5А", "5Б", "10А", "10Б"}
    assert {duty.state for duty in found} == {DutyState.OVERDUE}
    [fifth] = [duty for duty in found if duty.params["school_class"] == "5А"]
    assert "gap.year_marks" in {each.key for each in fifth.missing}


@pytest.mark.clause("2.9")
def test_marks_are_released_on_the_day_after_the_date_of_the_order(school: SmallSchool) -> None:
    set_terms(school.must, school.year)
    school.must(due(school, FRIDAY_11))

    def of_5a(moment: int) -> list[Duty]:
        found = of(school, "2.9", "deputy", moment)
        return [duty for duty in found if duty.object_id == school.classes["5А"]]

    assert of_5a(clock(FRIDAY_11 + 1, 0) - 1) == []
    [open_] = of_5a(clock(FRIDAY_11 + 1, 0))
    assert (open_.state, open_.params["act"]) == (DutyState.DUE, "№ 21")
    [overdue] = of_5a(clock(FRIDAY_11 + 2, 0))
    assert overdue.state is DutyState.OVERDUE
    # Where no marks are given there is nothing to make known (3.6).
    names = {
        duty.params["school_class"] for duty in of(school, "2.9", "deputy", clock(LAST_DAY, 9))
    }
    assert "1А" not in names
    released = ReleaseMarks(class_id=school.classes["5А"], term_id=term_id(school))
    school.must(released, "deputy", at=clock(FRIDAY_11 + 2, 9))
    [done] = of_5a(clock(FRIDAY_11 + 2, 10))
    assert (done.state, done.late, done.done_by_id) == (
        DutyState.DONE,
        True,
        school.staff["deputy"],
    )


@pytest.mark.clause("5.3/1")
@pytest.mark.clause("5.3/2")
@pytest.mark.parametrize("kind", [ArchiveKind.JOURNAL, ArchiveKind.REGISTER])
def test_what_was_kept_long_enough_goes_by_an_act_within_thirty_days(
    school: SmallSchool, kind: ArchiveKind
) -> None:
    clause = "5.3/2" if kind is ArchiveKind.REGISTER else "5.3/1"
    entry = ArchiveEntry(
        id=make_id(56_002, 1),
        part=partition(PartitionKind.ARCHIVE),
        year_id=school.year,
        kind=kind,
        object_id=school.journals[MATHS],
        title="2020/21, 5А",
        sealed_at=clock(FIRST_DAY, 9),
        sealed_by_id=school.staff["deputy"],
        keep_until=MONDAY,
        state=ArchiveState.KEPT,
    )
    school.store.put(entry)
    assert of(school, clause, "deputy", clock(MONDAY, 23)) == []
    [kept] = of(school, clause, "deputy", clock(TUESDAY, 0))
    assert kept.state is DutyState.DUE
    last = MONDAY + 30
    assert of(school, clause, "deputy", clock(last + 1, 0) - 1)[0].state is DutyState.DUE
    assert of(school, clause, "deputy", clock(last + 1, 0))[0].state is DutyState.OVERDUE
    proposed = ProposeDestruction(entry_id=entry.id, act="Акт 1", act_day=TUESDAY)
    school.must(proposed, "deputy", at=clock(TUESDAY, 9))
    assert of(school, clause, "deputy", clock(TUESDAY, 10)) == []
    [to_decide] = of(school, clause, "head", clock(TUESDAY, 10))
    assert to_decide.text == "duty.5.3.decide"
    decided = DecideDestruction(entry_id=entry.id, approve=1)
    school.must(decided, "head", at=clock(TUESDAY, 11))
    [done] = of(school, clause, "head", clock(TUESDAY, 12))
    assert (done.state, done.late) == (DutyState.DONE, False)
