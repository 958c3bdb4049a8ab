"""The bodies of an enrolment: a code and a key go out, what makes a replica comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgpack

from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.version import VERSION, check_version
from eschool_sync.security.suite import KEY_BYTES

MAX_ENROL_BYTES: Final = 16 * 1024
MAX_ENROL_RESPONSE_BYTES: Final = 64 * 1024
MAX_CODE: Final = 100
MAX_LABEL: Final = 100
_INT: Final = (int,)
_BYTES: Final = (bytes,)
_TEXT: Final = (str,)


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """A one-time code and the device's new public key."""

    code: str
    public_key: bytes
    label: str

    def to_bytes(self) -> bytes:
        """Return the body to be sent."""
        packed: bytes = msgpack.packb([VERSION, self.code, self.public_key, self.label])
        return compress(packed)


def read_enrol_request(data: bytes) -> EnrolRequest:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    packed = decompress(data, MAX_ENROL_BYTES)
    version, *fields = read_list(packed, "enrolment", max_items=4) or [0]
    check_version(version)
    require_types(fields, (_TEXT, _BYTES, _TEXT), "enrolment")
    request = EnrolRequest(*fields)
    if (
        len(request.code) > MAX_CODE
        or len(request.public_key) != KEY_BYTES
        or len(request.label) > MAX_LABEL
        or not request.label.isprintable()
    ):
        malformed("enrolment")
    return request


@dataclass(frozen=True, slots=True)
class EnrolResponse:
    """What makes a device a replica of this school."""

    school: int
    device: int
    person: int
    certificate: bytes
    school_key: bytes
    digest_key: bytes
    incarnation: bytes
    anchor: bytes

    def to_bytes(self) -> bytes:
        """Return the body to be sent."""
        packed: bytes = msgpack.packb(
            [
                VERSION,
                self.school,
                self.device,
                self.person,
                self.certificate,
                self.school_key,
                self.digest_key,
                self.incarnation,
                self.anchor,
            ]
        )
        return compress(packed)


def read_enrol_response(data: bytes) -> EnrolResponse:
    """Return the response in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    packed = decompress(data, MAX_ENROL_RESPONSE_BYTES)
    version, *fields = read_list(packed, "enrolment", max_items=9) or [0]
    check_version(version)
    types = (_INT, _INT, _INT, _BYTES, _BYTES, _BYTES, _BYTES, _BYTES)
    require_types(fields, types, "enrolment")
    return EnrolResponse(*fields)
