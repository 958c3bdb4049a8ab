"""The contents of a push that its device may show to the school and not read any more (§5.3).

    magic 8 · version 1 · school 8 · device 4 · ephemeral key 32 · sealed content

The content is the list ``[[number, salt, payload] …]``, sealed with the key that the school signs
with, as files are (ADR 0022): a restored server opens it, nobody at the replica does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgpack

from eschool_core.errors import DamageError, InputError
from eschool_sync.protocol.envelope import SALT_BYTES
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.security.agreeing import seal_for, unseal
from eschool_sync.security.random_source import Random

MAGIC: Final = b"ESCHSEAL"
FORMAT: Final = 1
HEADER_BYTES: Final = len(MAGIC) + 1 + 8 + 4
_INFO: Final = b"eschool/sealed-push/1"
_PART: Final = "push"
_TYPES: Final = ((int,), (bytes,), (bytes,))

Contents = dict[int, tuple[bytes, bytes]]
"""Number of a command → its salt and its payload."""


def seal_contents(
    school_key: bytes,
    whose: tuple[int, int],
    contents: Iterable[tuple[int, bytes, bytes]],
    random: Random,
) -> bytes:
    """Return what the school's server alone can read.

    Args:
        school_key: The school's public key.
        whose: Number of the school and of the device.
        contents: Number, salt and payload of each command of one push.
        random: For the ephemeral key.
    """
    packed: bytes = msgpack.packb([list(entry) for entry in contents])
    return seal_for(school_key, _header(*whose), packed, _INFO, random)


def open_contents(seed: bytes, whose: tuple[int, int], sealed: bytes, most: int) -> Contents:
    """Return what ``seal_contents`` sealed.

    Args:
        seed: Of the school's signing key.
        whose: Number of the school and of the device.
        sealed: From a device; not trusted.
        most: The most commands that the caller takes.

    Raises:
        InputError: ``protocol.malformed``: for another school, of another device, or changed.
    """
    if not sealed.startswith(_header(*whose)):
        malformed(_PART)
    try:
        packed = unseal(seed, sealed, HEADER_BYTES, _INFO)
    except DamageError as error:
        raise InputError("protocol.malformed", part=_PART) from error
    return dict(_entry(entry) for entry in read_list(packed, _PART, max_items=most))


def _header(school: int, device: int) -> bytes:
    return MAGIC + bytes((FORMAT,)) + school.to_bytes(8, "big") + device.to_bytes(4, "big")


def _entry(entry: Any) -> tuple[int, tuple[bytes, bytes]]:
    if type(entry) is not list:
        malformed(_PART)
    require_types(entry, _TYPES, _PART)
    number, salt, payload = entry
    if len(salt) != SALT_BYTES:
        malformed(_PART)
    return number, (salt, payload)
