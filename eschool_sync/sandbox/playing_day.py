"""On which day a made-up school is shown."""

from __future__ import annotations

from datetime import date, timedelta

from eschool_core.sample import SchoolYear, days_off, school_year

SATURDAY = 5


def school_day_before(today: date) -> date:
    """Return ``today`` if lessons are held then, else the last day before it with lessons.

    In summer and in the first days of a year, before there is a day of lessons, the last day of
    the year before.
    """
    for start in (today.year, today.year - 1, today.year - 2):
        year = school_year(start)
        day = min(today, year.last)
        while day >= year.first:
            if _has_lessons(year, day):
                return day
            day -= timedelta(days=1)
    raise AssertionError("a school year has days of lessons")


def _has_lessons(year: SchoolYear, day: date) -> bool:
    on_break = any(entry.first <= day <= entry.last for entry in year.breaks)
    return day.weekday() < SATURDAY and not on_break and not days_off(day, day)
