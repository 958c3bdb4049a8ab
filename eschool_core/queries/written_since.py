"""What a person wrote in a lesson's cells since a moment, and how each stood before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eschool_core.domain.journal import Attendance, CellHistory, JournalLine, Mark
from eschool_core.labels import Language
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_history import OF_CELL
from eschool_core.queries.cell_text import content_of, content_text, decoded
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

LINES = (
    "part IN (SELECT part FROM mark WHERE lesson_id = ? UNION "
    "SELECT part FROM attendance WHERE lesson_id = ?)"
)
NAMES = (
    "SELECT l.part, p.family, p.given, p.patronymic FROM journal_line l "
    "JOIN pupil p ON p.id = l.pupil_id JOIN lesson s ON s.journal_id = l.journal_id "
    "WHERE s.id = ?"
)
TAKEN_BACK: dict[int, dict[str, Any]] = {
    Mark.number: {"value": 0},
    Attendance.number: {"presence": 0},
}
KINDS = {Mark.number: "record_mark", Attendance.number: "record_attendance"}
FIELDS = {
    Mark.number: {"value": "value", "kind": "work_kind", "weight": "weight",
                  "position": "position", "comment": "comment"},
    Attendance.number: {"presence": "presence", "stated_reason": "stated_reason"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rewritten(Answer):
    """One cell.

    Attributes:
        kind: Of the command that puts the earlier value back.
        before: That command's fields beside lesson and pupil.
        text: What stands now.
        before_text: What stood before; empty for nothing.
    """

    pupil_id: int
    name: str
    kind: str
    before: dict[str, Any]
    text: str
    before_text: str


def written_since(
    store: Store, lesson_id: int, person_id: int, since: int, language: Language = "ru"
) -> tuple[Rewritten, ...]:
    """Return the cells of a lesson whose present value a person wrote at ``since`` or later."""
    lines = {line.part: line.pupil_id for line in
             store.where(JournalLine, LINES, lesson_id, lesson_id)}  # fmt: skip
    names = {int(row[0]): full_name(*row[1:4]) for row in store.rows(NAMES, lesson_id)}
    cells: list[Mark | Attendance] = [
        *store.select(Mark, lesson_id=lesson_id),
        *store.select(Attendance, lesson_id=lesson_id),
    ]
    found = []
    for cell in cells:
        if cell.author_id != person_id or cell.made_at < since or cell.part not in lines:
            continue
        present = content_of(cell)
        before = _before(store, cell, since)
        if before != present:
            found.append(
                Rewritten(
                    pupil_id=lines[cell.part],
                    name=names.get(cell.part, ""),
                    kind=KINDS[cell.number],
                    before=_fields(cell.number, before, present),
                    text=content_text(cell.number, present, language),
                    before_text="" if _is_nothing(cell.number, before)
                    else content_text(cell.number, before, language),
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda entry: (entry.name, entry.kind)))


def _before(store: Store, cell: Mark | Attendance, since: int) -> dict[str, Any]:
    """Return the value that stood before ``since``: the first one replaced then or later."""
    for row in store.where(CellHistory, OF_CELL, cell.part, cell.number, cell.id):
        if row.replaced_at >= since:
            if row.made_at >= since:
                break
            return decoded(row.content)
    return content_of(cell) | TAKEN_BACK[cell.number]


def _is_nothing(table_number: int, content: dict[str, Any]) -> bool:
    return not any(content.get(name) for name in TAKEN_BACK[table_number])


def _fields(table_number: int, before: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    whole = present | before
    fields = {to: whole[name] for name, to in FIELDS[table_number].items() if name in whole}
    if _is_nothing(table_number, before):
        fields.pop("stated_reason", None)
    return fields
