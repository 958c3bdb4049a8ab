"""Rows of a table, for what no query answers, and whose reading is not to be logged."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.row import Row, Value, columns, table_of
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_core.store.store import Store

MOST_ROWS: Final = 1_000
MAX_NUMBER: Final = (1 << 63) - 1

LOGGED: Final = frozenset({PartitionKind.PUPIL, PartitionKind.HEALTH, PartitionKind.THREAD})
"""Whoever opens a card, or what is written about a pupil, is logged (1.4): never as mere rows."""

OPEN: Final[Mapping[str, type[Row]]] = {
    str(spec.table.__tablename__): spec.table for spec in TABLES if LOGGED.isdisjoint(spec.kinds)
}


def rows(
    store: Store, table: type[Row], equals: Mapping[str, str], after: int, limit: int
) -> list[dict[str, Any]]:
    """Return rows by id.

    Args:
        store: Where to look.
        table: Whose rows.
        equals: Text of the value by column.
        after: Only rows of greater id.
        limit: At most so many.

    Raises:
        InputError: ``api.column``: there is no such column, or the value is none of its kind.
    """
    values = {name: _value(table, name, given) for name, given in equals.items()}
    found = store.page(table, after, limit, **values)
    names = columns(table)
    return [dict(zip(names, map(_plain, row.values()), strict=True)) for row in found]


def _value(table: type[Row], name: str, given: str) -> Value:
    if name not in columns(table):
        raise InputError("api.column", column=name[:40])
    kind = table_of(table).columns[name].type.python_type
    if kind is str:
        return given
    if kind is not int or not given.removeprefix("-").isdigit() or not given.isascii():
        raise InputError("api.column", column=name)
    number = int(given[:20])
    if abs(number) > MAX_NUMBER:
        raise InputError("api.column", column=name)
    return number


def _plain(value: Value) -> int | str | None:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
