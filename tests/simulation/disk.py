"""Files that a simulated process can be cut off from at any statement.

Databases are real files, opened by the library of the product. Most seeds open them without
encryption: same pages, same WAL, a third of the time. A process that dies leaves the files as
they are at that statement: they are copied before its connection gets a chance to tidy up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlcipher3 import dbapi2

from eschool_core.domain.tables import TABLES
from eschool_core.store.database import SqliteDatabase
from eschool_core.store.statements import name_of
from eschool_sync.security import cipher
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.keyslots import KeySlots
from tests.sync.harness import Rows, read_rows, table_name

KEY = DatabaseKey(bytes(range(32)), bytes(range(16)))
CODE = "recovery code of nobody"
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "COMMIT")
_FULL = 13
_STATEMENTS = 1_000
"""More than there are tables: whoever reads all of them prepares no statement twice."""

_PLAIN_SETTINGS = tuple(each for each in cipher._SETTINGS if "cipher" not in each)


_FILLED = "SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {name_of(s.table)})" for s in TABLES)
"""Most tables are empty: they are not asked for their rows."""


class ProcessDied(BaseException):
    """A simulated process is gone; nothing of the program may catch it."""

    def __init__(self, process: Process) -> None:
        super().__init__(process.name)
        self.process = process


@dataclass
class Process:
    """A program that runs: what it has open, and when it will die or find the disk full.

    Attributes:
        fuse: Statements until ``fate`` comes; −1 for never.
        fate: ``before`` or ``after`` a statement, or ``full``.
        at: Only statements that begin so are counted; all of them where it is empty.
        rescue: Called once as the process dies, before its connections are closed.
    """

    name: str
    fuse: int = -1
    fate: str = ""
    at: str = ""
    dead: bool = False
    rescue: Callable[[], None] = lambda: None
    connections: list[Any] = field(default_factory=list)

    def light(self, fuse: int, fate: str, at: str = "") -> None:
        """Let something happen in ``fuse`` statements from now."""
        self.fuse, self.fate, self.at = fuse, fate, at

    def run(self, sql: str, act: Callable[[], Any]) -> Any:
        """Run a statement, unless fate has it otherwise."""
        if self.dead:
            raise ProcessDied(self)
        if self.fuse < 0 or (self.fate == "full" and not sql.lstrip().startswith(WRITES)):
            return act()
        if not sql.startswith(self.at):
            return act()
        self.fuse -= 1
        if self.fuse >= 0:
            return act()
        if self.fate == "full":
            self._roll_back()
            raise disk_full()
        if self.fate == "after":
            act()
        self.die()
        raise ProcessDied(self)

    def die(self) -> None:
        """End here and now."""
        self.dead = True
        self.rescue()
        for connection in self.connections:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.close()
        self.connections.clear()

    def _roll_back(self) -> None:
        for connection in self.connections:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def disk_full() -> Exception:
    """Return the error that SQLite gives when the disk is full."""
    error = dbapi2.OperationalError("database or disk is full")
    error.sqlite_errorcode = _FULL
    return error  # type: ignore[no-any-return]


class Connection:
    """What the program takes for its connection."""

    def __init__(self, connection: Any, process: Process) -> None:
        self._connection = connection
        self._process = process
        self._read: tuple[tuple[int, int], Rows] | None = None
        process.connections.append(connection)

    @property
    def in_transaction(self) -> bool:
        """A dead process has nothing to take back: the file's recovery does that."""
        return not self._process.dead and bool(self._connection.in_transaction)

    @property
    def total_changes(self) -> int:
        """How many rows it has written."""
        return int(self._connection.total_changes)

    def rows(self) -> Rows:
        """Return every row of every domain table; read again only where something was written.

        Meant for looking on, so that no fate of the process is met; nobody may change the answer.
        """
        [(others,)] = self._connection.execute("PRAGMA data_version")
        stamp = (self._connection.total_changes, others)
        if self._read is None or self._read[0] != stamp:
            [filled] = self._connection.execute(_FILLED)
            database = SqliteDatabase(self._connection)
            rows = {
                table_name(spec.table): read_rows(database, spec.table) if full else []
                for spec, full in zip(TABLES, filled, strict=True)
            }
            self._read = stamp, rows
        return self._read[1]

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        """Run a statement."""
        return self._process.run(sql, lambda: self._connection.execute(sql, parameters))

    def executemany(self, sql: str, rows: Any) -> Any:
        """Run a statement for each row; they count as one."""
        return self._process.run(sql, lambda: self._connection.executemany(sql, rows))

    def close(self) -> None:
        """Close it."""
        if not self._process.dead:
            self._process.connections.remove(self._connection)
            self._connection.close()


@dataclass
class Disk:
    """Opens databases for whichever process runs at the moment."""

    encrypted: bool = False
    running: Process = field(default_factory=lambda: Process("nobody"))

    def open(self, path: Path, key: DatabaseKey) -> Any:
        """Open a database."""
        if self.encrypted:
            return Connection(_open_encrypted(path, key), self.running)
        return Connection(_open_plain(path), self.running)

    def create(self, path: Path, key: DatabaseKey) -> Any:
        """Make an empty database."""
        if self.encrypted:
            return Connection(_create_encrypted(path, key), self.running)
        return Connection(_open_plain(path), self.running)

    @contextmanager
    def process(self, process: Process) -> Iterator[None]:
        """Let what is opened now belong to a process."""
        before, self.running = self.running, process
        try:
            yield
        finally:
            self.running = before

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """Let the program open its databases here, and derive keys at once."""
        with (
            patch("eschool_sync.replica.opened.open_encrypted", self.open),
            patch("eschool_sync.replica.enrolment.create_encrypted", self.create),
            patch("eschool_sync.server.directory.open_encrypted", self.open),
            patch("eschool_sync.server.directory.create_encrypted", self.create),
            patch.object(KeySlots, "create", lambda path, passphrase: (None, KEY, CODE)),
        ):
            yield


def rows_of(database: Any) -> Rows:
    """Return every row of a database that was opened here (``Connection.rows``)."""
    connection: Connection = database.connection
    return connection.rows()


_open_encrypted = cipher.open_encrypted
_create_encrypted = cipher.create_encrypted


def _open_plain(path: Path) -> Any:
    connection = dbapi2.connect(
        str(path),
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS,
    )
    for setting in _PLAIN_SETTINGS:
        connection.execute(setting).fetchall()
    return connection
