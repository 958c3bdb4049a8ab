"""The month variant of 4.4.3/9: the days of a class with the codes of what was missed."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.labels import Language, text
from eschool_core.reports.attendance import CLAUSE, about_class, class_attendance
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.school_days import SchoolDays
from eschool_core.reports.table import Column, Note, Table, Unit
from eschool_core.results.absences import Seen
from eschool_core.store.store import Store

NAME = "attendance_days"
MOST_DAYS: Final = 31
SIGNS: Final = {
    ExcuseKind.SICK: "sick",
    ExcuseKind.VALID: "valid",
    ExcuseKind.NONE: "unexcused",
    ExcuseKind.UNKNOWN: "unknown",
}


def attendance_days_report(store: Store, asked: Asked) -> Table:
    """Return one column for each day with lessons: «6б», six lessons missed by sickness.

    Raises:
        InputError: The period is longer than a month.
    """
    first, last = asked.period.first_day, asked.period.last_day
    if last - first >= MOST_DAYS:
        raise InputError("report.month_only", days=MOST_DAYS)
    language = asked.language
    school_class = store.require(SchoolClass, asked.class_id)
    found = class_attendance(store, school_class, first, last)
    calendar_days = SchoolDays(store, school_class.year_id, classes_of(store, school_class.year_id))
    days = [
        day for day in range(first, last + 1) if calendar_days.has_lessons(school_class.id, day)
    ]
    codes: dict[tuple[int, int], list[Seen]] = defaultdict(list)
    for entry in found.seen:
        codes[entry.pupil_id, entry.day].append(entry)
    rows = [
        pupil.row(place, *(code(codes.get((pupil.pupil_id, day), []), language) for day in days))
        for place, pupil in enumerate(found.pupils, start=1)
    ]
    columns = (
        column(language, "number", width=4),
        column(language, "name", Unit.TEXT, 30),
        *(day_column(day, (first, last), Unit.TEXT) for day in days),
    )
    legend = Note(
        text("report.attendance_days.legend", language),
        (text("report.attendance_days.codes", language),),
    )
    sheet = Sheet(columns, rows, (), (legend,), found.missing(language), signers=("class_teacher",))
    return framed(store, asked, NAME, CLAUSE, sheet, about_class(store, school_class, last))


def code(entries: list[Seen], language: Language) -> str:
    """Return the misses of a day by reason, with their number, and lateness: «2н 1б о»."""
    missed = [entry.reason for entry in entries if entry.presence is Presence.ABSENT]
    parts = [
        f"{missed.count(reason)}{text(f'report.sign.{sign}', language)}"
        for reason, sign in SIGNS.items()
        if reason in missed
    ]
    if any(entry.presence is Presence.LATE for entry in entries):
        parts.append(text("report.sign.late", language))
    return " ".join(parts)


def day_column(day: int, span: tuple[int, int], unit: Unit) -> Column:
    """Return the column of a day: by its number alone where the whole span is in one month."""
    date, first, last = (calendar.date_of(one) for one in (day, *span))
    title = str(date.day) if first.month == last.month else f"{date:%d.%m}"
    return Column(f"day_{date:%Y%m%d}", title, unit, 4)
