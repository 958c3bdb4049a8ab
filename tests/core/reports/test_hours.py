from __future__ import annotations

from decimal import Decimal

import pytest

from eschool_core.commands.journals import PlanRow, RecordSubstitution, SetPlan
from eschool_core.commands.lessons import (
    RecordHomework,
    RecordMark,
    RecordTopic,
    RecordWork,
    TakeRoll,
)
from eschool_core.commands.school import SetCalendar
from eschool_core.domain.enums import (
    CalendarLevel,
    DayKind,
    SubstitutionKind,
    WorkKind,
)
from eschool_core.errors import RightsError
from eschool_core.reports.frame import Asked
from eschool_core.reports.table import Table, Value
from tests.core.commands.acts import work, work_mark
from tests.core.reports.results import give, quarter, set_terms
from tests.core.reports.tables import asked, made, rows_of
from tests.school import MONDAY, TUESDAY, SmallSchool, clock

LAST = MONDAY + 5
AFTER = MONDAY + 7
HOURS = ("planned", "given", "substituted", "not_given", "lag")


def teach(
    school: SmallSchool, group: str, subject: str, day: int, teacher: str, *, roll: bool = True
) -> int:
    """Hold a lesson: topic and, if wanted, the roll."""
    lesson = school.lesson(group, subject, day)
    school.must(RecordTopic(lesson_id=lesson, text="Дроби"), teacher, at=clock(day, 14))
    if roll:
        school.must(TakeRoll(lesson_id=lesson), teacher, at=clock(day, 14))
    return lesson


def row_of(shown: Table, teacher: str, group: str, subject: str) -> dict[str, Value]:
    [row] = [one for one in shown.rows if one.cells[:3] == (teacher, group, subject)]
    return {column.key: value for column, value in zip(shown.columns, row.cells, strict=True)}


def week(school: SmallSchool, teacher: str = "") -> Asked:
    return asked(school, MONDAY, LAST, day=AFTER, teacher=teacher)


@pytest.mark.clause("4.4.3/5")
def test_hours_given_are_those_the_journal_shows(school: SmallSchool) -> None:
    teach(school, "5А", "Математика", MONDAY, "maths")
    teach(school, "5А", "Математика", TUESDAY, "maths", roll=False)
    shown = made(school, "hours", week(school))
    row = row_of(shown, "Maths А.", "5А", "Математика")
    assert [row[key] for key in HOURS] == [3, 2, 0, 1, 1]
    assert row["weekly"] == Decimal("3.0")
    both = row_of(shown, "Maths А.", "всего", "")
    assert [both[key] for key in HOURS] == [5, 2, 0, 3, 3]


@pytest.mark.scenario("4.4.3/5:1")
@pytest.mark.clause("4.4.3/5")
def test_substituted_hours_are_credited_to_the_substitute(school: SmallSchool) -> None:
    lesson = school.lesson("5А", "Математика", MONDAY)
    school.must(
        RecordSubstitution(
            journal_id=school.journals["5А", "Математика"],
            lesson_id=lesson,
            absent_id=school.staff["maths"],
            substitute_id=school.staff["substitute"],
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=MONDAY,
            last_day=MONDAY,
        ),
        "deputy",
    )
    teach(school, "5А", "Математика", MONDAY, "substitute")
    teach(school, "5А", "Математика", TUESDAY, "maths")
    shown = made(school, "hours", week(school))
    own = row_of(shown, "Maths А.", "5А", "Математика")
    other = row_of(shown, "Substitute А.", "5А", "Математика")
    assert [own[key] for key in HOURS] == [3, 1, 0, 1, 2]
    assert [other[key] for key in HOURS] == [0, 1, 1, 0, -1]
    assert other["pupils"] is None


@pytest.mark.scenario("4.4.3/5:1")
@pytest.mark.clause("4.4.3/5")
@pytest.mark.clause("4.4.4/3")
def test_cancelled_lessons_are_a_lag_with_its_reason(school: SmallSchool) -> None:
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
    shown = made(school, "hours", week(school))
    row = row_of(shown, "Maths А.", "5А", "Математика")
    assert (row["lag"], row["reason"]) == (3, "Приказ 5")


@pytest.mark.clause("4.4.3/5")
def test_tests_and_the_hours_of_the_plan_stand_beside(school: SmallSchool) -> None:
    journal_id = school.journals["5А", "Математика"]
    items = tuple(
        PlanRow(ordinal=number, section="", topic=f"Тема {number}", planned_day=MONDAY + number,
                work_kind=WorkKind.TEST if number == 2 else 0)
        for number in range(1, 102)
    )  # fmt: skip
    school.must(SetPlan(journal_id=journal_id, items=items), "maths")
    lesson = teach(school, "5А", "Математика", MONDAY, "maths")
    school.must(
        RecordWork(lesson_id=lesson, work_kind=WorkKind.TEST, topic="Дроби"),
        "maths",
        at=clock(MONDAY, 14),
    )
    row = row_of(
        made(school, "hours", week(school)),
        "Maths А.",
        "5А",
        "Математика",
    )
    # Three hours a week for 34 weeks are 102: the plan has one hour less.
    assert (row["plan_deviation"], row["tests_planned"], row["tests_given"]) == (-1, 1, 1)


