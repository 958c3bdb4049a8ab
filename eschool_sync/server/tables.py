"""The server's own tables beside the domain's: log, heads, scopes."""

from __future__ import annotations

from eschool_core.store.database import Database
from eschool_core.store.schema import create_domain_tables, typed
from eschool_sync.history import remains, tree
from eschool_sync.history.merkle import EMPTY_ROOT
from eschool_sync.server import access_tables, file_bytes, outbox_tables

TABLES = (
    # The head row is the school's lock: whoever holds it gives the next seq.
    "CREATE TABLE head (id {integer} PRIMARY KEY, seq BIGINT NOT NULL, scope_seq BIGINT NOT NULL, "
    "root {blob} NOT NULL, peaks {blob} NOT NULL, signed {blob} NOT NULL)",
    tree.TABLE,
    remains.TABLE,
    "CREATE TABLE log (seq {integer} PRIMARY KEY, device BIGINT NOT NULL, n BIGINT NOT NULL, "
    "take BIGINT NOT NULL, replaces BIGINT NOT NULL, kind TEXT NOT NULL, "
    "version BIGINT NOT NULL, actor_id BIGINT NOT NULL, "
    "header {blob} NOT NULL, payload {blob} NOT NULL, salt {blob} NOT NULL, "
    "verdict BIGINT NOT NULL, outcome {blob} NOT NULL, received_at BIGINT NOT NULL, "
    "pushed BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX log_device_n ON log (device, n)",
    "CREATE TABLE push (device BIGINT NOT NULL, last_n BIGINT NOT NULL, first_n BIGINT NOT NULL, "
    "signature {blob} NOT NULL, received_at BIGINT NOT NULL, PRIMARY KEY (device, last_n))",
    "CREATE TABLE device_head (device {integer} PRIMARY KEY, last_n BIGINT NOT NULL, "
    "next_n BIGINT NOT NULL, hash {blob} NOT NULL)",
    # What devices have offered to a restored server, until it is applied in the old order.
    "CREATE TABLE offer (device BIGINT NOT NULL, last_n BIGINT NOT NULL, seq BIGINT NOT NULL, "
    "body {blob} NOT NULL, PRIMARY KEY (device, last_n))",
    "CREATE TABLE scope_set (hash {blob} PRIMARY KEY, parts {blob} NOT NULL)",
)
FIRST_HEAD = "INSERT INTO head (id, seq, scope_seq, root, peaks, signed) VALUES (1, 0, 0, ?, ?, ?)"
WANTED = "CREATE TEMPORARY TABLE wanted (part {integer} PRIMARY KEY, since BIGINT NOT NULL)"


def create_server_tables(database: Database) -> None:
    """Create every table of a school in an empty database."""
    create_domain_tables(database)
    for sql in (*TABLES, *access_tables.TABLES, *outbox_tables.TABLES, *file_bytes.TABLES):
        database.execute(typed(database, sql))
    database.execute(FIRST_HEAD, (EMPTY_ROOT, b"", b""))


def prepare_connection(database: Database) -> None:
    """Create what lives as long as a connection."""
    database.execute(typed(database, WANTED))


def want(database: Database, since: dict[int, int]) -> None:
    """Fill ``wanted``: partitions with the seq after which their rows are asked for."""
    database.execute("DELETE FROM wanted")
    database.execute_many("INSERT INTO wanted (part, since) VALUES (?, ?)", list(since.items()))
