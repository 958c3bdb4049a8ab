"""A store whose small tables are read once, for a question about every journal at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TypeVar

from eschool_core.domain.row import Row
from eschool_core.store.database import Parameters
from eschool_core.store.store import Store

R = TypeVar("R", bound=Row)
Index = dict[Parameters, list[Row]]


class Snapshot(Store):
    """Answers ``get``, ``first`` and ``select`` of some tables from memory.

    What judges one journal then judges all of them without a statement for each. It is made for
    one answer and dropped with it: what is written meanwhile it does not see.

    Args:
        store: Where the rows are.
        whole: Small tables; each is read with one statement when it is first asked for.
    """

    def __init__(self, store: Store, whole: frozenset[type[Row]]) -> None:
        super().__init__(store.database, store.ledger, store.held)
        self._whole = whole
        self._rows: dict[type[Row], list[Row]] = {}
        self._indexes: dict[tuple[type[Row], tuple[str, ...]], Index] = {}

    def _read(
        self, table: type[R], names: tuple[str, ...], limit: int | None, values: Parameters
    ) -> list[R]:
        if table not in self._whole:
            return super()._read(table, names, limit, values)
        if table not in self._rows:
            self._rows[table] = list(super()._read(table, (), None, ()))
        if (table, names) not in self._indexes:
            self._indexes[table, names] = _index(self._rows[table], names)
        found: list[R] = self._indexes[table, names].get(values, [])  # type: ignore[assignment]
        return found[:limit]


def _index(rows: list[Row], names: tuple[str, ...]) -> Index:
    """Return rows by the values of some columns, each list in the order of ``rows``."""
    found: Index = defaultdict(list)
    for row in rows:
        found[tuple(getattr(row, name) for name in names)].append(row)
    return found
