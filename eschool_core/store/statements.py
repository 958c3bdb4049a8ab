"""The one place that builds SQL text, and only from the names of our own tables and columns."""

from __future__ import annotations

import re
from functools import cache

from eschool_core.domain.row import Row, columns, table_of

_PLAIN_NAME = re.compile("[a-z][a-z0-9_]{0,62}")


def name_of(table: type[Row]) -> str:
    """Return the table's name in the database."""
    return str(table.__tablename__)


@cache
def select(table: type[Row], names: tuple[str, ...], limit: int | None = None) -> str:
    """Return a query for the rows whose ``names`` equal the parameters, in id order."""
    _check(table, names)
    where = " AND ".join(_equal(table, names, name) for name in names) or "1 = 1"
    tail = "" if limit is None else f" LIMIT {limit:d}"
    return f"SELECT {_list(table)} FROM {name_of(table)} WHERE {where} ORDER BY id{tail}"


@cache
def select_where(table: type[Row], condition: str) -> str:
    """Return a query for the rows that fulfil ``condition``, a constant of the calling module."""
    return f"SELECT {_list(table)} FROM {name_of(table)} WHERE {condition}"


def select_ids(table: type[Row], count: int) -> str:
    """Return a query for the rows of so many ids; made anew, as there are many numbers of rows."""
    return f"SELECT {_list(table)} FROM {name_of(table)} WHERE id IN ({', '.join('?' * count)})"


@cache
def page(table: type[Row], names: tuple[str, ...]) -> str:
    """Return a query for rows whose ``names`` equal the parameters, by id from one on, so many."""
    _check(table, names)
    where = "".join(f"{name} = ? AND " for name in names)
    return f"SELECT {_list(table)} FROM {name_of(table)} WHERE {where}id > ? ORDER BY id LIMIT ?"


@cache
def among(sql: str, count: int) -> str:
    """Return a query with places for ``count`` values in its ``IN (*)``.

    >>> among("SELECT day FROM lesson WHERE journal_id IN (*)", 3)
    'SELECT day FROM lesson WHERE journal_id IN (?, ?, ?)'
    """
    return sql.replace("IN (*)", f"IN ({', '.join('?' * count)})")


@cache
def select_wanted(table: type[Row]) -> str:
    """Return a query for the rows newer than what ``wanted(part, since)`` asks for, in any order.

    CROSS JOIN keeps SQLite from reading the whole table to look each row's partition up.
    """
    listed = ", ".join(f"t.{name}" for name in columns(table))
    return (
        f"SELECT {listed} FROM wanted w CROSS JOIN {name_of(table)} t "
        f"WHERE t.part = w.part AND t.seq > w.since"
    )


@cache
def select_held(table: type[Row]) -> str:
    """Return a query for all rows of the partitions in ``wanted``, whatever their seq."""
    listed = ", ".join(f"t.{name}" for name in columns(table))
    return f"SELECT {listed} FROM wanted w CROSS JOIN {name_of(table)} t WHERE t.part = w.part"


@cache
def insert(table: type[Row]) -> str:
    """Return an insert of one new row."""
    marks = ", ".join("?" for _ in columns(table))
    return f"INSERT INTO {name_of(table)} ({_list(table)}) VALUES ({marks})"


