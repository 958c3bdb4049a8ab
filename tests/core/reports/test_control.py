from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from eschool_core import calendar
from eschool_core.commands.care import ExcuseAbsence, ExemptPupil
from eschool_core.commands.external import DecideExternalMark, EnterExternalMark
from eschool_core.commands.groups import ChangeGroup
from eschool_core.commands.journals import PlanRow, SetPlan
from eschool_core.commands.lessons import (
    RecordHomework,
    RecordMark,
    RecordTopic,
    RecordWork,
    TakeRoll,
)
from eschool_core.commands.school import SetCalendar, SetPolicy, TurnDay
from eschool_core.domain.enums import (
    CalendarLevel,
    DayKind,
    ExcuseKind,
    ExemptionKind,
    GroupChangeGround,
    JournalKind,
    TermKind,
    WorkKind,
)
from eschool_core.domain.journal import JournalLine, Lesson
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.school import Journal, Term
from eschool_core.errors import RightsError
from eschool_core.queries.duties.registry import duties
from eschool_core.reports.control.unmarked import unmarked_of
from eschool_core.reports.frame import Asked
from eschool_core.reports.table import UNKNOWN, Table, Value
from eschool_core.results.proposal import propose_term
from tests.core.reports.results import QUARTER_END, set_terms
from tests.core.reports.tables import asked, made, rows_of
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool, clock, offline

LAST = MONDAY + 5
AFTER = MONDAY + 7
END = QUARTER_END - 10


def control(school: SmallSchool, name: str, wanted: Asked, viewer: str = "") -> Table:
    return made(school, name, wanted, viewer, section="control")


def week(school: SmallSchool, teacher: str = "", class_name: str = "") -> Asked:
    return asked(school, MONDAY, LAST, day=AFTER, teacher=teacher, class_name=class_name)


def row(shown: Table, *first: str) -> dict[str, Value]:
    [found] = [one for one in shown.rows if one.cells[: len(first)] == first]
    return {column.key: value for column, value in zip(shown.columns, found.cells, strict=True)}


def write(
    school: SmallSchool, day: int, *, topic: bool = True, homework: str | None = "№ 1"
) -> int:
    """Write maths of 5А on a day: roll, and topic and homework where wanted; "" is none set."""
    lesson = school.lesson("5А", "Математика", day)
    school.must(TakeRoll(lesson_id=lesson), "maths", at=clock(day, 14))
    if topic:
        school.must(RecordTopic(lesson_id=lesson, text="Дроби"), "maths", at=clock(day, 14))
    if homework is not None:
        school.must(RecordHomework(lesson_id=lesson, text=homework), "maths", at=clock(day, 14))
    return lesson


@pytest.mark.scenario("4.4.4/1:1", "4.7.3:1")
@pytest.mark.clause("4.4.4/1")
@pytest.mark.clause("4.7.3")
def test_activity_counts_entries_offline_ones_too(school: SmallSchool) -> None:
    write(school, MONDAY)
    lesson = school.lesson("5А", "Математика", TUESDAY)
    made_offline = offline(clock(TUESDAY, 8), clock(TUESDAY, 10), clock(MONDAY + 4, 8))
    school.must(RecordHomework(lesson_id=lesson, text="№ 2"), "maths", at=made_offline)
    found = row(control(school, "activity", week(school)), "Maths А.")
    # Monday: roll, topic, homework; Tuesday: one entry made without a network.
    assert (found["entries"], found["entry_days"], found["devices"]) == (4, 2, 1)
    assert found["in_time_share"] == Decimal("100.0")
    assert str(found["last_entry"]).startswith("2026-09-08 10:00")


@pytest.mark.scenario("4.4.4/1:1")
@pytest.mark.clause("4.4.4/1")
@pytest.mark.clause("4.7.3")
def test_when_somebody_was_last_heard_of_only_the_server_knows(school: SmallSchool) -> None:
    shown = control(school, "activity", week(school))
    assert row(shown, "Maths А.")["last_seen"] is UNKNOWN
    [missing] = shown.missing
    assert "только сервер" in missing
    wanted = replace(week(school), last_seen={school.staff["maths"]: clock(MONDAY, 9)})
    shown = control(school, "activity", wanted, "officer")
    assert shown.complete
    assert str(row(shown, "Maths А.")["last_seen"]).startswith("2026-09-07 09:00")
    assert row(shown, "Head А.")["last_seen"] is None


