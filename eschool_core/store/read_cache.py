"""What was read once and still holds: a command asks for the same facts again and again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from eschool_core.domain.row import Row

MAX_READS: Final = 20_000

T = TypeVar("T")
Reads = dict[tuple[Any, ...], list[Any]]


class ReadCache:
    """Answers of ``Store.first`` and ``Store.select``, by table, and what follows from them.

    Nothing is answered from here unless whoever owns the transaction says so (``trusted``): only
    there is it known that nobody else writes. A write through the store forgets its table;
    everything else that changes rows (a bulk load, a rollback, another process) must say
    ``forget``.
    """

    def __init__(self) -> None:
        self._tables: dict[type[Row], Reads] = defaultdict(dict)
        self._derived: dict[tuple[Any, ...], Any] = {}
        self._rests_on: set[type[Row]] = set()
        self._size = 0
        self._trusted = False

    @contextmanager
    def trusted(self) -> Iterator[None]:
        """Answer from here within the block; forget all if it fails, its writes are undone."""
        before, self._trusted = self._trusted, True
        try:
            yield
        except BaseException:
            self.forget()
            raise
        finally:
            self._trusted = before

    def of(self, table: type[Row]) -> Reads | None:
        """Return what was read of a table, to look into; None where not trusted."""
        return self._tables[table] if self._trusted else None

    def keep(self, table: type[Row], key: tuple[Any, ...], rows: list[Any]) -> None:
        """Remember what was read of a table."""
        self._make_room()
        self._tables[table][key] = rows

    def derived(
        self, key: tuple[Any, ...], tables: tuple[type[Row], ...], make: Callable[[], T]
    ) -> T:
        """Return what ``make`` returns, remembered until one of ``tables`` is written.

        Args:
            key: Names the value; begins with the name of the function that it belongs to.
            tables: Every table that ``make`` reads, by whatever way.
            make: Computes the value from rows alone.
        """
        if not self._trusted:
            return make()
        if key in self._derived:
            return self._derived[key]  # type: ignore[no-any-return]
        value = make()
        self._make_room()
        self._derived[key] = value
        self._rests_on.update(tables)
        return value

    def written(self, table: type[Row]) -> None:
        """Forget what was read of a table: one of its rows changes."""
        self._tables.pop(table, None)
        if table in self._rests_on:
            self._forget_derived()

    def forget(self) -> None:
        """Forget everything."""
        self._tables.clear()
        self._forget_derived()
        self._size = 0

    def _forget_derived(self) -> None:
        self._derived.clear()
        self._rests_on.clear()

    def _make_room(self) -> None:
        self._size += 1
        if self._size > MAX_READS:
            self.forget()
