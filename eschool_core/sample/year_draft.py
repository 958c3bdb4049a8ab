"""The sample year with its calendar, in the form that the builder takes."""

from __future__ import annotations

import re
from datetime import date

from eschool_core.imports.builder_year import BreakDraft, TermDraft, WorkingDayDraft, YearDraft
from eschool_core.sample.year import days_off, school_year, working_weekends

_MOVED_FROM = re.compile(r"перенесено с (\d{2})\.(\d{2})\.(\d{4})")


def sample_year(start_year: int, act: str, *, weekdays: int = 5, cycle_weeks: int = 1) -> YearDraft:
    """Return the school year that begins in September of ``start_year``.

    A weekend that is worked follows the timetable of the day that is off for it; in a week of
    six days a Saturday has its own. A transfer that names no day counts as a Monday.

    Args:
        start_year: Transfers are known for the years of the ``holidays`` package.
        act: Order that lays the year down.
        weekdays: Working days of a week.
        cycle_weeks: Weeks after which the timetable repeats.
    """
    year = school_year(start_year)
    off = days_off(year.first, year.last)
    replaced = {_moved_from(name): day.weekday() for day, name in off}
    return YearDraft(
        name=f"{start_year}/{start_year + 1}",
        first=year.first,
        last=year.last,
        weekdays=weekdays,
        act=act,
        cycle_weeks=cycle_weeks,
        terms=tuple(
            TermDraft(term.kind, term.number, term.first, term.last) for term in year.terms
        ),
        breaks=tuple(
            BreakDraft(item.key, item.first, item.last, item.grade) for item in year.breaks
        ),
        days_off=off,
        working_days=tuple(
            WorkingDayDraft(day, replaced.get(day, 0))
            for day in working_weekends(year.first, year.last)
            if day.weekday() >= weekdays
        ),
    )


def _moved_from(name: str) -> date | None:
    found = _MOVED_FROM.search(name)
    return None if found is None else date(int(found[3]), int(found[2]), int(found[1]))
