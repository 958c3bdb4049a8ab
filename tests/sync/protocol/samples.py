"""Envelopes and pushes made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eschool_sync.history.merkle import leaf_hash
from eschool_sync.protocol.envelope import (
    GENESIS,
    NO_REPLACE,
    Envelope,
    Header,
    Push,
    commitment_of,
    make_push,
    pack_payload,
    salt_of,
)
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.push import RUN_KEY_BYTES, Run
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey, issue_anchor

SCHOOL, DEVICE, PERSON = 77, 5, 4_711
SCHOOL_KEY = SigningKey.generate(SeededRandom(1))
DEVICE_KEY = SigningKey.generate(SeededRandom(2))
RUN_KEY = SeededRandom(3).bytes(RUN_KEY_BYTES)
ANCHORS = [issue_anchor(SCHOOL_KEY, SCHOOL, time).to_bytes() for time in (1_000, 2_000)]
RUNS = [Run(10_000, RUN_KEY)]


def evidence(anchor_time: int = 1_000, **changes: int) -> Evidence:
    fields = {
        "wall": 1_500, "monotonic": 20, "boot": 9, "anchor_time": anchor_time, "anchor_boot": 9,
        "anchor_monotonic": 10,
    }  # fmt: skip
    return Evidence(**(fields | changes))


def chain(
    payloads: Sequence[Sequence[Any]], previous: bytes = GENESIS, first: int = 1, **changes: Any
) -> list[Envelope]:
    """Return envelopes that follow each other, each with ``changes`` in its header."""
    envelopes = []
    for number, fields in enumerate(payloads, first):
        payload, salt = pack_payload(list(fields)), salt_of(RUN_KEY, number)
        values: dict[str, Any] = {
            "school": SCHOOL,
            "device": DEVICE,
            "number": number,
            "take": 1,
            "kind": "record_mark",
            "version": 1,
            "actor": PERSON,
            "base_seq": 40,
            "evidence": evidence(),
            "group": 0,
            "replaces": NO_REPLACE,
            "commitment": commitment_of(salt, payload),
            "previous": previous,
        }
        header = Header(**(values | changes))
        previous = leaf_hash(header.to_bytes())
        envelopes.append(Envelope(header, payload, salt))
    return envelopes


def signed(envelopes: Sequence[Envelope], anchors: Sequence[bytes] = tuple(ANCHORS)) -> Push:
    return make_push(envelopes, envelopes[0].header.previous, anchors, DEVICE_KEY)
