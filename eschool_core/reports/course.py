"""How attendance and results of a class go through the year, month by month, to be looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from eschool_core import calendar
from eschool_core.domain.school import SchoolClass
from eschool_core.labels import Language
from eschool_core.regulation.formulas import percent, ratio
from eschool_core.reports.attendance import about_class, class_attendance
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.misses import total_missed
from eschool_core.reports.table import Column, Plot, Row, Table, Unit
from eschool_core.store.store import Store

NAME = "course"
CLAUSE = "4.4.3/9"
MARKS: Final = (
    "SELECT n.pupil_id, l.day, m.value FROM journal_line n JOIN mark m ON m.part = n.part "
    "JOIN lesson l ON l.id = m.lesson_id JOIN journal j ON j.id = l.journal_id "
    "WHERE j.year_id = ? AND l.day BETWEEN ? AND ? AND m.value > 0"
)
WHOLE: Final = Decimal(100)
LOWEST_MARK, HIGHEST_MARK = Decimal(2), Decimal(5)


def course_report(store: Store, asked: Asked) -> Table:
    """Return a row for each month with lessons, and both curves.

    Attendance is the share of lessons with a called roll that pupils of the class were at; the
    mean is over all marks of the month's lessons, whatever their weight. Days to come count
    nowhere.
    """
    school_class = store.require(SchoolClass, asked.class_id)
    first = asked.period.first_day
    last = min(asked.period.last_day, asked.day)
    found = class_attendance(store, school_class, first, last)
    pupils = {pupil.pupil_id: pupil for pupil in found.pupils}
    marks: dict[tuple[int, int], list[int]] = defaultdict(list)
    for pupil_id, day, value in store.rows(MARKS, school_class.year_id, first, last):
        if pupil_id in pupils and pupils[pupil_id].on(day):
            marks[_month(day)].append(int(value))
    calls = found.calls(store, asked.day)
    rows = []
    for begin, end in _months(first, last):
        lessons = found.lessons_between(begin, end)
        expected = sum(len(of_pupil & calls.called) for of_pupil in lessons)
        uncalled = len(set[int]().union(*lessons) & calls.uncalled)
        given = marks[_month(begin)]
        if not expected and not uncalled and not given:
            continue
        missed = total_missed(found.missed(begin, end)).lessons
        rows.append(
            Row(
                (
                    f"{calendar.date_of(begin):%m.%Y}",
                    expected,
                    missed,
                    percent(expected - missed, expected),
                    uncalled,
                    len(given),
                    ratio(sum(given), len(given), 2),
                )
            )
        )
    sheet = Sheet(
        _columns(asked.language),
        rows,
        missing=found.missing(asked.language),
        signers=("class_teacher",),
    )
    made = framed(store, asked, NAME, CLAUSE, sheet, about_class(store, school_class, last))
    plots = (
        Plot("attended", highest=WHOLE),
        Plot("mean_mark", lowest=LOWEST_MARK, highest=HIGHEST_MARK),
    )
    return replace(made, plots=plots)


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        column(language, "month", Unit.TEXT, 10),
        column(language, "due_lessons", width=12),
        column(language, "missed_of_due", width=12),
        column(language, "attended", Unit.PERCENT, 12),
        column(language, "without_roll", width=12),
        column(language, "marks_given", width=10),
        column(language, "mean_mark", Unit.MEAN, 10),
    )


def _months(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last day of each month between two days."""
    begin = first
    while begin <= last:
        day = calendar.date_of(begin)
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        end = min(last, calendar.day_number(following - timedelta(days=1)))
        yield begin, end
        begin = end + 1


def _month(day: int) -> tuple[int, int]:
    found = calendar.date_of(day)
    return found.year, found.month
