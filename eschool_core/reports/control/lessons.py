"""Control 4.4.4/3 and 4.4.4/4 by lesson: what was not given, what is amiss with homework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import HomeworkState, Timeliness
from eschool_core.labels import Language, text
from eschool_core.queries.findings import late_by_device
from eschool_core.queries.names import staff_names
from eschool_core.regulation import checks
from eschool_core.reports.conduct import Conduct, SchoolConduct, conduct_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_list
from eschool_core.reports.table import About, Column, Row, Table, Unit
from eschool_core.store.store import Store

HOMEWORK_NAME: Final = "homework_lessons"
HOMEWORK_CLAUSE: Final = "4.4.4/4"
COVERAGE_NAME: Final = "coverage_lessons"
COVERAGE_CLAUSE: Final = "4.4.4/3"

OF_TIME: Final = {
    Timeliness.CREDIBLE: "in_time_by_device",
    Timeliness.LATE: "late",
    Timeliness.UNDETERMINED: "undetermined",
}


def homework_lessons_report(store: Store, asked: Asked) -> Table:
    """Return each lesson whose homework is not said, is late, in doubt or changed late.

    In time by the device's own clock is told as well: it is credible and not proven (4.5.3).
    """
    markless = policy_list(store, "markless_grades", asked.period.last_day)
    by_clock = late_by_device(store, checks.HOMEWORK_LATE.id)

    def told(conduct: SchoolConduct, entry: Conduct) -> str:
        journal = conduct.journals[entry.lesson.journal_id]
        if not entry.lesson.held or not journal.is_taught or journal.grade in markless:
            return ""
        if entry.homework is None:
            return _column(asked.language, "homework_blank")
        if entry.homework is not HomeworkState.SET:
            return ""
        state = OF_TIME.get(entry.timeliness) if entry.timeliness else None
        if state == "late" and entry.lesson.id in by_clock:
            state = "late_by_device"
        found = [state] if state else []
        return ", ".join(
            _column(asked.language, key)
            for key in (*found, *(["changed_late"] if entry.changed_late else []))
        )

    return _lessons(store, asked, HOMEWORK_NAME, HOMEWORK_CLAUSE, "homework", told)


def coverage_lessons_report(store: Store, asked: Asked) -> Table:
    """Return each lesson of the timetable that was not given: cancelled, or left blank."""

    def told(conduct: SchoolConduct, entry: Conduct) -> str:
        if not entry.lesson.planned or not conduct.journals[entry.lesson.journal_id].is_taught:
            return ""
        if not entry.lesson.held:
            act = conduct.cancelling_act(entry.lesson)
            return text("report.coverage.cancelled", asked.language, act=act or "–")
        return "" if entry.given else text("report.coverage.no_entry", asked.language)

    return _lessons(store, asked, COVERAGE_NAME, COVERAGE_CLAUSE, "why_not_given", told)


def _lessons(
    store: Store,
    asked: Asked,
    name: str,
    clause: str,
    key: str,
    told: Callable[[SchoolConduct, Conduct], str],
) -> Table:
    """Return the lessons of which something is to be told, by day and period."""
    conduct, names = conduct_of(store, asked), staff_names(store)
    rows = [
        Row(
            (
                calendar.date_of(entry.lesson.day),
                entry.lesson.period,
                conduct.journals[entry.lesson.journal_id].group,
                conduct.journals[entry.lesson.journal_id].subject,
                names.get(entry.teacher_id, ""),
                said,
                asked.day - entry.lesson.day,
            ),
            about=About("lesson", entry.lesson.id),
        )
        for entry in conduct.lessons
        if asked.staff_id in (0, entry.teacher_id)
        and asked.journal_id in (0, entry.lesson.journal_id)
        and (said := told(conduct, entry))
    ]
    about = names.get(asked.staff_id, "")
    return framed(store, asked, name, clause, Sheet(_columns(asked.language, key), rows), about)


def _columns(language: Language, key: str) -> tuple[Column, ...]:
    return (
        column(language, "date", Unit.DATE, 11),
        column(language, "period", width=6),
        column(language, "group", Unit.TEXT, 10),
        column(language, "subject", Unit.TEXT, 20),
        column(language, "teacher", Unit.TEXT, 22),
        column(language, key, Unit.TEXT, 30),
        column(language, "age_days", width=8),
    )


def _column(language: Language, key: str) -> str:
    return text(f"report.column.{key}", language)