def mark(school: SmallSchool, pupil: int, days: tuple[int, ...]) -> None:
    for day in days:
        school.must(
            RecordMark(
                lesson_id=school.lesson("5А", "Математика", day),
                pupil_id=school.pupils["5А"][pupil],
                value=4,
            ),
            "maths",
            at=clock(day, 14),
        )


def few(school: SmallSchool, viewer: str = "", day: int = END) -> dict[str, tuple[Value, ...]]:
    """Return marks, norm and warning of those of 5А below the norm in maths."""
    wanted = asked(school, MONDAY, day, day=day, class_name="5А")
    shown = control(school, "density", wanted, viewer)
    return {
        str(name): (marks, norm, warning)
        for subject, name, marks, norm, warning in rows_of(
            shown, "subject", "name", "marks", "norm", "warning"
        )
        if subject == "Математика"
    }


@pytest.fixture
def term(school: SmallSchool) -> SmallSchool:
    set_terms(school)
    school.schedule("5А", "Математика", MONDAY + 14, QUARTER_END)
    return school


@pytest.mark.scenario("4.4.4/2:1")
@pytest.mark.clause("4.4.4/2")
def test_two_marks_two_weeks_before_the_end_are_warned_of(term: SmallSchool) -> None:
    days = tuple(MONDAY + 7 * week_ for week_ in range(7))
    mark(term, 0, days[:2])
    mark(term, 1, days)
    found = few(term)
    # Three hours a week ask for seven marks a quarter.
    assert found["Абрамов Саша"] == (2, 7, "!")
    assert "Белова Саша" not in found
    assert few(term, day=MONDAY + 20)["Абрамов Саша"] == (2, 7, "")


@pytest.mark.scenario("4.4.4/2:1")
@pytest.mark.clause("4.4.4/2")
def test_the_teacher_and_the_class_teacher_see_their_own(term: SmallSchool) -> None:
    wanted = asked(term, MONDAY, END, day=END)
    for viewer, classes, subjects in (
        ("maths", {"5А", "5Б"}, {"Математика", "Русский язык"}),
        ("physics", {"10А", "10Б"}, {"Физика"}),
    ):
        shown = control(term, "density", wanted, viewer)
        assert set(shown.column("class")) <= classes
        assert set(shown.column("subject")) <= subjects | {"Английский язык"}
    with pytest.raises(RightsError):
        control(term, "density", wanted, "hr")


@pytest.mark.clause("4.4.4/2")
def test_the_norm_is_prorated_for_arrival_and_long_illness(term: SmallSchool) -> None:
    term.add_pupil("5А", "Новикова", first_day=MONDAY + 28)
    term.must(
        ExcuseAbsence(
            pupil_id=term.pupils["5А"][2],
            excuse=ExcuseKind.SICK,
            first_day=MONDAY,
            last_day=MONDAY + 20,
        ),
        "russian",
    )
    found = few(term)
    # Of 23 lessons Новикова could be at 9 and Власов at 14: 7 · 9 / 23, 7 · 14 / 23.
    assert found["Абрамов Саша"][1] == 7
    assert found["Новикова Саша"][1] == 2
    assert found["Власов Саша"][1] == 4


@pytest.mark.scenario("4.4.4/2:2")
@pytest.mark.clause("4.4.4/2")
def test_individual_curricula_and_releases_are_left_out(term: SmallSchool) -> None:
    own, released = term.pupils["5А"][:2]
    term.add_group("ИУП", ("5А",))
    term.must(
        ChangeGroup(
            pupil_id=own,
            to_group_id=term.groups["ИУП"],
            first_day=FIRST_DAY,
            ground=GroupChangeGround.FIRST_PLACING,
        )
    )
    term.add_journal("ИУП", "Математика", "maths", kind=JournalKind.INDIVIDUAL)
    term.must(
        ExemptPupil(
            pupil_id=released,
            subject_id=term.subjects["Математика"],
            exemption_kind=ExemptionKind.SUBJECT,
            first_day=FIRST_DAY,
            last_day=QUARTER_END,
            document="1",
        ),
        "russian",
    )
    found = few(term)
    assert set(found) == {"Власов Саша", "Громова Саша"}


