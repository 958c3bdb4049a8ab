"""Vectors of what messages are made of: blocks, hashes, signed artefacts, headers, leaves."""

from __future__ import annotations

from typing import Any

from eschool_core.domain.row import Value
from eschool_core.store.digest import row_hasher, to_bytes
from eschool_sync.history.merkle import consistency_proof, inclusion_proof, root_of
from eschool_sync.protocol.columns import pack_columns
from eschool_sync.protocol.messages import parts_hash
from tests.sync.protocol.samples import DEVICE, DEVICE_KEY, PERSON, SCHOOL, SCHOOL_KEY
from tests.vectors import cast
from tests.vectors.vector import Vector

BLOCKS: dict[str, list[tuple[Value, ...]]] = {
    "no rows": [],
    "constant": [("урок",)] * 40,
    "plain": [("a",), (None,), (-3,), (b"\x00\xff",), (2**63 - 1,), ("",)],
    "differences": [(1_000 + 7 * place * place,) for place in range(60)],
    "dictionary": [((5, 4, 3, 2, 700_000, None)[place * place % 6],) for place in range(60)],
    "dictionary of two bytes": [(f"тема {place % 300:03}",) for place in range(620)],
    "several columns": [(place, "да" if place % 3 else None, -place) for place in range(30)],
}


def blocks() -> list[Vector]:
    return [
        Vector("block", name, pack_columns(rows, len(rows[0]) if rows else 2), {"rows": rows})
        for name, rows in BLOCKS.items()
    ]


def sums() -> list[Vector]:
    """Return hashes over packed values: the vector's bytes are what is hashed."""
    row_hash = row_hasher(cast.DIGEST_KEY)
    hashes = {number: [row_hash(number, row) for row in rows] for number, rows in cast.ROWS.items()}
    rows: list[Vector] = []
    for number, listed in cast.ROWS.items():
        content = {"hashes": [to_bytes(value) for value in hashes[number]],
                   "digest": to_bytes(sum(hashes[number]))}  # fmt: skip
        given = {"digest_key": cast.DIGEST_KEY, "table": number}
        block = pack_columns(listed, len(listed[0]))
        rows.append(Vector("digest", f"rows of table {number}", block, content, given))
    scope = Vector(
        "scope",
        "five partitions",
        pack_columns([(part,) for part in cast.PARTS], 1),
        {"parts": cast.PARTS, "hash": parts_hash(cast.PARTS)},
    )
    return [*rows, scope]


def artefacts() -> list[Vector]:
    """Return what the school signs by itself."""
    head, certificate = cast.tree_head(), cast.CERTIFICATE
    anchors = [
        Vector(
            "anchor",
            f"at {anchor.time}",
            anchor.to_bytes(),
            {"suite": 1, "school": SCHOOL, "time": anchor.time},
            cast.GIVEN,
        )
        for anchor in cast.ANCHORS
    ]
    certified = {
        "suite": 1,
        "school": SCHOOL,
        "device": DEVICE,
        "person": PERSON,
        "public_key": DEVICE_KEY.public_bytes,
        "issued_at": certificate.issued_at,
        "valid_until": certificate.valid_until,
    }
    return [
        *anchors,
        Vector("certificate", "of a device", cast.CERTIFIED, certified, cast.GIVEN),
        Vector("tree_head", "over 44 entries", head.signed(SCHOOL_KEY), head_content(), cast.GIVEN),
    ]


def head_content() -> dict[str, Any]:
    head = cast.tree_head()
    return {
        "suite": 1,
        "school": SCHOOL,
        "incarnation": head.incarnation,
        "size": head.size,
        "root": head.root,
        "time": head.time,
    }


def entries() -> list[Vector]:
    """Return headers, and the leaves of the log that they are in."""
    headers = []
    for entry in cast.envelopes():
        header, seen = entry.header, entry.header.evidence
        content = {
            "format": 1,
            "school": SCHOOL,
            "device": DEVICE,
            "n": header.number,
            "take": 1,
            "kind": header.kind,
            "version": header.version,
            "actor": PERSON,
            "base_seq": 40,
            "wall": seen.wall,
            "monotonic": seen.monotonic,
            "boot": seen.boot,
            "anchor_time": seen.anchor_time,
            "anchor_boot": seen.anchor_boot,
            "anchor_monotonic": seen.anchor_monotonic,
            "group": header.group,
            "replaces": header.replaces,
            "commitment": header.commitment,
            "previous": header.previous,
        }
        headers.append(Vector("header", f"command {header.number}", header.to_bytes(), content))
    leaves = [
        Vector(
            "leaf",
            f"entry {leaf.seq}",
            leaf.to_bytes(),
            {
                "format": 1,
                "seq": leaf.seq,
                "device": leaf.device,
                "received": leaf.received,
                "pushed": leaf.pushed,
                "header": leaf.header,
                "hash": leaf.hash(),
                "outcome": cast.outcome_content(outcome),
            },
        )
        for leaf, outcome in zip(cast.leaves(), cast.OUTCOMES, strict=True)
    ]
    return [*headers, *leaves]


def trees() -> list[Vector]:
    """Return roots and proofs over the same history: its bytes are the hashes of its leaves."""
    log = cast.log()

    def root(first: int, end: int) -> bytes:
        return root_of(log[first:end])

    made = []
    for earlier, size in ((0, 1), (1, 2), (2, 7), (6, 8), (8, 44), (40, 44)):
        content = {
            "root": root(0, size),
            "inclusion_of_last": inclusion_proof(size - 1, size, root),
            "consistency": consistency_proof(earlier, size, root),
        }
        name, leaves = f"{size} entries after {earlier}", b"".join(log[:size])
        made.append(Vector("tree", name, leaves, content, {"earlier": earlier}))
    return made
