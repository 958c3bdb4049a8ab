"""What stands in the log in place of erased payloads: what their commands did to rows that stay.

A replay needs the effects of an erased command on rows that are still kept (a pupil who was
admitted by a command that also made lines in an erased journal), and of commands that read what is
erased now (a register drawn up from journals). These effects are kept entry by entry and applied
instead of the command. A command in the log (``EraseRecord``) carries the hash over all of them, so
a change behind the log's back is found like any other.

An effect is a list: ``["p", table, values]`` a row written, ``["d", table, id]`` a row deleted,
``["t", partition]`` a partition touched, ``["x", partition, table, id]`` a deletion that replicas
are told of and of which nothing else is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgpack

from eschool_core.domain.row import Row
from eschool_core.domain.tables import BY_NUMBER
from eschool_core.store.database import Database
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.store import Store

TABLE: Final = (
    "CREATE TABLE remains (seq {integer} PRIMARY KEY, blank BIGINT NOT NULL, "
    "effects {blob} NOT NULL)"
)
READ: Final = "SELECT seq, blank, effects FROM remains ORDER BY seq"
CLEAR: Final = "DELETE FROM remains"
WRITE: Final = "INSERT INTO remains (seq, blank, effects) VALUES (?, ?, ?)"
PUT, DELETE, TOUCH, TOMBSTONE = "p", "d", "t", "x"

Effect = list[Any]
Change = tuple[Row | None, Row | None]
"""A row before and after a write."""


@dataclass(frozen=True, slots=True)
class Remain:
    """What is kept of one entry.

    Attributes:
        blank: Whether its payload is erased; else only what it read.
    """

    blank: bool
    effects: tuple[bytes, ...]


Remains = Mapping[int, Remain]
"""By the seq of the entry."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What is erased.

    Attributes:
        parts: Partitions of which nothing stays.
        rows: Rows elsewhere, as table number and id.
    """

    parts: AbstractSet[int]
    rows: AbstractSet[tuple[int, int]]

    def has(self, row: Row) -> bool:
        """Return whether a row is erased."""
        return row.part in self.parts or (row.number, row.id) in self.rows


def read_remains(database: Database) -> dict[int, Remain]:
    """Return what a school keeps in place of erased payloads."""
    return {
        int(seq): Remain(bool(blank), tuple(msgpack.unpackb(bytes(effects))))
        for seq, blank, effects in database.fetch(READ)
    }


def write_remains(database: Database, remains: Remains) -> None:
    """Replace what is kept; inside a transaction."""
    database.execute(CLEAR)
    rows = [
        (seq, int(kept.blank), msgpack.packb(list(kept.effects)))
        for seq, kept in sorted(remains.items())
    ]
    database.execute_many(WRITE, rows)


def digest_of(remains: Remains) -> str:
    """Return the hash that the log commits to."""
    hashed = sha256(b"eschool.remains")
    for seq, kept in sorted(remains.items()):
        hashed.update(msgpack.packb([seq, kept.blank, list(kept.effects)]))
    return hashed.hexdigest()


class RecordingLedger(ConfirmedLedger):
    """A ledger that remembers the writes of one command after another."""

    def __init__(self, database: Database, key: bytes) -> None:
        super().__init__(database, key)
        self._changes: list[list[Change]] = [[]]

    def note(self, old: Row | None, new: Row | None) -> None:
        """Take account of a write, and remember it."""
        super().note(old, new)
        self._changes[-1].append((old, new))

    def begin(self) -> None:
        """Open a level."""
        super().begin()
        self._changes.append([])

    def keep(self) -> None:
        """Add the top level to the one below."""
        super().keep()
        top = self._changes.pop()
        self._changes[-1] += top

    def drop(self) -> None:
        """Forget the top level."""
        super().drop()
        self._changes.pop()

    def on_top(self) -> list[Change]:
        """Return the writes on the top level, which may still be dropped."""
        return self._changes[-1]

    def taken(self) -> list[Change]:
        """Return the writes since the last call, on the lowest level."""
        changes, self._changes[0] = self._changes[0], []
        return changes


def effects_of(changes: Iterable[Change], gone: Gone) -> tuple[bytes, ...]:
    """Return what stays of a command's writes when some rows are erased."""
    effects: list[bytes] = []
    for old, new in changes:
        row = new or old
        assert row is not None
        if gone.has(row):
            effects.append(_of_gone(row.part, row.number, row.id, deleted=new is None))
        elif new is None:
            effects.append(msgpack.packb([DELETE, row.number, row.id]))
        else:
            effects.append(msgpack.packb([PUT, row.number, list(new.values())]))
    return _shortened(effects)


def effects_left(effects: Iterable[bytes], gone: Gone) -> tuple[bytes, ...]:
    """Return what stays of effects that were kept before, when more rows are erased."""
    left: list[bytes] = []
    for packed in effects:
        kind, *values = msgpack.unpackb(packed)
        row = BY_NUMBER[values[0]].table.from_values(values[1]) if kind == PUT else None
        if row is not None and gone.has(row):
            left.append(_of_gone(row.part, row.number, row.id, deleted=False))
        elif kind != DELETE or tuple(values) not in gone.rows:
            left.append(packed)
    return _shortened(left)


def apply(store: Store, ledger: ConfirmedLedger, effects: Iterable[bytes]) -> None:
    """Do to rows what an entry did to those that stay."""
    for packed in effects:
        kind, *values = msgpack.unpackb(packed)
        if kind == PUT:
            store.put(BY_NUMBER[values[0]].table.from_values(values[1]))
        elif kind == DELETE:
            store.delete(store.require(BY_NUMBER[values[0]].table, values[1]))
        elif kind == TOUCH:
            ledger.touch(*values)
        else:
            ledger.bury(*values)


def _of_gone(part: int, number: int, row_id: int, *, deleted: bool) -> bytes:
    effect = [TOMBSTONE, part, number, row_id] if deleted else [TOUCH, part]
    packed: bytes = msgpack.packb(effect)
    return packed


def _shortened(effects: list[bytes]) -> tuple[bytes, ...]:
    """Return effects with no partition touched twice: a command is one seq."""
    return tuple(dict.fromkeys(effects))
