"""A school's tables follow the program, when its operator says so (ADR 0037)."""

from __future__ import annotations

from typing import Final

from eschool_core.errors import BusyError
from eschool_core.store import digest, steps
from eschool_core.store.database import Database, transaction
from eschool_core.store.recount import sums_of

RETRY_SECONDS: Final = 600
PARTS: Final = "SELECT part FROM part_state"
SET: Final = "UPDATE part_state SET rows = ?, digest = ? WHERE part = ?"


def require_current(database: Database) -> None:
    """Let pass a school whose tables are those of this program.

    Raises:
        BusyError: ``busy.migrating``: ``eschool server migrate`` is due.
        InputError: ``schema.newer``.
    """
    if steps.is_due(database):
        raise BusyError("busy.migrating", retry_after=RETRY_SECONDS)


def migrate(database: Database, digest_key: bytes) -> tuple[int, int]:
    """Bring a school's tables up in one transaction; return the versions before and after.

    Args:
        database: Nobody else writes to it.
        digest_key: The school's: rows with other columns have other digests.

    Raises:
        InputError: ``schema.newer``.
    """
    with transaction(database):
        before = steps.version_of(database)
        if steps.is_due(database):
            steps.bring_up(database, "server")
            parts = [int(row[0]) for row in database.fetch(PARTS)]
            sums = sums_of(database, digest.row_hasher(digest_key), parts)
            database.execute_many(SET, [(*sums[part], part) for part in parts])
    return before, steps.newest()
