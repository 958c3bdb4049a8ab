"""The signed list of a data bank's packages: without it nobody would miss one that is gone."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import msgpack

from eschool_core.errors import AccessError, DamageError
from eschool_sync.packages.build import Packed
from eschool_sync.security.durable import read_at_most, write_atomically
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SUITE

FILE: Final = "catalogue.json"
FORMAT: Final = "eschool-catalogue/1"
CONTEXT: Final = b"eschool/catalogue/1"
MAX_BYTES: Final = 16 * 1024 * 1024
FIELDS: Final = ("folder", "kind", "school_class", "digest", "files", "keep_until")


@dataclass(frozen=True, slots=True)
class Listed:
    """One package of the list.

    Attributes:
        folder: Name of its folder, in the data bank.
        keep_until: Last day of keeping, in ISO form.
    """

    folder: str
    kind: str
    school_class: str
    digest: str
    files: int
    keep_until: str


def listed(packed: Packed, keep_until: str) -> Listed:
    """Return a new package's line of the list."""
    return Listed(
        *(packed.folder.name, packed.kind.name.lower(), packed.school_class),
        *(packed.digest, packed.files, keep_until),
    )


def write_catalogue(bank: Path, packages: Iterable[Listed], key: SigningKey) -> None:
    """Replace the list of a data bank.

    Raises:
        OSError: The disk is full or the folder may not be written.
    """
    entries = [asdict(one) for one in packages]
    fields = {
        "format": FORMAT,
        "school_key": key.public_bytes.hex(),
        "packages": entries,
        "signature": key.sign(CONTEXT, _signed(entries)).hex(),
    }
    content = json.dumps(fields, ensure_ascii=False, indent=1) + "\n"
    write_atomically(bank / FILE, content.encode())


def read_catalogue(bank: Path, school_key: bytes) -> list[Listed]:
    """Return the list of a data bank; nothing where there is none.

    Raises:
        AccessError: ``package.other_key``.
        DamageError: ``package.catalogue``: it is not what the school signed.
    """
    try:
        fields: Any = json.loads(read_at_most(bank / FILE, MAX_BYTES) or b"")
        key, signature = (bytes.fromhex(fields[name]) for name in ("school_key", "signature"))
        entries = [{name: entry[name] for name in FIELDS} for entry in fields["packages"]]
        found = [Listed(**entry) for entry in entries]
        signed = _signed(entries)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise DamageError("package.catalogue") from error
    if key != school_key:
        raise AccessError("package.other_key")
    try:
        verify(school_key, CONTEXT, signed, signature)
    except AccessError as error:
        raise DamageError("package.catalogue") from error
    # What is signed is still no path to follow: a name with a folder in it is none of ours.
    if any("/" in str(one.folder) for one in found):
        raise DamageError("package.catalogue")
    return found


def folded(name: str) -> str:
    """Return a folder's name as it is compared: some disks keep letters apart from their marks."""
    return unicodedata.normalize("NFC", name)


def _signed(entries: list[dict[str, Any]]) -> bytes:
    values = [[entry[name] for name in FIELDS] for entry in entries]
    packed: bytes = msgpack.packb([SUITE, values])
    return packed
