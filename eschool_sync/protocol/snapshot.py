"""Chunks of a school that a new replica is made of: built once, named by their hash (design §5.1).

A replica asks for the list of chunks that lie in its person's scope, fetches them in any order
and any number of requests, checks each against its hash, and goes on from there with an ordinary
sync. Each chunk holds whole partitions, so that a replica that has only some of them is a replica
of a smaller scope, and nothing need be fetched twice after a cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgpack

from eschool_core.ids import MAX_DEVICE
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.messages import (
    MAX_REQUEST_BYTES,
    pack_parts,
    unpack_parts,
)
from eschool_sync.protocol.version import VERSION, check_version
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SIGNATURE_BYTES

CONTEXT: Final = b"eschool/snapshot/1"
HASH_BYTES: Final = 32
MAX_WANTED: Final = 4_096
MAX_CHUNKS: Final = 100_000
MAX_CHUNK_BYTES: Final = 64 * 1024 * 1024
MAX_ANSWER_BYTES: Final = 512 * 1024 * 1024
_INT: Final = (int,)
_BYTES: Final = (bytes,)
_LIST: Final = (list,)


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """What a device asks for.

    Attributes:
        wanted: Hashes of chunks, in the order in which they are wanted; empty asks for the list.
    """

    school: int
    device: int
    wanted: tuple[bytes, ...] = ()

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the device."""
        body: bytes = msgpack.packb([VERSION, self.school, self.device, list(self.wanted)])
        return compress(key.sign(CONTEXT, body) + body)


@dataclass(frozen=True, slots=True)
class SealedSnapshotRequest:
    """A request whose signature is still to be checked."""

    request: SnapshotRequest
    body: bytes
    signature: bytes

    def check_signature(self, public_key: bytes) -> SnapshotRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, CONTEXT, self.body, self.signature)
        return self.request


def read_snapshot_request(data: bytes) -> SealedSnapshotRequest:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_REQUEST_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, "request", max_items=MAX_WANTED) or [0]
    check_version(version)
    require_types(fields, (_INT, _INT, _LIST), "request")
    school, device, wanted = fields
    if device > MAX_DEVICE or not all(_is_hash(entry) for entry in wanted):
        malformed("request")
    return SealedSnapshotRequest(SnapshotRequest(school, device, tuple(wanted)), body, signature)


@dataclass(frozen=True, slots=True)
class SnapshotList:
    """Which chunks lie in a person's scope.

    Attributes:
        incarnation: Of the server.
        seq: Whoever has all of them is complete up to this seq.
        first: So many of them, from the beginning, make the first journal usable.
        chunks: (hash, bytes) of each, in the order in which they are best fetched.
    """

    incarnation: bytes
    seq: int
    first: int
    chunks: tuple[tuple[bytes, int], ...]

    def to_bytes(self) -> bytes:
        """Return the body to be sent."""
        listed = [list(chunk) for chunk in self.chunks]
        packed: bytes = msgpack.packb([VERSION, self.incarnation, self.seq, self.first, listed])
        return compress(packed)


def read_snapshot_list(data: bytes) -> SnapshotList:
    """Return the list in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    packed = decompress(data, MAX_REQUEST_BYTES)
    version, *fields = read_list(packed, "snapshot", max_items=MAX_CHUNKS) or [0]
    check_version(version)
    require_types(fields, (_BYTES, _INT, _INT, _LIST), "snapshot")
    incarnation, seq, first, listed = fields
    for entry in listed:
        if type(entry) is not list:
            malformed("snapshot")
        require_types(entry, (_BYTES, _INT), "snapshot")
    return SnapshotList(incarnation, seq, first, tuple((chunk, size) for chunk, size in listed))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole partitions with their rows.

    Attributes:
        parts: The partitions, sorted.
        frames: Their rows, as in a ``SyncResponse``.
    """

    parts: list[int]
    frames: list[Any]

    def to_bytes(self, level: int) -> bytes:
        """Return the bytes whose SHA-256 is the chunk's name."""
        packed: bytes = msgpack.packb([VERSION, pack_parts(self.parts), self.frames])
        return compress(packed, level)


def chunk_hash(data: bytes) -> bytes:
    """Return the name of a chunk."""
    return sha256(data).digest()


def read_chunk(data: bytes, name: bytes) -> Chunk:
    """Return the chunk of this name.

    Raises:
        InputError: ``protocol.malformed``: the bytes are not the chunk's; ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    if chunk_hash(data) != name:
        malformed("chunk")
    version, *fields = read_list(decompress(data, MAX_CHUNK_BYTES), "chunk") or [0]
    check_version(version)
    require_types(fields, (_BYTES, _LIST), "chunk")
    return Chunk(unpack_parts(fields[0]), fields[1])


def pack_chunks(chunks: Sequence[bytes]) -> bytes:
    """Return the answer that carries chunks, each packed already."""
    packed: bytes = msgpack.packb([VERSION, list(chunks)])
    return packed


def unpack_chunks(data: bytes) -> list[bytes]:
    """Return the chunks of an answer.

    Raises:
        InputError: ``protocol.malformed``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(data, "chunks", max_items=MAX_WANTED) or [0]
    check_version(version)
    require_types(fields, (_LIST,), "chunks")
    [chunks] = fields
    if any(type(chunk) is not bytes for chunk in chunks):
        malformed("chunks")
    return list(chunks)


def _is_hash(entry: Any) -> bool:
    return type(entry) is bytes and len(entry) == HASH_BYTES
