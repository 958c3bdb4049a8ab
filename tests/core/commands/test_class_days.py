"""What the calendar says of many dates at once is what it says of each (specification §6)."""

from __future__ import annotations

from eschool_core.commands.facts import class_day, class_days
from eschool_core.domain.enums import CalendarLevel, DayKind
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.school import CalendarDay, SchoolClass
from tests.core.imports.building import School, new_school, year_draft


def first_grader(school: School) -> SchoolClass:
    return SchoolClass(
        id=5,
        part=SCHOOL,
        year_id=school.year.id,
        name="1А",
        grade=1,
        schedule_id=school.bells.schedule_id,
    )


def test_a_period_gives_what_its_dates_give_one_by_one() -> None:
    school = new_school(year_draft(cycle_weeks=2))
    days = (school.year.first_day - 3, school.year.last_day + 3)
    at_once = class_days(school.store, first_grader(school), *days)
    singly = [
        class_day(school.store, first_grader(school), day) for day in range(days[0], days[1] + 1)
    ]
    assert at_once == singly
    assert {one.kind for one in at_once} > {DayKind.SCHOOL_DAY, DayKind.SCHOOL_BREAK}


def test_the_nearest_rule_prevails_and_the_later_of_two_equal_ones() -> None:
    school = new_school()
    day = school.year.first_day + 1
    for row_id, level, object_id, kind in (
        (90, CalendarLevel.SCHOOL_CLASS, 5, DayKind.REMOTE),
        (91, CalendarLevel.SCHOOL, 0, DayKind.DAY_OFF),
        (92, CalendarLevel.GRADE, 1, DayKind.QUARANTINE),
        (93, CalendarLevel.SCHOOL_CLASS, 6, DayKind.DAY_OFF),
    ):
        school.store.put(
            CalendarDay(
                id=row_id, part=SCHOOL, level=level, object_id=object_id, day=day, kind=kind
            )
        )
    school_class = first_grader(school)
    assert class_day(school.store, school_class, day).kind is DayKind.REMOTE
    school.store.put(
        CalendarDay(
            id=94,
            part=SCHOOL,
            level=CalendarLevel.SCHOOL_CLASS,
            object_id=5,
            day=day,
            kind=DayKind.WEATHER_CLOSURE,
        )
    )
    assert class_day(school.store, school_class, day).kind is DayKind.WEATHER_CLOSURE
