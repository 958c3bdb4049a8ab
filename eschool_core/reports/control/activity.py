"""Control 4.4.4/1 and 4.7.3: how actively the staff work, counted by entries, offline ones too."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import Role, Timeliness
from eschool_core.domain.school import Appointment
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import joined, staff_names
from eschool_core.regulation.formulas import percent
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.table import UNKNOWN, About, Row, Table, Unit, Value
from eschool_core.store.store import Store

NAME: Final = "activity"
CLAUSE: Final = "4.4.4/1"
DAY_SECONDS: Final = 86_400

# One row a person and day; earlier values of a cell are work too.
ENTRIES = (
    "SELECT author_id, (made_at + ?) / 86400, device, COUNT(*), MAX(made_at) FROM ("
    "SELECT author_id, made_at, device FROM mark WHERE made_at BETWEEN ? AND ? UNION ALL "
    "SELECT author_id, made_at, device FROM attendance WHERE made_at BETWEEN ? AND ? UNION ALL "
    "SELECT author_id, made_at, device FROM topic WHERE made_at BETWEEN ? AND ? UNION ALL "
    "SELECT author_id, made_at, device FROM lesson_work WHERE made_at BETWEEN ? AND ? UNION ALL "
    "SELECT author_id, made_at, device FROM homework WHERE made_at BETWEEN ? AND ? UNION ALL "
    "SELECT author_id, made_at, device FROM roll_taken WHERE made_at BETWEEN ? AND ? UNION ALL "
    "SELECT author_id, made_at, device FROM term_mark WHERE made_at BETWEEN ? AND ? UNION ALL "
    "SELECT author_id, made_at, device FROM absence_excuse WHERE made_at BETWEEN ? AND ? "
    "UNION ALL SELECT author_id, made_at, device FROM cell_history WHERE made_at BETWEEN ? AND ?"
    ") AS entry GROUP BY 1, 2, 3"
)
ENTRY_TABLES: Final = 9
TIMES = (
    "SELECT author_id, timeliness, COUNT(*) FROM homework WHERE made_at BETWEEN ? AND ? "
    "AND state = 1 GROUP BY author_id, timeliness"
)


@dataclass(slots=True)
class Activity:
    """What a person has written over a period."""

    entries: int = 0
    days: set[int] = field(default_factory=set)
    devices: set[int] = field(default_factory=set)
    last_at: int = 0
    in_time: int = 0
    judged: int = 0


def activity_of(store: Store, asked: Asked) -> dict[int, Activity]:
    """Return the activity of everybody who has written anything, in two queries."""
    zone = zone_of(store)
    first = calendar.moment_of(asked.period.first_day, 0, zone)
    last = calendar.moment_of(asked.period.last_day + 1, 0, zone) - 1
    offset = calendar.local_time(first, zone).utcoffset()
    seconds = 0 if offset is None else int(offset.total_seconds())
    found: dict[int, Activity] = defaultdict(Activity)
    for person_id, day, device, count, latest in store.rows(
        ENTRIES, seconds, *((first, last) * ENTRY_TABLES)
    ):
        entry = found[person_id]
        entry.entries += count
        entry.days.add(day)
        entry.devices.add(device)
        entry.last_at = max(entry.last_at, latest)
    for person_id, timeliness, count in store.rows(TIMES, first, last):
        entry = found[person_id]
        entry.judged += count
        if timeliness in (Timeliness.PROVEN, Timeliness.CREDIBLE):
            entry.in_time += count
    return found


def activity_report(store: Store, asked: Asked) -> Table:
    """Return the staff with what they have written: entries count, not logins.

    When somebody was last heard of only the server knows: elsewhere it is not known, and the
    table says so.
    """
    language = asked.language
    zone = zone_of(store)
    found = activity_of(store, asked)
    names = staff_names(store)
    roles = _roles(store, asked, language)
    wanted = [one for one in names if one in roles and asked.staff_id in (0, one)]
    rows = []
    for staff_id in sorted(wanted, key=lambda one: (sort_key(names[one]), one)):
        entry = found.get(staff_id, Activity())
        rows.append(
            Row(
                (
                    names[staff_id],
                    roles[staff_id],
                    entry.entries,
                    len(entry.days),
                    local(entry.last_at, zone),
                    len(entry.devices),
                    percent(entry.in_time, entry.judged),
                    _seen(asked, staff_id, zone),
                ),
                about=About("staff", staff_id),
            )
        )
    columns = (
        column(language, "person", Unit.TEXT, 24),
        column(language, "roles", Unit.TEXT, 30),
        column(language, "entries", width=9),
        column(language, "entry_days", width=9),
        column(language, "last_entry", Unit.MOMENT, 17),
        column(language, "devices", width=9),
        column(language, "in_time_share", Unit.PERCENT, 9),
        column(language, "last_seen", Unit.MOMENT, 17),
    )
    missing = [text("report.missing.seen", language)] if asked.last_seen is None else []
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows, missing=missing))


def _seen(asked: Asked, person_id: int, zone: str) -> Value:
    if asked.last_seen is None:
        return UNKNOWN
    return local(asked.last_seen.get(person_id, 0), zone)


def _roles(store: Store, asked: Asked, language: Language) -> dict[int, str]:
    """Return the roles that each member of staff holds on the day."""
    held: dict[int, list[str]] = defaultdict(list)
    for entry in store.select(Appointment):
        if entry.first_day <= asked.day <= entry.last_day:
            held[entry.person_id].append(text(f"Role.{Role(entry.role).name.lower()}", language))
    return {person_id: joined(dict.fromkeys(listed)) for person_id, listed in held.items()}
