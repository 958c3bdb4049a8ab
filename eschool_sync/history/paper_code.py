"""The code on an issued paper: by it anybody who has the public key alone checks the paper.

It is one whole number in decimal digits: a scanner that types what it reads then gives the same
text under any keyboard layout, and a QR code packs digits closest. The number's bytes are
``FORMAT`` and a msgpack list: of a proven paper all that a ``Proof`` holds, of one printed without
a network its number and hash with the last head that was known; such a code claims nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgpack

from eschool_core.commands.catalogue import make_command
from eschool_core.commands.issuing import IssueDocument
from eschool_core.domain.enums import Verdict
from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER, device_of, make_id, number_of
from eschool_sync.history.head import TreeHead
from eschool_sync.history.merkle import HASH_BYTES
from eschool_sync.history.proof import Proof
from eschool_sync.protocol.fields import read_list, require_types

FORMAT: Final = 1
MAX_DIGITS: Final = 4_300
"""Python reads no longer number; a QR code of the largest size holds 7,089."""

NO_CODE: Final = "paper.no_code"
NEVER_ISSUED: Final = "paper.never_issued"

_PROVEN: Final = ((int,), (int,), (int,), (int,), *[(bytes,)] * 6)
_BARE: Final = ((int,), (int,), (bytes,), (bytes,))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a code says of its paper once it has been checked.

    Attributes:
        row_id: Of the log's row: the paper's number.
        sheet_hash: Hexadecimal.
        head: The signed head that it carries.
        command: As it stands in the history; None where the code proves nothing.
        seq: Its place in the history, 0 as above.
        received: When the school got it, seconds UTC, 0 as above.
        actor: Who issued it, 0 as above.
    """

    row_id: int
    sheet_hash: str
    head: TreeHead
    command: IssueDocument | None = None
    seq: int = 0
    received: int = 0
    actor: int = 0


@dataclass(frozen=True, slots=True)
class ProvenCode:
    """The code of a paper whose entry is in the history that its head covers."""

    proof: Proof

    @property
    def tree_head(self) -> bytes:
        """The signed head, by which a cut history is found."""
        return self.proof.tree_head

    def to_digits(self) -> str:
        """Return the digits."""
        proof = self.proof
        return _digits(
            [
                proof.seq,
                proof.device,
                proof.received,
                proof.pushed,
                proof.header,
                proof.payload,
                proof.salt,
                proof.outcome,
                b"".join(proof.path),
                proof.tree_head,
            ]
        )

    def check(self, school_key: bytes) -> Claim:
        """Return what is proven.

        Raises:
            AccessError: ``paper.never_issued``: this school has issued no such paper.
        """
        try:
            entry, head = self.proof.check(school_key)
            command = make_command(entry.header.kind, entry.header.version, entry.fields)
        except EschoolError as error:
            raise AccessError(NEVER_ISSUED) from error
        accepted = entry.outcome.verdict in (Verdict.ACCEPTED, Verdict.WITH_FINDINGS)
        if not isinstance(command, IssueDocument) or not accepted:
            raise AccessError(NEVER_ISSUED)
        return Claim(
            make_id(self.proof.device, entry.header.number),
            command.sheet_hash,
            head,
            command,
            entry.seq,
            entry.received,
            entry.header.actor,
        )


@dataclass(frozen=True, slots=True)
class BareCode:
    """The code of a paper printed without a network: the history has yet to hear of it.

    Attributes:
        tree_head: The last one that the replica had seen.
    """

    device: int
    number: int
    sheet_hash: bytes
    tree_head: bytes

    def to_digits(self) -> str:
        """Return the digits."""
        return _digits([self.device, self.number, self.sheet_hash, self.tree_head])

    def check(self, school_key: bytes) -> Claim:
        """Return what the code says; only its head is the school's word.

        Raises:
            AccessError: ``paper.never_issued``: not even the head is this school's.
        """
        try:
            head = TreeHead.read(self.tree_head, school_key)
        except EschoolError as error:
            raise AccessError(NEVER_ISSUED) from error
        return Claim(make_id(self.device, self.number), self.sheet_hash.hex(), head)


def bare_code(row_id: int, sheet_hash: str, tree_head: bytes) -> BareCode:
    """Return the code of a paper that the history has yet to hear of."""
    return BareCode(device_of(row_id), number_of(row_id), bytes.fromhex(sheet_hash), tree_head)


def read_code(text: str) -> ProvenCode | BareCode:
    """Return the code in a text as a scanner gives it; blanks in it do not matter.

    Raises:
        InputError: ``paper.no_code``.
    """
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise InputError(NO_CODE)
    number = int(digits)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if data[:1] != bytes([FORMAT]):
        raise InputError(NO_CODE)
    try:
        fields = read_list(data[1:], "paper code")
        if len(fields) == len(_BARE):
            return _bare(fields)
        return _proven(fields)
    except EschoolError as error:
        raise InputError(NO_CODE) from error


def _bare(fields: list[Any]) -> BareCode:
    require_types(fields, _BARE, "paper code")
    code = BareCode(*fields)
    known = 0 <= code.device <= MAX_DEVICE and 0 <= code.number <= MAX_NUMBER
    if not known or len(code.sheet_hash) != HASH_BYTES:
        raise InputError(NO_CODE)
    return code


def _proven(fields: list[Any]) -> ProvenCode:
    require_types(fields, _PROVEN, "paper code")
    *start, path, tree_head = fields
    if len(path) % HASH_BYTES:
        raise InputError(NO_CODE)
    steps = tuple(path[at : at + HASH_BYTES] for at in range(0, len(path), HASH_BYTES))
    values: list[Any] = [*start, steps, tree_head]
    return ProvenCode(Proof(*values))


def _digits(fields: list[Any]) -> str:
    packed: bytes = msgpack.packb(fields)
    return str(int.from_bytes(bytes([FORMAT]) + packed, "big"))
