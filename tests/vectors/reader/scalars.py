"""msgpack as docs/sync_protocol.md demands it: what occurs of it, shortest form."""

from __future__ import annotations

import struct
from typing import Any


class Reader:
    """Values one after another out of bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at == len(self._data)

    def value(self) -> Any:
        first = self._take(1)[0]
        if first <= 0x7F:
            return first
        if first >= 0xE0:
            return first - 0x100
        if 0xA0 <= first <= 0xBF:
            return self._take(first & 0x1F).decode()
        if 0x90 <= first <= 0x9F:
            return self._list(first & 0x0F)
        if 0x80 <= first <= 0x8F:
            return self._map(first & 0x0F)
        return self._long(first)

    def _long(self, first: int) -> Any:
        if first in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[first]
        if first in (0xCC, 0xCD, 0xCE, 0xCF):
            return self._number(">" + "BHIQ"[first - 0xCC])
        if first in (0xD0, 0xD1, 0xD2, 0xD3):
            return self._number(">" + "bhiq"[first - 0xD0])
        if first in (0xC4, 0xC5, 0xC6):
            return self._take(self._number(">" + "BHI"[first - 0xC4]))
        if first in (0xD9, 0xDA, 0xDB):
            return self._take(self._number(">" + "BHI"[first - 0xD9])).decode()
        if first in (0xDC, 0xDD):
            return self._list(self._number(">" + "HI"[first - 0xDC]))
        if first in (0xDE, 0xDF):
            return self._map(self._number(">" + "HI"[first - 0xDE]))
        raise ValueError(f"type {first:#x} does not occur")

    def _list(self, count: int) -> list[Any]:
        return [self.value() for _ in range(count)]

    def _map(self, count: int) -> dict[Any, Any]:
        return {self.value(): self.value() for _ in range(count)}

    def _number(self, form: str) -> int:
        value: int = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return value

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise ValueError("cut off")
        self._at += count
        return self._data[self._at - count : self._at]


def read(data: bytes) -> Any:
    """Return the one value in ``data``."""
    reader = Reader(data)
    value = reader.value()
    if not reader.done:
        raise ValueError("something is left over")
    return value


def read_run(data: bytes) -> list[Any]:
    """Return all values in ``data``, one after another without a list around them."""
    reader, values = Reader(data), []
    while not reader.done:
        values.append(reader.value())
    return values


def write(value: Any) -> bytes:
    """Return a value in its shortest form."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, bytes):
        return _sized(len(value), None, 0xC4) + value
    if isinstance(value, str):
        text = value.encode()
        return _sized(len(text), (0xA0, 32), 0xD9) + text
    if isinstance(value, dict):
        pairs = b"".join(write(name) + write(entry) for name, entry in value.items())
        return _sized(len(value), (0x80, 16), 0xDE, narrowest=1) + pairs
    return _sized(len(value), (0x90, 16), 0xDC, narrowest=1) + b"".join(map(write, value))


def _integer(value: int) -> bytes:
    if -32 <= value <= 127:
        return struct.pack(">b", value)
    kinds = zip((0xCC, 0xCD, 0xCE, 0xCF), "BHIQ", strict=True)
    if value < 0:
        kinds = zip((0xD0, 0xD1, 0xD2, 0xD3), "bhiq", strict=True)
    for first, form in kinds:
        bits = 8 * struct.calcsize(">" + form)
        if -(2 ** (bits - 1)) <= value < (2**bits if form.isupper() else 2 ** (bits - 1)):
            return bytes([first]) + struct.pack(">" + form, value)
    raise ValueError("more than 64 bits")


def _sized(count: int, short: tuple[int, int] | None, first: int, narrowest: int = 0) -> bytes:
    if short is not None and count < short[1]:
        return bytes([short[0] | count])
    for place, form in enumerate("BHI"[narrowest:]):
        if count < 2 ** (8 * struct.calcsize(">" + form)):
            return bytes([first + place]) + struct.pack(">" + form, count)
    raise ValueError("too long")
