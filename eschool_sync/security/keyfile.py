"""The key file as bytes: JSON with a digest, read with a limit on everything it may claim."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, TypeAlias, cast, get_args

import msgpack

from eschool_core.errors import AccessError, DamageError, InputError
from eschool_sync.security.durable import read_at_most
from eschool_sync.security.passphrase import KdfParameters
from eschool_sync.security.suite import (
    KEY_BYTES,
    NONCE_BYTES,
    SALT_BYTES,
    SUITE,
    TAG_BYTES,
    equal,
    require_suite,
)

FORMAT: Final = "eschool-keyslots"
VERSION: Final = 1
MAX_FILE_BYTES: Final = 16 * 1024

SlotKind: TypeAlias = Literal["passphrase", "recovery", "keyring"]
_KINDS: Final = frozenset(get_args(SlotKind))
_ID_BYTES: Final = 16
_WRAPPED_BYTES: Final = KEY_BYTES + SALT_BYTES + TAG_BYTES
_FILE_FIELDS: Final = frozenset({"format", "version", "suite", "replica", "key_check", "slots"})
_SLOT_FIELDS: Final = frozenset({"kind", "kdf", "salt", "nonce", "wrapped"})
_KDF_FIELDS: Final = frozenset({"memory_kib", "passes", "lanes"})


@dataclass(frozen=True, slots=True)
class Slot:
    """The database key wrapped for one way in.

    Attributes:
        kind: The way in.
        kdf: Cost of the passphrase; nothing for secrets that cannot be guessed.
        salt: Of the KDF.
        nonce: Of the wrap.
        wrapped: Key, salt of the database and authentication tag.
    """

    kind: SlotKind
    kdf: KdfParameters | None
    salt: bytes
    nonce: bytes
    wrapped: bytes

    def holding(self, wrapped: bytes) -> Slot:
        """Return this slot with ``wrapped`` in it."""
        return replace(self, wrapped=wrapped)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file says.

    Attributes:
        replica: Random id of the replica.
        key_check: ``DatabaseKey.check_value`` of the key in every slot.
        slots: At most one of each kind.
    """

    replica: bytes
    key_check: bytes
    slots: tuple[Slot, ...]

    def with_slot(self, slot: Slot) -> KeyFile:
        """Return this file with ``slot`` in place of the one of its kind."""
        others = tuple(other for other in self.slots if other.kind != slot.kind)
        return replace(self, slots=(*others, slot))

    def binding(self, slot: Slot) -> bytes:
        """Return what the wrap of ``slot`` authenticates besides the key."""
        kdf = slot.kdf and [slot.kdf.memory_kib, slot.kdf.passes, slot.kdf.lanes]
        packed: bytes = msgpack.packb([FORMAT, VERSION, SUITE, self.replica, slot.kind, kdf])
        return packed

    def to_bytes(self) -> bytes:
        """Return the file as it is stored."""
        content: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "suite": SUITE,
            "replica": self.replica.hex(),
            "key_check": self.key_check.hex(),
            "slots": [_slot_fields(slot) for slot in self.slots],
        }
        content["digest"] = _digest(content)
        return json.dumps(content, indent=1).encode() + b"\n"


def read_key_file(path: Path) -> KeyFile:
    """Return what the key file at ``path`` says.

    Raises:
        DamageError: ``damage.keyslots``: not what was written, or beyond every limit;
            ``damage.keyslots_missing``: there is no file.
        InputError: ``input.suite``: written by a later version.
        AccessError: ``access.file``: this user of the computer may not read it.
    """
    try:
        data = read_at_most(path, MAX_FILE_BYTES)
    except FileNotFoundError as error:
        raise DamageError("damage.keyslots_missing") from error
    except OSError as error:
        raise AccessError("access.file") from error
    if data is None:
        _damaged()
    try:
        return _parse(json.loads(data, object_pairs_hook=_unique, parse_constant=_no_constant))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamageError("damage.keyslots") from error


def _damaged() -> NoReturn:
    raise DamageError("damage.keyslots")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        _damaged()
    return fields


def _no_constant(_name: str) -> NoReturn:
    _damaged()


def _parse(content: Any) -> KeyFile:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        _damaged()
    digest = content.pop("digest")
    if not isinstance(digest, str) or not equal(_digest(content).encode(), digest.encode("ascii")):
        _damaged()
    # Only now: a flipped bit in the number of the suite is damage, not a later version.
    require_suite(content["suite"])
    if type(content["version"]) is not int or content["version"] != VERSION:
        raise InputError("input.suite", supported=SUITE)
    if content.keys() != _FILE_FIELDS:
        _damaged()
    slots = tuple(_parse_slot(slot) for slot in content["slots"])
    if len({slot.kind for slot in slots}) != len(slots):
        _damaged()
    return KeyFile(
        _bytes(content["replica"], _ID_BYTES), _bytes(content["key_check"], _ID_BYTES), slots
    )


def _parse_slot(fields: Any) -> Slot:
    if not isinstance(fields, dict) or fields.keys() != _SLOT_FIELDS:
        _damaged()
    kind = fields["kind"]
    if kind not in _KINDS or (fields["kdf"] is not None) != (kind == "passphrase"):
        _damaged()
    return Slot(
        kind=cast("SlotKind", kind),
        kdf=_parse_kdf(fields["kdf"]) if kind == "passphrase" else None,
        salt=_bytes(fields["salt"], SALT_BYTES),
        nonce=_bytes(fields["nonce"], NONCE_BYTES),
        wrapped=_bytes(fields["wrapped"], _WRAPPED_BYTES),
    )


def _parse_kdf(fields: Any) -> KdfParameters:
    if not isinstance(fields, dict) or fields.keys() != _KDF_FIELDS:
        _damaged()
    if any(type(value) is not int for value in fields.values()):
        _damaged()
    parameters = KdfParameters(**fields)
    if not parameters.within_limits():
        _damaged()
    return parameters


def _bytes(text: Any, length: int) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != length:
        _damaged()
    return data


def _slot_fields(slot: Slot) -> dict[str, Any]:
    kdf = slot.kdf
    return {
        "kind": slot.kind,
        "kdf": kdf and {"memory_kib": kdf.memory_kib, "passes": kdf.passes, "lanes": kdf.lanes},
        "salt": slot.salt.hex(),
        "nonce": slot.nonce.hex(),
        "wrapped": slot.wrapped.hex(),
    }


def _digest(content: dict[str, Any]) -> str:
    packed = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(packed).hexdigest()
