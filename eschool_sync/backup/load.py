"""Reads a backup into an empty database and proves that what came in is what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import zstandard
from msgpack import Packer, Unpacker
from msgpack.exceptions import UnpackException

from eschool_core.domain.tables import TABLES
from eschool_core.errors import AccessError, DamageError, InputError
from eschool_core.store import digest, statements
from eschool_core.store.database import Database, transaction
from eschool_core.store.schema import SCHEMA_VERSION
from eschool_sync.backup.manifest import FORMAT, Manifest
from eschool_sync.backup.recovery_key import PrivateKey
from eschool_sync.backup.sealed import SealedReader
from eschool_sync.backup.tables import batches, clear, columns_of, fill
from eschool_sync.history.merkle import root_of
from eschool_sync.history.tree import LEAVES, leaf_of_row
from eschool_sync.protocol.compression import MAX_WINDOW_BYTES
from eschool_sync.server.state import ServerState
from eschool_sync.server.tables import create_server_tables

MAX_RECORD_BYTES: Final = 512 * 1024 * 1024
READ_BYTES: Final = 1024 * 1024
HEAD: Final = "SELECT seq, root FROM head WHERE id = 1"
STATES: Final = "SELECT part, rows, digest FROM part_state"
LEAVES_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """What came out of a backup, all of it proved."""

    state: ServerState
    manifest: Manifest


def load_backup(path: Path, private: PrivateKey, database: Database) -> Opened:
    """Fill an empty database with a backup, and compare it with what the backup says of itself.

    Everything is one transaction: where anything differs, the database stays empty.

    Raises:
        InputError: ``backup.not_a_backup``, ``backup.version``.
        AccessError: ``backup.wrong_key``; ``access.file``.
        DamageError: ``backup.damaged``, ``backup.signature``, ``backup.differs``,
            ``backup.other_schema``.
    """
    try:
        with path.open("rb") as file, transaction(database):
            create_server_tables(database)
            clear(database)
            opened = _load(_Records(file, private), database)
            prove(database, opened)
            return opened
    except OSError as error:
        raise AccessError("access.file") from error


def prove(database: Database, opened: Opened) -> None:
    """Count the rows, make every digest and the root of the log anew, and compare.

    Raises:
        DamageError: ``backup.differs``, with what differs.
    """
    manifest = opened.manifest
    [(seq, root)] = database.fetch(HEAD)
    if (int(seq), bytes(root).hex()) != (manifest.seq, manifest.root):
        raise DamageError("backup.differs", what="head")
    if _root_of_log(database, manifest.seq) != bytes.fromhex(manifest.root):
        raise DamageError("backup.differs", what="log")
    made, total = _digests(database, bytes.fromhex(opened.state.digest_key))
    stored = {int(part): (int(rows), bytes(value)) for part, rows, value in database.fetch(STATES)}
    if {part: entry for part, entry in stored.items() if entry[0]} != made:
        raise DamageError("backup.differs", what="digests")
    if digest.to_bytes(total).hex() != manifest.digest:
        raise DamageError("backup.differs", what="digests")


class _Records:
    """Gives the records of a backup one by one, and hashes them."""

    def __init__(self, file: BinaryIO, private: PrivateKey) -> None:
        self._sealed = SealedReader(file, private)
        decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
        self._stream = decompressor.stream_reader(self._sealed)  # type: ignore[arg-type]
        self._unpacker = Unpacker(raw=False, max_buffer_size=MAX_RECORD_BYTES)
        self._pack = Packer(use_bin_type=True).pack
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[list[Any]]:
        """Give the records up to the end of the file.

        Raises:
            DamageError: ``backup.damaged``.
        """
        try:
            while data := self._stream.read(READ_BYTES):
                self._unpacker.feed(data)
                for record in self._unpacker:
                    if not isinstance(record, list) or not record:
                        raise DamageError("backup.damaged")
                    yield record
            if self._sealed.read(1):
                raise DamageError("backup.damaged")
        except (zstandard.ZstdError, UnpackException, ValueError) as error:
            raise DamageError("backup.damaged") from error

    def count(self, record: list[Any]) -> None:
        """Take a record into the hash, as it was packed."""
        self._hash.update(self._pack(tuple(record)))

    @property
    def content(self) -> str:
        """The hash of what was counted."""
        return self._hash.hexdigest()


def _load(records: _Records, database: Database) -> Opened:
    state: ServerState | None = None
    manifest: Manifest | None = None
    table, names = "", []
    counts: dict[str, int] = {}
    for kind, *rest in records:
        if manifest is not None:
            raise DamageError("backup.damaged")
        if kind == "manifest":
            manifest = _manifest(rest[0], rest[1], records.content)
            continue
        records.count([kind, *rest])
        if kind == "state":
            state = _state(rest[0])
        elif kind == "table":
            table, names = rest
            counts[table] = 0
        elif kind == "rows":
            [rows] = rest
            fill(database, table, names, rows)
            counts[table] += len(rows)
        else:
            raise InputError("backup.version")
    if state is None or manifest is None or manifest.rows != counts:
        raise DamageError("backup.damaged")
    if manifest.school != state.school or manifest.incarnation != state.incarnation:
        raise DamageError("backup.damaged")
    return Opened(state, manifest)


def _manifest(data: bytes, signature: bytes, content: str) -> Manifest:
    manifest = Manifest.from_bytes(data)
    manifest.check(signature)
    if manifest.format != FORMAT or manifest.schema != SCHEMA_VERSION:
        raise InputError("backup.version")
    if manifest.content != content:
        raise DamageError("backup.damaged")
    return manifest


def _state(fields: dict[str, Any]) -> ServerState:
    try:
        return ServerState.of(fields)
    except TypeError as error:
        raise InputError("backup.version") from error


def _root_of_log(database: Database, size: int) -> bytes:
    """Return the root over the log, from its entries and not from what is stored of the tree."""
    leaves: list[bytes] = []
    for start in range(0, size, LEAVES_AT_ONCE):
        rows = database.fetch(LEAVES, (start, min(start + LEAVES_AT_ONCE, size)))
        leaves += [leaf_of_row(row) for row in rows]
    if len(leaves) != size:
        raise DamageError("backup.differs", what="log")
    return root_of(leaves)


def _digests(database: Database, key: bytes) -> tuple[dict[int, tuple[int, bytes]], int]:
    """Return rows and digest of each partition, and the sum over all, from the rows themselves."""
    row_hash = digest.row_hasher(key)
    sums: dict[int, list[int]] = {}
    for spec in TABLES:
        name = statements.name_of(spec.table)
        names = columns_of(database, name)
        part_at = names.index("part")
        for rows in batches(database, name, names):
            for row in rows:
                entry = sums.setdefault(int(row[part_at]), [0, 0])
                entry[0] += 1
                entry[1] += row_hash(spec.table.number, row)
    made = {part: (rows, digest.to_bytes(total)) for part, (rows, total) in sums.items()}
    return made, sum(total for _, total in sums.values())
