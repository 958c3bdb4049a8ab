"""Rows that were read once and still hold: a command asks for the same facts again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from eschool_core.domain.row import Row

MAX_READS: Final = 20_000

Reads = dict[tuple[Any, ...], list[Any]]


class ReadCache:
    """Answers of ``Store.first`` and ``Store.select``, by table.

    Nothing is answered from here unless whoever owns the transaction says so (``trusted``): only
    there is it known that nobody else writes. A write through the store forgets its table;
    everything else that changes rows (a bulk load, a rollback, another process) must say
    ``forget``.
    """

    def __init__(self) -> None:
        self._tables: dict[type[Row], Reads] = {}
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
        """Return what was read of a table, to look into and to add to; None where not trusted."""
        if not self._trusted:
            return None
        self._size += 1
        if self._size > MAX_READS:
            self.forget()
        return self._tables.setdefault(table, {})

    def written(self, table: type[Row]) -> None:
        """Forget what was read of a table: one of its rows changes."""
        self._tables.pop(table, None)

    def forget(self) -> None:
        """Forget everything."""
        self._tables.clear()
        self._size = 0
