"""The confirmed state of a replica: rows as the server has them, and their digests.

Bulk paths: rows go from frames to the driver as tuples, never through row objects (design §3.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import msgpack

from eschool_core.domain.partition import KIND_MASK
from eschool_core.domain.row import Row
from eschool_core.domain.tables import BY_NUMBER, TABLES
from eschool_core.store import digest, statements
from eschool_core.store.database import Database
from eschool_core.store.recount import sums_of
from eschool_core.store.store import MOST_AMONG
from eschool_sync.protocol.frames import Frame, Tombstone
from eschool_sync.protocol.repairing import HASH_SHIFT, RowKey, Sums

_PART: Final = 1  # place of the partition among the columns of every table

IMAGES = "SELECT table_number, row_id, image FROM undo_image ORDER BY table_number"
SET_SUM = (
    "INSERT INTO part_state (part, rows, digest, seq) VALUES (?, ?, ?, 0) "
    "ON CONFLICT (part) DO UPDATE SET rows = excluded.rows, digest = excluded.digest"
)
ZERO = digest.to_bytes(0)


@dataclass(frozen=True, slots=True)
class Total:
    """Rows and digest over all held partitions."""

    rows: int
    digest: bytes


class ConfirmedRows:
    """Applies what the server sent, inside the caller's transaction."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._hash = digest.row_hasher(key)

    def held(self) -> list[int]:
        """Return the partitions that are here, sorted."""
        rows = self._database.fetch("SELECT part FROM part_state ORDER BY part")
        return [int(row[0]) for row in rows]

    def total(self) -> Total:
        """Return the sums over all partitions."""
        rows = total = 0
        for count, value in self._database.fetch("SELECT rows, digest FROM part_state"):
            rows += count
            total += digest.from_bytes(value)
        return Total(rows, digest.to_bytes(total))

    def sums(self) -> Sums:
        """Return the sums of each partition."""
        rows = self._database.fetch("SELECT part, rows, digest FROM part_state")
        return {int(part): (int(count), bytes(value)) for part, count, value in rows}

    def recount(self) -> None:
        """Make the sums anew from the rows; partitions that should be here stay, if empty too."""
        sums = sums_of(self._database, self._hash, self.held())
        self._database.execute("DELETE FROM part_state")
        self._database.execute_many(
            SET_SUM, [(part, rows, value) for part, (rows, value) in sums.items()]
        )

    def short_hashes(self, parts: Collection[int]) -> dict[RowKey, int]:
        """Return the short hashes of all rows of some partitions."""
        self._want(parts)
        kinds = {part & KIND_MASK for part in parts}
        return {
            (row[_PART], spec.table.number, row[0]): self._hash(spec.table.number, row)
            >> HASH_SHIFT
            for spec in TABLES
            if kinds & set(spec.kinds)
            for row in self._database.fetch(statements.select_held(spec.table))
        }

    def restore_images(self) -> None:
        """Put back the confirmed image of every row that pending commands have touched."""
        for number, images in groupby(self._database.fetch(IMAGES), itemgetter(0)):
            table, before, made = BY_NUMBER[number].table, [], []
            for _, row_id, image in images:
                if image is None:
                    made.append((row_id,))
                else:
                    before.append(msgpack.unpackb(image))
            self._database.execute_many(statements.delete(table), made)
            self._database.execute_many(statements.upsert(table), before)
        self._database.execute("DELETE FROM undo_image")

    def purge(self, parts: Collection[int]) -> None:
        """Delete every row of some partitions; ``secure_delete`` overwrites the bytes."""
        kinds = {part & KIND_MASK for part in parts}
        self._delete(parts, [spec.table for spec in TABLES if kinds & set(spec.kinds)])

    def sweep(self, parts: Collection[int]) -> None:
        """Delete whatever lies in some partitions, also what could not belong there."""
        self._delete(parts, [spec.table for spec in TABLES])

    def _delete(self, parts: Collection[int], tables: Sequence[type[Row]]) -> None:
        if not parts:
            return
        self._want(parts)
        for table in tables:
            self._database.execute(statements.delete_parts(table))
        self._database.execute("DELETE FROM part_state WHERE part IN (SELECT part FROM wanted)")

    def apply(
        self, frames: Sequence[Frame], tombstones: Sequence[Tombstone], fresh: set[int]
    ) -> int:
        """Write rows and deletions and keep the sums.

        Args:
            frames: Rows to be put.
            tombstones: Rows to be deleted.
            fresh: Partitions of which nothing is here yet.

        Returns:
            The number of rows written or deleted.
        """
        changes: dict[int, list[int]] = {part: [0, 0] for part in fresh}
        # A row that was deleted and made again under the same id is in both: deletions first.
        for stone in tombstones:
            self._remove(stone.table, [stone.row_id], changes)
            self._database.execute(statements.delete(stone.table), (stone.row_id,))
        for frame in frames:
            self._put(frame, fresh, changes)
        self._add_sums(changes, fresh)
        return sum(len(frame.rows) for frame in frames) + len(tombstones)

    def _put(self, frame: Frame, fresh: set[int], changes: dict[int, list[int]]) -> None:
        table, number, row_hash = frame.table, frame.table.number, self._hash
        counts: Counter[Any] = Counter(map(itemgetter(_PART), frame.rows))
        known: list[Any] = []
        if not counts.keys() <= fresh:
            known = [row[0] for row in frame.rows if row[_PART] not in fresh]
        self._remove(table, known, changes)
        for part, count in counts.items():
            changes.setdefault(part, [0, 0])[0] += count
        for row in frame.rows:
            changes[row[_PART]][1] += row_hash(number, row)  # type: ignore[index]
        sql = statements.upsert(table) if known else statements.insert(table)
        self._database.execute_many(sql, frame.rows)

    def _remove(
        self, table: type[Row], row_ids: Sequence[Any], changes: dict[int, list[int]]
    ) -> None:
        """Take rows that are about to change out of the sums."""
        for begin in range(0, len(row_ids), MOST_AMONG):
            some = row_ids[begin : begin + MOST_AMONG]
            for old in self._database.fetch(statements.select_ids(table, len(some)), some):
                change = changes.setdefault(old[_PART], [0, 0])
                change[0] -= 1
                change[1] -= self._hash(table.number, old)

    def _add_sums(self, changes: dict[int, list[int]], fresh: set[int]) -> None:
        self._want(changes)
        stored = {
            part: (rows, digest.from_bytes(value))
            for part, rows, value in self._database.fetch(
                "SELECT s.part, s.rows, s.digest FROM wanted w JOIN part_state s ON s.part = w.part"
            )
            if part not in fresh
        }
        self._database.execute_many(
            SET_SUM,
            [
                (part, rows + known[0], digest.to_bytes(total + known[1]))
                for part, (rows, total) in changes.items()
                for known in (stored.get(part, (0, 0)),)
            ],
        )

    def _want(self, parts: Collection[int]) -> None:
        self._database.execute("DELETE FROM wanted")
        self._database.execute_many(
            "INSERT INTO wanted (part, since) VALUES (?, 0)", [(part,) for part in parts]
        )
