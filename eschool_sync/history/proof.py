"""A proof that one entry is in the school's history: for anybody who has the public key alone."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final, Self

import msgpack

from eschool_core.app import Outcome
from eschool_core.errors import DamageError, EschoolError, InputError
from eschool_sync.history.head import TreeHead
from eschool_sync.history.leaf import Leaf
from eschool_sync.history.merkle import is_included, leaf_hash
from eschool_sync.protocol.envelope import Header, commitment_of, unpack_payload
from eschool_sync.protocol.messages import unpack_outcome

FORMAT: Final = "eschool-proof/1"
MAX_FILE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """What a proof says once it has been checked."""

    seq: int
    received: int
    header: Header
    fields: list[Any]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry with all that leads from it to a root that the school has signed.

    Attributes:
        device: In whose name the log has it.
        pushed: Last number of the push that brought it.
        path: Hashes from the leaf to the root.
        tree_head: Signed by the school.
    """

    seq: int
    device: int
    received: int
    pushed: int
    header: bytes
    payload: bytes
    salt: bytes
    outcome: bytes
    path: tuple[bytes, ...]
    tree_head: bytes

    def check(self, school_key: bytes) -> tuple[ProvenEntry, TreeHead]:
        """Return what is proven, with the head that covers it.

        Args:
            school_key: The school's public key, from somewhere one trusts.

        Raises:
            DamageError: ``damage.proof``: it does not prove what it says.
            AccessError: ``access.signature``: another school's key, or no signature of it.
        """
        head = TreeHead.read(self.tree_head, school_key)
        leaf = Leaf(
            *(self.seq, self.device, self.received, self.pushed),
            leaf_hash(self.header),
            self.outcome,
        )
        try:
            header = Header.read(self.header)
            entry = ProvenEntry(
                self.seq,
                self.received,
                header,
                unpack_payload(self.payload),
                unpack_outcome(msgpack.unpackb(self.outcome)),
            )
        except (EschoolError, ValueError, TypeError, msgpack.UnpackException) as error:
            raise DamageError("damage.proof") from error
        if (
            commitment_of(self.salt, self.payload) != header.commitment
            or header.school != head.school
            or not is_included(leaf.hash(), self.seq - 1, head.size, self.path, head.root)
        ):
            raise DamageError("damage.proof")
        return entry, head

    def to_json(self) -> str:
        """Return the proof as the text of a file."""
        fields = {
            "format": FORMAT,
            "seq": self.seq,
            "device": self.device,
            "received": self.received,
            "pushed": self.pushed,
            "header": _text(self.header),
            "payload": _text(self.payload),
            "salt": _text(self.salt),
            "outcome": _text(self.outcome),
            "path": [_text(step) for step in self.path],
            "tree_head": _text(self.tree_head),
        }
        return json.dumps(fields, indent=1) + "\n"

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Return the proof in a file.

        Raises:
            InputError: ``input.proof``: it is none.
        """
        try:
            fields = json.loads(text)
            if fields.pop("format") != FORMAT:
                raise InputError("input.proof")
            whole = [fields.pop(name) for name in ("seq", "device", "received", "pushed")]
            if any(type(value) is not int for value in whole):
                raise InputError("input.proof")
            names = ("header", "payload", "salt", "outcome")
            parts = [_bytes(fields.pop(name)) for name in names]
            path = tuple(_bytes(step) for step in fields.pop("path"))
            values: list[Any] = [*whole, *parts, path, _bytes(fields.pop("tree_head"))]
            return cls(*values)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError("input.proof") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError) as error:
        raise InputError("input.proof") from error
