"""What a check of a school's tables has found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MAX_KEPT: Final = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not what the log says.

    Attributes:
        key: Of its text, ``verify.…``.
        table: Where.
        place: Which row: its seq, id, partition or device; 0 for the table as a whole.
    """

    key: str
    table: str
    place: int


@dataclass(slots=True)
class Problems:
    """Findings of one run: all are counted, the first ones kept."""

    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, key: str, table: str, place: int = 0) -> None:
        """Take note of one."""
        self.count += 1
        if len(self.kept) < MAX_KEPT:
            self.kept.append(Problem(key, table, place))
