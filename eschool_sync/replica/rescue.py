"""The outbox out of a damaged replica, page by page, and a replica made anew around it.

Rows of the school come again from the server; what only this device has are its commands. They
are found by their shape in every page whose HMAC is right, so a broken schema, index or inner
page takes nothing along. Numbers that are missing in the chain name what is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

import msgpack

from eschool_core.errors import DamageError
from eschool_core.store.database import SqliteDatabase, transaction
from eschool_sync.protocol.envelope import GENESIS, Header
from eschool_sync.protocol.messages import parts_hash
from eschool_sync.protocol.push import RUN_KEY_BYTES
from eschool_sync.protocol.sealed_push import MAGIC
from eschool_sync.replica.again import AGAIN
from eschool_sync.replica.cells import Cell, rows_in
from eschool_sync.replica.opened import EARLIER
from eschool_sync.replica.outbox import State
from eschool_sync.replica.position import Identity, Position
from eschool_sync.replica.replica import DATABASE_FILE
from eschool_sync.replica.sealing import KEEP, LOST
from eschool_sync.replica.tables import create_replica_tables, put_meta
from eschool_sync.replica.taking import ALARM
from eschool_sync.security.cipher import create_encrypted
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.durable import sync_folder
from eschool_sync.security.pages import whole_pages
from eschool_sync.security.suite import SIGNATURE_BYTES

KEPT_META: Final = frozenset({AGAIN, ALARM, EARLIER, LOST})
DAMAGED_FILE: Final = "replica.damaged"
_ENDS: Final = ("", "-wal", "-shm")

OUTBOX: Final = (
    "n", "kind", "version", "header", "payload", "anchor", "replaces", "made_at", "state",
    "outcome", "seq", "received", "pushed", "receipt", "said",
)  # fmt: skip
"""Columns of the outbox as they lie in its pages."""

_INSERT: Final = (
    "INSERT INTO outbox (n, kind, version, header, payload, anchor, replaces, made_at, state, "
    "outcome, seq, received, pushed, receipt, said) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_RECEIPT: Final = "INSERT INTO receipt (id, incarnation, leaves, signature) VALUES (?, ?, ?, ?)"
_RUN: Final = "INSERT INTO salt_run (first_n, key) VALUES (?, ?)"
_UNSAID: Final = (0, 0, 0, 0, None)
"""What the school said of a command whose receipt is gone: nothing that could be shown it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A command of the outbox that can still be read.

    Attributes:
        values: Its row.
    """

    header: Header
    values: tuple[Any, ...]

    @property
    def number(self) -> int:
        """Its number."""
        return self.header.number

    @property
    def is_pending(self) -> bool:
        """Whether it had no verdict yet."""
        return self.state is State.PENDING

    @property
    def state(self) -> State:
        """What had become of it."""
        return State(self.values[8])


@dataclass(slots=True)
class Rescued:
    """What could be read.

    Attributes:
        damaged_pages: Pages that could not.
        identity: Who the replica is; without it, its commands can only be entered elsewhere.
        meta: What else has to stay: evidence of a changed history, what an earlier rescue left, the
            devices that it was, and that what is accepted is sealed.
        sealed: Pushes that the school may ask for and nobody here may read.
        kinds: Kind by number of commands of which only the beginning is left.
        lost: Numbers of commands that had no verdict here and are gone.
        kept: Commands that go on as they were signed.
        again: Commands behind a lost one: the chain ends before it, so they are entered anew.
    """

    damaged_pages: int = 0
    identity: Identity | None = None
    position: Position | None = None
    runs: dict[int, bytes] = field(default_factory=dict)
    receipts: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    sealed: dict[int, bytes] = field(default_factory=dict)
    meta: dict[str, bytes] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    found: dict[int, Found] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)
    kept: list[Found] = field(default_factory=list)
    again: list[Found] = field(default_factory=list)


def read_damaged(folder: Path, key: DatabaseKey) -> Rescued:
    """Return what can still be read of a replica's own commands; changes nothing.

    Raises:
        DamageError: ``damage.replica_missing``.
    """
    path = damaged_file(folder)
    pages, damaged = whole_pages(path, key)
    return recognised(pages, len(damaged))


def recognised(pages: Mapping[int, bytes], damaged: int) -> Rescued:
    """Return the own commands in pages that can be read."""
    rescued = Rescued(damaged)
    for rowid, values in rows_in(pages):
        _recognise(rescued, rowid, values)
    _sort(rescued)
    return rescued


def rescue(folder: Path, key: DatabaseKey) -> Rescued:
    """Make a replica anew around what can still be read; the damaged files stay beside it.

    Its next sync sends what is pending and loads the school's rows again. Then
    ``Replica.enter_again`` takes care of what lay behind a gap.

    Raises:
        DamageError: ``damage.replica_missing``; ``damage.identity``: who it is cannot be read
            any more, so it has to be enrolled again.
    """
    rescued = read_damaged(folder, key)
    if rescued.identity is None or not (rescued.position or rescued.found):
        raise DamageError("damage.identity")
    fresh = folder / f"{DATABASE_FILE}.new"
    for end in _ENDS:
        fresh.with_name(f"{fresh.name}{end}").unlink(missing_ok=True)
    with closing(create_encrypted(fresh, key)) as connection:
        database = SqliteDatabase(connection)
        with transaction(database):
            create_replica_tables(database)
            rescued.identity.save(database)
            _position(rescued).save(database)
            database.execute_many(_INSERT, [_as_kept(rescued, each) for each in rescued.kept])
            receipts = sorted(rescued.receipts.items())
            database.execute_many(_RECEIPT, [(row_id, *said) for row_id, said in receipts])
            database.execute_many(_RUN, sorted(rescued.runs.items()))
            database.execute_many(KEEP, sorted(rescued.sealed.items()))
            # What an earlier rescue left to be entered comes before it.
            earlier = msgpack.unpackb(rescued.meta.get(AGAIN, msgpack.packb([])))
            listed = [_as_entered(found) for found in rescued.again]
            put_meta(database, AGAIN, [*earlier, *listed])
            for name in rescued.meta.keys() - {AGAIN}:
                put_meta(database, name, msgpack.unpackb(rescued.meta[name]))
    _put_aside(folder)
    fresh.rename(folder / DATABASE_FILE)
    sync_folder(folder)
    return rescued


def damaged_file(folder: Path) -> Path:
    """Return the file to read; after a rescue that was cut off it has its other name already.

    Raises:
        DamageError: ``damage.replica_missing``.
    """
    for name in (DATABASE_FILE, DAMAGED_FILE):
        if (folder / name).exists():
            return folder / name
    raise DamageError("damage.replica_missing")


def _put_aside(folder: Path) -> None:
    """Give the damaged files their other name; those of an earlier damage keep theirs."""
    if (folder / DATABASE_FILE).exists() and (folder / DAMAGED_FILE).exists():
        number = next(n for n in count(2) if not (folder / f"{DAMAGED_FILE}-{n}").exists())
        for end in _ENDS:
            earlier = folder / f"{DAMAGED_FILE}{end}"
            if earlier.exists():
                earlier.rename(folder / f"{DAMAGED_FILE}-{number}{end}")
    for end in _ENDS:
        path = folder / f"{DATABASE_FILE}{end}"
        if path.exists():
            path.replace(folder / f"{DAMAGED_FILE}{end}")


def _recognise(rescued: Rescued, rowid: int, values: list[Cell]) -> None:
    """Take a row that is one of the replica's own tables' by its shape."""
    match values:
        case [None, bytes(key)] if len(key) == RUN_KEY_BYTES:
            rescued.runs[rowid] = key
        case ["identity", bytes(packed)]:
            rescued.identity = Identity(*msgpack.unpackb(packed))
        case ["position", bytes(packed)]:
            rescued.position = Position(*msgpack.unpackb(packed))
        case [str(name), bytes(packed)] if name in KEPT_META:
            rescued.meta[name] = packed
        case [None, bytes(body)] if body.startswith(MAGIC):
            rescued.sealed[rowid] = body
        case [None, bytes(_), bytes(_), bytes(signature)] if len(signature) == SIGNATURE_BYTES:
            rescued.receipts[rowid] = tuple(values[1:])
        case [None, str(kind), int(_), *_] if len(values) < len(OUTBOX):
            rescued.kinds[rowid] = kind
        case [None, str(kind), int(_), bytes(packed), *_] if len(values) == len(OUTBOX):
            header = Header.read(packed)
            if (header.number, header.kind) == (rowid, kind):
                rescued.found[rowid] = Found(header, (rowid, *values[1:]))


def _sort(rescued: Rescued) -> None:
    """Tell what goes on as it is from what lies behind a gap."""
    position = rescued.position
    ack = 0 if position is None else position.ack
    end = 0 if position is None else position.next
    expected = ack + 1
    for number in sorted(rescued.found):
        found = rescued.found[number]
        if number > ack:
            rescued.lost += range(expected, number)
            expected = number + found.header.take
        is_behind = bool(rescued.lost) and found.state is State.PENDING
        (rescued.again if is_behind else rescued.kept).append(found)
    rescued.lost += range(expected, end)


def _position(rescued: Rescued) -> Position:
    """Return where the new replica stands: with its own chain, and no row of the school."""
    present = rescued.position or _position_of(max(rescued.found.values(), key=_number))
    last = rescued.kept[-1].header if rescued.kept else None
    if rescued.lost:
        # The chain ends before the first that is lost, but never before what has its verdict.
        end = 1 if last is None else last.number + last.take
        present = replace(
            present,
            next=max(end, present.ack + 1),
            # Where the last header is gone the next push tells the server so, by a chain that
            # begins anew, and the replica goes on as another device (``branching``).
            head=GENESIS if last is None or end <= present.ack else last.hash,
        )
    return replace(
        present,
        incarnation=b"",
        cursor=0,
        scope=parts_hash([]),
        tree=0,
        root=b"",
        tree_head=b"",
    )


def _position_of(found: Found) -> Position:
    """Return where the replica stood when a command was entered."""
    header, seen = found.header, found.header.evidence
    return Position(
        incarnation=b"",
        cursor=0,
        ack=0,
        next=header.number + header.take,
        head=header.hash,
        scope=b"",
        tree=0,
        root=b"",
        tree_head=b"",
        synced_at=0,
        contact_time=seen.anchor_time,
        contact_anchor=found.values[5],
        contact_boot=seen.anchor_boot,
        contact_monotonic=seen.anchor_monotonic,
    )


def _as_kept(rescued: Rescued, found: Found) -> tuple[Any, ...]:
    """Return a command's row; what the school said of it only goes with the receipt of it."""
    receipt = found.values[OUTBOX.index("receipt")]
    if receipt in rescued.receipts:
        return found.values
    return (*found.values[: -len(_UNSAID)], *_UNSAID)


def _number(found: Found) -> int:
    return found.number


def _as_entered(found: Found) -> tuple[str, int, bytes]:
    header = found.header
    return header.kind, header.version, bytes(found.values[4])
