"""What stands in a cell, as the journal writes it: «4/5», «н», «н/4», «о»."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from eschool_core.domain.enums import ExcuseKind, HomeworkState, Presence, WorkKind
from eschool_core.domain.journal import Attendance, Homework, LessonWork, Mark, Topic
from eschool_core.domain.people import AbsenceExcuse
from eschool_core.domain.row import Cell, columns
from eschool_core.labels import Language, text

Content = Mapping[str, Any]

ENVELOPE = frozenset({"id", "part", "seq", "author_id", "device", "made_at"})


def grid_text(
    marks: Iterable[int], presence: Presence | None, language: Language = "ru", *, exempt: bool
) -> str:
    """Return what a cell of the grid shows; empty where nothing was written.

    >>> grid_text((4, 5), None, exempt=False), grid_text((4,), Presence.ABSENT, exempt=False)
    ('4/5', 'н/4')
    """
    parts = [] if presence is None else [text(f"cell.{presence.name.lower()}", language)]
    parts += [str(mark) for mark in marks]
    if not parts and exempt:
        return text("cell.exempt", language)
    return "/".join(parts)


def word(entry: WorkKind | ExcuseKind | HomeworkState | Presence, language: Language = "ru") -> str:
    """Return the name of an entry of one of these lists."""
    return text(f"{type(entry).__name__}.{entry.name.lower()}", language)


def content_text(table_number: int, content: Content, language: Language = "ru") -> str:
    """Return one value of a cell in words; empty where the table holds no such cells.

    Args:
        table_number: Of the cell's table.
        content: Its values by column, as the history keeps them.
        language: Of the words; what people wrote stays as it is.
    """
    reader = _READERS.get(table_number)
    return "" if reader is None else reader(content, language)


def decoded(content: str) -> dict[str, Any]:
    """Return the values that a history row keeps; empty where they cannot be read."""
    try:
        values = json.loads(content)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def content_of(cell: Cell) -> dict[str, Any]:
    """Return what people wrote in a cell, by column, as its history would keep it."""
    pairs = zip(columns(type(cell)), cell.values(), strict=True)
    return {name: value for name, value in pairs if name not in ENVELOPE}


def _mark(content: Content, language: Language) -> str:
    value = int(content.get("value", 0))
    if value == 0:
        return text("cell.taken_back", language)
    kind = word(WorkKind(content.get("kind", WorkKind.CLASSWORK)), language)
    comment = content.get("comment", "")
    return f"{value} ({kind})" + (f": {comment}" if comment else "")


def _attendance(content: Content, language: Language) -> str:
    presence = int(content.get("presence", 0))
    if presence == 0:
        return text("cell.taken_back", language)
    shown = word(Presence(presence), language)
    stated = int(content.get("stated_reason", 0))
    return f"{shown} ({word(ExcuseKind(stated), language)})" if stated else shown


def _homework(content: Content, language: Language) -> str:
    return str(content.get("text", "")) or word(HomeworkState.NOT_SET, language)


def _topic(content: Content, language: Language) -> str:
    return str(content.get("text", ""))


def _work(content: Content, language: Language) -> str:
    kind = word(WorkKind(content.get("kind", WorkKind.CLASSWORK)), language)
    topic = content.get("topic", "")
    return f"{kind}: {topic}" if topic else kind


def _excuse(content: Content, language: Language) -> str:
    return word(ExcuseKind(content.get("kind", ExcuseKind.UNKNOWN)), language)


_READERS = {
    AbsenceExcuse.number: _excuse,
    Mark.number: _mark,
    Attendance.number: _attendance,
    Homework.number: _homework,
    Topic.number: _topic,
    LessonWork.number: _work,
}
