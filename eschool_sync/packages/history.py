"""The history in a package: entries of the log, one a line, and one proof for all of them.

An entry shows its bytes, by which it is proven, and the same in words, for readers without this
program. Whoever checks makes the words anew from the bytes.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgpack

from eschool_core.commands.catalogue import make_command
from eschool_core.domain.enums import Verdict
from eschool_core.errors import DamageError, EschoolError, InputError
from eschool_sync.history.entries import LogEntry
from eschool_sync.history.head import TreeHead
from eschool_sync.history.leaf import Leaf
from eschool_sync.history.merkle import HASH_BYTES, RootOf, leaf_hash, root_of
from eschool_sync.history.shared_proof import is_proven, shared_proof
from eschool_sync.protocol.envelope import Header, commitment_of, unpack_payload
from eschool_sync.protocol.messages import unpack_outcome
from eschool_sync.security.durable import read_at_most

NUMBERS: Final = ("seq", "device", "received", "pushed")
BYTES: Final = ("header", "payload", "salt", "outcome")
MAX_LINE_BYTES: Final = 16 * 1024 * 1024
MAX_PROOF_BYTES: Final = 256 * 1024 * 1024
MAX_ENTRIES: Final = 5_000_000


class Leaves:
    """The leaves of a whole log, which give the root over any range of them."""

    def __init__(self, entries: Iterable[LogEntry]) -> None:
        self._hashes = [entry.leaf() for entry in entries]

    def proof(self, seqs: Sequence[int]) -> list[bytes]:
        """Return what leads from the entries at ``seqs``, rising, to the root over all."""
        root: RootOf = lambda start, end: root_of(self._hashes[start:end])  # noqa: E731
        return shared_proof([seq - 1 for seq in seqs], len(self._hashes), root)


def entry_lines(entries: Iterable[LogEntry]) -> Iterator[bytes]:
    """Yield a line of JSON for each entry."""
    for entry in entries:
        raw = {name: _text(getattr(entry, name)) for name in BYTES}
        numbers = {name: getattr(entry, name) for name in NUMBERS}
        yield (json.dumps(numbers | _words(entry) | raw, ensure_ascii=False) + "\n").encode()


def proof_file(signed_head: bytes, school_key: bytes, hashes: Sequence[bytes]) -> bytes:
    """Return the file with the signed head and the proof."""
    head = TreeHead.read(signed_head, school_key)
    fields = {
        "school": head.school,
        "size": head.size,
        "root": head.root.hex(),
        "signed_at": _moment(head.time),
        "tree_head": _text(signed_head),
        "hashes": [_text(one) for one in hashes],
    }
    return (json.dumps(fields, indent=0) + "\n").encode()


def check_history(entries_file: Path, proof: Path, school_key: bytes) -> tuple[TreeHead, int]:
    """Return the signed head and how many entries are proven to be in its history.

    Raises:
        AccessError: ``access.signature``: the head is not signed by this key.
        DamageError: ``package.history``: an entry is not what the history has.
        InputError: ``package.none``: no file of ours.
    """
    signed, hashes = _read_proof(proof)
    head = TreeHead.read(signed, school_key)
    leaves: dict[int, bytes] = {}
    for number, line in enumerate(_lines(entries_file), start=1):
        seq, leaf = _checked(line, head.school, number)
        if seq - 1 in leaves:
            raise DamageError("package.history", line=number)
        leaves[seq - 1] = leaf
    if not is_proven(leaves, head.size, hashes, head.root):
        raise DamageError("package.history", line=0)
    return head, len(leaves)


def _checked(line: bytes, school: int, number: int) -> tuple[int, bytes]:
    """Return an entry's seq and leaf.

    Raises:
        DamageError: ``package.history``: its parts do not belong together.
    """
    try:
        fields: Any = json.loads(line)
        numbers = [fields[name] for name in NUMBERS]
        if any(type(value) is not int for value in numbers):
            raise DamageError("package.history", line=number)
        header_bytes, payload, salt, outcome = (_bytes(fields[name]) for name in BYTES)
        header = Header.read(header_bytes)
        seq, device, received, pushed = numbers
        entry = LogEntry(
            seq, device, header.number, header.take, 0, header.kind, header.version, header.actor,
            header_bytes, payload, salt, 0, outcome, received, pushed,
        )  # fmt: skip
        said = {name: fields[name] for name in fields if name not in (*NUMBERS, *BYTES)}
        # What was erased has neither payload nor salt; all others show what they commit to.
        erased = (payload, salt) == (b"", b"")
        whole = erased or commitment_of(salt, payload) == header.commitment
        words = _words(entry)
        if words["fields"] is None:
            # Erased, or of a kind that this version does not know any more: the bytes stay proven.
            words["fields"] = said.get("fields")
        if not whole or header.school != school or said != words:
            raise DamageError("package.history", line=number)
    except (
        EschoolError, ValueError, TypeError, KeyError, AttributeError, RecursionError,
        msgpack.UnpackException,
    ) as error:  # fmt: skip
        raise DamageError("package.history", line=number) from error
    return seq, Leaf(seq, device, received, pushed, leaf_hash(header_bytes), outcome).hash()


def _words(entry: LogEntry) -> dict[str, Any]:
    """Return in words what an entry's bytes say."""
    outcome = unpack_outcome(msgpack.unpackb(entry.outcome))
    return {
        "kind": entry.kind,
        "fields": _fields(entry) if entry.payload else None,
        "actor": entry.actor,
        "received_at": _moment(entry.received),
        "verdict": Verdict(outcome.verdict).name.lower(),
    }


def _fields(entry: LogEntry) -> Any:
    try:
        command = make_command(entry.kind, entry.version, unpack_payload(entry.payload))
    except InputError:
        return None
    return command.model_dump(mode="json")


def _read_proof(file: Path) -> tuple[bytes, list[bytes]]:
    try:
        fields: Any = json.loads(read_at_most(file, MAX_PROOF_BYTES) or b"")
        hashes = [_bytes(one) for one in fields["hashes"]]
        if any(len(one) != HASH_BYTES for one in hashes):
            raise InputError("package.none")
        return _bytes(fields["tree_head"]), hashes
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError("package.none") from error


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        for _ in range(MAX_ENTRIES):
            line = stream.readline(MAX_LINE_BYTES)
            if not line:
                return
            yield line
    raise InputError("package.too_large")


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError) as error:
        raise ValueError("no base64") from error
