"""A signed stretch of commands as it travels: headers and payloads in columns, salts as keys.

What comes in is not trusted: every field has its type and range before anything rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, Final, Protocol

import msgpack

from eschool_core.domain.row import Value
from eschool_core.errors import InputError
from eschool_core.ids import MAX_NUMBER
from eschool_sync.history.merkle import HASH_BYTES
from eschool_sync.protocol.columns import pack_columns, unpack_columns
from eschool_sync.protocol.envelope import (
    NO_REPLACE,
    Envelope,
    Header,
    Push,
    commitment_of,
    pack_payload,
    salt_of,
    unpack_payload,
)
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.fields import MAX_INT, malformed, read_list, require_types
from eschool_sync.protocol.receipts import unpack_offers
from eschool_sync.protocol.sealed_push import Contents, open_contents
from eschool_sync.security.suite import SIGNATURE_BYTES

MAX_COMMANDS: Final = 2_000
MAX_GROUP: Final = 10_000
MAX_PUSH_BYTES: Final = 6 * 1024 * 1024
"""Of payloads, so that a request with headers and keys stays under its own limit."""

RUN_KEY_BYTES: Final = 32
MAX_KIND: Final = 40
MAX_ANCHOR_BYTES: Final = 200
_COLUMNS: Final = 13
_SEALED: Final = 2
"""Stands where a block says whether it is flat."""

_PART: Final = "push"
_INT: Final = (int,)
_TEXT: Final = (str,)
_BYTES: Final = (bytes,)
_LIST: Final = (list,)


@dataclass(frozen=True, slots=True)
class Run:
    """Commands that share a salt key: numbers up to ``last``."""

    last: int
    key: bytes


def pack_push(push: Push, runs: Sequence[Run], sealed: bytes = b"") -> bytes:
    """Return a push as it is sent: headers and payloads in columns, salts as run keys.

    Args:
        push: Signed.
        runs: Its salt keys.
        sealed: ``sealed_push``, in the place of payloads and salts that cannot be read here.
    """
    times = {_anchor_time(anchor): index for index, anchor in enumerate(push.anchors)}
    kinds = sorted({(entry.header.kind, entry.header.version) for entry in push.envelopes})
    places = {kind: index for index, kind in enumerate(kinds)}
    rows = [_row(entry.header, places, times) for entry in push.envelopes]
    blocks: list[list[Any]] = [[_SEALED, sealed]] if sealed else []
    for kind in kinds if not sealed else ():
        fields = [
            unpack_payload(entry.payload)
            for entry in push.envelopes
            if (entry.header.kind, entry.header.version) == kind
        ]
        blocks.append(_pack_block(fields))
    packed: bytes = msgpack.packb(
        [
            push.previous,
            list(push.anchors),
            [[run.last, run.key] for run in runs],
            [list(kind) for kind in kinds],
            pack_columns(rows, _COLUMNS),
            blocks,
            push.signature,
            push.offers.pack(),
        ]
    )
    return packed


def unpack_push(packed: bytes, school: int, device: int, seed: bytes = b"") -> Push:
    """Return the push that was packed; its chain is rebuilt, so only the signature counts.

    Args:
        packed: From a device whose signature over it was right; its content is not trusted.
        school: Of the server; stands in every header.
        device: Of the sender; stands in every header.
        seed: Of the school's signing key: opens what was sealed for it.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_many``.
    """
    fields = read_list(packed, _PART, max_items=MAX_GROUP)
    types = (_BYTES, _LIST, _LIST, _LIST, _BYTES, _LIST, _BYTES, _LIST)
    require_types(fields, types, _PART)
    link, anchors, runs, kinds, header_columns, blocks, signature, offers = fields
    if len(link) != HASH_BYTES:
        malformed(_PART)
    times = [_anchor_time(anchor) for anchor in anchors]
    keys = [_run(entry) for entry in runs]
    named = [_kind(entry) for entry in kinds]
    contents: Content = _opened(blocks, seed, (school, device)) or _Shown(blocks, keys, len(named))
    columns = _header_columns(header_columns, len(named), len(times))
    envelopes: list[Envelope] = []
    for row in zip(*columns, strict=True):
        place, anchor = row[2], row[8]
        payload, salt = contents.take(place, row[0])
        envelope = _envelope(
            (school, device),
            row,
            named[place],
            times[anchor],
            payload,
            salt,
            link,
        )
        link = envelope.header.hash
        envelopes.append(envelope)
    if not envelopes or not contents.used_up:
        malformed(_PART)
    groups = {entry.header.group for entry in envelopes}
    if len(envelopes) > MAX_COMMANDS and (len(groups) > 1 or 0 in groups):
        raise InputError("protocol.too_many", limit=MAX_COMMANDS)
    return Push(tuple(envelopes), fields[0], tuple(anchors), signature, unpack_offers(offers))


class Content(Protocol):
    """Payloads and salts of a push."""

    def take(self, place: int, number: int) -> tuple[bytes, bytes]:
        """Return payload and salt of the next command of a kind.

        Raises:
            InputError: ``protocol.malformed``: there is none.
        """
        ...

    @property
    def used_up(self) -> bool:
        """Whether nothing is left over."""
        ...


class _Shown:
    """Payloads in columns, one block a kind, and run keys."""

    def __init__(self, blocks: Sequence[Any], keys: Sequence[Run], kinds: int) -> None:
        if kinds != len(blocks):
            malformed(_PART)
        self._keys = keys
        self._payloads = [iter(_unpack_block(block)) for block in blocks]

    def take(self, place: int, number: int) -> tuple[bytes, bytes]:
        payload = next(self._payloads[place], None)
        if payload is None:
            malformed(_PART)
        return payload, _salt(self._keys, number)

    @property
    def used_up(self) -> bool:
        return all(next(rest, None) is None for rest in self._payloads)


class _Opened:
    """What was sealed for the school."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents

    def take(self, place: int, number: int) -> tuple[bytes, bytes]:
        salt, payload = self._contents.pop(number, (b"", b""))
        if not salt:
            malformed(_PART)
        return pack_payload(unpack_payload(payload)), salt

    @property
    def used_up(self) -> bool:
        return not self._contents


