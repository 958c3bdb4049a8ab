"""Two papers of 4.4.3/5 counted by hand: hours by day, missed and substituted lessons."""

from __future__ import annotations

from datetime import date

import pytest

from eschool_core.commands.journals import PlanRow, RecordSubstitution, SetPlan
from eschool_core.commands.plans import ApprovePlan
from eschool_core.commands.school import SetCalendar
from eschool_core.domain.enums import CalendarLevel, DayKind, SubstitutionKind
from eschool_core.errors import InputError, RightsError
from eschool_core.reports.frame import Asked
from tests.core.reports.tables import asked, made, rows_of
from tests.core.reports.test_hours import AFTER, LAST, row_of, teach
from tests.school import MONDAY, TUESDAY, SmallSchool

WEDNESDAY = MONDAY + 2
DAYS = ("day_20260907", "day_20260908", "day_20260909")


def week(school: SmallSchool, teacher: str = "") -> Asked:
    return asked(school, MONDAY, LAST, day=AFTER, teacher=teacher)


def substituted(school: SmallSchool, day: int) -> None:
    """Let somebody stand in for the teacher of maths in 5А on a day, by an order."""
    school.must(
        RecordSubstitution(
            journal_id=school.journals["5А", "Математика"],
            lesson_id=school.lesson("5А", "Математика", day),
            absent_id=school.staff["maths"],
            substitute_id=school.staff["substitute"],
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=day,
            last_day=day,
            act="Приказ 7",
        ),
        "deputy",
    )


@pytest.fixture
def lived(school: SmallSchool) -> SmallSchool:
    """A week in which 5А has maths on Monday (substituted), Tuesday (given), Wednesday (not)."""
    substituted(school, MONDAY)
    teach(school, "5А", "Математика", MONDAY, "substitute")
    teach(school, "5А", "Математика", TUESDAY, "maths")
    teach(school, "5Б", "Математика", TUESDAY, "maths", roll=False)
    school.must(
        SetCalendar(
            level=CalendarLevel.SCHOOL_CLASS,
            object_id=school.classes["5Б"],
            days=(MONDAY,),
            day_kind=DayKind.QUARANTINE,
            act="Приказ 5",
        ),
        "deputy",
    )
    return school


@pytest.mark.clause("4.4.3/5")
def test_the_timesheet_counts_what_each_gave_on_each_day(lived: SmallSchool) -> None:
    shown = made(lived, "timesheet", week(lived), "deputy")
    found = {
        row[0]: row[1:]
        for row in rows_of(shown, "teacher", *DAYS, "given_total", "substituted", "unrecorded")
    }
    # 5А has maths on Monday, Tuesday and Wednesday, 5Б on Monday and Tuesday. Of the five, Monday's
    # of 5Б was cancelled, Monday's of 5А is the substitute's, Wednesday's nobody has recorded.
    assert found["Maths А."] == (0, 2, 0, 2, 0, 1)
    assert found["Substitute А."] == (1, 0, 0, 1, 1, 0)
    total = shown.totals[0]
    assert [shown.value(total, key) for key in (*DAYS, "given_total", "substituted")] == [
        1, 2, 0, 3, 1,
    ]  # fmt: skip


@pytest.mark.clause("4.4.3/5")
def test_the_sums_of_the_timesheet_are_those_of_the_hours(lived: SmallSchool) -> None:
    sheet = made(lived, "timesheet", week(lived))
    hours = made(lived, "hours", week(lived))
    single = [row for row in hours.rows if row.kind.value == "item"]
    for name, total in rows_of(sheet, "teacher", "given_total"):
        given = [hours.value(row, "given") for row in single if row.cells[0] == name]
        assert sum(int(str(one)) for one in given) == total, name


@pytest.mark.clause("4.4.3/5")
@pytest.mark.clause("4.5.1")
def test_the_register_names_whose_lesson_it_was_who_gave_it_and_by_which_order(
    lived: SmallSchool,
) -> None:
    shown = made(lived, "substitutions", week(lived, "maths"), "deputy")
    keys = ("date", "group", "absent_teacher", "fate", "substitute", "basis", "signature")
    monday = date(2026, 9, 7)
    assert rows_of(shown, *keys) == [
        (monday, "5А", "Maths А.", "замещён", "Substitute А.", "Приказ 7", ""),
        (monday, "5Б", "Maths А.", "отменён", "", "Приказ 5", ""),
    ]
    assert shown.notes[0].lines == ("замещён: 1", "отменён: 1", "не записан: 1")


def test_what_was_given_by_its_own_teacher_is_no_row(lived: SmallSchool) -> None:
    about = {row.about.id for row in made(lived, "substitutions", week(lived)).rows if row.about}
    assert lived.lesson("5А", "Математика", MONDAY) in about
    # One was given by its own teacher, of the other nobody knows: `gaps` lists it.
    assert lived.lesson("5А", "Математика", TUESDAY) not in about
    assert lived.lesson("5А", "Математика", WEDNESDAY) not in about


@pytest.mark.clause("4.4.3/5")
def test_each_class_is_cancelled_by_its_own_act(lived: SmallSchool) -> None:
    lived.must(
        SetCalendar(
            level=CalendarLevel.SCHOOL_CLASS,
            object_id=lived.classes["10А"],
            days=(MONDAY,),
            day_kind=DayKind.QUARANTINE,
            act="Приказ 6",
        ),
        "deputy",
    )
    row = row_of(made(lived, "hours", week(lived)), "Maths А.", "5Б", "Математика")
    assert row["reason"] == "Приказ 5"


@pytest.mark.clause("2.3")
@pytest.mark.clause("4.4.3/5")
def test_the_reason_of_the_plans_deviation_stands_beside_it(school: SmallSchool) -> None:
    journal_id = school.journals["5А", "Математика"]
    items = tuple(
        PlanRow(ordinal=number, section="", topic=f"Тема {number}") for number in range(1, 102)
    )
    school.must(SetPlan(journal_id=journal_id, items=items), "maths")
    school.must(ApprovePlan(journal_id=journal_id, reason="уплотнение"), "deputy")
    row = row_of(made(school, "hours", week(school)), "Maths А.", "5А", "Математика")
    assert (row["plan_deviation"], row["plan_reason"]) == (-1, "уплотнение")


@pytest.mark.parametrize("name", ["timesheet", "substitutions"])
def test_both_are_for_the_administration(school: SmallSchool, name: str) -> None:
    with pytest.raises(RightsError):
        made(school, name, week(school), "maths")


def test_the_timesheet_is_of_a_month_at_most(school: SmallSchool) -> None:
    with pytest.raises(InputError) as caught:
        made(school, "timesheet", asked(school, MONDAY, MONDAY + 31))
    assert caught.value.key == "report.month_only"
