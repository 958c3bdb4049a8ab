"""The bodies of a repair: which partitions differ, then their rows, then whole partitions.

Three questions, each answered within the asker's scope alone and as of the seq that it stands at:

    COMPARE   block (partition, rows, digest) of all it holds → which differ, their rows' hashes
    ROWS      block (table, id) → these rows
    PARTS     block (partition) → all of their rows

A hash is cut to four bytes: whole ones would cost more than the rows themselves. Two rows that
look alike by it are found when the digests are compared again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import msgpack

from eschool_core.ids import MAX_DEVICE
from eschool_core.store.digest import DIGEST_BYTES
from eschool_sync.protocol.columns import pack_columns, unpack_columns
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.messages import (
    MAX_PARTS,
    MAX_REQUEST_BYTES,
    MAX_RESPONSE_BYTES,
    pack_parts,
    unpack_parts,
)
from eschool_sync.protocol.version import VERSION, check_version
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SIGNATURE_BYTES

REPAIR_CONTEXT: Final = b"eschool/repair/1"
MAX_ROWS: Final = 10_000
"""Rows that one question may name; where more differ, their partitions come whole."""

MAX_HASHES: Final = 500_000
HASH_SHIFT: Final = 8 * (DIGEST_BYTES - 4)
_INT: Final = (int,)
_BYTES: Final = (bytes,)
_LIST: Final = (list,)
_PART: Final = "repair"

Sums = dict[int, tuple[int, bytes]]
"""Rows and digest of partitions."""


class Step(IntEnum):
    """What is asked."""

    COMPARE = 0
    ROWS = 1
    PARTS = 2


@dataclass(frozen=True, slots=True)
class RepairRequest:
    """One question.

    Attributes:
        incarnation: Of the server whose ``seq`` it is.
        seq: At which the asker's rows stand.
        block: What is asked about (``pack_sums``, ``pack_rows``, ``pack_parts``).
    """

    school: int
    device: int
    incarnation: bytes
    seq: int
    step: Step
    block: bytes

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the device."""
        fields = [self.school, self.device, self.incarnation, self.seq, int(self.step), self.block]
        body: bytes = msgpack.packb([VERSION, *fields])
        return compress(key.sign(REPAIR_CONTEXT, body) + body)


@dataclass(frozen=True, slots=True)
class SealedRepairRequest:
    """A request whose signature is still to be checked."""

    request: RepairRequest
    body: bytes
    signature: bytes

    def check_signature(self, public_key: bytes) -> RepairRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, REPAIR_CONTEXT, self.body, self.signature)
        return self.request


def read_repair_request(data: bytes) -> SealedRepairRequest:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_REQUEST_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, _PART, max_items=7) or [0]
    check_version(version)
    require_types(fields, (_INT, _INT, _BYTES, _INT, _INT, _BYTES), _PART)
    school, device, incarnation, seq, step, block = fields
    if device > MAX_DEVICE or step not in tuple(Step):
        malformed(_PART)
    request = RepairRequest(school, device, incarnation, seq, Step(step), block)
    return SealedRepairRequest(request, body, signature)


def pack_sums(sums: Sums) -> bytes:
    """Return the sums of partitions as a block."""
    return pack_columns([(part, rows, value) for part, (rows, value) in sorted(sums.items())], 3)


def unpack_sums(packed: bytes) -> Sums:
    """Return the sums of ``pack_sums``.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
    """
    parts, rows, values = _columns(packed, 3, MAX_PARTS)
    _require(parts + rows, int)
    _require(values, bytes)
    return dict(zip(parts, zip(rows, values, strict=True), strict=True))


def pack_rows(rows: list[tuple[int, int]]) -> bytes:
    """Return (table, id) of rows as a block."""
    return pack_columns(rows, 2)


def unpack_rows(packed: bytes) -> list[tuple[int, int]]:
    """Return the rows of ``pack_rows``.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
    """
    tables, ids = _columns(packed, 2, MAX_ROWS)
    _require(tables + ids, int)
    return list(zip(tables, ids, strict=True))


RowKey = tuple[int, int, int]
"""Partition, table, id."""


@dataclass(frozen=True, slots=True)
class Differing:
    """What a comparison found.

    Attributes:
        newer: How many partitions of the scope have changed since the asker's seq: of these
            nothing can be said.
        gone: Partitions that are in no scope of the asker any more.
        parts: Those that differ.
        hashes: Short hashes of their rows; of the first of them where there are too many.
    """

    newer: int
    gone: list[int]
    parts: list[int]
    hashes: dict[RowKey, int]

    def to_bytes(self) -> bytes:
        """Return the body to be sent."""
        rows = [(*key, value) for key, value in sorted(self.hashes.items())]
        packed: bytes = msgpack.packb(
            [
                VERSION,
                self.newer,
                pack_parts(self.gone),
                pack_parts(self.parts),
                pack_columns(rows, 4),
            ]
        )
        return compress(packed)


def read_differing(data: bytes) -> Differing:
    """Return the answer to ``Step.COMPARE``.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(decompress(data, MAX_RESPONSE_BYTES), _PART, max_items=5) or [0]
    check_version(version)
    require_types(fields, (_INT, _BYTES, _BYTES, _BYTES), _PART)
    newer, gone, parts, block = fields
    columns = _columns(block, 4, MAX_HASHES)
    for column in columns:
        _require(column, int)
    listed, tables, ids, values = columns
    hashes = dict(zip(zip(listed, tables, ids, strict=True), values, strict=True))
    return Differing(newer, unpack_parts(gone), unpack_parts(parts), hashes)


def pack_mended(frames: list[Any] | None) -> bytes:
    """Return the answer to the other steps.

    Args:
        frames: As in a ``SyncResponse``; None where a partition has changed since the seq.
    """
    packed: bytes = msgpack.packb([VERSION, int(frames is None), frames or []])
    return compress(packed)


def read_mended(data: bytes) -> list[Any] | None:
    """Return the frames, or None where the asker should sync first.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(decompress(data, MAX_RESPONSE_BYTES), _PART) or [0]
    check_version(version)
    require_types(fields, (_INT, _LIST), _PART)
    moved, frames = fields
    return None if moved else list(frames)


def _columns(packed: bytes, width: int, most: int) -> list[list[Any]]:
    columns: list[list[Any]] = unpack_columns(packed, most)
    if len(columns) != width:
        malformed(_PART)
    return columns


def _require(values: list[Any], kind: type) -> None:
    if any(type(value) is not kind for value in values):
        malformed(_PART)
