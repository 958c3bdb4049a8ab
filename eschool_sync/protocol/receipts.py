"""What a replica keeps of the verdict on an own command, so that it can show it again (§5.7).

A receipt is the school's signature over the leaves of one answer's verdicts: where each command
stands in the log, when it came, what became of it. A server restored from an older backup has
forgotten these; with its own signature before it, it takes them up as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgpack

from eschool_core.ids import MAX_NUMBER
from eschool_sync.history.leaf import Leaf
from eschool_sync.history.merkle import HASH_BYTES, root_of
from eschool_sync.protocol.fields import malformed, require_types
from eschool_sync.security.signing import SigningKey, verify

RECEIPT_CONTEXT: Final = b"eschool/receipt/1"
MAX_LEAVES: Final = 10_000
_PART: Final = "receipt"
_INT: Final = (int,)
_BYTES: Final = (bytes,)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command stands in the log.

    Attributes:
        received: Server's time of receipt.
        pushed: Last number of the push that brought it.
    """

    seq: int
    received: int
    pushed: int

    def leaf(self, device: int, header: bytes, outcome: bytes) -> bytes:
        """Return the leaf of a command that stands here."""
        return Leaf(self.seq, device, self.received, self.pushed, header, outcome).hash()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The school's word on the verdicts of one answer.

    Attributes:
        incarnation: Of the server that gave it.
        leaves: Hashes of all entries that it speaks of.
    """

    incarnation: bytes
    leaves: tuple[bytes, ...]
    signature: bytes

    def check(self, school: int, device: int, school_key: bytes) -> None:
        """Let pass what the school signed.

        Raises:
            AccessError: ``access.signature``.
        """
        body = _signed_bytes(school, self.incarnation, device, self.leaves)
        verify(school_key, RECEIPT_CONTEXT, body, self.signature)


def sign_receipt(
    key: SigningKey, school: int, incarnation: bytes, device: int, leaves: Sequence[bytes]
) -> bytes:
    """Return the school's signature over the verdicts of one answer."""
    return key.sign(RECEIPT_CONTEXT, _signed_bytes(school, incarnation, device, leaves))


@dataclass(frozen=True, slots=True)
class Offered:
    """A command that had a verdict before.

    Attributes:
        outcome: The verdict as it was sent.
        receipt: Which of the receipts speaks of it.
    """

    number: int
    place: Place
    outcome: bytes
    receipt: int


@dataclass(frozen=True, slots=True)
class Offers:
    """What a push says of the past of its commands; empty for new ones."""

    receipts: tuple[Receipt, ...] = ()
    commands: tuple[Offered, ...] = ()

    def pack(self) -> list[Any]:
        """Return it as a part of a push."""
        receipts = [
            [entry.incarnation, b"".join(entry.leaves), entry.signature] for entry in self.receipts
        ]
        commands = [
            [
                *(entry.number, entry.place.seq, entry.place.received, entry.place.pushed),
                *(entry.outcome, entry.receipt),
            ]
            for entry in self.commands
        ]
        return [receipts, commands] if commands else []


def unpack_offers(packed: list[Any]) -> Offers:
    """Return what ``Offers.pack`` made.

    Raises:
        InputError: ``protocol.malformed``.
    """
    if not packed:
        return Offers()
    require_types(packed, ((list,), (list,)), _PART)
    receipts = tuple(_receipt(entry) for entry in packed[0])
    commands = tuple(_offered(entry, len(receipts)) for entry in packed[1])
    return Offers(receipts, commands)


def _receipt(entry: Any) -> Receipt:
    if type(entry) is not list:
        malformed(_PART)
    require_types(entry, (_BYTES, _BYTES, _BYTES), _PART)
    incarnation, joined, signature = entry
    if len(joined) % HASH_BYTES or len(joined) > MAX_LEAVES * HASH_BYTES:
        malformed(_PART)
    leaves = tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))
    return Receipt(incarnation, leaves, signature)


def _offered(entry: Any, receipts: int) -> Offered:
    if type(entry) is not list:
        malformed(_PART)
    require_types(entry, (_INT, _INT, _INT, _INT, _BYTES, _INT), _PART)
    number, seq, received, pushed, outcome, receipt = entry
    if number > MAX_NUMBER or receipt >= receipts:
        malformed(_PART)
    return Offered(number, Place(seq, received, pushed), outcome, receipt)


def _signed_bytes(school: int, incarnation: bytes, device: int, leaves: Sequence[bytes]) -> bytes:
    packed: bytes = msgpack.packb([school, incarnation, device, root_of(leaves)])
    return packed
