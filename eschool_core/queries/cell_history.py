"""Everything that ever stood in one cell: value, author, device, time, reason, conflict (2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eschool_core.domain.journal import Attendance, CellHistory, Homework, JournalLine, Mark, Topic
from eschool_core.domain.row import Cell
from eschool_core.labels import Language
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_text import content_of, content_text, decoded
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import people_names
from eschool_core.store.store import Store

# Server order; what is not confirmed yet (seq 0) comes last.
OF_CELL = (
    "part = ? AND table_number = ? AND row_id = ? "
    "ORDER BY CASE seq WHEN 0 THEN 1 ELSE 0 END, seq, replaced_at, id"
)


@dataclass(frozen=True, slots=True)
class CellValue(Answer):
    """One value of a cell.

    Attributes:
        text: The value in words.
        author: Short name; empty where the person is not known here.
        made_at: On the school's clock.
        reason: Given with this value, as 2.2 asks of a late correction.
        conflict: True where its author had not seen the value that it replaced.
        present: True for the one that stands now.
    """

    text: str
    content: dict[str, Any]
    author_id: int
    author: str
    device: int
    made_at: datetime | None
    reason: str
    conflict: bool
    present: bool


@dataclass(frozen=True, slots=True)
class History(Answer):
    """A cell's values, the oldest first; none where nothing was ever written.

    Attributes:
        cell: ``mark``, ``attendance``, ``topic`` or ``homework``.
        position: Of a mark: 0 for the first of the lesson, 1 for the second.
    """

    cell: str
    position: int
    values: tuple[CellValue, ...]


def mark_history(
    store: Store, lesson_id: int, line: JournalLine, language: Language = "ru"
) -> tuple[History, ...]:
    """Return the history of a pupil's first mark in a lesson, and of the second where there is one.

    Args:
        store: To read from.
        lesson_id: The lesson.
        line: The pupil's line in the lesson's journal.
        language: Of the words.
    """
    cells = store.select(Mark, lesson_id=lesson_id, part=line.part)
    return tuple(_history(store, "mark", cell, cell.position, language) for cell in cells)


def attendance_history(
    store: Store, lesson_id: int, line: JournalLine, language: Language = "ru"
) -> tuple[History, ...]:
    """Return the history of a pupil's attendance in a lesson."""
    cells = store.select(Attendance, lesson_id=lesson_id, part=line.part)
    return tuple(_history(store, "attendance", cell, 0, language) for cell in cells)


def topic_history(store: Store, lesson_id: int, language: Language = "ru") -> tuple[History, ...]:
    """Return the history of a lesson's topic."""
    cells = store.select(Topic, lesson_id=lesson_id)
    return tuple(_history(store, "topic", cell, 0, language) for cell in cells)


def homework_history(
    store: Store, lesson_id: int, language: Language = "ru"
) -> tuple[History, ...]:
    """Return the history of a lesson's homework, in a mixed group one for each grade."""
    cells = store.select(Homework, lesson_id=lesson_id)
    return tuple(_history(store, "homework", cell, 0, language) for cell in cells)


def line_of(store: Store, journal_id: int, pupil_id: int) -> JournalLine | None:
    """Return a pupil's line in a journal, or None."""
    return store.first(JournalLine, journal_id=journal_id, pupil_id=pupil_id)


def _history(store: Store, name: str, cell: Cell, position: int, language: Language) -> History:
    zone = zone_of(store)
    names = people_names(store)
    earlier = store.where(CellHistory, OF_CELL, cell.part, cell.number, cell.id)
    written = [
        *((decoded(row.content), row.author_id, row.device, row.made_at) for row in earlier),
        (content_of(cell), cell.author_id, cell.device, cell.made_at),
    ]
    # A history row tells why, and how well informed, its value was replaced: by the next one.
    because: Sequence[tuple[str, int]] = [("", 0), *((row.reason, row.conflict) for row in earlier)]
    return History(
        cell=name,
        position=position,
        values=tuple(
            CellValue(
                text=content_text(cell.number, content, language),
                content=content,
                author_id=author_id,
                author=names.get(author_id, ""),
                device=device,
                made_at=local(made_at, zone),
                reason=reason,
                conflict=bool(conflict),
                present=number == len(earlier),
            )
            for number, ((content, author_id, device, made_at), (reason, conflict)) in enumerate(
                zip(written, because, strict=True)
            )
        ),
    )
