"""Signatures: keys of devices and schools, device certificates, time anchors.

Each signature is over a context and a message, the context prefixed with its length: what was
signed for one purpose can never be shown for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NoReturn

import msgpack
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from eschool_core.errors import AccessError, InputError
from eschool_sync.security.random_source import Random
from eschool_sync.security.suite import KEY_BYTES, SIGNATURE_BYTES, SUITE, require_suite

CERTIFICATE_CONTEXT: Final = b"eschool/device-certificate/v1"
ANCHOR_CONTEXT: Final = b"eschool/time-anchor/v1"

MAX_DEVICE: Final = 2**16 - 1
MAX_ID: Final = 2**53 - 1
MAX_VALIDITY_SECONDS: Final = 400 * 24 * 60 * 60
"""A school year and the holidays around it."""

_MAX_CONTEXT: Final = 255
_MAX_ARTEFACT_BYTES: Final = 256


class SigningKey:
    """An Ed25519 key that signs."""

    __slots__ = ("_private", "public_bytes")

    def __init__(self, seed: bytes) -> None:
        """Take the key with this ``seed`` of 32 bytes.

        Raises:
            ValueError: Another length.
        """
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_bytes: Final = self._private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls, random: Random) -> SigningKey:
        """Return a new key."""
        return cls(random.bytes(KEY_BYTES))

    def seed(self) -> bytes:
        """Return the 32 secret bytes, to be kept inside the encrypted database and nowhere else."""
        return self._private.private_bytes_raw()

    def sign(self, context: bytes, message: bytes) -> bytes:
        """Return 64 bytes that prove who said ``message`` in ``context``."""
        return self._private.sign(_framed(context, message))


def verify(public_bytes: bytes, context: bytes, message: bytes, signature: bytes) -> None:
    """Let pass what the holder of the key signed in this context.

    Raises:
        AccessError: ``access.signature``; also for what is no key or no signature at all.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(public_bytes)
        key.verify(signature, _framed(context, message))
    except (InvalidSignature, ValueError) as error:
        raise AccessError("access.signature") from error


@dataclass(frozen=True, slots=True)
class DeviceCertificate:
    """The school's word that a device number and a key belong to a person.

    Attributes:
        suite: Cryptographic suite of key and signature.
        school: Id of the school.
        device: Number of the device, 1 to ``MAX_DEVICE``.
        person: Id of its owner.
        public_key: The device's, 32 bytes.
        issued_at: Seconds since 1970 UTC by the server's clock.
        valid_until: The last second of validity, by the server's clock.
    """

    suite: int
    school: int
    device: int
    person: int
    public_key: bytes
    issued_at: int
    valid_until: int

    def to_bytes(self) -> bytes:
        """Return the bytes that the school signs."""
        packed: bytes = msgpack.packb(
            [
                self.suite,
                self.school,
                self.device,
                self.person,
                self.public_key,
                self.issued_at,
                self.valid_until,
            ]
        )
        return packed

    def is_sound(self) -> bool:
        """Whether every field is in its range."""
        return (
            0 <= self.school <= MAX_ID
            and 1 <= self.device <= MAX_DEVICE
            and 0 <= self.person <= MAX_ID
            and len(self.public_key) == KEY_BYTES
            and 0 <= self.issued_at <= self.valid_until <= MAX_ID
            and self.valid_until - self.issued_at <= MAX_VALIDITY_SECONDS
        )


@dataclass(frozen=True, slots=True)
class TimeAnchor:
    """The school's word that a moment had come (design §5.8).

    Attributes:
        school: Id of the school.
        time: Seconds since 1970 UTC by the server's clock.
        signature: The school's.
        suite: Cryptographic suite of the signature.
    """

    school: int
    time: int
    signature: bytes
    suite: int = SUITE

    def to_bytes(self) -> bytes:
        """Return the anchor as it is sent and kept."""
        return _anchor_body(self.suite, self.school, self.time) + self.signature


def issue_certificate(school_key: SigningKey, certificate: DeviceCertificate) -> bytes:
    """Return ``certificate`` with the school's signature.

    Raises:
        InputError: ``input.certificate``: a field is out of range, or validity is too long.
    """
    require_suite(certificate.suite)
    if not certificate.is_sound():
        raise InputError("input.certificate")
    body = certificate.to_bytes()
    return body + school_key.sign(CERTIFICATE_CONTEXT, body)


def check_certificate(certificate: bytes, school_public_key: bytes, now: int) -> DeviceCertificate:
    """Return what the school certified.

    A certificate from after ``now`` passes: the signature is the school's own, so it is the clock
    here that is slow, and clocks stop no sync.

    Args:
        certificate: From anywhere.
        school_public_key: As the device or the server has kept it.
        now: Seconds since 1970 UTC.

    Raises:
        AccessError: ``access.signature``, ``access.certificate_expired``.
        InputError: ``protocol.malformed``, ``input.suite``.
    """
    body = _signed_body(certificate, school_public_key, CERTIFICATE_CONTEXT)
    fields = _fields(body, (int, int, int, int, bytes, int, int))
    require_suite(fields[0])
    read = DeviceCertificate(*fields)
    if not read.is_sound() or read.to_bytes() != body:
        _malformed()
    if now > read.valid_until:
        raise AccessError("access.certificate_expired")
    return read


def issue_anchor(school_key: SigningKey, school: int, time: int) -> TimeAnchor:
    """Return the school's word that ``time`` had come when it was asked."""
    body = _anchor_body(SUITE, school, time)
    return TimeAnchor(school, time, school_key.sign(ANCHOR_CONTEXT, body))


def check_anchor(anchor: bytes, school_public_key: bytes) -> TimeAnchor:
    """Return what the school said.

    Args:
        anchor: From anywhere.
        school_public_key: As the device or the server has kept it.

    Raises:
        AccessError: ``access.signature``.
        InputError: ``protocol.malformed``, ``input.suite``.
    """
    body = _signed_body(anchor, school_public_key, ANCHOR_CONTEXT)
    suite, school, time = _fields(body, (int, int, int))
    require_suite(suite)
    if (
        not (0 <= school <= MAX_ID and 0 <= time <= MAX_ID)
        or _anchor_body(suite, school, time) != body
    ):
        _malformed()
    return TimeAnchor(school, time, anchor[len(body) :], suite)


def _anchor_body(suite: int, school: int, time: int) -> bytes:
    packed: bytes = msgpack.packb([suite, school, time])
    return packed


def _framed(context: bytes, message: bytes) -> bytes:
    if not 1 <= len(context) <= _MAX_CONTEXT:
        raise ValueError("a context has 1 to 255 bytes")
    return bytes([len(context)]) + context + message


def _signed_body(artefact: bytes, public_bytes: bytes, context: bytes) -> bytes:
    """Return what is signed in ``artefact``, after its signature was found right."""
    if not SIGNATURE_BYTES < len(artefact) <= _MAX_ARTEFACT_BYTES:
        _malformed()
    body, signature = artefact[:-SIGNATURE_BYTES], artefact[-SIGNATURE_BYTES:]
    verify(public_bytes, context, body, signature)
    return body


def _fields(body: bytes, types: tuple[type, ...]) -> list[Any]:
    try:
        fields = msgpack.unpackb(body)
    except (ValueError, msgpack.UnpackException) as error:
        raise InputError("protocol.malformed", part="signature") from error
    if not isinstance(fields, list) or tuple(map(type, fields)) != types:
        _malformed()
    return fields


def _malformed() -> NoReturn:
    raise InputError("protocol.malformed", part="signature")
