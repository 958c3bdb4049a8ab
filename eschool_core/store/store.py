"""The one door for writes, and typed reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from eschool_core.domain.row import Row, Value, columns
from eschool_core.errors import InputError
from eschool_core.store import statements
from eschool_core.store.database import Database, Parameters, Values
from eschool_core.store.ledger import Ledger
from eschool_core.store.read_cache import ReadCache

R = TypeVar("R", bound=Row)
BY_ID = ("id",)
MOST_AMONG = 5_000
"""Ids in one statement: PostgreSQL takes 65 535 values, SQLite 32 766."""


class UnknownFactError(InputError):
    """A fact lies outside this replica: the answer is "unknown", and the server decides."""


class Store:
    """Reads rows of any table and writes them with what a write leaves behind.

    Args:
        database: The connection; transactions are the caller's.
        ledger: What a write leaves behind.
        held: The partitions a replica holds, where somebody else's notices and findings must
            not be written; None on the server, where every row of the school is: a missing row
            is then an error of the command, not of our knowledge.
    """

    def __init__(
        self, database: Database, ledger: Ledger, held: Container[int] | None = None
    ) -> None:
        self.database = database
        self.ledger = ledger
        self.reads = ReadCache()
        self.held = held
        self._told: Callable[[Row], None] | None = None

    @property
    def complete(self) -> bool:
        """True where every row of the school is here."""
        return self.held is None

    def holds(self, part: int) -> bool:
        """Return whether rows of a partition belong here."""
        return self.held is None or part in self.held

    @contextmanager
    def step(self) -> Iterator[None]:
        """Let the ledger keep what the block notes, or drop just that."""
        self.ledger.begin()
        try:
            yield
        except BaseException:
            self.ledger.drop()
            # What was read since may be of rows that are taken back now.
            self.reads.forget()
            raise
        self.ledger.keep()

    @contextmanager
    def telling(self, told: Callable[[Row], None]) -> Iterator[None]:
        """Give ``told`` each row as it is before the block changes or deletes it."""
        self._told = told
        try:
            yield
        finally:
            self._told = None

    def get(self, table: type[R], row_id: int) -> R | None:
        """Return the row with this id, or None."""
        found = self._read(table, BY_ID, 1, (row_id,))
        return found[0] if found else None

    def require(self, table: type[R], row_id: int) -> R:
        """Return the row with this id.

        Raises:
            InputError: There is no such row in the school.
            UnknownFactError: There is none on this replica.
        """
        row = self.get(table, row_id)
        if row is None:
            raise self.absent("data.missing", table=statements.name_of(table), id=row_id)
        return row

    def absent(self, key: str, **params: str | int) -> InputError:
        """Return the error for something that is not here: unknown on a replica."""
        return InputError(key, **params) if self.complete else UnknownFactError(key, **params)

    def first(self, table: type[R], **equals: Value) -> R | None:
        """Return the row of lowest id whose columns equal the arguments, or None."""
        found = self._read(table, tuple(equals), 1, tuple(equals.values()))
        return found[0] if found else None

    def select(self, table: type[R], **equals: Value) -> list[R]:
        """Return the rows whose columns equal the arguments, in id order.

        The first column named is what rows are found by, where it has an index: name the one
        of fewest rows first. A lesson's cells are found by ``lesson_id``, never by their part.
        """
        return list(self._read(table, tuple(equals), None, tuple(equals.values())))

    def _read(
        self, table: type[R], names: tuple[str, ...], limit: int | None, values: Parameters
    ) -> list[R]:
        reads = self.reads.of(table)
        key = (names, limit, values)
        known = None if reads is None else reads.get(key)
        if known is not None:
            return known
        rows = self.database.fetch(statements.select(table, names, limit), values)
        found = [table.from_values(row) for row in rows]
        if reads is not None:
            self.reads.keep(table, key, found)
        return found

    def where(self, table: type[R], condition: str, *parameters: Value) -> list[R]:
        """Return the rows that fulfil ``condition``, a constant SQL text."""
        sql = statements.select_where(table, condition)
        return [table.from_values(row) for row in self.database.fetch(sql, parameters)]

    def page(self, table: type[R], after: int, limit: int, **equals: Value) -> list[R]:
        """Return up to ``limit`` rows by id, from above ``after``, that equal the arguments."""
        sql = statements.page(table, tuple(equals))
        found = self.database.fetch(sql, (*equals.values(), after, limit))
        return [table.from_values(row) for row in found]

    def rows(self, sql: str, *parameters: Value) -> list[Values]:
        """Return the rows of a constant query, for reads that join tables."""
        return self.database.fetch(sql, parameters)

    def rows_among(self, sql: str, ids: Collection[int], *parameters: Value) -> list[Values]:
        """Return the rows of a constant query whose first condition is ``IN (*)`` of some ids.

        What it is ordered by holds for the rows of each id.
        """
        wanted, found = sorted(ids), list[Values]()
        for begin in range(0, len(wanted), MOST_AMONG):
            some = wanted[begin : begin + MOST_AMONG]
            found += self.database.fetch(statements.among(sql, len(some)), (*some, *parameters))
        return found

    def put(self, row: Row) -> None:
        """Write a row, new or changed; for those who do not know which it is."""
        old = self.get(type(row), row.id)
        if old is None:
            self.add(row)
        else:
            self.change(old, row)

    def add(self, row: R) -> R:
        """Write a new row; return it as it was written."""
        new = row.replace(seq=self.ledger.stamp(None))
        self.ledger.note(None, new)
        self.reads.written(type(row))
        self.database.execute(statements.insert(type(row)), new.values())
        return new

    def change(self, old: Row, row: Row) -> None:
        """Write a row in place of ``old``, which must be as it was read or written last."""
        if (old.id, old.part) != (row.id, row.part):
            raise ValueError(f"row {row.id} may not leave its partition")
        self._tell(old)
        new = row.replace(seq=self.ledger.stamp(old))
        self.ledger.note(old, new)
        self.reads.written(type(row))
        self._update(old, new)

    def _update(self, old: Row, new: Row) -> None:
        """Write the columns that differ: an index whose columns stay is not touched."""
        changes = {
            name: value
            for name, before, value in zip(
                columns(type(new)), old.values(), new.values(), strict=True
            )
            if before != value
        }
        if changes:
            sql = statements.update(type(new), tuple(changes))
            self.database.execute(sql, (*changes.values(), new.id))

    def add_many(self, rows: Sequence[Row]) -> None:
        """Write new rows of one table in bulk."""
        if not rows:
            return
        stamped = [row.replace(seq=self.ledger.stamp(None)) for row in rows]
        for row in stamped:
            self.ledger.note(None, row)
        self.reads.written(type(rows[0]))
        self.database.execute_many(
            statements.insert(type(rows[0])), [row.values() for row in stamped]
        )

    def delete(self, row: Row) -> None:
        """Delete a row."""
        self._tell(row)
        self.ledger.note(row, None)
        self.reads.written(type(row))
        self.database.execute(statements.delete(type(row)), (row.id,))

    def delete_many(self, rows: Sequence[Row]) -> None:
        """Delete rows of one table in bulk."""
        if not rows:
            return
        for row in rows:
            self._tell(row)
            self.ledger.note(row, None)
        table = type(rows[0])
        self.reads.written(table)
        self.database.execute_many(statements.delete(table), [(row.id,) for row in rows])

    def _tell(self, row: Row) -> None:
        if self._told is not None:
            self._told(row)
