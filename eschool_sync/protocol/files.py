"""The bodies that carry a file's bytes, piece by piece, beside a sync (ADR 0031).

A file is named by the id of its row and never by its hash: who may not read the row learns
nothing, and a hash alone opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgpack

from eschool_core.ids import MAX_DEVICE
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.version import VERSION, check_version
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SIGNATURE_BYTES

PUT_CONTEXT: Final = b"eschool/putfile/1"
GET_CONTEXT: Final = b"eschool/getfile/1"
PIECE_BYTES: Final = 64 * 1024
"""Of one request: a slow line is free for rows again after some seconds."""

MAX_BODY_BYTES: Final = PIECE_BYTES + 1024
"""Of a body: a piece, its signature, and a few numbers."""

_INT: Final = (int,)
_BYTES: Final = (bytes,)


@dataclass(frozen=True, slots=True)
class PutRequest:
    """A piece of a file for the server.

    Attributes:
        file_id: Row of the file.
        start: Where in the file the piece begins.
        piece: At most ``PIECE_BYTES``; empty to ask how much the server has.
    """

    school: int
    device: int
    file_id: int
    start: int
    piece: bytes

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the device."""
        fields = [VERSION, self.school, self.device, self.file_id, self.start, self.piece]
        body: bytes = msgpack.packb(fields)
        return compress(key.sign(PUT_CONTEXT, body) + body)


@dataclass(frozen=True, slots=True)
class GetRequest:
    """Asks for the piece of a file that begins at ``start``."""

    school: int
    device: int
    file_id: int
    start: int

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the device."""
        body: bytes = msgpack.packb([VERSION, self.school, self.device, self.file_id, self.start])
        return compress(key.sign(GET_CONTEXT, body) + body)


@dataclass(frozen=True, slots=True)
class SealedPut:
    """A request whose signature is still to be checked."""

    request: PutRequest
    body: bytes
    signature: bytes

    def check_signature(self, public_key: bytes) -> PutRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, PUT_CONTEXT, self.body, self.signature)
        return self.request


@dataclass(frozen=True, slots=True)
class SealedGet:
    """A request whose signature is still to be checked."""

    request: GetRequest
    body: bytes
    signature: bytes

    def check_signature(self, public_key: bytes) -> GetRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, GET_CONTEXT, self.body, self.signature)
        return self.request


def read_put(data: bytes) -> SealedPut:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_BODY_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, "putfile", max_items=6) or [0]
    check_version(version)
    require_types(fields, (_INT, _INT, _INT, _INT, _BYTES), "putfile")
    request = PutRequest(*fields)
    if request.device > MAX_DEVICE or len(request.piece) > PIECE_BYTES:
        malformed("putfile")
    return SealedPut(request, body, signature)


def read_get(data: bytes) -> SealedGet:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_BODY_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, "getfile", max_items=5) or [0]
    check_version(version)
    require_types(fields, (_INT, _INT, _INT, _INT), "getfile")
    request = GetRequest(*fields)
    if request.device > MAX_DEVICE:
        malformed("getfile")
    return SealedGet(request, body, signature)


def pack_had(had: int) -> bytes:
    """Return the answer to a piece: how many bytes the server has, from the beginning."""
    packed: bytes = msgpack.packb([VERSION, had])
    return compress(packed)


def read_had(data: bytes) -> int:
    """Return how many bytes the server has.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(decompress(data, MAX_BODY_BYTES), "putfile") or [0]
    check_version(version)
    require_types(fields, (_INT,), "putfile")
    had: int = fields[0]
    return had


def pack_piece(piece: bytes) -> bytes:
    """Return the answer that carries a piece."""
    packed: bytes = msgpack.packb([VERSION, piece])
    return compress(packed)


def read_piece(data: bytes) -> bytes:
    """Return the piece in an answer.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(decompress(data, MAX_BODY_BYTES), "getfile") or [0]
    check_version(version)
    require_types(fields, (_BYTES,), "getfile")
    piece: bytes = fields[0]
    return piece
