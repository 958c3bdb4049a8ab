"""Indexes of a replica's tables: none before the first load, then where they have grown."""

from __future__ import annotations

from typing import Final

from eschool_core.store.database import Database
from eschool_core.store.schema import index_grown
from eschool_sync.replica.tables import find_meta, put_meta

INDEXED: Final = "indexed"
"""Name under which the numbers of the tables are kept that have their indexes."""


def index_where_grown(database: Database, rows: int) -> None:
    """Index what has grown by these rows; after a first load, whatever has rows."""
    indexed = find_meta(database, INDEXED)
    if rows or indexed is None:
        put_meta(database, INDEXED, index_grown(database, indexed or []))
