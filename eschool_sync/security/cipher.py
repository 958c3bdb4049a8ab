"""The encrypted database file of a replica. There is no way to open it unencrypted.

Measured with sqlcipher3 0.6.4, medians of five, each in a process of its own: a bulk load of
50,000 rows takes 0.12 s, and 0.20 s with ``cipher_memory_security``; a durable commit takes 0.2 ms
either way. It stays off: keys lie in SQLCipher's own locked memory in any case, and rows end with
the worker process that holds them (design §7).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from eschool_core.errors import AccessError, BusyError, DamageError, EschoolError, InputError
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.durable import OWNER_ONLY, sync_folder
from eschool_sync.security.suite import SALT_BYTES

if TYPE_CHECKING:
    # What sqlcipher3 gives has the interface of the standard library's connection.
    from sqlite3 import Connection

MINIMUM_SQLITE: Final = (3, 51, 3)
"""Earlier ones can damage a database in WAL mode when checkpoint and write meet."""

PAGE_BYTES: Final = 4096
BUSY_TIMEOUT_MS: Final = 5_000
CACHE_KIB: Final = 16 * 1024
CHECKPOINT_PAGES: Final = 16_384
"""64 MiB of WAL: a backstop should nobody call ``checkpoint``, not the normal way."""

_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_WAL_LEFT_BYTES: Final = 4 * 1024 * 1024
_PRIMARY_CODE: Final = 0xFF
_MEANINGS: Final[dict[int, tuple[type[EschoolError], str]]] = {
    3: (AccessError, "access.file"),  # SQLITE_PERM
    5: (BusyError, "busy.replica"),  # SQLITE_BUSY
    6: (BusyError, "busy.replica"),  # SQLITE_LOCKED
    8: (AccessError, "access.file"),  # SQLITE_READONLY
    10: (AccessError, "access.file"),  # SQLITE_IOERR
    11: (DamageError, "damage.replica"),  # SQLITE_CORRUPT: also a page with a wrong HMAC
    13: (AccessError, "access.disk_full"),  # SQLITE_FULL
    14: (AccessError, "access.file"),  # SQLITE_CANTOPEN
    15: (BusyError, "busy.replica"),  # SQLITE_PROTOCOL: a race for the WAL lock
    26: (DamageError, "damage.replica"),  # SQLITE_NOTADB: the first page has a wrong HMAC
}


def create_encrypted(path: Path, key: DatabaseKey) -> Connection:
    """Make an empty encrypted database that survives a power cut, and open it.

    Raises:
        InputError: ``input.replica_exists``: there is a file already.
        AccessError: As ``open_encrypted``.
    """
    _library()
    try:
        # Not exclusive: a crash before the first page leaves an empty file, and one may go on.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, OWNER_ONLY)
        try:
            if os.fstat(descriptor).st_size:
                raise InputError("input.replica_exists")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise AccessError("access.file") from error
    connection = _connect(path, key)
    sync_folder(path.parent)
    return connection


def open_encrypted(path: Path, key: DatabaseKey) -> Connection:
    """Open the encrypted database at ``path`` in autocommit: a writer says ``BEGIN IMMEDIATE``.

    The connection belongs to the thread that opened it. Commits are durable when they return.
    The WAL is folded in by ``checkpoint``, outside of a person's edit.

    Args:
        path: Made by ``create_encrypted``.
        key: Out of the key file, hence the right one: what it does not open is damaged.

    Raises:
        DamageError: ``damage.replica``; ``damage.replica_missing``.
        AccessError: ``access.sqlcipher_missing``, ``access.sqlcipher_old``: no encryption, no
            database; ``access.file``: this user may not read or write it.
        BusyError: ``busy.replica``: another program holds it.
    """
    _library()
    if _salt_on_disk(path) != key.salt:
        # The salt is the one part of the file that no page HMAC covers.
        raise DamageError("damage.replica")
    return _connect(path, key)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn errors of SQLite that a person can do something about into ours.

    Others (a statement that is wrong, a constraint) are faults of the program and pass.

    Raises:
        DamageError: ``damage.replica``.
        AccessError: ``access.file``, ``access.disk_full``.
        BusyError: ``busy.replica``.
    """
    try:
        yield
    except _library().DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code not in _MEANINGS:
            raise
        kind, key = _MEANINGS[code]
        raise kind(key) from error


def checkpoint(connection: Connection) -> bool:
    """Fold the WAL into the database file and empty it; say whether all of it went in.

    A reader at work keeps pages in the WAL: call again later.
    """
    with database_errors():
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def verify_pages(connection: Connection) -> list[str]:
    """Return what is wrong with the database file, in technical words; nothing if it is whole.

    The HMAC of every page is computed, so one flipped bit anywhere is found. Folds the WAL in
    first. A page put back to an older state of its own has a valid HMAC: the digests of the
    partitions find that, not this.

    Raises:
        BusyError: ``busy.replica``: a reader holds the WAL, so the file cannot be judged.
        DamageError: ``damage.replica``: too damaged to be asked.
    """
    if not checkpoint(connection):
        raise BusyError("busy.replica")
    with database_errors():
        path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
        problems = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (salt,) = connection.execute("PRAGMA cipher_salt").fetchone()
    if _salt_on_disk(path) != bytes.fromhex(salt):
        problems.append("the salt at the beginning of the file is not that of the key")
    if path.stat().st_size != pages * PAGE_BYTES:
        problems.append(f"{path.stat().st_size} bytes in the file, {pages} pages expected")
    return problems


def _library() -> ModuleType:
    """Return sqlcipher3, fit to be used."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise AccessError("access.sqlcipher_missing") from error
    library: ModuleType = dbapi2
    if library.sqlite_version_info < MINIMUM_SQLITE:
        minimum = ".".join(map(str, MINIMUM_SQLITE))
        raise AccessError("access.sqlcipher_old", version=library.sqlite_version, minimum=minimum)
    return library


def _connect(path: Path, key: DatabaseKey) -> Connection:
    with database_errors():
        connection: Connection = _library().connect(
            str(path),
            isolation_level=None,
            timeout=BUSY_TIMEOUT_MS / 1000,
            # A server's writer thread is not the one that opened the school; users of a
            # connection take turns by a lock of theirs.
            check_same_thread=False,
        )
        try:
            _prepare(connection, key)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: Connection, key: DatabaseKey) -> None:
    """Give the key, then settings; the first that reads a page fails if the key does not fit."""
    connection.execute("PRAGMA cipher_log_level = NONE")
    if not connection.execute("PRAGMA cipher_version").fetchall():
        raise AccessError("access.sqlcipher_missing")
    # A PRAGMA takes no bound values; the raw form is hexadecimal digits and nothing else.
    connection.execute('PRAGMA key = "' + key.raw_form() + '"')
    for setting in _SETTINGS:
        connection.execute(setting).fetchall()
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


_SETTINGS: Final = (
    "PRAGMA cipher_compatibility = 4",
    "PRAGMA cipher_memory_security = OFF",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_mode = WAL",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit = {_WAL_LEFT_BYTES}",
)


def _salt_on_disk(path: Path) -> bytes:
    """Return the first bytes of the file, where SQLCipher keeps the salt in the open."""
    try:
        with path.open("rb") as file:
            return file.read(SALT_BYTES)
    except FileNotFoundError as error:
        raise DamageError("damage.replica_missing") from error
    except OSError as error:
        raise AccessError("access.file") from error
