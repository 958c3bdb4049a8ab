"""Compares the rows of a school with those that its log gives, down to the last byte."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

from eschool_core.domain.tables import TABLES
from eschool_core.store import statements
from eschool_core.store.database import Database
from eschool_sync.history.problems import Problems

LEDGER: Final = {
    "part_state": "SELECT part, rows, digest, seq FROM part_state",
    "tombstone": "SELECT part, seq, table_number, row_id FROM tombstone",
}
SCHEMA: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
AROUND_BRACKETS: Final = re.compile(r"(?<=\() | (?=\))")


def compare_rows(database: Database, expected: Database, problems: Problems) -> None:
    """Compare every domain table, the sums and the deletions.

    Args:
        database: The school's.
        expected: As ``replayed`` made it.
        problems: Where each row is noted that differs, is missing or is one too many.
    """
    queries = {statements.name_of(spec.table): statements.select(spec.table, ()) for spec in TABLES}
    for table, sql in (queries | LEDGER).items():
        there, wanted = _rows(database, sql), _rows(expected, sql)
        if there == wanted:
            continue
        found, due = Counter(there), Counter(wanted)
        places = {row[0] for row in (found - due) + (due - found)}
        for place in sorted(places, key=str):
            problems.add("verify.row", table, place if isinstance(place, int) else 0)


def compare_schema(database: Database, expected: Database, problems: Problems) -> None:
    """Compare the definitions of SQLite: a trigger could change rows later.

    Args:
        database: The school's.
        expected: One with every table of a server, and nothing else.
        problems: Where differences are noted.
    """
    if database.dialect != "sqlite":
        return
    differing = _definitions(database) ^ _definitions(expected)
    for name in sorted({name for _, name, _, _ in differing}):
        problems.add("verify.schema", name)


def _definitions(database: Database) -> set[tuple[str, ...]]:
    """Return what is defined; blanks do not count: steps and new tables are written apart."""
    return {
        (kind, name, table, AROUND_BRACKETS.sub("", " ".join((sql or "").split())))
        for kind, name, table, sql in database.fetch(SCHEMA)
    }


def _rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in database.fetch(sql)]
