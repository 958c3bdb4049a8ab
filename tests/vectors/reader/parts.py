"""Blocks, digests, scopes and trees, by docs/sync_protocol.md."""

from __future__ import annotations

from typing import Any

from tests.vectors.reader.basics import (
    Content,
    parts_of,
    root_of,
    row_hash,
    rows_of,
    scope_hash,
)


def block(data: bytes, given: Content) -> Content:
    return {"rows": rows_of(data)}


def digest(data: bytes, given: Content) -> Content:
    hashes = [row_hash(given["digest_key"], given["table"], row) for row in rows_of(data)]
    total = sum(hashes) % 2**128
    return {
        "hashes": [value.to_bytes(16, "big") for value in hashes],
        "digest": total.to_bytes(16, "big"),
    }


def scope(data: bytes, given: Content) -> Content:
    parts = parts_of(data)
    return {"parts": parts, "hash": scope_hash(parts)}


def tree(data: bytes, given: Content) -> dict[str, Any]:
    """Return root and proofs by the definitions of RFC 6962, 2.1.1 and 2.1.2."""
    leaves = [data[at : at + 32] for at in range(0, len(data), 32)]
    earlier = given["earlier"]
    return {
        "root": root_of(leaves),
        "inclusion_of_last": _path(len(leaves) - 1, leaves),
        "consistency": _subproof(earlier, leaves, whole=True) if earlier else [],
    }


def _split(count: int) -> int:
    split = 1
    while 2 * split < count:
        split *= 2
    return split


def _path(place: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if place < split:
        return [*_path(place, leaves[:split]), root_of(leaves[split:])]
    return [*_path(place - split, leaves[split:]), root_of(leaves[:split])]


def _subproof(earlier: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    if earlier == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = _split(len(leaves))
    if earlier <= split:
        return [*_subproof(earlier, leaves[:split], whole=whole), root_of(leaves[split:])]
    later = _subproof(earlier - split, leaves[split:], whole=False)
    return [*later, root_of(leaves[:split])]
