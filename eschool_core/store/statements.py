"""The one place that builds SQL text, and only from the names of our own tables and columns."""

from __future__ import annotations

from functools import cache

from eschool_core.domain.row import Row, columns


def name_of(table: type[Row]) -> str:
    """Return the table's name in the database."""
    return str(table.__tablename__)


@cache
def select(table: type[Row], names: tuple[str, ...], limit: int | None = None) -> str:
    """Return a query for the rows whose ``names`` equal the parameters, in id order."""
    _check(table, names)
    where = " AND ".join(f"{name} = ?" for name in names) or "1 = 1"
    tail = "" if limit is None else f" LIMIT {limit:d}"
    return f"SELECT {_list(table)} FROM {name_of(table)} WHERE {where} ORDER BY id{tail}"


@cache
def select_where(table: type[Row], condition: str) -> str:
    """Return a query for the rows that fulfil ``condition``, a constant of the calling module."""
    return f"SELECT {_list(table)} FROM {name_of(table)} WHERE {condition}"


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
def delete_parts(table: type[Row]) -> str:
    """Return a delete of all rows of the partitions in ``wanted``."""
    return f"DELETE FROM {name_of(table)} WHERE part IN (SELECT part FROM wanted)"


def _list(table: type[Row]) -> str:
    return ", ".join(columns(table))


def _check(table: type[Row], names: tuple[str, ...]) -> None:
    unknown = set(names) - set(columns(table))
    if unknown:
        raise ValueError(f"{name_of(table)} has no column {sorted(unknown)}")
