"""Restores a school as a new incarnation, and verifies a backup by really restoring it."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eschool_core.errors import DamageError, EschoolError, InputError
from eschool_core.ids import MAX_DEVICE
from eschool_core.store.database import Database, SqliteDatabase, transaction
from eschool_sync.backup.load import Opened, load_backup
from eschool_sync.backup.manifest import Manifest, check_sidecar
from eschool_sync.backup.recovery_key import PrivateKey
from eschool_sync.history.head import TreeHead
from eschool_sync.security.cipher import create_encrypted
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import Random
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.directory import DATABASE_FILE, STATE_FILE
from eschool_sync.server.postgres import drop_school, open_postgres
from eschool_sync.server.state import (
    DATABASE_KEY_BYTES,
    INCARNATION_BYTES,
    ServerState,
    beyond_unknown,
)

SIGN: Final = "UPDATE head SET signed = ? WHERE id = 1"


@dataclass(frozen=True, slots=True)
class Restored:
    """A school that stands again.

    Attributes:
        before: Where the backup was made: incarnation and size of the journal.
    """

    state: ServerState
    before: Manifest


def verify_backup(
    path: Path, private: PrivateKey, random: Random, scratch: Path | None = None
) -> Manifest:
    """Restore a backup into a scratch database, compare everything, and leave nothing behind.

    The scratch database is encrypted with a key that is thrown away, whatever engine it is from.

    Raises:
        EschoolError: As ``load_backup`` and ``check_sidecar``.
    """
    check_sidecar(_there(path))
    with tempfile.TemporaryDirectory(prefix="eschool-verify-", dir=scratch) as folder:
        key = DatabaseKey.from_bytes(random.bytes(DATABASE_KEY_BYTES))
        database = SqliteDatabase(create_encrypted(Path(folder) / DATABASE_FILE, key))
        try:
            return load_backup(path, private, database).manifest
        finally:
            database.close()


def restore_backup(
    path: Path, private: PrivateKey, data: Path, random: Random, postgres_url: str = ""
) -> Restored:
    """Make a school out of a backup in a data folder that does not have it.

    The school gets a new incarnation and a fresh device number for the server's own acts, so that
    every replica notices and nothing is numbered twice (design §5.7). Where the state file of the
    lost server still lies in the folder, its highest device number is respected, and who was shut
    out by then stays so; else a gap is left. The signing key stays: certificates and proofs of
    earlier days hold.

    Raises:
        InputError: ``backup.school_there``: the folder or the database server has the school.
        EschoolError: As ``load_backup`` and ``check_sidecar``; nothing is left behind.
    """
    beside = check_sidecar(_there(path))
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix=".restoring-", dir=data))
    key = random.bytes(DATABASE_KEY_BYTES)
    made_schema = 0
    try:
        if postgres_url:
            if beside is None:
                raise InputError("backup.sidecar_needed")
            database: Database = _open_new(postgres_url, beside.school)
            made_schema = beside.school
        else:
            encrypted = create_encrypted(folder / DATABASE_FILE, DatabaseKey.from_bytes(key))
            database = SqliteDatabase(encrypted)
        try:
            opened = load_backup(path, private, database)
            incarnation = random.bytes(INCARNATION_BYTES)
            _sign_head(database, opened, incarnation)
        finally:
            database.close()
        if made_schema and opened.manifest.school != made_schema:
            raise DamageError("backup.damaged")
        return _settle(opened, folder, data, key, incarnation)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if made_schema:
            with suppress(EschoolError):
                drop_school(postgres_url, made_schema)
        raise


def _sign_head(database: Database, opened: Opened, incarnation: bytes) -> None:
    """Sign the head anew for the new incarnation: replicas take no head of another one."""
    manifest = opened.manifest
    key = SigningKey(bytes.fromhex(opened.state.school_seed))
    root = bytes.fromhex(manifest.root)
    head = TreeHead(manifest.school, incarnation, manifest.seq, root, manifest.made_at)
    with transaction(database):
        database.execute(SIGN, (head.signed(key),))


def _there(path: Path) -> Path:
    """Let a path pass that is a file.

    Raises:
        InputError: ``backup.missing``.
    """
    if not path.is_file():
        raise InputError("backup.missing")
    return path


def _open_new(url: str, school: int) -> Database:
    try:
        return open_postgres(url, school, create=True)
    except InputError as error:
        if error.key != "input.school_exists":
            raise
        raise InputError("backup.school_there", school=school) from error


def _settle(
    opened: Opened, folder: Path, data: Path, database_key: bytes, incarnation: bytes
) -> Restored:
    """Give the school its new state and put its folder in place."""
    target = data / str(opened.state.school)
    known = _surviving(target, opened)
    if (target / DATABASE_FILE).exists():
        raise InputError("backup.school_there", school=opened.state.school)
    before = opened.state
    highest = beyond_unknown(before.highest_device)
    if known is not None:
        highest = max(known.highest_device, before.highest_device)
    if highest >= MAX_DEVICE:
        raise InputError("server.devices_used_up", limit=MAX_DEVICE)
    state = replace(
        before,
        incarnation=incarnation.hex(),
        server_device=highest + 1,
        highest_device=highest + 1,
        restores=before.restores + 1,
        reserved=0,
        seq=0,
        root="",
        shut_out=before.shut_out | (known.shut_out if known is not None else frozenset()),
        database_key=database_key.hex(),
    )
    state.save(folder / STATE_FILE)
    if target.exists():
        target.rename(folder / "before")
    folder.rename(target)
    return Restored(state, opened.manifest)


def _surviving(target: Path, opened: Opened) -> ServerState | None:
    """Return the state file of the lost server if it is still there."""
    if not (target / STATE_FILE).exists():
        return None
    survived = ServerState.load(target / STATE_FILE)
    if survived.school_seed != opened.state.school_seed:
        raise InputError("backup.other_school")
    return survived
