from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_sync.history.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
    root_of_peaks,
)
from eschool_sync.history.tree import LOWEST, grown, place_of

LEAVES = [leaf_hash(number.to_bytes(2)) for number in range(300)]


def root(start: int, end: int) -> bytes:
    return root_of(LEAVES[start:end])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 100])
def test_every_leaf_is_proven_and_no_other(size: int) -> None:
    whole = root(0, size)
    for index in range(size):
        path = inclusion_proof(index, size, root)
        assert is_included(LEAVES[index], index, size, path, whole)
        assert not is_included(LEAVES[index + 1], index, size, path, whole)
        assert not is_included(LEAVES[index], (index + 1) % size, size, path, whole) or size == 1
        assert not is_included(LEAVES[index], index, size, [*path, whole], whole)
        assert not path or not is_included(LEAVES[index], index, size, path[:-1], whole)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 33, 64])
def test_growth_is_proven_from_every_size(size: int) -> None:
    whole = root(0, size)
    for earlier in range(1, size + 1):
        path = consistency_proof(earlier, size, root)
        assert is_consistent(earlier, root(0, earlier), size, whole, path)
        assert not is_consistent(earlier, root(1, earlier + 1), size, whole, path)
        assert not is_consistent(earlier, root(0, earlier), size, LEAVES[0][::-1], path)
        assert not is_consistent(earlier, root(0, earlier), size, whole, [*path, whole])


def test_a_tree_that_shrinks_is_no_growth() -> None:
    assert not is_consistent(5, root(0, 5), 4, root(0, 4), [])
    assert is_consistent(0, EMPTY_ROOT, 4, root(0, 4), [])


@settings(max_examples=60)
@given(st.integers(1, 300), st.integers(0, 299), st.integers(0, 299))
def test_a_changed_leaf_is_never_consistent(size: int, earlier: int, changed: int) -> None:
    earlier, changed = 1 + earlier % size, changed % size
    other = [*LEAVES]
    other[changed] = leaf_hash(b"changed")

    def forged(start: int, end: int) -> bytes:
        return root_of(other[start:end])

    path = consistency_proof(earlier, size, forged)
    shown = forged(0, size)
    proven = is_consistent(earlier, root(0, earlier), size, shown, path)
    assert proven == (changed >= earlier)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 70), min_size=1, max_size=5))
def test_the_tree_grows_by_batches_as_by_single_leaves(batches: list[int]) -> None:
    peaks, size = b"", 0
    nodes: dict[int, bytes] = {}
    for count in batches:
        peaks, full = grown(size, peaks, LEAVES[size : size + count])
        nodes.update(full)
        size = min(size + count, len(LEAVES))
    hashes = [peaks[start : start + 32] for start in range(0, len(peaks), 32)]
    assert root_of_peaks(hashes) == root(0, size)
    expected = {
        place_of(level, index): root(index << level, (index + 1) << level)
        for level in range(LOWEST, 10)
        for index in range(size >> level)
    }
    assert nodes == expected
