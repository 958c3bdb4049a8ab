"""A replica's tables follow its program, with whatever waits, in one transaction (T19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgpack

from eschool_core.domain.tables import BY_NUMBER
from eschool_core.store import statements, steps
from eschool_core.store.database import Database
from eschool_sync.protocol.messages import parts_hash
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.position import Position

IMAGES = "SELECT table_number, row_id, image FROM undo_image"


def upgrade_if_due(opened: Opened, replay: Callable[[Position], None]) -> bool:
    """Bring the tables up to this program; return whether they were older.

    Raises:
        InputError: ``schema.newer``: a newer program has written them.
        AccessError: ``access.disk_full``; nothing was changed.
    """
    with opened.reading():
        due = steps.is_due(opened.database)
    if not due:
        return False
    with opened.writing() as position:
        if steps.is_due(opened.database):
            _put_back(opened.database, steps.version_of(opened.database))
            steps.bring_up(opened.database, "replica")
            opened.confirmed.recount()
            moved = _with_scope(opened, position)
            opened.store.reads.forget()
            replay(moved)
    return True


def _with_scope(opened: Opened, position: Position) -> Position:
    """Take account of partitions that a step has made of others."""
    held = opened.confirmed.held()
    opened.held.become(held)
    moved = replace(position, scope=parts_hash(held))
    moved.save(opened.database)
    return moved


def _put_back(database: Database, version: int) -> None:
    """Restore the confirmed rows from images that have the columns of ``version``."""
    for number, row_id, image in database.fetch(IMAGES):
        table = BY_NUMBER[number].table
        database.execute(statements.delete(table), (row_id,))
        if image is not None:
            names = steps.columns_at(version, table)
            put = statements.fill_table(statements.name_of(table), names)
            database.execute(put, msgpack.unpackb(image))
    database.execute("DELETE FROM undo_image")
