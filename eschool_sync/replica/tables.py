"""The replica's own tables beside the domain's: outbox, undo images, position."""

from __future__ import annotations

from typing import Any

import msgpack

from eschool_core.store.database import Database
from eschool_core.store.schema import create_domain_tables, typed

TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value {blob} NOT NULL)",
    # The confirmed image of each row that a pending command has touched.
    "CREATE TABLE undo_image (table_number BIGINT NOT NULL, row_id BIGINT NOT NULL, "
    "part BIGINT NOT NULL, image {blob}, PRIMARY KEY (table_number, row_id)) WITHOUT ROWID",
    "CREATE TABLE outbox (n {integer} PRIMARY KEY, kind TEXT NOT NULL, version BIGINT NOT NULL, "
    "header {blob} NOT NULL, payload {blob} NOT NULL, anchor {blob} NOT NULL, "
    "replaces BIGINT NOT NULL, made_at BIGINT NOT NULL, state BIGINT NOT NULL, outcome {blob}, "
    # Where the server has put it, by which receipt of the school.
    "seq BIGINT NOT NULL DEFAULT 0, received BIGINT NOT NULL DEFAULT 0, "
    "pushed BIGINT NOT NULL DEFAULT 0, receipt BIGINT NOT NULL DEFAULT 0, said {blob})",
    "CREATE INDEX outbox_state ON outbox (state)",
    "CREATE TABLE receipt (id {integer} PRIMARY KEY, incarnation {blob} NOT NULL, "
    "leaves {blob} NOT NULL, signature {blob} NOT NULL)",
    # What the school may ask for again and nobody here may read (ADR 0038).
    "CREATE TABLE sealed_push (pushed {integer} PRIMARY KEY, body {blob} NOT NULL)",
    # Salt keys: one for the commands between two pushes, so that a push carries it once.
    "CREATE TABLE salt_run (first_n {integer} PRIMARY KEY, key {blob} NOT NULL)",
    # Bytes of files: own ones that the server has not, and those that were read (``file_store``).
    "CREATE TABLE file_copy (hash {blob} PRIMARY KEY, content {blob} NOT NULL, n BIGINT NOT NULL, "
    "used_at BIGINT NOT NULL, waiting BIGINT NOT NULL)",
)
WANTED = "CREATE TEMPORARY TABLE wanted (part {integer} PRIMARY KEY, since BIGINT NOT NULL)"
PUT_META = (
    "INSERT INTO meta (name, value) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


def create_replica_tables(database: Database) -> None:
    """Create every table of a replica; the domain's indexes come after the first load."""
    create_domain_tables(database, indexes=False)
    for sql in TABLES:
        database.execute(typed(database, sql))


def prepare_connection(database: Database) -> None:
    """Create what lives as long as a connection."""
    database.execute(typed(database, WANTED))


def get_meta(database: Database, name: str) -> Any:
    """Return a stored value.

    Raises:
        KeyError: There is none.
    """
    value = find_meta(database, name)
    if value is None:
        raise KeyError(name)
    return value


def find_meta(database: Database, name: str) -> Any:
    """Return a stored value, or None."""
    rows = database.fetch("SELECT value FROM meta WHERE name = ?", (name,))
    return msgpack.unpackb(rows[0][0]) if rows else None


def put_meta(database: Database, name: str, value: Any) -> None:
    """Store a value."""
    database.execute(PUT_META, (name, msgpack.packb(value)))


def delete_meta(database: Database, name: str) -> None:
    """Forget a stored value, if there is one."""
    database.execute("DELETE FROM meta WHERE name = ?", (name,))