@pytest.mark.scenario("newcomer:3")
@pytest.mark.clause("4.4.4/2")
@pytest.mark.clause("2.6")
def test_marks_of_a_former_school_are_proposed_with_and_counted_in_no_density(
    term: SmallSchool,
) -> None:
    mark(term, 0, (MONDAY, MONDAY + 7))
    before = few(term)
    [quarter_id] = [row.id for row in term.all(Term, kind=TermKind.QUARTER, ordinal=1)]
    pupil, journal_id = term.pupils["5А"][0], term.journals["5А", "Математика"]
    for value in (2, 2):
        entered = EnterExternalMark(
            journal_id=journal_id,
            pupil_id=pupil,
            value=value,
            source="Школа № 2",
            document="Ведомость 5",
            term_id=quarter_id,
            day=FIRST_DAY,
        )
        external = term.must(entered, "russian")
        term.must(DecideExternalMark(external_mark_id=external, accept=1), "maths")
    journal = term.store.require(Journal, journal_id)
    proposed = propose_term(term.store, journal, term.store.require(Term, quarter_id), pupil)
    # Two fours of this school and two twos of the former one.
    assert proposed[pupil].mean_hundredths == 300
    assert few(term) == before
    assert before["Абрамов Саша"][0] == 2


@pytest.mark.scenario("calendar:2")
@pytest.mark.clause("4.4.4/3")
@pytest.mark.clause("4.5.2")
@pytest.mark.clause("4.6.2")
def test_a_class_in_quarantine_lags_and_is_asked_for_neither_roll_nor_check(
    school: SmallSchool,
) -> None:
    items = tuple(PlanRow(ordinal=n, section="", topic=f"Тема {n}") for n in range(1, 9))
    school.must(SetPlan(journal_id=school.journals["5А", "Математика"], items=items), "maths")
    school.must(
        SetCalendar(
            level=CalendarLevel.SCHOOL_CLASS,
            object_id=school.classes["5А"],
            days=tuple(range(MONDAY, MONDAY + 5)),
            day_kind=DayKind.QUARANTINE,
            act="Приказ № 5",
        ),
        "deputy",
    )
    school.must(TurnDay(day=AFTER), at=clock(AFTER, 0))
    found = row(control(school, "coverage", week(school)), "5А", "Математика")
    assert (found["planned"], found["given"], found["lag"]) == (3, 0, -3)
    lessons = {
        entry.id
        for entry in school.all(Lesson, journal_id=school.journals["5А", "Математика"])
        if MONDAY <= entry.day < AFTER
    }
    assert len(lessons) == 3
    assert not lessons & {entry.lesson_id for entry in school.all(FindingRecord)}
    listed = duties(school.store, clock(AFTER, 9)).duties
    monday = calendar.date_of(MONDAY).isoformat()
    weekly = {
        entry.params["school_class"]
        for entry in listed
        if entry.clause == "4.6.2" and entry.params["first"] == monday
    }
    assert "5А" not in weekly
    assert "5Б" in weekly


@pytest.mark.clause("4.4.4/2")
@pytest.mark.clause("3.6")
def test_no_marks_are_missed_in_the_first_grade(term: SmallSchool) -> None:
    wanted = asked(term, MONDAY, END, day=END)
    assert "1А" not in control(term, "density", wanted).column("class")