@cache
def upsert(table: type[Row]) -> str:
    """Return an insert that replaces the row of the same id."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns(table) if name != "id")
    return f"{insert(table)} ON CONFLICT (id) DO UPDATE SET {changes}"


@cache
def update(table: type[Row], names: tuple[str, ...]) -> str:
    """Return a change of some columns of one row by id."""
    _check(table, names)
    changes = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE {name_of(table)} SET {changes} WHERE id = ?"


@cache
def delete(table: type[Row]) -> str:
    """Return a delete of one row by id."""
    return f"DELETE FROM {name_of(table)} WHERE id = ?"


@cache
def referring(table: type[Row]) -> tuple[str, int]:
    """Return a count of rows outside an interval of ids that name one of it, and how many columns.

    Its parameters are the interval, the interval of the partitions of these objects, and the
    interval again for each column.
    """
    names = [name for name in columns(table) if name.endswith("_id")]
    named = "".join(f" OR {name} BETWEEN ? AND ?" for name in names)
    return (
        f"SELECT COUNT(*) FROM {name_of(table)} "
        f"WHERE NOT id BETWEEN ? AND ? AND (part BETWEEN ? AND ?{named})",
        len(names),
    )


@cache
def delete_parts(table: type[Row]) -> str:
    """Return a delete of all rows of the partitions in ``wanted``."""
    return f"DELETE FROM {name_of(table)} WHERE part IN (SELECT part FROM wanted)"


@cache
def count_rows(table: str) -> str:
    """Return a count of the rows of a table."""
    return f"SELECT COUNT(*) FROM {_plain(table)}"


@cache
def count_up_to(table: type[Row], most: int) -> str:
    """Return a count of the rows of a table that does not go beyond ``most``."""
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM {name_of(table)} LIMIT {most:d})"


@cache
def read_table(table: str, names: tuple[str, ...]) -> str:
    """Return a query for all rows of a table that the database itself has named."""
    return f"SELECT {_plain_list(names)} FROM {_plain(table)}"


@cache
def fill_table(table: str, names: tuple[str, ...]) -> str:
    """Return an insert of one row into such a table."""
    marks = ", ".join("?" for _ in names)
    return f"INSERT INTO {_plain(table)} ({_plain_list(names)}) VALUES ({marks})"


@cache
def empty_table(table: str) -> str:
    """Return a delete of all rows of such a table."""
    return f"DELETE FROM {_plain(table)}"


@cache
def declare_cursor(table: str, names: tuple[str, ...]) -> str:
    """Return the declaration of a cursor over all rows of such a table (PostgreSQL)."""
    return f"DECLARE read_{_plain(table)} NO SCROLL CURSOR FOR {read_table(table, names)}"


@cache
def fetch_cursor(table: str, rows: int) -> str:
    """Return the fetch of the next rows of that cursor."""
    return f"FETCH {rows:d} FROM read_{_plain(table)}"


@cache
def close_cursor(table: str) -> str:
    """Return the end of that cursor."""
    return f"CLOSE read_{_plain(table)}"


@cache
def show_visible(table: str, schema: str) -> str:
    """Return a view that stands before a table and shows the rows of the parts in ``visible``."""
    name, of = _plain(table), _plain(schema)
    return (
        f"CREATE TEMPORARY VIEW {name} AS SELECT * FROM {of}.{name} "
        "WHERE part IN (SELECT part FROM visible)"
    )


@cache
def show_nothing(table: str, schema: str) -> str:
    """Return a view that stands before a table and shows no row of it."""
    name, of = _plain(table), _plain(schema)
    return f"CREATE TEMPORARY VIEW {name} AS SELECT * FROM {of}.{name} WHERE 1 = 0"


def _plain(name: str) -> str:
    """Return a name that needs no quotes and can hold no statement.

    Raises:
        ValueError: Anything else.
    """
    if not _PLAIN_NAME.fullmatch(name):
        raise ValueError("no plain name")
    return name


def _plain_list(names: tuple[str, ...]) -> str:
    return ", ".join(_plain(name) for name in names)


def _list(table: type[Row]) -> str:
    return ", ".join(columns(table))


def _equal(table: type[Row], names: tuple[str, ...], name: str) -> str:
    """Return the condition on one of the columns by which rows are asked for.

    Rows are found by an indexed column that is named first, and not by their partition: of two
    indexes SQLite takes any. The marks of a lesson lie side by side, those of a pupil's line all
    over the file, five times as long to read.
    """
    found_otherwise = name == "part" != names[0] and table_of(table).columns[names[0]].index
    return f"+{name} = ?" if found_otherwise else f"{name} = ?"


def _check(table: type[Row], names: tuple[str, ...]) -> None:
    unknown = set(names) - set(columns(table))
    if unknown:
        raise ValueError(f"{name_of(table)} has no column {sorted(unknown)}")
