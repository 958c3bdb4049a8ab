"""Control 4.6.3: pupils and subjects without marks for weeks, for the class teacher."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import joined, staff_names
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.control.density import Density, density_of
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


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A pupil who has had no mark in a subject for weeks.

    Attributes:
        last: Day number of the last mark; None where there was none.
        alone: Others of the class have had marks in the subject, in whichever subgroup; else the
            class as a whole has none.
    """

    entry: Density
    last: int | None
    alone: bool


def unmarked_of(store: Store, asked: Asked) -> list[Unmarked]:
    """Return who has had no mark in a subject for three weeks in which it had lessons, by name.

    Subjects not taken, released from or without marks are left out, as in the density.
    """
    since = asked.day - 7 * WEEKS
    latest = {(row[0], row[1]): row[2] for row in store.rows(LATEST, asked.day)}
    held = {row[0] for row in store.rows(HELD, since, asked.day)}
    listed = [
        entry
        for entry in density_of(store, asked)
        if entry.journal.id in held and entry.stay.first_day <= since
    ]
    found = [
        (entry, last)
        for entry in listed
        if ((last := latest.get((entry.stay.pupil_id, entry.journal.id))) or 0) <= since
    ]
    everybody = Counter(map(_taught, listed))
    without = Counter(_taught(entry) for entry, _ in found)
    ordered = sorted(found, key=lambda one: (one[0].journal.grade, sort_key(one[0].stay.name)))
    return [
        Unmarked(entry, last, without[_taught(entry)] < everybody[_taught(entry)])
        for entry, last in ordered
    ]


def _taught(entry: Density) -> tuple[int, int]:
    """Return class and subject: a class may learn it in several journals, or in one with others."""
    return entry.stay.class_id, entry.journal.subject_id


def unmarked_report(store: Store, asked: Asked) -> Table:
    """Return who has had no mark in a subject for three weeks, one row each."""
    language, day = asked.language, asked.day
    names = staff_names(store)
    classes = {entry.id: entry.name for entry in classes_of(store, asked.period.year_id)}
    rows = []
    for found in unmarked_of(store, asked):
        entry, last = found.entry, found.last
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