@pytest.mark.scenario("4.4.4/3:1")
@pytest.mark.clause("4.4.4/3")
def test_three_cancelled_lessons_are_a_lag_of_three_with_a_proposal(school: SmallSchool) -> None:
    items = tuple(PlanRow(ordinal=n, section="", topic=f"Тема {n}") for n in range(1, 9))
    school.must(SetPlan(journal_id=school.journals["5А", "Математика"], items=items), "maths")
    school.must(
        SetCalendar(
            level=CalendarLevel.SCHOOL_CLASS,
            object_id=school.classes["5А"],
            days=(MONDAY, TUESDAY, MONDAY + 2),
            day_kind=DayKind.QUARANTINE,
            act="Приказ 5",
        ),
        "deputy",
    )
    found = row(control(school, "coverage", week(school)), "5А", "Математика")
    assert (found["planned"], found["given"], found["lag"]) == (3, 0, -3)
    assert found["proposal"] == ("объединить темы: № 1 + № 2; № 3 + № 4; № 5 + № 6 (нагнать 3 ч)")
    school.must(
        SetPolicy(name="coverage_lag_hours", value="4", first_day=FIRST_DAY, act="Приказ 3"),
        "deputy",
    )
    found = row(control(school, "coverage", week(school)), "5А", "Математика")
    assert found["proposal"] == ""


@pytest.mark.scenario("4.4.4/4:2")
@pytest.mark.clause("4.4.4/4")
def test_homework_blank_is_counted_apart_and_none_set_counts_as_done(
    school: SmallSchool,
) -> None:
    write(school, MONDAY)
    write(school, TUESDAY, homework="")
    write(school, MONDAY + 2, homework=None)
    found = row(control(school, "homework", week(school, "maths")), "Maths А.", "5А")
    keys = ("lessons", "homework_set", "homework_not_set", "homework_blank", "late")
    assert [found[key] for key in keys] == [3, 1, 1, 1, 0]
    assert found["stated_share"] == Decimal("66.7")


@pytest.mark.scenario("4.4.4/4:1")
@pytest.mark.clause("4.4.4/4")
def test_where_homework_is_usually_not_set_a_blank_says_so(school: SmallSchool) -> None:
    write(school, MONDAY)
    write(school, MONDAY + 2, homework=None)
    act = SetPolicy(name="homework_not_usual", value="Математика", first_day=FIRST_DAY, act="№ 7")
    school.must(act, "deputy")
    found = row(control(school, "homework", week(school, "maths")), "Maths А.", "5А")
    assert [found[f"homework_{key}"] for key in ("set", "not_set", "blank")] == [1, 2, 0]


@pytest.mark.clause("4.4.4/4")
def test_late_and_changed_late_stand_apart(school: SmallSchool) -> None:
    lesson = write(school, MONDAY)
    school.must(RecordHomework(lesson_id=lesson, text="№ 9"), "maths", at=clock(MONDAY, 22))
    late = school.lesson("5А", "Математика", TUESDAY)
    school.must(RecordHomework(lesson_id=late, text="№ 2"), "maths", at=clock(TUESDAY, 22))
    found = row(control(school, "homework", week(school, "maths")), "Maths А.", "5А")
    assert (found["in_time"], found["late"], found["changed_late"]) == (1, 1, 1)


@pytest.mark.clause("4.4.4/4")
def test_late_by_the_devices_clock_alone_is_counted_apart_from_late_for_sure(
    school: SmallSchool,
) -> None:
    for day, known in ((MONDAY, 14), (TUESDAY, 16)):
        lesson = school.lesson("5А", "Математика", day)
        made_offline = offline(clock(day, known), clock(day, 17), clock(day + 1, 9))
        school.must(RecordHomework(lesson_id=lesson, text="№ 2"), "maths", at=made_offline)
    shown = control(school, "homework", week(school, "maths"))
    found = row(shown, "Maths А.", "5А")
    assert (found["late"], found["late_by_device"]) == (1, 1)
    of_teacher = row(shown, "Maths А.", "всего")
    assert (of_teacher["late"], of_teacher["late_by_device"]) == (1, 1)


