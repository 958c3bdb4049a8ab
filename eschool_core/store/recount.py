"""Digests of partitions made anew, from the rows themselves."""

from __future__ import annotations

from collections.abc import Iterable

from eschool_core.domain.tables import TABLES
from eschool_core.store import digest, statements
from eschool_core.store.database import Database

_PART = 1  # place of the partition among the columns of every table


def sums_of(
    database: Database, row_hash: digest.RowHash, parts: Iterable[int] = ()
) -> dict[int, tuple[int, bytes]]:
    """Return rows and digest of each partition.

    Args:
        database: A school's or a replica's.
        row_hash: Of the school.
        parts: Partitions that are named even if they have no row.
    """
    sums = {part: [0, 0] for part in parts}
    for spec in TABLES:
        for row in database.fetch(statements.select(spec.table, ())):
            entry = sums.setdefault(row[_PART], [0, 0])
            entry[0] += 1
            entry[1] += row_hash(spec.table.number, row)
    return {part: (rows, digest.to_bytes(total)) for part, (rows, total) in sums.items()}