def _opened(blocks: Sequence[Any], seed: bytes, whose: tuple[int, int]) -> _Opened | None:
    """Return what stands in a sealed block; None where there is none."""
    match blocks:
        case [[int(kind), bytes(body)]] if kind == _SEALED:
            return _Opened(open_contents(seed, whose, body, MAX_GROUP))
    return None


def _row(
    header: Header, places: dict[tuple[str, int], int], times: dict[int, int]
) -> tuple[Value, ...]:
    seen = header.evidence
    return (
        header.number,
        header.take,
        places[header.kind, header.version],
        header.actor,
        header.base_seq,
        seen.wall,
        seen.monotonic,
        seen.boot,
        times[seen.anchor_time],
        seen.anchor_boot,
        seen.anchor_monotonic,
        header.group,
        header.replaces,
    )


def _header_columns(packed: bytes, kinds: int, anchors: int) -> list[list[int]]:
    """Return the columns of headers, every field in its range.

    A device's clocks may show anything: only their type counts.

    Raises:
        InputError: ``protocol.malformed``.
    """
    columns: list[list[Any]] = unpack_columns(packed, MAX_GROUP)
    if len(columns) != _COLUMNS or any(set(map(type, column)) - {int} for column in columns):
        malformed(_PART)
    numbers, takes, places, actors, bases, _, _, _, times, _, _, groups, replaced = columns
    ranges = (
        (numbers, 1, MAX_NUMBER),
        (takes, 1, MAX_NUMBER),
        (list(map(add, numbers, takes)), 1, MAX_NUMBER + 1),
        (places, 0, kinds - 1),
        (times, 0, anchors - 1),
        (actors, 0, MAX_INT),
        (bases, 0, MAX_INT),
        (groups, 0, MAX_NUMBER),
        (replaced, NO_REPLACE, MAX_NUMBER),
    )
    if any(
        column and not least <= min(column) <= max(column) <= most for column, least, most in ranges
    ):
        malformed(_PART)
    return columns


def _envelope(
    place: tuple[int, int],
    row: tuple[Any, ...],
    named: tuple[str, int],
    anchor_time: int,
    payload: bytes,
    salt: bytes,
    previous: bytes,
) -> Envelope:
    number, take, _, actor, base_seq, wall, monotonic, boot = row[:8]
    anchor_boot, anchor_monotonic, group, replaces = row[9:]
    evidence = Evidence(wall, monotonic, boot, anchor_time, anchor_boot, anchor_monotonic)
    header = Header(
        *place,
        number,
        take,
        *named,
        actor,
        base_seq,
        evidence,
        group,
        replaces,
        commitment_of(salt, payload),
        previous,
    )
    return Envelope(header, payload, salt)


def _kind(entry: Any) -> tuple[str, int]:
    """Return a command's name and version; a name is plain, so that it can stand anywhere."""
    if type(entry) is not list:
        malformed(_PART)
    require_types(entry, (_TEXT, _INT), _PART)
    kind, version = entry
    if not (len(kind) <= MAX_KIND and kind.isascii() and kind.isidentifier()):
        malformed(_PART)
    return kind, version


def _run(entry: Any) -> Run:
    if type(entry) is not list:
        malformed(_PART)
    require_types(entry, (_INT, _BYTES), _PART)
    last, key = entry
    if len(key) != RUN_KEY_BYTES:
        malformed(_PART)
    return Run(last, key)


def _salt(runs: Sequence[Run], number: int) -> bytes:
    key = next((run.key for run in runs if number <= run.last), None)
    return malformed(_PART) if key is None else salt_of(key, number)


def _pack_block(rows: list[list[Any]]) -> list[Any]:
    width = len(rows[0])
    if width and all(len(row) == width and all(map(_is_cell, row)) for row in rows):
        return [1, pack_columns([tuple(row) for row in rows], width)]
    return [0, [pack_payload(row) for row in rows]]


def _is_cell(value: Any) -> bool:
    return value is None or type(value) in (int, str)


def _unpack_block(block: Any) -> list[bytes]:
    """Return payloads in the one form that is committed to."""
    if type(block) is not list or len(block) != 2:
        malformed(_PART)
    is_flat, content = block
    if is_flat == 1:
        columns = unpack_columns(content, MAX_GROUP) if type(content) is bytes else malformed(_PART)
        return [pack_payload(list(row)) for row in zip(*columns, strict=True)]
    if type(content) is not list:
        malformed(_PART)
    return [pack_payload(unpack_payload(payload)) for payload in content]


def _anchor_time(anchor: Any) -> int:
    """Return the time that an anchor names; whether it is true, its signature tells later.

    An anchor is a packed list with the signature behind it.
    """
    if type(anchor) is not bytes or not SIGNATURE_BYTES < len(anchor) <= MAX_ANCHOR_BYTES:
        malformed(_PART)
    fields = read_list(anchor[:-SIGNATURE_BYTES], _PART)
    require_types(fields, (_INT, _INT, _INT), _PART)
    return int(fields[2])
