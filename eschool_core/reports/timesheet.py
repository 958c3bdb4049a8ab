"""The accountant's sheet of 4.4.3/5: how many lessons each teacher gave on each day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from eschool_core.errors import InputError
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import staff_names
from eschool_core.reports.attendance_days import MOST_DAYS, day_column
from eschool_core.reports.conduct import SchoolConduct, conduct_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.table import About, Column, Row, RowKind, Table, Unit, Value
from eschool_core.store.store import Store

NAME: Final = "timesheet"
CLAUSE: Final = "4.4.3/5"


@dataclass(slots=True)
class WorkedHours:
    """The lessons of one teacher.

    Attributes:
        by_day: Lessons given, by day number; in others' places too.
        substituted: Of them, in another teacher's place.
        unrecorded: Held by the timetable, and the journal shows neither topic nor roll.
    """

    by_day: Counter[int] = field(default_factory=Counter)
    substituted: int = 0
    unrecorded: int = 0

    @property
    def given(self) -> int:
        """All lessons given."""
        return self.by_day.total()


def worked_hours(conduct: SchoolConduct) -> dict[int, WorkedHours]:
    """Return the hours by teacher: a lesson is whose who taught it, внеурочная included."""
    found: dict[int, WorkedHours] = defaultdict(WorkedHours)
    for entry in conduct.lessons:
        if not entry.lesson.held or not entry.teacher_id:
            continue
        hours = found[entry.teacher_id]
        if entry.given:
            hours.by_day[entry.lesson.day] += 1
            hours.substituted += entry.substituted
        else:
            hours.unrecorded += 1
    return found


def timesheet_report(store: Store, asked: Asked) -> Table:
    """Return a row for each teacher and a column for each day, with the sums.

    Raises:
        InputError: The period is longer than a month.
    """
    first, last = asked.period.first_day, asked.period.last_day
    if last - first >= MOST_DAYS:
        raise InputError("report.month_only", days=MOST_DAYS)
    language, names = asked.language, staff_names(store)
    found = {
        staff_id: hours
        for staff_id, hours in worked_hours(conduct_of(store, asked)).items()
        if asked.staff_id in (0, staff_id)
    }
    days = range(first, last + 1)
    listed = sorted(found, key=lambda one: (sort_key(names.get(one, "")), one))
    rows = [
        Row((place, names.get(one, ""), *_values([found[one]], days)), about=About("staff", one))
        for place, one in enumerate(listed, start=1)
    ]
    said = text("report.total.school", language)
    whole = Row((len(rows), said, *_values([*found.values()], days)), RowKind.TOTAL)
    sheet = Sheet(_columns(language, days), rows, (whole,))
    return framed(store, asked, NAME, CLAUSE, sheet)


def _values(hours: Sequence[WorkedHours], days: range) -> tuple[Value, ...]:
    return (
        *(sum(one.by_day[day] for one in hours) for day in days),
        sum(one.given for one in hours),
        sum(one.substituted for one in hours),
        sum(one.unrecorded for one in hours),
    )


def _columns(language: Language, days: range) -> tuple[Column, ...]:
    return (
        column(language, "number", width=4),
        column(language, "teacher", Unit.TEXT, 20),
        *(day_column(day, (days[0], days[-1]), Unit.HOURS) for day in days),
        column(language, "given_total", Unit.HOURS, 7),
        column(language, "substituted", Unit.HOURS, 7),
        column(language, "unrecorded", Unit.HOURS, 7),
    )
