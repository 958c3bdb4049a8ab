"""One proof for many leaves of a tree: what a path for each would repeat is there once.

The hashes stand in the order in which a reader needs them who goes down from the root, the left
half before the right one, and takes one wherever a whole subtree holds no leaf that it has.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from eschool_sync.history.merkle import RootOf, node_hash, split_of


def shared_proof(wanted: Sequence[int], size: int, root: RootOf) -> list[bytes]:
    """Return the hashes that lead from some leaves to the root of ``size`` leaves.

    Args:
        wanted: Indexes of the leaves, rising; below ``size``.
        size: Leaves of the tree, at least one.
        root: Gives the root over a range.
    """
    return list(_hashes(wanted, 0, size, root))


def _hashes(wanted: Sequence[int], start: int, end: int, root: RootOf) -> Iterator[bytes]:
    if bisect_left(wanted, end) == bisect_left(wanted, start):
        yield root(start, end)
    elif end - start > 1:
        middle = start + split_of(end - start)
        yield from _hashes(wanted, start, middle, root)
        yield from _hashes(wanted, middle, end, root)


def is_proven(leaves: Mapping[int, bytes], size: int, hashes: Sequence[bytes], root: bytes) -> bool:
    """Return whether leaves are in the tree of ``size`` leaves with this root.

    Args:
        leaves: Hashes by index.
        size: Leaves of the tree.
        hashes: As ``shared_proof`` gave them; one too many or too few proves nothing.
        root: Of the tree, from somewhere one trusts.
    """
    wanted = sorted(leaves)
    if not wanted or wanted[0] < 0 or wanted[-1] >= size:
        return False
    rest = iter(hashes)
    try:
        made = _made(wanted, leaves, 0, size, rest)
    except StopIteration:
        return False
    return made == root and next(rest, None) is None


def _made(
    wanted: Sequence[int], leaves: Mapping[int, bytes], start: int, end: int, rest: Iterator[bytes]
) -> bytes:
    if bisect_left(wanted, end) == bisect_left(wanted, start):
        return next(rest)
    if end - start == 1:
        return leaves[start]
    middle = start + split_of(end - start)
    left = _made(wanted, leaves, start, middle, rest)
    return node_hash(left, _made(wanted, leaves, middle, end, rest))
