"""Commands as a device records, chains, signs and sends them (design §5.2).

A header commits to a payload by a salted hash, and to the header before it; a push is signed
once over the chain's ends and the Merkle root of its headers.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final, Self

import msgpack

from eschool_sync.history.merkle import HASH_BYTES, leaf_hash, root_of
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.fields import read_list
from eschool_sync.protocol.receipts import Offers
from eschool_sync.security.signing import SigningKey, verify

FORMAT: Final = 1
_FIELDS: Final = 19
SALT_BYTES: Final = 16
MAX_FIELDS: Final = 64
NO_REPLACE: Final = -1
PUSH_CONTEXT: Final = b"eschool/push/1"
GENESIS: Final = bytes(HASH_BYTES)


@dataclass(frozen=True)
class Header:
    """What a device signs of one command; its bytes and their hash are made once.

    Attributes:
        number: The device's command number ``n``.
        take: Consecutive numbers it takes, for commands of many rows.
        actor: The person; on a personal device always its owner.
        base_seq: The seq that the device had seen.
        group: Number of the first command of its group, 0 for none: a group stands or falls
            together.
        replaces: Number of the rejected command that it replaces, −1 for none.
        commitment: HMAC-SHA256 of the payload under its salt.
        previous: Hash of the header before it; zeros for the first.
    """

    school: int
    device: int
    number: int
    take: int
    kind: str
    version: int
    actor: int
    base_seq: int
    evidence: Evidence
    group: int
    replaces: int
    commitment: bytes
    previous: bytes

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return self._packed

    @cached_property
    def hash(self) -> bytes:
        """The hash of the canonical bytes, by which the next header names this one."""
        return leaf_hash(self._packed)

    @cached_property
    def _packed(self) -> bytes:
        seen = self.evidence
        packed: bytes = msgpack.packb(
            [
                FORMAT,
                self.school,
                self.device,
                self.number,
                self.take,
                self.kind,
                self.version,
                self.actor,
                self.base_seq,
                seen.wall,
                seen.monotonic,
                seen.boot,
                seen.anchor_time,
                seen.anchor_boot,
                seen.anchor_monotonic,
                self.group,
                self.replaces,
                self.commitment,
                self.previous,
            ]
        )
        return packed

    @classmethod
    def read(cls, packed: bytes) -> Self:
        """Return the header that ``to_bytes`` made; for bytes that were checked when they came.

        Raises:
            ValueError: They are no header.
        """
        fields: list[Any] = msgpack.unpackb(packed)
        if len(fields) != _FIELDS or fields[0] != FORMAT:
            raise ValueError("no header")
        return cls(*[*fields[1:9], Evidence(*fields[9:15]), *fields[15:]])


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command with its header; ``payload`` is the msgpack list of its fields."""

    header: Header
    payload: bytes
    salt: bytes


def salt_of(run_key: bytes, number: int) -> bytes:
    """Return the salt of a command; one key serves the commands between two pushes."""
    return blake2b(
        number.to_bytes(8, "big"), key=run_key, digest_size=SALT_BYTES, person=b"eschool.salt"
    ).digest()


def commitment_of(salt: bytes, payload: bytes) -> bytes:
    """Return the commitment that stands in the header."""
    return hmac.digest(salt, payload, "sha256")


def pack_payload(fields: list[Any]) -> bytes:
    """Return a command's fields as they are committed to."""
    packed: bytes = msgpack.packb(fields, use_bin_type=True)
    return packed


def unpack_payload(payload: bytes) -> list[Any]:
    """Return the fields of a payload.

    Raises:
        InputError: ``protocol.malformed``.
    """
    return read_list(payload, "command", max_pairs=MAX_FIELDS)


@dataclass(frozen=True, slots=True)
class Push:
    """A signed stretch of a device's chain.

    Attributes:
        previous: Hash of the header before the first.
        anchors: Time anchors that the evidence speaks of.
        offers: What the school itself said of these commands before it forgot them.
    """

    envelopes: tuple[Envelope, ...]
    previous: bytes
    anchors: tuple[bytes, ...]
    signature: bytes
    offers: Offers = Offers()  # noqa: RUF009 - Offers is frozen

    def signed_bytes(self) -> bytes:
        """Return what the signature covers."""
        hashes = [entry.header.hash for entry in self.envelopes]
        first, last = self.envelopes[0].header, self.envelopes[-1].header
        packed: bytes = msgpack.packb(
            [first.school, first.device, first.number, last.number, hashes[-1], root_of(hashes)]
        )
        return packed

    def check_signature(self, public_key: bytes) -> None:
        """Let pass what the device signed.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, PUSH_CONTEXT, self.signed_bytes(), self.signature)


def make_push(
    envelopes: Sequence[Envelope], previous: bytes, anchors: Sequence[bytes], key: SigningKey
) -> Push:
    """Return ``envelopes`` signed as one push."""
    unsigned = Push(tuple(envelopes), previous, tuple(anchors), b"")
    signature = key.sign(PUSH_CONTEXT, unsigned.signed_bytes())
    return Push(unsigned.envelopes, previous, unsigned.anchors, signature)
