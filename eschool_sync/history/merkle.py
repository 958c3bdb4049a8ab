"""Merkle trees after RFC 6962: leaves and nodes hash under different prefixes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

RootOf = Callable[[int, int], bytes]
"""Gives the root over the leaves from the first number up to, not including, the second."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two hashes."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, in their order.

    >>> root_of([]) == EMPTY_ROOT
    True
    """
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        # An odd last node rises unchanged: this gives RFC 6962's split at the power of two.
        rising = level[-1:] if len(level) % 2 else []
        level = [
            node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)
        ] + rising
    return level[0]


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Return the root of a tree from the roots of its full subtrees, the largest first."""
    if not peaks:
        return EMPTY_ROOT
    *higher, root = peaks
    for peak in reversed(higher):
        root = node_hash(peak, root)
    return root


def split_of(count: int) -> int:
    """Return how many of ``count`` leaves, at least two, are in the left half.

    >>> [split_of(count) for count in (2, 3, 4, 5, 8, 9)]
    [1, 2, 2, 4, 4, 8]
    """
    return 1 << (count - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, root: RootOf) -> list[bytes]:
    """Return the hashes that lead from leaf ``index`` to the root of ``size`` leaves.

    Source: RFC 6962, section 2.1.1.
    """
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_of(end - start)
        if index < middle:
            path.append(root(middle, end))
            end = middle
        else:
            path.append(root(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(earlier: int, size: int, root: RootOf) -> list[bytes]:
    """Return the hashes that show that the first ``earlier`` of ``size`` leaves are unchanged.

    Source: RFC 6962, section 2.1.2.
    """
    if not 0 < earlier < size:
        return []
    path: list[bytes] = []
    start, end = 0, size
    while earlier != end:
        middle = start + split_of(end - start)
        if earlier <= middle:
            path.append(root(middle, end))
            end = middle
        else:
            path.append(root(start, middle))
            start = middle
    if start:
        path.append(root(start, end))
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether ``path`` proves that a leaf is in the tree with this root.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, value = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(step, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, step)
        place, last = place >> 1, last >> 1
    return last == 0 and value == root


def is_consistent(
    earlier: int, earlier_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> bool:
    """Return whether ``path`` proves that the later tree only adds leaves to the earlier one.

    Source: RFC 9162, section 2.1.4.2.
    """
    if earlier in (0, size):
        return not path and (earlier == 0 or earlier_root == root)
    if earlier > size:
        return False
    return _joins(earlier, earlier_root, size, root, list(path))


def _joins(earlier: int, earlier_root: bytes, size: int, root: bytes, steps: list[bytes]) -> bool:
    if earlier & (earlier - 1) == 0:
        steps.insert(0, earlier_root)
    if not steps:
        return False
    place, last = earlier - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == earlier_root and new == root
