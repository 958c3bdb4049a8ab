"""Bytes of files in a replica: own ones until the server has them, others as they are read.

They lie in the replica's own database, encrypted with it, and go with the last row here that names
them (``drop_unnamed``): who loses a journal loses its files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from eschool_core.store.database import Database
from eschool_sync.replica.outbox import State

CACHE_BYTES: Final = 64 * 1024 * 1024
"""Of files that the server has; those read longest ago go first. What waits always stays."""

KEEP: Final = (
    "INSERT INTO file_copy (hash, content, n, used_at, waiting) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (hash) DO UPDATE SET n = excluded.n, used_at = excluded.used_at, "
    "waiting = MAX(waiting, excluded.waiting)"
)
CONTENT: Final = "SELECT content FROM file_copy WHERE hash = ?"
USED: Final = "UPDATE file_copy SET used_at = ? WHERE hash = ?"
SENT: Final = "UPDATE file_copy SET waiting = 0 WHERE hash = ?"
DROP: Final = "DELETE FROM file_copy WHERE hash = ?"
SIZES: Final = (
    "SELECT hash, LENGTH(content) FROM file_copy WHERE waiting = 0 ORDER BY used_at DESC, hash"
)
UNNAMED: Final = (
    "DELETE FROM file_copy WHERE NOT EXISTS (SELECT 1 FROM lesson_file f "
    "WHERE f.hash = file_copy.hash) AND NOT EXISTS (SELECT 1 FROM outbox o "
    "WHERE o.n = file_copy.n AND file_copy.waiting = 1 AND o.state IN (?, ?))"
)
WAITING: Final = (
    "SELECT f.id, f.size, c.hash FROM file_copy c JOIN lesson_file f "
    "ON f.hash = c.hash AND f.author_id = ? WHERE c.waiting = 1 AND f.seq > 0 "
    "ORDER BY f.made_at, f.id"
)
HASHES_WAITING: Final = "SELECT hash FROM file_copy WHERE waiting = 1"
COUNT_WAITING: Final = "SELECT COUNT(*) FROM file_copy WHERE waiting = 1"


def keep_own(database: Database, content: bytes, number: int, now: int) -> None:
    """Keep a file that command ``number`` gives, until the server has it."""
    database.execute(KEEP, (hashlib.sha256(content).digest(), content, number, now, 1))


def keep_read(database: Database, content: bytes, now: int) -> None:
    """Keep a file that was fetched, and let go of those read longest ago."""
    database.execute(KEEP, (hashlib.sha256(content).digest(), content, 0, now, 0))
    total = 0
    for name, size in database.fetch(SIZES):
        total += size
        if total > CACHE_BYTES:
            database.execute(DROP, (name,))


def find(database: Database, content_hash: bytes, now: int) -> bytes | None:
    """Return the bytes with a hash, if they are here and whole; what is not goes."""
    for (content,) in database.fetch(CONTENT, (content_hash,)):
        if hashlib.sha256(content).digest() == content_hash:
            database.execute(USED, (now, content_hash))
            return bytes(content)
        database.execute(DROP, (content_hash,))
    return None


def drop_unnamed(database: Database, after: Collection[object]) -> None:
    """Delete bytes that no row here names, but for own ones whose command is not judged yet.

    Args:
        database: In a transaction.
        after: What an answer has brought; where all of it is empty no row has gone either.
    """
    if any(after):
        database.execute(UNNAMED, (int(State.PENDING), int(State.HELD)))


def waiting(database: Database, person_id: int) -> list[tuple[int, int, bytes]]:
    """Return id, size and hash of own files whose row the server has and whose bytes it has not."""
    rows = database.fetch(WAITING, (person_id,))
    return [(int(row_id), int(size), bytes(name)) for row_id, size, name in rows]


def count_waiting(database: Database) -> int:
    """Return how many own files the server does not have yet."""
    [[count]] = database.fetch(COUNT_WAITING)
    return int(count)


def unsent(database: Database) -> frozenset[bytes]:
    """Return the hashes of own files that the server does not have yet."""
    return frozenset(bytes(name) for (name,) in database.fetch(HASHES_WAITING))
