"""Control 4.6.3: pupils and subjects without marks for weeks, for the class teacher."""

from __future__ import annotations

from typing import Final

from eschool_core import calendar
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import joined, staff_names
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.control.density import density_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.table import About, Row, Table, Unit
from eschool_core.store.store import Store

NAME: Final = "unmarked"
CLAUSE: Final = "4.6.3"
WEEKS: Final = 3
"""The scenario of 4.6.3 names three weeks."""

LATEST = (
    "SELECT n.pupil_id, n.journal_id, MAX(l.day) FROM lesson l JOIN mark m ON m.lesson_id = l.id "
    "JOIN journal_line n ON n.part = m.part WHERE m.value <> 0 AND l.day <= ? "
    "GROUP BY n.pupil_id, n.journal_id"
)
HELD = "SELECT journal_id, COUNT(*) FROM lesson WHERE day > ? AND day < ? GROUP BY journal_id"


def unmarked_report(store: Store, asked: Asked) -> Table:
    """Return who has had no mark in a subject for three weeks in which it had lessons.

    Subjects not taken, released from or without marks are left out, as in the density.
    """
    language, day = asked.language, asked.day
    since = day - 7 * WEEKS
    names = staff_names(store)
    classes = {entry.id: entry.name for entry in classes_of(store, asked.period.year_id)}
    latest = {(row[0], row[1]): row[2] for row in store.rows(LATEST, day)}
    held = {row[0] for row in store.rows(HELD, since, day)}
    found = [
        entry
        for entry in density_of(store, asked)
        if entry.journal.id in held
        and entry.stay.first_day <= since
        and latest.get((entry.stay.pupil_id, entry.journal.id), 0) <= since
    ]
    rows = []
    for entry in sorted(found, key=lambda one: (one.journal.grade, sort_key(one.stay.name))):
        last = latest.get((entry.stay.pupil_id, entry.journal.id))
        rows.append(
            Row(
                (
                    classes.get(entry.stay.class_id, ""),
                    entry.stay.name,
                    entry.journal.subject,
                    joined(names.get(one, "") for one in entry.journal.teachers(day, day)),
                    None if last is None else calendar.date_of(last),
                    None if last is None else day - last,
                ),
                about=About("pupil", entry.stay.pupil_id),
            )
        )
    columns = (
        column(language, "class", Unit.TEXT, 8),
        column(language, "name", Unit.TEXT, 30),
        column(language, "subject", Unit.TEXT, 22),
        column(language, "teacher", Unit.TEXT, 22),
        column(language, "last_mark", Unit.DATE, 11),
        column(language, "age_days", width=8),
    )
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows))
