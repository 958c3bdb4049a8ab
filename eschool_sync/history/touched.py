"""Which entries of the log wrote some rows: found by carrying the log out once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from eschool_sync.history.remains import Change


class Touched:
    """Notes for some partitions and rows which entries wrote them; told of every entry in order.

    Args:
        parts: Partitions of which every write is noted.
        rows: Rows elsewhere, as table number and id.
    """

    def __init__(self, parts: frozenset[int], rows: frozenset[tuple[int, int]]) -> None:
        self._parts = parts
        self._rows = rows
        self._of_part: dict[int, set[int]] = defaultdict(set)
        self._of_row: dict[tuple[int, int], set[int]] = defaultdict(set)

    def note(self, seq: int, changes: Sequence[Change]) -> None:
        """Take account of what the entry at ``seq`` wrote."""
        for change in changes:
            for row in change:
                if row is None:
                    continue
                if row.part in self._parts:
                    self._of_part[row.part].add(seq)
                elif (row.number, row.id) in self._rows:
                    self._of_row[row.number, row.id].add(seq)

    def seqs(self, parts: Iterable[int], rows: Iterable[tuple[int, int]]) -> list[int]:
        """Return the entries that wrote some of them, in order."""
        found: set[int] = set()
        for part in parts:
            found |= self._of_part.get(part, set())
        for row in rows:
            found |= self._of_row.get(row, set())
        return sorted(found)