@pytest.mark.clause("4.4.3/5")
@pytest.mark.clause("2.7")
def test_a_teachers_own_report_has_the_own_journals_alone(school: SmallSchool) -> None:
    terms = set_terms(school)
    for pupil_id, value in zip(school.pupils["5А"], (5, 4, 3, 2), strict=True):
        give(school, "5А", "Математика", pupil_id, value, terms["I"])
    wanted = asked(school, period=quarter(school, terms["I"]), day=MONDAY + 60)
    shown = made(school, "teacher_term", wanted, "maths")
    assert {row.cells[0] for row in shown.rows} == {"Maths А."}
    row = row_of(shown, "Maths А.", "5А", "Математика")
    assert (row["pupils"], row["pass_rate"], row["quality_rate"]) == (
        4, Decimal("75.0"), Decimal("50.0"),
    )  # fmt: skip
    assert shown.subject_of == "Maths А."
    with pytest.raises(RightsError):
        made(
            school,
            "teacher_term",
            asked(school, period=quarter(school, terms["I"]), teacher="russian"),
            "maths",
        )


def fill_a_week(school: SmallSchool) -> None:
    """Give maths of 5А three lessons: complete, without roll, without topic."""
    lesson = teach(school, "5А", "Математика", MONDAY, "maths")
    school.must(RecordHomework(lesson_id=lesson, text="№ 5"), "maths", at=clock(MONDAY, 14))
    school.must(
        RecordMark(lesson_id=lesson, pupil_id=school.pupils["5А"][0], value=5),
        "maths",
        at=clock(MONDAY, 14),
    )
    second = teach(school, "5А", "Математика", TUESDAY, "maths", roll=False)
    school.must(
        RecordHomework(lesson_id=second, text=""),
        "maths",
        at=clock(TUESDAY, 14),
    )
    third = school.lesson("5А", "Математика", MONDAY + 2)
    school.must(TakeRoll(lesson_id=third), "maths", at=clock(MONDAY + 2, 14))


@pytest.mark.clause("4.4.3/6")
def test_the_filling_of_a_journal_by_hand(school: SmallSchool) -> None:
    fill_a_week(school)
    shown = made(school, "filling", week(school, teacher="maths"))
    row = row_of(shown, "Maths А.", "5А", "Математика")
    keys = ("lessons", "topics_share", "homework_set", "homework_not_set", "homework_blank")
    assert [row[key] for key in keys] == [3, Decimal("66.7"), 1, 1, 1]
    keys = ("in_time_share", "without_roll", "marks", "marks_each", "bare_lessons")
    assert [row[key] for key in keys] == [Decimal("100.0"), 1, 1, Decimal("0.3"), 2]


@pytest.mark.scenario("4.4.3/6:1")
@pytest.mark.clause("4.4.3/6")
def test_three_gaps_are_listed_as_exactly_three(school: SmallSchool) -> None:
    fill_a_week(school)
    for day in (MONDAY, TUESDAY):
        teach(school, "5Б", "Математика", day, "maths")
    lesson = school.lesson("5А", "Математика", MONDAY)
    school.must(
        RecordWork(lesson_id=lesson, work_kind=WorkKind.LABORATORY, topic=""),
        "maths",
        at=clock(MONDAY, 14),
    )
    shown = made(school, "filling", week(school, teacher="maths"))
    assert shown.notes[0].title == "Пробелы в заполнении, дата и номер урока: 3"
    assert {line.split(": ")[1] for line in shown.notes[0].lines} == {
        "нет темы работы – 07.09 (1)", "нет переклички – 08.09 (1)", "нет темы урока – 09.09 (1)",
    }  # fmt: skip


@pytest.mark.clause("4.4.3/6")
@pytest.mark.clause("4.5.6/work-topic")
def test_marks_of_a_work_without_topic_are_a_gap_until_it_has_one(school: SmallSchool) -> None:
    fill_a_week(school)
    lesson = school.lesson("5А", "Математика", MONDAY)
    given = work_mark(lesson, school.pupils["5А"][0], WorkKind.TEST)
    school.must(given, "maths", at=clock(MONDAY, 14))

    def lines() -> list[str]:
        gaps = made(school, "filling", week(school, teacher="maths")).notes[0].lines
        return [line for line in gaps if "нет темы работы" in line]

    assert [line.split(": ")[1] for line in lines()] == ["нет темы работы – 07.09 (1)"]
    school.must(work(lesson, "Дроби", WorkKind.TEST), "maths", at=clock(MONDAY, 14))
    assert lines() == []


def test_gaps_of_one_journal_stand_in_one_line(school: SmallSchool) -> None:
    shown = made(school, "filling", week(school, teacher="maths"))
    [line] = [one for one in shown.notes[0].lines if one.startswith("Maths А., 5А,")]
    assert line.split(": ")[1] == "нет темы урока, нет переклички – 07.09 (1), 08.09 (1), 09.09 (1)"


@pytest.mark.scenario("3.4:2")
@pytest.mark.clause("3.4")
def test_a_teacher_sees_the_own_gaps_each_leading_to_its_lesson(school: SmallSchool) -> None:
    fill_a_week(school)
    shown = made(school, "gaps", week(school), "maths", section="control")
    assert set(shown.column("teacher")) == {"Maths А."}
    of_5a = [row for row in shown.rows if row.cells[2] == "5А"]
    assert [row.about.id for row in of_5a if row.about] == [
        school.lesson("5А", "Математика", TUESDAY),
        school.lesson("5А", "Математика", MONDAY + 2),
    ]
    assert rows_of(shown, "age_days")[0] == (7,)


def test_today_is_not_judged_before_it_is_over(school: SmallSchool) -> None:
    wanted = asked(school, MONDAY, LAST, day=MONDAY)
    assert made(school, "gaps", wanted, section="control").rows == ()
