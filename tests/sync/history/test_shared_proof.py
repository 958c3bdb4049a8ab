"""One proof for many leaves of a tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eschool_sync.history.merkle import leaf_hash, node_hash, root_of
from eschool_sync.history.shared_proof import is_proven, shared_proof

sizes = st.integers(1, 40)


def tree(size: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(size)]


def proof(leaves: list[bytes], wanted: list[int]) -> list[bytes]:
    return shared_proof(wanted, len(leaves), lambda start, end: root_of(leaves[start:end]))


@given(data=st.data(), size=sizes)
def test_any_leaves_are_proven_and_nothing_else(data: st.DataObject, size: int) -> None:
    leaves = tree(size)
    wanted = sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))
    hashes = proof(leaves, wanted)
    said = {index: leaves[index] for index in wanted}
    root = root_of(leaves)
    assert is_proven(said, size, hashes, root)
    changed = data.draw(st.sampled_from(wanted))
    assert not is_proven(said | {changed: leaf_hash(b"other")}, size, hashes, root)
    assert not is_proven(said, size, [*hashes, leaves[0]], root)
    if hashes:
        assert not is_proven(said, size, hashes[:-1], root)
    if len(wanted) > 1:
        assert not is_proven({i: said[i] for i in wanted[1:]}, size, hashes, root)


def test_all_leaves_need_no_hash_and_one_needs_its_path() -> None:
    leaves = tree(8)
    assert proof(leaves, list(range(8))) == []
    assert len(proof(leaves, [3])) == 3


def test_no_leaf_and_one_outside_prove_nothing() -> None:
    leaves = tree(4)
    root = node_hash(node_hash(*leaves[:2]), node_hash(*leaves[2:]))
    assert not is_proven({}, 4, [root], root)
    assert not is_proven({4: leaves[0]}, 4, [root], root)
    assert not is_proven({-1: leaves[0]}, 4, [root], root)
