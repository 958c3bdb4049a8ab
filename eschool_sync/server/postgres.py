"""PostgreSQL behind the store's small interface: one schema for each school.

A school's tables are found by the connection's ``search_path`` alone, so the same statements run
on SQLite and here, and a statement cannot name another school. Schema names are made from the
school's number and nothing else.

Values come back as they do from SQLite: integers of any width and truth values as ``int``, sums
(``NUMERIC`` here) as ``int``, bytes as ``bytes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, Literal

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types import bool as bool_types
from psycopg.types import numeric

from eschool_core.errors import BusyError, InputError, TransportError
from eschool_core.store.database import Parameters, Values

MAX_SCHOOL: Final = 2**53 - 1
CONNECT_LIMIT_SECONDS: Final = 10
STATEMENT_LIMIT_SECONDS: Final = 60
LOCK_LIMIT_SECONDS: Final = 10
IDLE_LIMIT_SECONDS: Final = 60
"""A transaction that stands still for so long is ended: it holds the school's lock."""

COPY_FROM_ROWS: Final = 32
"""Below, a pipeline is as quick; at 20 000 rows COPY takes 4 µs a row, a pipeline 14."""

RETRY_SECONDS: Final = 5

_SCHEMES: Final = ("postgresql://", "postgres://")
_SCHEMA_NAME: Final = "^school_[1-9][0-9]*$"
_PREPARED: Final = 1_000
_TOKENS: Final = re.compile(r"'(?:[^']|'')*'|\?|%")
_PLAIN_INSERT: Final = re.compile(
    r"INSERT INTO ([a-z_0-9]+) \(([a-z_0-9]+(?:, [a-z_0-9]+)*)\) VALUES \(\?(?:, \?)*\)"
)
# Who waits for what another has, is told to come back; the server's own loss is no answer either.
_BUSY: Final = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
    psycopg.OperationalError,
)
_OPEN: Final = (TransactionStatus.ACTIVE, TransactionStatus.INTRANS, TransactionStatus.INERROR)

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresDatabase:
    """One connection whose tables are one school's; transactions are the caller's statements.

    For one thread at a time.

    Attributes:
        dialect: Always ``postgresql``.
    """

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def usable(self) -> bool:
        """Whether the connection stands; a lost one is replaced by ``open_postgres``."""
        return not (self._connection.closed or self._connection.broken)

    @property
    def in_transaction(self) -> bool:
        """Whether there is anything to commit or to take back; not on a lost connection."""
        return self._connection.info.transaction_status in _OPEN

    def fetch(self, sql: str, parameters: Parameters = ()) -> list[Values]:
        """Return all rows of a query.

        Raises:
            BusyError: ``busy.database``: a time limit passed, or the server went away.
        """
        with _translated():
            cursor = self._connection.execute(_converted(sql), parameters, binary=True)
            return cursor.fetchall()

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement.

        Raises:
            BusyError: ``busy.database``: a time limit passed, or the server went away.
        """
        with _translated():
            self._connection.execute(_converted(sql), parameters)

    def execute_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row: plain inserts by COPY, others in one pipeline.

        Raises:
            BusyError: ``busy.database``: a time limit passed, or the server went away.
        """
        listed = rows if isinstance(rows, Sequence) else list(rows)
        if not listed:
            return
        target = _copy_target(sql) if len(listed) >= COPY_FROM_ROWS else None
        with _translated(), self._connection.cursor() as cursor:
            if target is None:
                cursor.executemany(_converted(sql), listed)
                return
            with cursor.copy(target) as copy:
                for row in listed:
                    copy.write_row(row)

    def close(self) -> None:
        """Close the connection; what was not committed is gone."""
        self._connection.close()


def open_postgres(
    url: str,
    school_number: int,
    *,
    create: bool = False,
    statement_limit_seconds: int = STATEMENT_LIMIT_SECONDS,
) -> PostgresDatabase:
    """Return a connection to one school's schema.

    Args:
        url: ``postgresql://…``; it may hold a password, which no message repeats.
        school_number: 1 to ``MAX_SCHOOL``.
        create: True makes the schema; it must not exist.
        statement_limit_seconds: How long one statement may run.

    Raises:
        InputError: ``input.database_url``, ``input.school_number``, ``input.school_exists``,
            ``input.school_missing``.
        TransportError: ``transport.database``: no server, or it does not let us in.
    """
    schema = _schema(school_number)
    connection = _connect(url)
    try:
        with _translated():
            if create:
                _create_schema(connection, schema, school_number)
            elif not _schema_exists(connection, schema):
                raise InputError("input.school_missing", school=school_number)
            _configure(connection, schema, statement_limit_seconds)
    except BaseException:
        connection.close()
        raise
    return PostgresDatabase(connection)


