"""Checks that the bytes of files are what the rows that name them say (ADR 0031)."""

from __future__ import annotations

import hashlib
from typing import Final

from eschool_core.store.database import Database
from eschool_sync.history.problems import Problems

WHOLE: Final = (
    "SELECT MIN(f.id), w.hash, w.person_id FROM file_whole w "
    "JOIN lesson_file f ON f.hash = w.hash AND f.author_id = w.person_id "
    "GROUP BY w.hash, w.person_id ORDER BY 1"
)
PIECES: Final = "SELECT content FROM file_piece WHERE hash = ? AND person_id = ? ORDER BY start"


def check_files(database: Database, problems: Problems) -> None:
    """Hash every file that has come whole, one after the other.

    Bytes that no row names are not looked at: nobody can be given them.
    """
    for file_id, named, person_id in database.fetch(WHOLE):
        found = hashlib.sha256()
        for (piece,) in database.fetch(PIECES, (named, person_id)):
            found.update(piece)
        if found.digest() != bytes(named):
            problems.add("verify.file", "file_piece", file_id)
