"""What a write leaves behind besides the row: digests where it is confirmed, images where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from msgpack import packb

from eschool_core.domain.partition import PartitionKind, kind_of
from eschool_core.domain.row import Row
from eschool_core.domain.tables import BY_NUMBER, SPEC_OF
from eschool_core.store import digest
from eschool_core.store.database import Database

BURY = "INSERT INTO tombstone (part, seq, table_number, row_id) VALUES (?, ?, ?, ?)"


FORESEEN = (PartitionKind.PERSON, PartitionKind.RESULT, PartitionKind.RELEASED)


class Ledger(Protocol):
    """Told of each write before it is made."""

    def stamp(self, old: Row | None) -> int:
        """Return the ``seq`` that the row to be written carries."""

    def note(self, old: Row | None, new: Row | None) -> None:
        """Take account of one row: inserted, changed or deleted."""

    def begin(self) -> None:
        """Open a level: what follows may be dropped alone."""

    def keep(self) -> None:
        """Make the top level a part of the one below."""

    def drop(self) -> None:
        """Forget the top level."""


@dataclass(slots=True)
class PartitionChange:
    """What one transaction does to a partition.

    Attributes:
        first: Seq of the first command that touched it.
        last: Seq of the last one.
    """

    first: int
    last: int
    rows: int = 0
    digest: int = 0


class ConfirmedLedger:
    """Keeps seq, partition digests, tombstones; for the server, where rows are the truth.

    ``flush`` writes the sums once a transaction. ``begin``, ``keep`` and ``drop`` follow the
    savepoints of single commands, so that a refused command leaves no trace in the sums.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._hash = digest.row_hasher(key)
        self._levels: list[dict[int, PartitionChange]] = [{}]
        self._scope_levels: list[int] = [0]
        self.seq = 0

    def stamp(self, old: Row | None) -> int:
        """Return the seq of the command being applied."""
        return self.seq

    def note(self, old: Row | None, new: Row | None) -> None:
        """Add the new row's hash to its partition and take away the old one's."""
        row = new or old
        assert row is not None
        change = self._touched(row.part)
        if old is not None:
            change.rows -= 1
            change.digest -= self._hash(old.number, old.values())
        if new is not None:
            change.rows += 1
            change.digest += self._hash(new.number, new.values())
        else:
            self._database.execute(BURY, (row.part, self.seq, row.number, row.id))
        if SPEC_OF[type(row)].scope:
            self._scope_levels[-1] = self.seq

    def touch(self, part: int) -> None:
        """Take account of a command of whose writes nothing but the partition is known any more."""
        self._touched(part)

    def _touched(self, part: int) -> PartitionChange:
        top = self._levels[-1]
        change = top.get(part)
        if change is None:
            change = top[part] = PartitionChange(self.seq, self.seq)
        change.last = self.seq
        return change

    def bury(self, part: int, table_number: int, row_id: int) -> None:
        """Take account of the deletion of a row of which nothing else is known any more."""
        self.touch(part)
        self._database.execute(BURY, (part, self.seq, table_number, row_id))
        if BY_NUMBER[table_number].scope:
            self._scope_levels[-1] = self.seq

    def begin(self) -> None:
        """Open a level: what follows may be dropped alone."""
        self._levels.append({})
        self._scope_levels.append(0)

    def keep(self) -> None:
        """Add the top level to the one below."""
        top, below = self._levels.pop(), self._levels[-1]
        for part, change in top.items():
            kept = below.setdefault(part, PartitionChange(change.first, change.last))
            kept.last = change.last
            kept.rows += change.rows
            kept.digest += change.digest
        scope_changed = self._scope_levels.pop()
        self._scope_levels[-1] = max(self._scope_levels[-1], scope_changed)

    def drop(self) -> None:
        """Forget the top level."""
        self._levels.pop()
        self._scope_levels.pop()

    def flush(self) -> int:
        """Write the partition sums; return the seq of the last change of anybody's scope, or 0.

        What is written does not depend on how commands were put together in transactions, so a
        replay one by one writes the same.
        """
        changes, self._levels = self._levels[0], [{}]
        scope_changed, self._scope_levels = self._scope_levels[0], [0]
        stored = {
            part: (rows, digest.from_bytes(value))
            for part in changes
            for rows, value in self._database.fetch(
                "SELECT rows, digest FROM part_state WHERE part = ?", (part,)
            )
        }
        # A new partition widens the scope of whoever sees every one of its kind; a person's
        # own, and the results of a line, are in scopes before they have a row.
        widened = [
            changes[part].first
            for part in changes.keys() - stored.keys()
            if kind_of(part) not in FORESEEN
        ]
        scope_changed = max([scope_changed, *widened])
        self._database.execute_many(
            "INSERT INTO part_state (part, rows, digest, seq) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (part) DO UPDATE SET "
            "rows = excluded.rows, digest = excluded.digest, seq = excluded.seq",
            [
                (
                    part,
                    stored.get(part, (0, 0))[0] + change.rows,
                    digest.to_bytes(stored.get(part, (0, 0))[1] + change.digest),
                    change.last,
                )
                for part, change in changes.items()
            ],
        )
        return scope_changed

    def forget(self) -> None:
        """Drop everything noted since the last flush: the transaction was rolled back."""
        self._levels = [{}]
        self._scope_levels = [0]


class OptimisticLedger:
    """Keeps the confirmed image of each row that a pending command touches; for replicas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stamp(self, old: Row | None) -> int:
        """Return the confirmed seq of the row: a pending command has none."""
        return 0 if old is None else old.seq

    def note(self, old: Row | None, new: Row | None) -> None:
        """Save the first image of a row; later ones are of pending values."""
        row = old or new
        assert row is not None
        image = None if old is None else packb(old.values(), use_bin_type=True)
        self._database.execute(
            "INSERT INTO undo_image (table_number, row_id, part, image) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (table_number, row_id) DO NOTHING",
            (row.number, row.id, row.part, image),
        )

    def begin(self) -> None:
        """Do nothing: images are rows, so the savepoint keeps or drops them."""

    def keep(self) -> None:
        """Do nothing."""

    def drop(self) -> None:
        """Do nothing."""
