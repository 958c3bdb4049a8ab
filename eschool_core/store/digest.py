"""Digests of rows and partitions: equal rows, equal digest, on every machine.

A partition's digest is the sum modulo 2^128 of the keyed hashes of its rows, so it is kept
up to date by adding what is new and taking away what is gone. The key is one per school and
guards against accidents only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b

from msgpack import Packer

from eschool_core.domain.row import Value

DIGEST_BYTES = 16
MODULUS = 1 << 8 * DIGEST_BYTES

RowHash = Callable[[int, Sequence[Value]], int]


def row_hasher(key: bytes) -> RowHash:
    """Return a function from (table number, values in column order) to the row's hash."""
    start = blake2b(key=key, digest_size=DIGEST_BYTES, person=b"eschool.row")
    pack = Packer(use_bin_type=True).pack

    def row_hash(number: int, values: Sequence[Value]) -> int:
        state = start.copy()
        state.update(pack((number, *values)))
        return int.from_bytes(state.digest(), "big")

    return row_hash


def to_bytes(digest: int) -> bytes:
    """Return a digest as it is stored and sent."""
    return (digest % MODULUS).to_bytes(DIGEST_BYTES, "big")


def from_bytes(stored: bytes) -> int:
    """Return a digest as a number."""
    return int.from_bytes(stored, "big")
