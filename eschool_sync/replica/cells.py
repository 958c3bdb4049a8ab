"""Rows in single pages of a SQLite file whose tree can no longer be walked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from eschool_sync.security.pages import USABLE_BYTES

Cell = int | float | str | bytes | None

_LEAF: Final = 0x0D
_HEADER_BYTES: Final = 8
_MOST_LOCAL: Final = USABLE_BYTES - 35
_LEAST_LOCAL: Final = (USABLE_BYTES - 12) * 32 // 255 - 23
_OVERFLOW_BYTES: Final = USABLE_BYTES - 4
_INTEGER_BYTES: Final = (0, 1, 2, 3, 4, 6, 8)
_FLOAT, _ZERO, _ONE, _FIRST_BLOB = 7, 8, 9, 12
_VARINT_BYTES: Final = 9


def rows_in(pages: Mapping[int, bytes]) -> Iterator[tuple[int, list[Cell]]]:
    """Yield (rowid, values) of every row of every table whose leaf is whole.

    Where a page of its overflow is gone, only the values before it come.
    """
    for page in pages.values():
        if page[0] != _LEAF:
            continue
        count = int.from_bytes(page[3:5], "big")
        for place in range(_HEADER_BYTES, _HEADER_BYTES + 2 * count, 2):
            try:
                yield _row(pages, page, int.from_bytes(page[place : place + 2], "big"))
            except (IndexError, ValueError):
                # This is no row: the others may be whole.
                continue


def _row(pages: Mapping[int, bytes], page: bytes, start: int) -> tuple[int, list[Cell]]:
    size, start = _varint(page, start)
    rowid, start = _varint(page, start)
    local = size
    if size > _MOST_LOCAL:
        local = _LEAST_LOCAL + (size - _LEAST_LOCAL) % _OVERFLOW_BYTES
        local = local if local <= _MOST_LOCAL else _LEAST_LOCAL
    record = page[start : start + local]
    number = int.from_bytes(page[start + local : start + local + 4], "big")
    while len(record) < size and number in pages:
        following = pages[number]
        record += following[4 : 4 + size - len(record)]
        number = int.from_bytes(following[:4], "big")
    return rowid, _values(record)


def _values(record: bytes) -> list[Cell]:
    end, at = _varint(record, 0)
    body, values = end, list[Cell]()
    while at < end:
        kind, at = _varint(record, at)
        width = _width(kind)
        if body + width > len(record):
            break
        values.append(_value(kind, record[body : body + width]))
        body += width
    return values


def _width(kind: int) -> int:
    if kind >= _FIRST_BLOB:
        return (kind - _FIRST_BLOB) // 2
    return {_FLOAT: 8, _ZERO: 0, _ONE: 0}.get(kind) or (
        _INTEGER_BYTES[kind] if kind < _FLOAT else 0
    )


def _value(kind: int, content: bytes) -> Cell:
    if kind >= _FIRST_BLOB:
        return content if kind % 2 == 0 else content.decode()
    if kind == 0:
        return None
    if kind in (_ZERO, _ONE):
        return kind - _ZERO
    if kind == _FLOAT:
        raise ValueError("no table of ours has one")
    return int.from_bytes(content, "big", signed=True)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(_VARINT_BYTES - 1):
        byte = data[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    return value << 8 | data[at + _VARINT_BYTES - 1], at + _VARINT_BYTES
