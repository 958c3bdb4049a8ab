"""The bodies of a sync: msgpack under zstd; unknown versions are refused before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import msgpack

from eschool_core.app import Outcome
from eschool_core.domain.enums import Verdict
from eschool_core.errors import InputError
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER
from eschool_sync.computer import NAME_BYTES as COMPUTER_BYTES
from eschool_sync.protocol.columns import pack_columns, unpack_columns
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.outdated import OutdatedError
from eschool_sync.protocol.receipts import Place
from eschool_sync.protocol.version import VERSION, check_taken, check_version
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SIGNATURE_BYTES

MAX_REQUEST_BYTES: Final = 8 * 1024 * 1024
MAX_RESPONSE_BYTES: Final = 512 * 1024 * 1024
MAX_PARTS: Final = 2_000_000
NAME_BYTES: Final = 8
MAX_VERDICTS: Final = 10_000
MAX_GROWTH: Final = 128
"""Hashes of a proof: twice the height of the highest tree there can be."""

_TAKEN_FIELDS: Final = 1
_UNCHANGED_FIELDS: Final = 3
REQUEST_CONTEXT: Final = b"eschool/sync/1"
_INT: Final = (int,)
_BYTES: Final = (bytes,)
_TEXT: Final = (str,)
_LIST: Final = (list,)
_MAYBE_BYTES: Final = (bytes, type(None))


def parts_hash(parts: list[int]) -> bytes:
    """Return the name of a scope: a hash over its partitions in order."""
    packed = b"".join(part.to_bytes(8, "big") for part in parts)
    return blake2b(packed, digest_size=16, person=b"eschool.scope").digest()


def pack_parts(parts: list[int]) -> bytes:
    """Return sorted partitions as a column."""
    return pack_columns([(part,) for part in parts], 1)


def unpack_parts(packed: bytes) -> list[int]:
    """Return the partitions of ``pack_parts``.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
    """
    columns = unpack_columns(packed, MAX_PARTS)
    parts = [part for part in columns[0] if type(part) is int and part >= 0]
    if len(columns) != 1 or len(parts) != len(columns[0]):
        malformed("partitions")
    return parts


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """One device's half of a round trip.

    Attributes:
        incarnation: Of the server whose ``cursor`` it is; empty before the first sync.
        cursor: The seq up to which this replica is complete.
        ack: Its last own command number whose verdict it has stored.
        scope: ``parts_hash`` of the partitions it holds.
        parts: These partitions themselves, only when the server asked for them.
        push: ``push.pack_push``, or None.
        tree: Size of the last tree head it has seen, where that is not ``cursor``; else 0.
        mark: The beginning of that head's root; empty before the first.
        computer: ``computer_name`` of where it is made; empty where it is not told.
    """

    school: int
    device: int
    incarnation: bytes
    cursor: int
    ack: int
    scope: bytes
    parts: bytes | None
    push: bytes | None
    tree: int = 0
    mark: bytes = b""
    computer: bytes = b""

    @property
    def seen(self) -> int:
        """The size of the last tree head it has seen."""
        return (self.tree or self.cursor) if self.mark else 0

    def name(self) -> bytes:
        """Return what an answer repeats, so that it is taken for no other request's.

        Neither a proxy that mixes things up nor a stick with old files may make a true answer to
        an earlier request look like a false one to this.
        """
        return blake2b(self.to_bytes(), digest_size=NAME_BYTES, person=b"eschool.request").digest()

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the device."""
        body = self.to_bytes()
        return compress(key.sign(REQUEST_CONTEXT, body) + body)

    def to_bytes(self) -> bytes:
        """Return what the device signs."""
        fields = [
            VERSION,
            self.school,
            self.device,
            self.incarnation,
            self.cursor,
            self.ack,
            self.scope,
            self.parts,
            self.push,
            self.tree,
            self.mark,
        ]
        # An idle request has no byte to spare for what is not told.
        packed: bytes = msgpack.packb([*fields, self.computer] if self.computer else fields)
        return packed


