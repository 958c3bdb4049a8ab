"""The tree over a school's log, kept so that a new entry costs O(1) and a proof O(log² n).

Stored are the roots of full subtrees from 16 leaves up; smaller ones are made from the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eschool_core.store.database import Database
from eschool_sync.history.leaf import Leaf
from eschool_sync.history.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    split_of,
)

LOWEST: Final = 4
LEVEL_BITS: Final = 6

TABLE: Final = "CREATE TABLE tree_node (place {integer} PRIMARY KEY, hash {blob} NOT NULL)"
KEEP: Final = "INSERT INTO tree_node (place, hash) VALUES (?, ?)"
NODE: Final = "SELECT hash FROM tree_node WHERE place = ?"
LEAVES: Final = (
    "SELECT seq, device, received_at, pushed, header, outcome FROM log "
    "WHERE seq > ? AND seq <= ? ORDER BY seq"
)


def place_of(level: int, index: int) -> int:
    """Return the key of a stored subtree: number ``index`` of those with 2^level leaves."""
    return index << LEVEL_BITS | level


def grown(
    size: int, peaks: bytes, leaves: Sequence[bytes]
) -> tuple[bytes, list[tuple[int, bytes]]]:
    """Return the peaks after more leaves, and the subtrees that are full now.

    Args:
        size: Leaves so far.
        peaks: Roots of their full subtrees, the largest first, one after the other.
        leaves: Hashes of the new ones.

    Returns:
        The new peaks, and (place, hash) of each subtree to be stored.
    """
    stack = [peaks[start : start + HASH_BYTES] for start in range(0, len(peaks), HASH_BYTES)]
    full: list[tuple[int, bytes]] = []
    for index, leaf in enumerate(leaves, size):
        level, value = 0, leaf
        while index >> level & 1:
            value = node_hash(stack.pop(), value)
            level += 1
            if level >= LOWEST:
                full.append((place_of(level, index >> level), value))
        stack.append(value)
    return b"".join(stack), full


def leaf_of_row(row: Sequence[object]) -> bytes:
    """Return the hash of an entry as ``LEAVES`` reads it."""
    seq, device, received, pushed, header, outcome = row
    return Leaf(
        int(seq),  # type: ignore[call-overload]
        int(device),  # type: ignore[call-overload]
        int(received),  # type: ignore[call-overload]
        int(pushed),  # type: ignore[call-overload]
        leaf_hash(bytes(header)),  # type: ignore[call-overload]
        bytes(outcome),  # type: ignore[call-overload]
    ).hash()


class Tree:
    """Reads roots and proofs out of a school's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def root(self, size: int) -> bytes:
        """Return the root over the first ``size`` entries, of which there must be as many."""
        return self.range_root(0, size) if size else EMPTY_ROOT

    def range_root(self, start: int, end: int) -> bytes:
        """Return the root over the entries at ``start`` up to, not including, ``end``."""
        count = end - start
        level = count.bit_length() - 1
        if count == 1 << level and start % count == 0 and level >= LOWEST:
            [(stored,)] = self._database.fetch(NODE, (place_of(level, start >> level),))
            return bytes(stored)
        if count <= 1 << LOWEST:
            return root_of([leaf_of_row(row) for row in self._database.fetch(LEAVES, (start, end))])
        middle = start + split_of(count)
        return node_hash(self.range_root(start, middle), self.range_root(middle, end))

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Return the proof that the entry at ``seq`` is among the first ``size``."""
        return inclusion_proof(seq - 1, size, self.range_root)

    def consistency(self, earlier: int, size: int) -> list[bytes]:
        """Return the proof that the first ``earlier`` of ``size`` entries are as they were."""
        return consistency_proof(earlier, size, self.range_root)
