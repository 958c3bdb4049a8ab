"""Makes the tables in an empty database: domain tables from SQLModel, ours beside them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from eschool_core.domain.tables import TABLES
from eschool_core.store.database import Database

SCHEMA_VERSION = 1

# The sums over each partition and what was deleted from it; both sides keep the first.
LEDGER_TABLES = (
    "CREATE TABLE part_state (part {integer} PRIMARY KEY, rows BIGINT NOT NULL, "
    "digest {blob} NOT NULL, seq BIGINT NOT NULL)",
    "CREATE INDEX part_state_seq ON part_state (seq)",
    "CREATE TABLE tombstone (part BIGINT NOT NULL, seq BIGINT NOT NULL, "
    "table_number BIGINT NOT NULL, row_id BIGINT NOT NULL)",
    "CREATE INDEX tombstone_part ON tombstone (part, seq)",
)


def create_domain_tables(database: Database, *, indexes: bool = True) -> None:
    """Create the tables of ``eschool_core.domain`` and the ledger's own.

    Args:
        database: Empty of these tables.
        indexes: False where a bulk load comes first (``create_indexes`` then follows).
    """
    dialect = _dialect(database)
    for spec in TABLES:
        database.execute(str(CreateTable(_table(spec.table)).compile(dialect=dialect)))
    for sql in LEDGER_TABLES:
        database.execute(typed(database, sql))
    if indexes:
        create_indexes(database)


def create_indexes(database: Database) -> None:
    """Create the indexes of the domain tables."""
    dialect = _dialect(database)
    for spec in TABLES:
        for index in sorted(_table(spec.table).indexes, key=lambda entry: str(entry.name)):
            sql = CreateIndex(index, if_not_exists=True).compile(dialect=dialect)
            database.execute(str(sql))


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


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
