"""``eschool server verify``: are a school's tables what its log says, and is the log whole?

Every edit behind the log's back is found: in the rows by a replay (I2), in the log by the chains,
the commitments, the pushes and the signed tree, in the bytes of files by the hash of their row, and
a cut tail by a head that a replica holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import msgpack

from eschool_core.store.database import Database, SqliteDatabase
from eschool_sync.history.compare import compare_rows, compare_schema
from eschool_sync.history.entries import LogEntry, read_log
from eschool_sync.history.file_check import check_files
from eschool_sync.history.head import TreeHead
from eschool_sync.history.log_check import (
    check_remains,
    check_tables,
    check_witnesses,
    follow,
)
from eschool_sync.history.problems import Problem, Problems
from eschool_sync.history.push_check import check_pushes
from eschool_sync.history.remains import Remain, read_remains
from eschool_sync.history.replay import replayed
from eschool_sync.history.touched import Touched
from eschool_sync.server.tables import create_server_tables

SCOPE_SEQ = "SELECT scope_seq FROM head"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check has found.

    Attributes:
        entries: Entries of the log.
        rows: Rows that the log gives.
        head: The signed head over all of it; None if there is no right one.
        problems: The first of them.
        count: How many there are.
    """

    entries: int
    rows: int
    head: TreeHead | None
    problems: tuple[Problem, ...]
    count: int

    @property
    def is_sound(self) -> bool:
        """Whether everything is as the log says."""
        return self.count == 0


class Verifier:
    """Checks one school's database; keeps the replay, so that a second look costs no new one.

    Args:
        database: Open, with nobody writing.
        school: The school's number.
        school_key: Its public key.
        digest_key: Of its row digests.
        touched: Is told what each entry writes, where somebody needs it.
    """

    def __init__(
        self,
        database: Database,
        school: int,
        school_key: bytes,
        digest_key: bytes,
        touched: Touched | None = None,
    ) -> None:
        self._database = database
        self._school = school
        self._school_key = school_key
        self._digest_key = digest_key
        self._touched = touched
        self._entries: list[LogEntry] = []
        self._remains: dict[int, Remain] = {}
        self._replay_of: tuple[list[LogEntry], dict[int, Remain]] | None = None
        self._expected = SqliteDatabase(sqlite3.connect(":memory:", isolation_level=None))
        self._scope_seq = 0
        self._schema = SqliteDatabase(sqlite3.connect(":memory:", isolation_level=None))
        create_server_tables(self._schema)

    def verify(self, witnesses: Sequence[TreeHead] = ()) -> Verified:
        """Check everything.

        Args:
            witnesses: Signed heads that others have kept.
        """
        problems = Problems()
        head = self.check_log(problems, witnesses)
        expected = self._replay(problems)
        self.check_rows(problems)
        check_files(self._database, problems)
        [(rows,)] = expected.fetch("SELECT coalesce(sum(rows), 0) FROM part_state")
        return Verified(len(self._entries), rows, head, tuple(problems.kept), problems.count)

    def check_log(self, problems: Problems, witnesses: Sequence[TreeHead] = ()) -> TreeHead | None:
        """Check the log and what follows from it but rows; return the signed head."""
        entries = self._entries = list(read_log(self._database))
        remains = self._remains = self._read_remains(problems)
        said = follow(entries, problems, remains)
        check_remains(entries, remains, problems)
        head = check_tables(self._database, said, self._school, self._school_key, problems)
        check_witnesses(entries, witnesses, problems)
        return head

    def check_rows(self, problems: Problems) -> None:
        """Compare rows, sums, deletions, pushes and definitions with what the log gives."""
        expected = self._replay(problems)
        compare_rows(self._database, expected, problems)
        compare_schema(self._database, self._schema, problems)
        if [(self._scope_seq,)] != self._database.fetch(SCOPE_SEQ):
            problems.add("verify.head", "head")
        check_pushes(self._database, expected, self._entries, self._school, problems)

    def _replay(self, problems: Problems) -> SqliteDatabase:
        present = (self._entries, self._remains)
        if self._replay_of != present:
            self._expected.close()
            self._expected, self._scope_seq = replayed(
                self._entries, self._digest_key, problems, self._remains, self._touched
            )
            self._replay_of = present
        return self._expected

    def _read_remains(self, problems: Problems) -> dict[int, Remain]:
        try:
            return read_remains(self._database)
        except (ValueError, TypeError, msgpack.UnpackException):
            problems.add("verify.entry", "remains", 0)
            return {}