def drop_school(url: str, school_number: int) -> None:
    """Drop a school's schema with everything in it: for a restore that came to nothing.

    Raises:
        InputError: ``input.database_url``, ``input.school_number``.
        TransportError: ``transport.database``.
        BusyError: ``busy.database``.
    """
    schema = _schema(school_number)
    with _connect(url) as connection, _translated():
        connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


def list_schools(url: str) -> list[int]:
    """Return the numbers of the schools in a database, in order.

    Raises:
        InputError: ``input.database_url``.
        TransportError: ``transport.database``.
        BusyError: ``busy.database``.
    """
    with _connect(url) as connection, _translated():
        rows = connection.execute(
            "SELECT nspname FROM pg_catalog.pg_namespace "
            "WHERE nspname ~ %s AND has_schema_privilege(nspname, 'USAGE')",
            (_SCHEMA_NAME,),
        ).fetchall()
    return sorted(int(str(name).removeprefix("school_")) for (name,) in rows)


def _connect(url: str) -> Connection:
    if not url.startswith(_SCHEMES):
        raise InputError("input.database_url")
    try:
        conninfo_to_dict(url)
    except psycopg.Error:
        raise InputError("input.database_url") from None
    try:
        connection: Connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_LIMIT_SECONDS,
            application_name="eschool",
            client_encoding="utf8",
        )
    except psycopg.Error:
        # libpq's own words name addresses, users and files; they stay here.
        raise TransportError("transport.database") from None
    connection.prepared_max = _PREPARED
    _adapt(connection)
    return connection


def _adapt(connection: Connection) -> None:
    """Let values go in and come out as they do with SQLite."""
    adapters = connection.adapters
    # One width for all integers: else each mixture of widths is a prepared statement of its own.
    for kind in (int, bool):
        adapters.register_dumper(kind, numeric.Int8Dumper)
        adapters.register_dumper(kind, numeric.Int8BinaryDumper)
    adapters.register_loader("numeric", _WholeNumericLoader)
    adapters.register_loader("numeric", _WholeNumericBinaryLoader)
    adapters.register_loader("bool", _BoolLoader)
    adapters.register_loader("bool", _BoolBinaryLoader)


class _WholeNumericLoader(numeric.NumericLoader):
    def load(self, data: Any) -> Any:
        return _whole(super().load(data))


class _WholeNumericBinaryLoader(numeric.NumericBinaryLoader):
    def load(self, data: Any) -> Any:
        return _whole(super().load(data))


class _BoolLoader(bool_types.BoolLoader):
    def load(self, data: Any) -> Any:
        return int(super().load(data))


class _BoolBinaryLoader(bool_types.BoolBinaryLoader):
    def load(self, data: Any) -> Any:
        return int(super().load(data))


def _whole(number: Any) -> int:
    if number != int(number):
        raise ValueError("no stored value and no sum of them has a fraction")
    return int(number)


def _schema(school_number: int) -> str:
    if type(school_number) is not int or not 1 <= school_number <= MAX_SCHOOL:
        raise InputError("input.school_number", maximum=MAX_SCHOOL)
    return f"school_{school_number:d}"


def _schema_exists(connection: Connection, schema: str) -> bool:
    query = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s"
    return connection.execute(query, (schema,)).fetchone() is not None


def _create_schema(connection: Connection, schema: str, school_number: int) -> None:
    try:
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    except (errors.DuplicateSchema, errors.UniqueViolation):
        raise InputError("input.school_exists", school=school_number) from None


def _configure(connection: Connection, schema: str, statement_limit_seconds: int) -> None:
    settings = {
        "search_path": schema,
        "statement_timeout": f"{statement_limit_seconds:d}s",
        "lock_timeout": f"{LOCK_LIMIT_SECONDS:d}s",
        "idle_in_transaction_session_timeout": f"{IDLE_LIMIT_SECONDS:d}s",
    }
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what is nobody's mistake into "come back later"; a mistake of ours rises as it is.

    Raises:
        BusyError: ``busy.database``.
    """
    try:
        yield
    except _BUSY as error:
        raise BusyError("busy.database", retry_after=RETRY_SECONDS) from error


@lru_cache(maxsize=4_096)
def _converted(statement: str) -> bytes:
    """Return the statement with psycopg's marks; what stands in quotes stays."""
    return _TOKENS.sub(_mark, statement).encode()


def _mark(token: re.Match[str]) -> str:
    found = token[0]
    return "%s" if found == "?" else found.replace("%", "%%")


@lru_cache(maxsize=4_096)
def _copy_target(statement: str) -> Composed | None:
    """Return the COPY that does what a plain insert of many rows does, or None."""
    match = _PLAIN_INSERT.fullmatch(statement)
    if match is None:
        return None
    table, names = match[1], match[2].split(", ")
    if statement.count("?") != len(names):
        return None
    listed = SQL(", ").join(map(Identifier, names))
    return SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), listed)
