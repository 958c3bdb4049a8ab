"""Every table of a school's database, read at one moment and written into an empty one.

The rows go through values that SQLite and PostgreSQL have in common, so a backup of one can be
restored into the other. SQLCipher's own copying (``sqlcipher_export``, the backup API) would tie
a backup to one engine and to the key of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from eschool_core.errors import DamageError
from eschool_core.store import statements
from eschool_core.store.database import Database, SqliteDatabase, Values

BATCH_ROWS: Final = 2_000
FEWER_ROWS: Final[Mapping[str, int]] = MappingProxyType({"file_piece": 32})
"""Rows at a time of tables whose rows are large."""

SQLITE_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
)
SQLITE_COLUMNS: Final = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
POSTGRES_TABLES: Final = (
    "SELECT table_name::text FROM information_schema.tables "
    "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
)
POSTGRES_COLUMNS: Final = (
    "SELECT column_name::text FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position"
)
ONE_MOMENT: Final = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


@contextmanager
def one_moment(database: Database) -> Iterator[None]:
    """Let the block see the database as it stands at its first read, whatever others write."""
    database.execute("BEGIN" if database.dialect == "sqlite" else ONE_MOMENT)
    try:
        yield
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def tables_of(database: Database) -> list[str]:
    """Return the names of all tables, sorted."""
    sql = SQLITE_TABLES if database.dialect == "sqlite" else POSTGRES_TABLES
    return sorted(str(row[0]) for row in database.fetch(sql))


def columns_of(database: Database, table: str) -> list[str]:
    """Return the columns of a table in their order."""
    sql = SQLITE_COLUMNS if database.dialect == "sqlite" else POSTGRES_COLUMNS
    return [str(row[0]) for row in database.fetch(sql, (table,))]


def batches(database: Database, table: str, columns: Sequence[str]) -> Iterator[list[Values]]:
    """Give the rows of a table, some thousand at a time, within ``one_moment``."""
    at_once = FEWER_ROWS.get(table, BATCH_ROWS)
    if isinstance(database, SqliteDatabase):
        cursor = database.connection.execute(statements.read_table(table, tuple(columns)))
        while rows := cursor.fetchmany(at_once):
            yield rows
        return
    # A cursor of its own for each table: their rows differ, and a prepared FETCH must not.
    database.execute(statements.declare_cursor(table, tuple(columns)))
    fetch = statements.fetch_cursor(table, at_once)
    while rows := database.fetch(fetch):
        yield rows
    database.execute(statements.close_cursor(table))


def fill(database: Database, table: str, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Insert rows into a table.

    Raises:
        DamageError: ``backup.other_schema``: there is no such table or column here.
    """
    missing = set(columns) - set(columns_of(database, table))
    if missing:
        raise DamageError("backup.other_schema", table=table)
    database.execute_many(statements.fill_table(table, tuple(columns)), rows)


def clear(database: Database) -> None:
    """Empty every table: what a new school begins with comes out of the backup."""
    for table in tables_of(database):
        database.execute(statements.empty_table(table))
