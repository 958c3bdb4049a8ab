"""The few things the store needs of a database; PostgreSQL's side is in ``eschool_sync.server``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from eschool_core.domain.row import Value

Parameters = Sequence[Value]
Values = tuple[Any, ...]


Dialect = Literal["sqlite", "postgresql"]


class Database(Protocol):
    """One connection; statements use ``?`` for parameters."""

    @property
    def dialect(self) -> Dialect:
        """Which database it is."""

    @property
    def in_transaction(self) -> bool:
        """Whether there is anything to commit or to take back."""

    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Values]:
        """Return all rows of a query."""

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row, in bulk."""

    def close(self) -> None:
        """Close the connection; what was not committed is gone."""


class SqliteDatabase:
    """A ``sqlite3`` or ``sqlcipher3`` connection opened with ``isolation_level=None``."""

    dialect: Dialect = "sqlite"

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @property
    def in_transaction(self) -> bool:
        """Whether there is anything to commit or to take back."""
        return bool(self.connection.in_transaction)

    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Values]:
        """Return all rows of a query."""
        rows: list[Values] = self.connection.execute(sql, parameters).fetchall()
        return rows

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""
        self.connection.execute(sql, parameters)

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row, in bulk."""
        self.connection.executemany(sql, rows)

    def close(self) -> None:
        """Close the connection; what was not committed is gone."""
        self.connection.close()


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """Commit what the block writes, or nothing of it.

    SQLite takes the write lock at once: a read transaction that is upgraded later can fail
    with BUSY_SNAPSHOT after its work is done. On a full disk it takes everything back by itself:
    the error to be told is then the first one, not that there is nothing to roll back.
    """
    database.execute("BEGIN IMMEDIATE" if database.dialect == "sqlite" else "BEGIN")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


@contextmanager
def savepoint(database: Database) -> Iterator[None]:
    """Keep what the block writes, or take back just that."""
    database.execute("SAVEPOINT step")
    try:
        yield
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK TO SAVEPOINT step")
            database.execute("RELEASE SAVEPOINT step")
        raise
    database.execute("RELEASE SAVEPOINT step")
