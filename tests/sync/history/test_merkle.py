from __future__ import annotations

from hashlib import sha256

import pytest

from eschool_sync.history.merkle import EMPTY_ROOT, leaf_hash, root_of

# The inputs and roots that implementations of Certificate Transparency test themselves with.
INPUTS = [
    b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)), bytes(range(0x60, 0x70)),
]  # fmt: skip
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def by_definition(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    halves = by_definition(entries[:split]) + by_definition(entries[split:])
    return sha256(b"\x01" + halves).digest()


@pytest.mark.parametrize("size", sorted(ROOTS))
def test_the_root_is_the_published_one(size: int) -> None:
    assert root_of([leaf_hash(entry) for entry in INPUTS[:size]]).hex() == ROOTS[size]


@pytest.mark.parametrize("size", [*range(70), 127, 128, 129, 1000])
def test_the_root_of_any_number_of_leaves_is_that_of_the_definition(size: int) -> None:
    entries = [number.to_bytes(2) for number in range(size)]
    assert root_of([leaf_hash(entry) for entry in entries]) == by_definition(entries)


def test_no_leaves_have_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert leaf_hash(left + right) != root_of([left, right])


def test_the_order_of_leaves_counts() -> None:
    first, second = leaf_hash(b"1"), leaf_hash(b"2")
    assert root_of([first, second]) != root_of([second, first])
