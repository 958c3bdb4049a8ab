"""The bodies by which a copy of a device becomes a device of its own (design §5.7, T17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgpack

from eschool_core.app import Outcome
from eschool_core.ids import MAX_DEVICE, ROWS_PER_NUMBER, device_of, make_id, number_of
from eschool_sync.history.merkle import HASH_BYTES
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.messages import pack_outcome, unpack_outcome
from eschool_sync.protocol.version import VERSION, check_taken, check_version
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import KEY_BYTES, SIGNATURE_BYTES

BRANCH_CONTEXT: Final = b"eschool/branch/1"
MAX_PENDING: Final = 100_000
"""Commands that one copy may name; a teacher enters some thousands a year."""

MAX_BYTES: Final = 8 * 1024 * 1024
_INT: Final = (int,)
_BYTES: Final = (bytes,)
_LIST: Final = (list,)
_PART: Final = "branch"


@dataclass(frozen=True, slots=True)
class BranchRequest:
    """What a copy holds beyond the last verdict that it knows.

    Attributes:
        device: The number that two copies use.
        public_key: Under which this copy wants to go on.
        first: Number of its first command without a verdict, or of the next one it would make.
        previous: Hash of the header before that one.
        pending: Number and header hash of each command without a verdict, in order.
    """

    school: int
    device: int
    public_key: bytes
    first: int
    previous: bytes
    pending: tuple[tuple[int, bytes], ...]

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the key that both copies have."""
        body: bytes = msgpack.packb(
            [
                VERSION,
                *(self.school, self.device, self.public_key, self.first, self.previous),
                [number for number, _ in self.pending],
                b"".join(digest for _, digest in self.pending),
            ]
        )
        return compress(key.sign(BRANCH_CONTEXT, body) + body)


@dataclass(frozen=True, slots=True)
class SealedBranchRequest:
    """A request whose signature is still to be checked."""

    request: BranchRequest
    body: bytes
    signature: bytes

    def check_signature(self, public_key: bytes) -> BranchRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, BRANCH_CONTEXT, self.body, self.signature)
        return self.request


def read_branch_request(data: bytes) -> SealedBranchRequest:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, _PART, max_items=MAX_PENDING) or [0]
    check_taken(version)
    types = (_INT, _INT, _BYTES, _INT, _BYTES, _LIST, _BYTES)
    require_types(fields, types, _PART)
    school, device, public_key, first, previous, numbers, joined = fields
    require_types(numbers, [_INT] * len(numbers), _PART)
    sizes = (len(public_key), len(previous), len(joined))
    if device > MAX_DEVICE or sizes != (KEY_BYTES, HASH_BYTES, HASH_BYTES * len(numbers)):
        malformed(_PART)
    hashes = [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]
    pending = tuple(zip(numbers, hashes, strict=True))
    request = BranchRequest(school, device, public_key, first, previous, pending)
    return SealedBranchRequest(request, body, signature)


@dataclass(frozen=True, slots=True)
class BranchResponse:
    """The device that the copy goes on as.

    Attributes:
        judged: Number and verdict of those named commands that the school has as they are.
    """

    device: int
    certificate: bytes
    judged: tuple[tuple[int, Outcome], ...]

    def to_bytes(self) -> bytes:
        """Return the body to be sent."""
        judged = [[number, pack_outcome(outcome)] for number, outcome in self.judged]
        packed: bytes = msgpack.packb([VERSION, self.device, self.certificate, judged])
        return compress(packed)


def read_branch_response(data: bytes) -> BranchResponse:
    """Return the response in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    packed = decompress(data, MAX_BYTES)
    version, *fields = read_list(packed, _PART, max_items=MAX_PENDING) or [0]
    check_version(version)
    require_types(fields, (_INT, _BYTES, _LIST), _PART)
    device, certificate, judged = fields
    return BranchResponse(device, certificate, tuple(_judged(entry) for entry in judged))


def _judged(entry: Any) -> tuple[int, Outcome]:
    if type(entry) is not list:
        malformed(_PART)
    require_types(entry, (_INT, _LIST), _PART)
    return int(entry[0]), unpack_outcome(entry[1])


def renamed(value: Any, old: int, new: int, first: int) -> Any:
    """Return a payload's value with every id that command ``first`` or a later one gave renamed.

    Nothing else that stands in a command is as large as an id of a device.
    """
    if type(value) is list:
        return [renamed(item, old, new, first) for item in value]
    if type(value) is dict:
        return {key: renamed(item, old, new, first) for key, item in value.items()}
    if type(value) is int and device_of(value) == old and number_of(value) >= first:
        return make_id(new, number_of(value), value % ROWS_PER_NUMBER)
    return value
