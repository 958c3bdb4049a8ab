"""The log as it lies in the database, read to be checked: nothing in it is believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from eschool_core.store.database import Database
from eschool_sync.history.leaf import Leaf
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.protocol.envelope import Header

LOG: Final = (
    "SELECT seq, device, n, take, replaces, kind, version, actor_id, header, payload, salt, "
    "verdict, outcome, received_at, pushed FROM log WHERE seq > ? AND seq <= ? ORDER BY seq"
)
CHUNK: Final = 5_000
_BLOBS: Final = frozenset({8, 9, 10, 12})


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One row of the log; the columns are those of the table."""

    seq: int
    device: int
    number: int
    take: int
    ids_from: int
    kind: str
    version: int
    actor: int
    header: bytes
    payload: bytes
    salt: bytes
    verdict: int
    outcome: bytes
    received: int
    pushed: int

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> Self:
        """Return the entry of a row as ``LOG`` selects it."""
        values: list[Any] = [
            _bytes(value) if place in _BLOBS else value for place, value in enumerate(row)
        ]
        return cls(*values)

    def header_hash(self) -> bytes:
        """Return the hash by which the next header and the leaf name this one."""
        return leaf_hash(self.header)

    def leaf(self) -> bytes:
        """Return the entry's leaf in the tree."""
        return Leaf(
            self.seq, self.device, self.received, self.pushed, self.header_hash(), self.outcome
        ).hash()

    def read_header(self) -> Header:
        """Return the header.

        Raises:
            ValueError: There is none in these bytes.
        """
        return Header.read(self.header)


def read_log(database: Database) -> Iterator[LogEntry]:
    """Yield the whole log in order, a few thousand rows at a time."""
    rows = database.fetch("SELECT min(seq), max(seq) FROM log")
    first, last = rows[0]
    if first is None:
        return
    for start in range(first - 1, last, CHUNK):
        for row in database.fetch(LOG, (start, min(start + CHUNK, last))):
            yield LogEntry.of_row(row)


def read_entries(database: Database, seqs: Sequence[int]) -> Iterator[LogEntry]:
    """Yield the entries at some places, rising, that are there, a few thousand at a time.

    Args:
        database: Of the log.
        seqs: Rising.
    """
    for begun in range(0, len(seqs), CHUNK):
        some = seqs[begun : begun + CHUNK]
        wanted = set(some)
        for start in range(some[0] - 1, some[-1], CHUNK):
            for row in database.fetch(LOG, (start, min(start + CHUNK, some[-1]))):
                if row[0] in wanted:
                    yield LogEntry.of_row(row)


def _bytes(value: Any) -> bytes:
    """Return a column's bytes; another type is none of ours and matches nothing."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""