@pytest.mark.clause("4.4.4/4")
def test_each_lesson_whose_homework_is_to_be_looked_at_is_named_with_why(
    school: SmallSchool,
) -> None:
    changed = write(school, MONDAY)
    school.must(RecordHomework(lesson_id=changed, text="№ 9"), "maths", at=clock(MONDAY, 22))
    by_clock = school.lesson("5А", "Математика", TUESDAY)
    made_offline = offline(clock(TUESDAY, 9), clock(TUESDAY, 17), clock(TUESDAY + 1, 9))
    school.must(RecordHomework(lesson_id=by_clock, text="№ 2"), "maths", at=made_offline)
    blank = write(school, MONDAY + 2, homework=None)
    wanted = replace(week(school, "maths"), journal_id=school.journals["5А", "Математика"])
    shown = control(school, "homework_lessons", wanted)
    assert [(one.about and one.about.id, one.cells[5]) for one in shown.rows] == [
        (changed, "изменено позже срока"),
        (by_clock, "позже срока по часам устройства"),
        (blank, "не указано"),
    ]
    assert shown.subject_of == "Maths А."
    own = control(school, "homework_lessons", week(school), "maths")
    assert set(own.column("teacher")) == {"Maths А."}
    with pytest.raises(RightsError):
        control(school, "homework_lessons", week(school, "russian"), "maths")


@pytest.mark.clause("4.4.4/3")
def test_each_lesson_that_was_not_given_is_named_with_why(school: SmallSchool) -> None:
    write(school, MONDAY)
    act = SetCalendar(
        level=CalendarLevel.SCHOOL_CLASS,
        object_id=school.classes["5А"],
        days=(TUESDAY,),
        day_kind=DayKind.QUARANTINE,
        act="Приказ 5",
    )
    school.must(act, "deputy")
    wanted = replace(week(school), journal_id=school.journals["5А", "Математика"])
    shown = control(school, "coverage_lessons", wanted)
    assert rows_of(shown, "why_not_given") == [
        ("отменён: Приказ 5",),
        ("нет ни темы, ни переклички",),
    ]
    assert [one.about and one.about.id for one in shown.rows] == [
        school.lesson("5А", "Математика", day) for day in (TUESDAY, MONDAY + 2)
    ]
    assert row(control(school, "coverage", wanted), "5А", "Математика")["lag"] == -2


def test_homework_of_a_grade_without_marks_is_asked_of_nobody(school: SmallSchool) -> None:
    assert "1А" not in control(school, "homework", week(school)).column("group")


@pytest.mark.scenario("4.6.3:1")
@pytest.mark.clause("4.6.3")
def test_who_has_had_no_mark_for_three_weeks_is_listed(term: SmallSchool) -> None:
    mark(term, 0, (MONDAY, MONDAY + 21))
    mark(term, 1, (MONDAY,))
    wanted = asked(term, MONDAY, MONDAY + 28, day=MONDAY + 28)
    shown = control(term, "unmarked", wanted, "russian")
    found = {
        name: (last, age)
        for subject, name, last, age in rows_of(shown, "subject", "name", "last_mark", "age_days")
        if subject == "Математика"
    }
    assert "Абрамов Саша" not in found
    assert (str(found["Белова Саша"][0]), found["Белова Саша"][1]) == ("2026-09-07", 28)
    assert found["Власов Саша"] == (None, None)


@pytest.mark.clause("4.6.3")
def test_a_subject_in_subgroups_lacks_marks_as_a_whole_or_not_at_all(term: SmallSchool) -> None:
    """One pupil of one half was marked: the other half is then named pupil by pupil, too."""
    wanted = asked(term, MONDAY, MONDAY + 28, day=MONDAY + 28)

    def english() -> set[bool]:
        found = unmarked_of(term.store, wanted)
        return {one.alone for one in found if one.entry.journal.subject == "Английский язык"}

    assert english() == {False}
    one_half = "5А/1", "Английский язык"
    pupil = term.store.select(JournalLine, journal_id=term.journals[one_half])[0].pupil_id
    given = RecordMark(lesson_id=term.lesson(*one_half, MONDAY + 10), pupil_id=pupil, value=4)
    term.must(given, "english", at=clock(MONDAY + 10, 15))
    assert english() == {True}


