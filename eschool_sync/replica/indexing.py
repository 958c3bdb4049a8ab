"""Indexes of a replica's tables: none before the first load, then where they have grown."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Final

from eschool_core.domain.row import Row
from eschool_core.domain.tables import TABLES
from eschool_core.store.database import Database
from eschool_core.store.schema import index_grown
from eschool_sync.replica.tables import find_meta, put_meta

INDEXED: Final = "indexed"
"""Name under which the numbers of the tables are kept that have their indexes."""

_NUMBER: Final = attrgetter("number")


def index_where_grown(database: Database, written: Iterable[type[Row]]) -> None:
    """Index what has outgrown a page.

    Args:
        database: Inside a transaction.
        written: The tables that rows have come for; after a first load, all are looked at.
    """
    known = find_meta(database, INDEXED)
    tables = [spec.table for spec in TABLES] if known is None else sorted(written, key=_NUMBER)
    indexed = known or []
    grown = index_grown(database, [table for table in tables if table.number not in indexed])
    if grown or known is None:
        put_meta(database, INDEXED, [*indexed, *grown])
