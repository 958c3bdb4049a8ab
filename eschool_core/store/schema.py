"""Makes the tables in an empty database: domain tables from SQLModel, ours beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable

from eschool_core.domain.row import Row, table_of
from eschool_core.domain.tables import TABLES
from eschool_core.store import statements
from eschool_core.store.database import Database

SCHEMA_VERSION = 5
"""What is made here; each step of ``store/steps.py`` adds one."""

SMALL_TABLE: Final = 50
"""Rows that are read as fast without an index as with one: about a page."""

# The sums over each partition and what was deleted from it; both sides keep the first.
LEDGER_TABLES = (
    "CREATE TABLE part_state (part {integer} PRIMARY KEY, rows BIGINT NOT NULL, "
    "digest {blob} NOT NULL, seq BIGINT NOT NULL)",
    "CREATE INDEX part_state_seq ON part_state (seq)",
    "CREATE TABLE tombstone (part BIGINT NOT NULL, seq BIGINT NOT NULL, "
    "table_number BIGINT NOT NULL, row_id BIGINT NOT NULL)",
    "CREATE INDEX tombstone_part ON tombstone (part, seq)",
    # Of the tables, the domain's and the side's own (``store/steps.py``).
    "CREATE TABLE schema_version (version BIGINT NOT NULL)",
)
FIRST_VERSION: Final = "INSERT INTO schema_version (version) VALUES (?)"


def create_domain_tables(database: Database, *, indexes: bool = True) -> None:
    """Create the tables of ``eschool_core.domain`` and the ledger's own.

    Args:
        database: Empty of these tables.
        indexes: False where a bulk load comes first (``index_grown`` then follows).
    """
    dialect = _dialect(database)
    for spec in TABLES:
        database.execute(str(CreateTable(table_of(spec.table)).compile(dialect=dialect)))
    for sql in LEDGER_TABLES:
        database.execute(typed(database, sql))
    database.execute(FIRST_VERSION, (SCHEMA_VERSION,))
    if indexes:
        create_indexes(database)


def create_indexes(database: Database, tables: Iterable[type[Row]] | None = None) -> None:
    """Create the indexes of domain tables, of all of them unless some are named."""
    dialect = _dialect(database)
    for table in [spec.table for spec in TABLES] if tables is None else tables:
        for index in sorted(table_of(table).indexes, key=lambda entry: str(entry.name)):
            sql = CreateIndex(index, if_not_exists=True).compile(dialect=dialect)
            database.execute(str(sql))


def index_grown(database: Database, tables: Iterable[type[Row]]) -> list[int]:
    """Create the indexes of tables that have outgrown ``SMALL_TABLE``.

    A replica has rows in a few of its tables and hardly any in most: an index there takes a page
    on the disk and saves nothing.

    Args:
        database: Inside a transaction.
        tables: That have none yet.

    Returns:
        The numbers of those that have them now.
    """
    grown = [table for table in tables if _outgrown(database, table)]
    create_indexes(database, grown)
    return [table.number for table in grown]


def _outgrown(database: Database, table: type[Row]) -> bool:
    [[rows]] = database.fetch(statements.count_up_to(table, SMALL_TABLE + 1))
    return int(rows) > SMALL_TABLE


def typed(database: Database, sql: str) -> str:
    """Return a constant definition with the database's names for bytes and 64-bit integers."""
    if database.dialect == "sqlite":
        return sql.format(blob="BLOB", integer="INTEGER")
    return sql.format(blob="BYTEA", integer="BIGINT")


@compiles(BigInteger, "sqlite")
def _integer(element: Any, compiler: Any, **options: Any) -> str:
    # Only a column declared exactly INTEGER PRIMARY KEY is the rowid itself: BIGINT would get
    # an index of its own beside it, 20 bytes a row.
    return "INTEGER"


def _dialect(database: Database) -> Dialect:
    make = sqlite.dialect if database.dialect == "sqlite" else postgresql.dialect
    return make()
