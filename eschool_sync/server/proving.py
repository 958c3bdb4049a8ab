"""Proves to a person that what stands in a cell is in the school's history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.journal import Attendance, Homework, LessonWork, Mark, Topic
from eschool_core.domain.row import Row
from eschool_core.errors import InputError
from eschool_sync.history.entries import LOG, LogEntry
from eschool_sync.history.proof import Proof
from eschool_sync.history.tree import Tree

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool

PROVABLE: Final[dict[int, type[Row]]] = {
    table.number: table for table in (Mark, Attendance, Topic, LessonWork, Homework, IssuedDocument)
}
KINDS: Final = frozenset(
    {
        "record_mark", "record_attendance", "record_topic", "record_work", "record_homework",
        "take_roll", "issue_document",
    }
)  # fmt: skip
"""Commands whose payload tells of one cell: a proof shows it whole."""


def proof_for(school: ServerSchool, person_id: int, table: int, row_id: int) -> Proof:
    """Return the proof of the command that last wrote a cell.

    Args:
        school: Its turn is held.
        person_id: Who asks.
        table: Number of the cell's table.
        row_id: Of the cell.

    Raises:
        InputError: ``proof.none``: there is no such cell, or none that this person may see.
    """
    return _proof(school, school.scope(person_id).parts, table, row_id)


def proof_of_own(school: ServerSchool, row: Row) -> Proof:
    """Return the proof of a row for one of the server's own acts.

    Raises:
        InputError: ``proof.none``.
    """
    return _proof(school, [row.part], row.number, row.id)


def _proof(school: ServerSchool, scope: list[int], table: int, row_id: int) -> Proof:
    store = school.store
    model = PROVABLE.get(table)
    row = None if model is None else store.get(model, row_id)
    if row is None or row.part not in scope:
        raise InputError("proof.none")
    [found] = store.rows(LOG, row.seq - 1, row.seq)
    entry = LogEntry.of_row(found)
    # An erased command has neither payload nor salt, so there is nothing to prove it with.
    if entry.kind not in KINDS or not entry.payload:
        raise InputError("proof.none")
    head = school.head()
    return Proof(
        *(entry.seq, entry.device, entry.received, entry.pushed),
        *(entry.header, entry.payload, entry.salt, entry.outcome),
        tuple(Tree(store.database).inclusion(entry.seq, head.seq)),
        head.signed,
    )
