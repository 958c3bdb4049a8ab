"""Bytes of files at the server, in tables beside the domain (ADR 0031).

Bytes are kept by their hash and by the author who has sent them. A row that names a hash shows
nothing before its own author has sent those bytes: to know a hash, or to guess a content, opens
nothing and tells nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from eschool_core.commands.erasing import EraseRecord
from eschool_core.commands.files import RemoveFile
from eschool_core.commands.school import TurnDay
from eschool_core.domain.files import LessonFile
from eschool_core.errors import DamageError, InputError
from eschool_core.file_kinds import require_kind
from eschool_core.store.database import Database, transaction
from eschool_sync.protocol.fields import malformed
from eschool_sync.protocol.files import PIECE_BYTES

TABLES: Final = (
    "CREATE TABLE file_piece (hash {blob} NOT NULL, person_id BIGINT NOT NULL, "
    "start BIGINT NOT NULL, content {blob} NOT NULL, PRIMARY KEY (hash, person_id, start))",
    # What has come whole and was what its hash says.
    "CREATE TABLE file_whole (hash {blob} NOT NULL, person_id BIGINT NOT NULL, "
    "size BIGINT NOT NULL, PRIMARY KEY (hash, person_id))",
)
UNNAMING: Final = frozenset({RemoveFile.kind, EraseRecord.kind, TurnDay.kind})
"""Commands that take rows away; and once a day bytes are looked at whatever happened."""

HAD: Final = (
    "SELECT COALESCE(MAX(start + LENGTH(content)), 0) FROM file_piece "
    "WHERE hash = ? AND person_id = ?"
)
KEEP: Final = (
    "INSERT INTO file_piece (hash, person_id, start, content) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (hash, person_id, start) DO NOTHING"
)
PIECES: Final = "SELECT content FROM file_piece WHERE hash = ? AND person_id = ? ORDER BY start"
PIECE: Final = "SELECT content FROM file_piece WHERE hash = ? AND person_id = ? AND start = ?"
DROP_PIECES: Final = "DELETE FROM file_piece WHERE hash = ? AND person_id = ?"
IS_WHOLE: Final = "SELECT 1 FROM file_whole WHERE hash = ? AND person_id = ? AND size = ?"
COMPLETE: Final = (
    "INSERT INTO file_whole (hash, person_id, size) VALUES (?, ?, ?) "
    "ON CONFLICT (hash, person_id) DO NOTHING"
)
UNNAMED: Final = (
    "DELETE FROM file_piece WHERE NOT EXISTS (SELECT 1 FROM lesson_file f "
    "WHERE f.hash = file_piece.hash AND f.author_id = file_piece.person_id)",
    "DELETE FROM file_whole WHERE NOT EXISTS (SELECT 1 FROM lesson_file f "
    "WHERE f.hash = file_whole.hash AND f.author_id = file_whole.person_id)",
)


def had(database: Database, row: LessonFile) -> int:
    """Return how many bytes of a file are here, from its beginning."""
    [[count]] = database.fetch(HAD, (row.hash, row.author_id))
    return int(count)


def take_piece(database: Database, row: LessonFile, start: int, piece: bytes) -> int:
    """Keep a piece that follows on what is here; return how much is here now.

    What does not follow changes nothing: the answer tells where to go on.

    Raises:
        InputError: ``file.differs``: whole, the bytes are not what the row says; they are gone.
            ``protocol.malformed``: neither a full piece nor the last one.
    """
    end = start + len(piece)
    if piece and len(piece) != PIECE_BYTES and end != row.size:
        malformed("putfile")
    with transaction(database):
        count = had(database, row)
        if start != count or not piece or end > row.size:
            return count
        database.execute(KEEP, (row.hash, row.author_id, start, piece))
        if end < row.size or _complete(database, row):
            return end
    raise InputError("file.differs")


def keep_whole(database: Database, row: LessonFile, content: bytes) -> None:
    """Keep all the bytes of a file at once.

    Raises:
        InputError: ``file.differs``.
    """
    for start in range(had(database, row), row.size, PIECE_BYTES):
        take_piece(database, row, start, content[start : start + PIECE_BYTES])


def _complete(database: Database, row: LessonFile) -> bool:
    """Mark a file as whole if it is what its row says; else forget its bytes."""
    key = (row.hash, row.author_id)
    content = b"".join(bytes(piece) for (piece,) in database.fetch(PIECES, key))
    fits = hashlib.sha256(content).digest() == row.hash
    try:
        require_kind(row.name, content)
    except InputError:
        fits = False
    if fits:
        database.execute(COMPLETE, (*key, row.size))
    else:
        database.execute(DROP_PIECES, key)
    return fits


def require_whole(database: Database, row: LessonFile) -> None:
    """Let pass a file whose bytes are here.

    Raises:
        InputError: ``file.waiting``: its author has not sent them yet.
    """
    if not database.fetch(IS_WHOLE, (row.hash, row.author_id, row.size)):
        raise InputError("file.waiting")


def read_piece(database: Database, row: LessonFile, start: int) -> bytes:
    """Return the piece of a whole file that begins at ``start``; empty at its end.

    The first piece is given when all of them together are what the hash says.

    Raises:
        InputError: ``file.waiting``.
        DamageError: ``damage.file``.
    """
    if start == 0:
        return read_whole(database, row)[:PIECE_BYTES]
    require_whole(database, row)
    rows = database.fetch(PIECE, (row.hash, row.author_id, start))
    return bytes(rows[0][0]) if rows else b""


def read_whole(database: Database, row: LessonFile) -> bytes:
    """Return a file's bytes, which are what its hash says and of the kind that its name says.

    Raises:
        InputError: ``file.waiting``, ``file.content``.
        DamageError: ``damage.file``.
    """
    require_whole(database, row)
    pieces = database.fetch(PIECES, (row.hash, row.author_id))
    content = b"".join(bytes(piece) for (piece,) in pieces)
    if hashlib.sha256(content).digest() != row.hash:
        raise DamageError("damage.file")
    require_kind(row.name, content)
    return content


def drop_after(database: Database, kinds: Collection[str]) -> None:
    """Delete bytes that no row names any more, inside the transaction of commands of some kinds."""
    if not UNNAMING.isdisjoint(kinds):
        for sql in UNNAMED:
            database.execute(sql)
