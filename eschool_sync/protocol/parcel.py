"""The bodies of a sync as files, for a school without a line (design §5.1).

    magic 8 · version 1 · direction 1 · school 8 · device 4 · ephemeral key 32 · sealed content

The content of a request is the very body that would go over HTTP. That of an answer is the
school's signature and the list ``[name of the request, whether it is an error, body]``: here no
TLS says who speaks, and a stick may be lost, so a file is sealed for the one who is to read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import msgpack

from eschool_core.errors import DamageError, InputError, TransportError
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.messages import MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, NAME_BYTES
from eschool_sync.security.agreeing import seal_for, unseal
from eschool_sync.security.random_source import Random
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import KEY_BYTES, SIGNATURE_BYTES

MAGIC: Final = b"ESCHSYNC"
FILE_VERSION: Final = 1
ANSWER_CONTEXT: Final = b"eschool/answer-file/1"
HEADER_BYTES: Final = len(MAGIC) + 2 + 8 + 4
MAX_PARCEL_BYTES: Final = MAX_RESPONSE_BYTES
MAX_REQUEST_PARCEL_BYTES: Final = MAX_REQUEST_BYTES + 1_024
_INFO: Final = b"eschool/sync-file/1"
_SCHOOL_AT: Final = len(MAGIC) + 2
_DEVICE_AT: Final = _SCHOOL_AT + 8


class Direction(IntEnum):
    """Which way a file travels."""

    REQUEST = 1
    ANSWER = 2


@dataclass(frozen=True, slots=True)
class Label:
    """What is written on a file, for everybody to read: whose it is, nothing of its content."""

    direction: Direction
    school: int
    device: int

    def to_bytes(self) -> bytes:
        """Return the beginning of the file."""
        return (
            MAGIC
            + bytes((FILE_VERSION, self.direction))
            + self.school.to_bytes(8, "big")
            + self.device.to_bytes(4, "big")
        )


def read_label(data: bytes, wanted: Direction) -> Label:
    """Return what is written on a file.

    Raises:
        InputError: ``parcel.not_ours``; ``parcel.direction``: a request where an answer is
            wanted, or the reverse.
        DamageError: ``parcel.damaged``: it ends too early.
        TransportError: ``transport.version``.
    """
    if not data.startswith(MAGIC):
        if data and MAGIC.startswith(data):
            raise DamageError("parcel.damaged")
        raise InputError("parcel.not_ours")
    if len(data) < HEADER_BYTES + KEY_BYTES:
        raise DamageError("parcel.damaged")
    if data[len(MAGIC)] != FILE_VERSION:
        raise TransportError("transport.version")
    if data[len(MAGIC) + 1] != wanted:
        raise InputError("parcel.direction")
    school = int.from_bytes(data[_SCHOOL_AT:_DEVICE_AT], "big")
    device = int.from_bytes(data[_DEVICE_AT:HEADER_BYTES], "big")
    return Label(wanted, school, device)


def pack_request(label: Label, body: bytes, school_key: bytes, random: Random) -> bytes:
    """Return a device's request as a file that only its school's server can read."""
    return seal_for(school_key, label.to_bytes(), body, _INFO, random)


def unpack_request(data: bytes, school_seed: bytes) -> bytes:
    """Return the body in a request file; its own signature is still to be checked.

    Raises:
        DamageError: ``parcel.damaged``.
    """
    return unseal(school_seed, data, HEADER_BYTES, _INFO)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says to one request.

    Attributes:
        name: ``SyncRequest.name`` of the request.
        failed: Whether ``body`` is an error (``error_body``).
        body: As it would come over HTTP.
    """

    name: bytes
    failed: bool
    body: bytes


def pack_answer(
    label: Label, answer: Answer, school: SigningKey, device_key: bytes, random: Random
) -> bytes:
    """Return an answer as a file that only the device can read, signed by the school."""
    packed: bytes = msgpack.packb([answer.name, int(answer.failed), answer.body])
    signature = school.sign(ANSWER_CONTEXT, label.to_bytes() + packed)
    return seal_for(device_key, label.to_bytes(), signature + packed, _INFO, random)


def unpack_answer(data: bytes, label: Label, seed: bytes, school_key: bytes) -> Answer:
    """Return what the school's server has answered.

    Raises:
        DamageError: ``parcel.damaged``.
        AccessError: ``access.signature``: another than the school wrote it.
        InputError: ``protocol.malformed``.
    """
    content = unseal(seed, data, HEADER_BYTES, _INFO)
    signature, packed = content[:SIGNATURE_BYTES], content[SIGNATURE_BYTES:]
    verify(school_key, ANSWER_CONTEXT, label.to_bytes() + packed, signature)
    fields = read_list(packed, "answer", max_items=3)
    require_types(fields, ((bytes,), (int,), (bytes,)), "answer")
    name, failed, body = fields
    if len(name) != NAME_BYTES or failed not in (0, 1):
        malformed("answer")
    return Answer(name, bool(failed), body)
