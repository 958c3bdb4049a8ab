"""Makes a backup of a school that goes on working: one moment of its database, and its state."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import zstandard
from msgpack import Packer

from eschool_core.errors import AccessError
from eschool_core.store import digest
from eschool_core.store.database import Database
from eschool_core.store.schema import SCHEMA_VERSION
from eschool_sync.backup.manifest import FORMAT, Manifest, write_sidecar
from eschool_sync.backup.recovery_key import PublicKey
from eschool_sync.backup.sealed import SealedWriter
from eschool_sync.backup.tables import batches, columns_of, one_moment, tables_of
from eschool_sync.clock import Clock
from eschool_sync.protocol.compression import MAX_WINDOW_BYTES
from eschool_sync.security.durable import OWNER_ONLY, sync_folder
from eschool_sync.security.random_source import Random
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.state import ServerState

SUFFIX: Final = ".eschool-backup"
LEVEL: Final = 6
HEAD: Final = "SELECT seq, root FROM head WHERE id = 1"
DIGESTS: Final = "SELECT digest FROM part_state"

Progress = Callable[[str, int], None]
"""Told the name of a table and how many of its rows are written."""


def _silent(table: str, rows: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    path: Path
    sidecar: Path
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: a school's open database and what its server keeps outside it."""

    database: Database
    state: ServerState


def make_backup(
    source: Source,
    recipient: PublicKey,
    folder: Path,
    clock: Clock,
    random: Random,
    progress: Progress = _silent,
) -> Made:
    """Write a sealed backup and the signed paper beside it; both are there whole or not at all.

    Args:
        source: May be written to meanwhile, by this process or another.
        recipient: The recovery key's public part.
        folder: Where the files go; must be there.
        clock: For the date in name and manifest.
        random: For the key of this backup.
        progress: Told what is being written.

    Raises:
        AccessError: ``access.file``: the folder cannot be written.
    """
    now = clock.wall()
    key = SigningKey(bytes.fromhex(source.state.school_seed))
    stamp = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
    temporary = folder / f".{source.state.school}-{stamp}{SUFFIX}.new"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
        try:
            with os.fdopen(descriptor, "wb") as file:
                sealed = SealedWriter(file, recipient, random)
                manifest = _write(source, sealed, now, key, progress)
                file.flush()
                os.fsync(file.fileno())
            path = folder / f"{source.state.school}-{stamp}-{manifest.seq}{SUFFIX}"
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(folder)
        return Made(path, write_sidecar(path, manifest, key), manifest)
    except OSError as error:
        raise AccessError("access.file") from error


def drop_old(folder: Path, school: int, before: int) -> list[Path]:
    """Delete the school's backups that were made before a moment; return which."""
    dropped = []
    for path in sorted(folder.glob(f"{school}-*{SUFFIX}")):
        stamp = path.name.split("-")[1]
        try:
            made_at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
        if made_at < before:
            path.with_name(path.name + ".json").unlink(missing_ok=True)
            path.unlink()
            dropped.append(path)
    return dropped


class _Records:
    """Packs records, and hashes them as they go by."""

    def __init__(self, sealed: SealedWriter) -> None:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, window_log=MAX_WINDOW_BYTES.bit_length() - 1, write_checksum=True
        )
        self._sealed = sealed
        self._stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        self._pack = Packer(use_bin_type=True).pack
        self._hash = hashlib.sha256()

    def add(self, *record: Any) -> None:
        """Write a record."""
        packed = self._pack(record)
        self._hash.update(packed)
        self._sealed.write(self._stream.compress(packed))

    @property
    def content(self) -> str:
        """The hash of all records so far."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Write what is left."""
        self._sealed.write(self._stream.flush())
        self._sealed.finish()


def _write(
    source: Source, sealed: SealedWriter, now: int, key: SigningKey, progress: Progress
) -> Manifest:
    """Write state, tables, manifest and signature, and return the manifest."""
    database, state = source.database, source.state
    records = _Records(sealed)
    counts: dict[str, int] = {}
    with one_moment(database):
        [(seq, root)] = database.fetch(HEAD)
        total = sum(digest.from_bytes(bytes(row[0])) for row in database.fetch(DIGESTS))
        records.add("state", state.fields())
        for table in tables_of(database):
            names = columns_of(database, table)
            records.add("table", table, names)
            counts[table] = 0
            for rows in batches(database, table, names):
                records.add("rows", [tuple(row) for row in rows])
                counts[table] += len(rows)
                progress(table, counts[table])
    manifest = Manifest(
        format=FORMAT,
        school=state.school,
        incarnation=state.incarnation,
        seq=int(seq),
        root=bytes(root).hex(),
        digest=digest.to_bytes(total).hex(),
        content=records.content,
        rows=counts,
        made_at=now,
        engine=database.dialect,
        schema=SCHEMA_VERSION,
        program=version("eschool"),
        key=key.public_bytes.hex(),
    )
    records.add("manifest", manifest.to_bytes(), manifest.signature(key))
    records.finish()
    return manifest
