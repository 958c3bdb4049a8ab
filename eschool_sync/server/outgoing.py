"""What a replica is missing: rows of its scope that are newer than its cursor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from eschool_core.domain.partition import KIND_MASK
from eschool_core.domain.tables import BY_NUMBER, TABLES
from eschool_core.store import digest, statements
from eschool_core.store.store import Store
from eschool_sync.protocol.frames import Frame, Tombstone, pack_frames
from eschool_sync.server.tables import want

CHANGED = "SELECT part FROM part_state WHERE seq > ?"
SUMS = "SELECT s.rows, s.digest FROM wanted w CROSS JOIN part_state s WHERE s.part = w.part"
TOMBSTONES = (
    "SELECT t.part, t.table_number, t.row_id FROM wanted w CROSS JOIN tombstone t "
    "WHERE t.part = w.part AND w.since > 0 AND t.seq > w.since"
)
_ID: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Sum:
    """Rows and digest over a scope."""

    rows: int
    digest: bytes


def frames_for(store: Store, scope: list[int], fresh: set[int], cursor: int) -> list[Any]:
    """Return packed frames that take a replica from ``cursor`` to the head.

    Args:
        store: The school's.
        scope: The partitions it may see now.
        fresh: Those of them that it does not hold yet: all of their rows go out.
        cursor: The seq up to which it holds the others.
    """
    due = {int(row[0]) for row in store.rows(CHANGED, cursor)} | fresh
    wanted = {part: 0 if part in fresh else cursor for part in scope if part in due}
    if not wanted:
        return []
    want(store.database, wanted)
    stones = [
        Tombstone(int(part), BY_NUMBER[number].table, int(row_id))
        for part, number, row_id in store.rows(TOMBSTONES)
    ]
    return pack_frames(_frames(store, wanted), stones)


def frames_of(store: Store, parts: Iterable[int]) -> list[Any]:
    """Return packed frames of all rows of some partitions."""
    wanted = dict.fromkeys(parts, 0)
    want(store.database, wanted)
    return pack_frames(_frames(store, wanted), ())


def _frames(store: Store, wanted: Iterable[int]) -> list[Frame]:
    """Return the rows that ``wanted`` asks for, a frame for each table."""
    kinds = {part & KIND_MASK for part in wanted}
    # In the order of ids: a fifth fewer bytes after packing than by partition, and the replica
    # appends to its tables instead of splitting pages.
    return [
        Frame(spec.table, sorted(store.rows(statements.select_wanted(spec.table)), key=_ID))
        for spec in TABLES
        if kinds & set(spec.kinds)
    ]


def sum_over(store: Store, scope: list[int]) -> Sum:
    """Return the rows and the digest sum of a scope."""
    want(store.database, dict.fromkeys(scope, 0))
    rows = total = 0
    for count, value in store.rows(SUMS):
        rows += count
        total += digest.from_bytes(value)
    return Sum(rows, digest.to_bytes(total))
