"""Rows on their way from server to replica: one column-packed block a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eschool_core.domain.row import Row, Value, columns
from eschool_core.domain.tables import BY_NUMBER
from eschool_core.errors import InputError
from eschool_sync.protocol.columns import pack_columns, unpack_columns
from eschool_sync.protocol.fields import malformed

MAX_ROWS: Final = 5_000_000
FRAME_ROWS: Final = 65_536
TOMBSTONES: Final = 0
_PART: Final = "frames"
_TOMBSTONE_COLUMNS: Final = 3
_INTEGERS: Final = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of one table to be put, in the order of its columns."""

    table: type[Row]
    rows: Sequence[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A row that was deleted from a partition."""

    part: int
    table: type[Row]
    row_id: int


def pack_frames(frames: Iterable[Frame], tombstones: Sequence[Tombstone]) -> list[Any]:
    """Return frames as they are sent: [[table number, columns], …], long ones in several blocks."""
    packed: list[Any] = []
    for frame in frames:
        width = len(columns(frame.table))
        packed += _blocks(frame.table.number, frame.rows, width)
    stones = [(stone.part, stone.table.number, stone.row_id) for stone in tombstones]
    return packed + _blocks(TOMBSTONES, stones, _TOMBSTONE_COLUMNS)


def _blocks(number: int, rows: Sequence[tuple[Value, ...]], width: int) -> list[list[Any]]:
    return [
        [number, pack_columns(rows[start : start + FRAME_ROWS], width)]
        for start in range(0, len(rows), FRAME_ROWS)
    ]


def unpack_frames(packed: list[Any]) -> tuple[list[Frame], list[Tombstone]]:
    """Return the frames and tombstones that were sent.

    Raises:
        InputError: ``protocol.malformed``: no such table, or columns that are not its own.
    """
    frames: list[Frame] = []
    tombstones: list[Tombstone] = []
    try:
        for number, data in packed:
            block = unpack_columns(data, MAX_ROWS)
            # Id, partition and seq of a row; all there is of a tombstone.
            if any(set(map(type, column)) - {int} for column in block[:_INTEGERS]):
                malformed(_PART)
            rows = list(zip(*block, strict=True))
            if number == TOMBSTONES:
                tombstones += [
                    Tombstone(part, BY_NUMBER[table].table, row_id) for part, table, row_id in rows
                ]
                continue
            table = BY_NUMBER[number].table
            if len(block) != len(columns(table)):
                malformed(_PART)
            frames.append(Frame(table, rows))
    except (ValueError, TypeError, KeyError) as error:
        raise InputError("protocol.malformed", part=_PART) from error
    return frames, tombstones