@pytest.mark.scenario("3.4:1")
@pytest.mark.clause("3.4")
def test_twenty_lessons_of_which_eighteen_are_complete_are_ninety_percent(
    school: SmallSchool,
) -> None:
    school.schedule("5А", "Математика", MONDAY + 14, MONDAY + 60)
    lessons = [
        day for day in range(MONDAY, MONDAY + 60) if (day - MONDAY) % 7 in (0, 1, 2)
    ][:20]  # fmt: skip
    for number, day in enumerate(lessons):
        write(school, day, topic=number != 4, homework="" if number != 9 else None)
    school.must(
        TakeRoll(lesson_id=school.lesson("5А", "Математика", lessons[0])),
        "maths",
        at=clock(lessons[0], 15),
    )
    wanted = asked(school, MONDAY, lessons[-1], day=lessons[-1] + 1, teacher="maths")
    others = school.journals["5Б", "Математика"]
    for lesson in school.store.select(Lesson, journal_id=others):
        school.store.delete(lesson)
    for lesson in school.store.select(Lesson, journal_id=school.journals["5А", "Математика"]):
        if lesson.day < MONDAY:
            school.store.delete(lesson)
    found = row(control(school, "indices", wanted), "Maths А.")
    assert (found["lessons"], found["complete_share"]) == (20, Decimal("90.0"))
    assert (found["topics_share"], found["stated_share"]) == (Decimal("95.0"), Decimal("95.0"))
    assert (found["roll_share"], found["progress_share"]) == (Decimal("100.0"), None)


@pytest.mark.clause("3.4")
def test_the_indices_of_works_and_of_personal_data(school: SmallSchool) -> None:
    lesson = write(school, MONDAY)
    school.must(
        RecordWork(lesson_id=lesson, work_kind=WorkKind.TEST, topic="Дроби"),
        "maths",
        at=clock(MONDAY, 14),
    )
    school.add_pupil("5Б", "Новикова", birth_day=15_000, sex=1)
    wanted = asked(school, MONDAY, LAST, day=MONDAY + 9, teacher="maths")
    found = row(control(school, "indices", wanted), "Maths А.")
    assert found["progress_share"] == Decimal("0.0")
    # One of the five pupils of 5Б, whom maths leads, has a complete card.
    assert found["cards_share"] == Decimal("20.0")


@pytest.mark.scenario("1.3:1")
@pytest.mark.clause("1.3")
def test_the_panel_shows_clause_object_person_and_age(school: SmallSchool) -> None:
    lesson = school.lesson("5А", "Математика", MONDAY)
    school.must(RecordHomework(lesson_id=lesson, text="№ 9"), "maths", at=clock(MONDAY, 22))
    for day in (MONDAY + 1, MONDAY + 2):
        school.must(TurnDay(day=day), at=clock(day, 0))
    shown = control(school, "compliance", week(school, "maths"))
    found = {(one.cells[0], one.cells[2]): one for one in shown.rows}
    late = found["4.5.3", "5А, Математика, 07.09.2026, урок 1"]
    assert "07.09.2026" in str(late.cells[1])
    assert late.cells[3] == "Maths А."
    assert late.cells[5] == 7
    assert late.about is not None
    assert late.about.id == lesson
    assert any(clause == "4.5.2" for clause, _ in found)
    assert shown.notes[0].lines


@pytest.mark.scenario("1.3:1")
@pytest.mark.clause("1.3")
def test_overdue_duties_stand_in_the_panel_with_their_holder(school: SmallSchool) -> None:
    school.now = clock(AFTER, 8)
    shown = control(school, "compliance", week(school))
    weekly = [one for one in shown.rows if one.cells[0] == "4.6.2"]
    assert {one.cells[3] for one in weekly} >= {"Russian А.", "Maths А."}


@pytest.mark.clause("1.3")
def test_a_teacher_sees_the_own_breaches_alone(school: SmallSchool) -> None:
    lesson = school.lesson("5А", "Математика", MONDAY)
    school.must(RecordHomework(lesson_id=lesson, text="№ 9"), "maths", at=clock(MONDAY, 22))
    own = control(school, "compliance", week(school), "maths")
    other = control(school, "compliance", week(school), "english")
    assert "4.5.3" in own.column("clause")
    assert "4.5.3" not in other.column("clause")
