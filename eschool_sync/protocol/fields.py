"""Reads msgpack from anywhere: limits first, then exactly the types that were declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NoReturn

import msgpack

from eschool_core.errors import InputError

MAX_INT: Final = (1 << 53) - 1
MAX_ITEMS: Final = 10_000
"""Items of one list: a list's header alone makes the reader set aside memory for all of them."""


def malformed(part: str) -> NoReturn:
    """Refuse a message.

    Raises:
        InputError: ``protocol.malformed``.
    """
    raise InputError("protocol.malformed", part=part)


def read_list(data: Any, part: str, *, max_items: int = MAX_ITEMS, max_pairs: int = 0) -> list[Any]:
    """Return the list that ``data`` holds; extensions are refused.

    Args:
        data: Bytes from anywhere, limited in length by the caller.
        part: Names the message in the error.
        max_items: Of this list and of every list in it.
        max_pairs: Of every map in it; by default there may be none.

    Raises:
        InputError: ``protocol.malformed``.
    """
    try:
        fields = msgpack.unpackb(
            data, raw=False, max_array_len=max_items, max_map_len=max_pairs, max_ext_len=0
        )
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise InputError("protocol.malformed", part=part) from error
    if type(fields) is not list:
        malformed(part)
    return fields


def require_types(fields: Sequence[Any], types: Sequence[tuple[type, ...]], part: str) -> None:
    """Let pass fields of the declared types; integers are of 53 bits and not negative.

    Raises:
        InputError: ``protocol.malformed``.
    """
    if len(fields) != len(types):
        malformed(part)
    for value, allowed in zip(fields, types, strict=True):
        if type(value) not in allowed or (type(value) is int and not 0 <= value <= MAX_INT):
            malformed(part)