@dataclass(frozen=True, slots=True)
class SealedRequest:
    """A request whose signature is still to be checked.

    Attributes:
        version: In which it is written.
    """

    request: SyncRequest
    body: bytes
    signature: bytes
    version: int

    def check_signature(self, public_key: bytes) -> SyncRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, REQUEST_CONTEXT, self.body, self.signature)
        return self.request


def read_request(data: bytes, ours: int = VERSION) -> SealedRequest:
    """Return the request in a body.

    Args:
        data: From anywhere.
        ours: Version of this server; it takes older ones.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``: a protocol we do not speak.
    """
    sealed = decompress(data, MAX_REQUEST_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, "request", max_items=12) or [0]
    check_taken(version, ours)
    types = (
        *(_INT, _INT, _BYTES, _INT, _INT, _BYTES, _MAYBE_BYTES, _MAYBE_BYTES),
        *(_INT, _BYTES),
    )
    tells = len(fields) > len(types)
    require_types(fields, (*types, _BYTES) if tells else types, "request")
    request = SyncRequest(*fields)
    is_named = len(request.computer) == (COMPUTER_BYTES if tells else 0)
    if request.device > MAX_DEVICE or request.ack > MAX_NUMBER or not is_named:
        malformed("request")
    return SealedRequest(request, body, signature, version)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What holds once the frames of a response are applied.

    Attributes:
        seq: The school's head.
        known: The device's last command number that has a verdict.
        rows: Rows in the whole scope.
        digest: Sum of the digests over the scope.
        scope: ``parts_hash`` of the scope.
        head: Hash of the device's last judged header: the link for its next push.
    """

    seq: int
    known: int
    rows: int
    digest: bytes
    scope: bytes
    head: bytes


@dataclass(frozen=True, slots=True)
class SyncResponse:
    """The server's half.

    Attributes:
        verdicts: (number, outcome) of own commands after the request's ``ack``.
        parts_in: Partitions that are new to the replica; their rows are in the frames.
        parts_out: Partitions to purge.
        name: ``SyncRequest.name`` of what it answers.
        tree_head: The signed root over the history up to ``checkpoint.seq``.
        growth: The proof that it only adds to the head that the request tells of.
        need_parts: The server does not know the replica's scope: ask again with ``parts``.
        more: There are verdicts that did not fit: sync again.
        places: Where each of the verdicts stands in the log.
        receipt: The school's signature over them (``receipts.Receipt``).
        collecting: A restored server asks for what it has forgotten, and gives nothing yet.
        is_unchanged: It came as the body that tells the time and the sums alone.
    """

    incarnation: bytes
    verdicts: tuple[tuple[int, Outcome], ...]
    frames: list[Any]
    parts_in: bytes
    parts_out: bytes
    checkpoint: Checkpoint
    anchor: bytes
    name: bytes = b""
    tree_head: bytes = b""
    growth: tuple[bytes, ...] = ()
    need_parts: bool = False
    more: bool = False
    places: tuple[Place, ...] = ()
    receipt: bytes = b""
    collecting: bool = False
    is_unchanged: bool = False

    def to_bytes(self, level: int = 3) -> bytes:
        """Return the body to be sent."""
        point = self.checkpoint
        packed: bytes = msgpack.packb(
            [
                VERSION,
                self.incarnation,
                [[number, *pack_outcome(outcome)] for number, outcome in self.verdicts],
                self.frames,
                self.parts_in,
                self.parts_out,
                [point.seq, point.known, point.rows, point.digest, point.scope, point.head],
                self.anchor,
                self.name,
                self.tree_head,
                list(self.growth),
                int(self.need_parts),
                int(self.more),
                pack_columns([(at.seq, at.received, at.pushed) for at in self.places], 3),
                self.receipt,
                int(self.collecting),
            ]
        )
        return compress(packed, level)


def pack_unchanged(rows: int, digest: bytes, anchor: bytes) -> bytes:
    """Return the body that says: you have everything, and these are the sums over it."""
    packed: bytes = msgpack.packb([VERSION, rows, digest, anchor])
    return compress(packed)


def read_response(data: bytes, request: SyncRequest) -> SyncResponse:
    """Return the response in a body.

    Args:
        data: From the server.
        request: What it answers; an unchanged school is told by its sums alone.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
        OutdatedError: The server is newer: it took the entries and gives no rows.
    """
    version, *fields = read_list(decompress(data, MAX_RESPONSE_BYTES), "response") or [0]
    check_version(version)
    if len(fields) == _TAKEN_FIELDS:
        require_types(fields, (_INT,), "response")
        raise OutdatedError(fields[0])
    if len(fields) == _UNCHANGED_FIELDS:
        return _unchanged(fields, request)
    types = (
        *(_BYTES, _LIST, _LIST, _BYTES, _BYTES, _LIST, _BYTES),
        *(_BYTES, _BYTES, _LIST, _INT, _INT, _BYTES, _BYTES, _INT),
    )
    require_types(fields, types, "response")
    incarnation, verdicts, frames, parts_in, parts_out, point, anchor = fields[:7]
    name, tree_head, growth, need_parts, more, places, receipt, collecting = fields[7:]
    if name != request.name():
        malformed("response")
    require_types(growth, [_BYTES] * min(len(growth), MAX_GROWTH), "response")
    require_types(point, (_INT, _INT, _INT, _BYTES, _BYTES, _BYTES), "response")
    return SyncResponse(
        incarnation,
        tuple(_verdict(entry) for entry in verdicts),
        frames,
        parts_in,
        parts_out,
        Checkpoint(*point),
        anchor,
        name,
        tree_head,
        tuple(growth),
        bool(need_parts),
        bool(more),
        _places(places, len(verdicts)),
        receipt,
        bool(collecting),
    )


def _unchanged(fields: list[Any], request: SyncRequest) -> SyncResponse:
    require_types(fields, (_INT, _BYTES, _BYTES), "response")
    rows, digest, anchor = fields
    if not request.cursor:
        # Who has nothing yet, or loads everything anew, asks for rows.
        malformed("response")
    none = pack_parts([])
    point = Checkpoint(request.cursor, request.ack, rows, digest, request.scope, b"")
    return SyncResponse(
        *(request.incarnation, (), [], none, none, point, anchor, request.name()),
        is_unchanged=True,
    )


def _places(packed: bytes, count: int) -> tuple[Place, ...]:
    columns = unpack_columns(packed, MAX_VERDICTS)
    if any(type(value) is not int or value < 0 for column in columns for value in column):
        malformed("response")
    places = tuple(Place(*row) for row in zip(*columns, strict=True))
    if len(places) not in (0, count):
        malformed("response")
    return places


def _verdict(entry: Any) -> tuple[int, Outcome]:
    if type(entry) is not list or not entry or type(entry[0]) is not int:
        malformed("response")
    return entry[0], unpack_outcome(entry[1:])


def pack_outcome(outcome: Outcome) -> list[Any]:
    """Return a verdict as it is stored and sent."""
    return [
        int(outcome.verdict),
        outcome.key,
        outcome.params,
        outcome.clause,
        outcome.findings,
        outcome.overwritten,
    ]


def unpack_outcome(fields: list[Any]) -> Outcome:
    """Return the verdict that ``pack_outcome`` made.

    Raises:
        InputError: ``protocol.malformed``.
    """
    require_types(fields, (_INT, _TEXT, _LIST, _TEXT, _LIST, _INT), "verdict")
    verdict, key, params, clause, findings, overwritten = fields
    try:
        return Outcome(
            Verdict(verdict),
            key,
            _params(params),
            clause,
            tuple((str(check), _params(filled)) for check, filled in findings),
            overwritten,
        )
    except (ValueError, TypeError) as error:
        raise InputError("protocol.malformed", part="verdict") from error


def _params(pairs: list[Any]) -> tuple[tuple[str, str | int], ...]:
    if any(type(value) not in (int, str) for _, value in pairs):
        malformed("verdict")
    return tuple((str(name), value) for name, value in pairs)
