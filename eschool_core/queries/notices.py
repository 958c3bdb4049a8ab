"""What the system has told a person; of a conflict both values (design §5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.journal import Attendance, CellHistory, Homework, LessonWork, Mark, Topic
from eschool_core.domain.office import Notice
from eschool_core.domain.people import AbsenceExcuse
from eschool_core.domain.row import Cell
from eschool_core.labels import Language
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_history import OF_CELL
from eschool_core.queries.cell_text import content_of, content_text, decoded
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name, people_names
from eschool_core.store.store import Store

MAX_NOTICES = 200

NOTICES = "person_id = ? ORDER BY made_at DESC, id DESC LIMIT 200"
REPLACED = (
    "id IN (SELECT object_id FROM notice WHERE person_id = ? AND kind = ? "
    "ORDER BY made_at DESC, id DESC LIMIT 200)"
)
PLACES = (
    "SELECT h.id, l.day, l.period, g.name, s.name, p.family, p.given, p.patronymic "
    "FROM cell_history h "
    "LEFT JOIN mark m ON m.id = h.row_id AND m.part = h.part "
    "LEFT JOIN attendance a ON a.id = h.row_id AND a.part = h.part "
    "LEFT JOIN topic t ON t.id = h.row_id AND t.part = h.part "
    "LEFT JOIN homework w ON w.id = h.row_id AND w.part = h.part "
    "LEFT JOIN lesson_work k ON k.id = h.row_id AND k.part = h.part "
    "JOIN lesson l ON l.id = COALESCE(m.lesson_id, a.lesson_id, t.lesson_id, w.lesson_id, "
    "k.lesson_id) "
    "LEFT JOIN journal j ON j.id = l.journal_id LEFT JOIN study_group g ON g.id = j.group_id "
    "LEFT JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN journal_line n ON n.part = h.part LEFT JOIN pupil p ON p.id = n.pupil_id "
    "WHERE h.id IN (SELECT object_id FROM notice WHERE person_id = ? AND kind = ? "
    "ORDER BY made_at DESC, id DESC LIMIT 200)"
)
CELLS: dict[int, type[Cell]] = {
    table.number: table for table in (Mark, Attendance, Topic, Homework, LessonWork, AbsenceExcuse)
}


@dataclass(frozen=True, slots=True)
class Version(Answer):
    """One of two values that met: what it says, whose it is, from when."""

    text: str
    author: str
    device: int
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict(Answer):
    """A cell that two people changed without seeing each other's value.

    Attributes:
        replaced: The earlier one; it stays in the cell's history.
        standing: The one that came later in the server's order and replaced it.
    """

    day: date | None
    period: int | None
    school_class: str
    subject: str
    pupil: str
    replaced: Version
    standing: Version


@dataclass(frozen=True, slots=True)
class NoticeAnswer(Answer):
    """One notice.

    Attributes:
        key: Of its text, which ``params`` fill.
        number: Of the command that it is about, where one was rejected or held; else 0.
        concern_id: Of the concern that it tells of and whose receipt is asked for; else 0 (4.5.4).
        seen_at: When the receipt was given.
    """

    notice_id: int
    kind: NoticeKind
    key: str
    params: dict[str, str | int]
    made_at: datetime | None
    number: int
    conflict: Conflict | None
    concern_id: int
    seen_at: datetime | None


def notices(store: Store, person_id: int, language: Language = "ru") -> tuple[NoticeAnswer, ...]:
    """Return a person's notices, the newest first, at most ``MAX_NOTICES``."""
    zone = zone_of(store)
    conflicts = _conflicts(store, person_id, zone, language)
    of_command = (NoticeKind.REJECTED, NoticeKind.HELD)
    return tuple(
        NoticeAnswer(
            notice_id=entry.id,
            kind=NoticeKind(entry.kind),
            key=entry.key,
            params=decoded(entry.params),
            made_at=local(entry.made_at, zone),
            number=entry.object_id if entry.kind in of_command else 0,
            conflict=conflicts.get(entry.object_id)
            if entry.kind == NoticeKind.OVERWRITTEN
            else None,
            concern_id=entry.object_id if entry.kind == NoticeKind.CONCERN else 0,
            seen_at=local(entry.seen_at, zone),
        )
        for entry in store.where(Notice, NOTICES, person_id)
    )


def _conflicts(store: Store, person_id: int, zone: str, language: Language) -> dict[int, Conflict]:
    asked = (person_id, NoticeKind.OVERWRITTEN)
    replaced = store.where(CellHistory, REPLACED, *asked)
    if not replaced:
        return {}
    names = people_names(store)
    places = {row[0]: row[1:] for row in store.rows(PLACES, *asked)}
    found = {}
    for entry in replaced:
        place = places.get(entry.id, (None, None, "", "", "", "", ""))
        found[entry.id] = Conflict(
            day=None if place[0] is None else calendar.date_of(place[0]),
            period=place[1],
            school_class=place[2] or "",
            subject=place[3] or "",
            pupil=full_name(*place[4:7]),
            replaced=_version(entry, entry.content, names, zone, language),
            standing=_standing(store, entry, names, zone, language),
        )
    return found


def _standing(
    store: Store, entry: CellHistory, names: dict[int, str], zone: str, language: Language
) -> Version:
    """Return the value that replaced an earlier one: the next in the history, else the present.

    Conflicts are rare, so this asks once for each of them.
    """
    line = store.where(CellHistory, OF_CELL, entry.part, entry.table_number, entry.row_id)
    later = line[[one.id for one in line].index(entry.id) + 1 :]
    if later:
        return _version(later[0], later[0].content, names, zone, language)
    table = CELLS.get(entry.table_number)
    cell = None if table is None else store.get(table, entry.row_id)
    if cell is None:
        return Version("", names.get(entry.replaced_by_id, ""), 0, local(entry.replaced_at, zone))
    return Version(
        content_text(cell.number, content_of(cell), language),
        names.get(cell.author_id, ""),
        cell.device,
        local(cell.made_at, zone),
    )


def _version(
    entry: CellHistory, content: str, names: dict[int, str], zone: str, language: Language
) -> Version:
    return Version(
        content_text(entry.table_number, decoded(content), language),
        names.get(entry.author_id, ""),
        entry.device,
        local(entry.made_at, zone),
    )
