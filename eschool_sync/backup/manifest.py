"""What a backup says of itself, signed by the school; within the sealed file and beside it.

The paper beside the file holds no personal data: it tells without any key which file belongs to
which state of the journal, and whether it is whole.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from eschool_core.errors import AccessError, DamageError
from eschool_sync.security.durable import read_at_most, write_atomically
from eschool_sync.security.signing import SigningKey, verify

FORMAT: Final = 1
CONTEXT: Final = b"eschool/backup/manifest/v1"
SIDECAR_CONTEXT: Final = b"eschool/backup/sidecar/v1"
MAX_BYTES: Final = 256 * 1024
BLOCK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of one school; bytes are hexadecimal.

    Attributes:
        incarnation: Of the server that wrote it.
        seq: How many commands the journal had.
        root: Of the tree over its log.
        digest: Sum of the digests of all partitions.
        content: SHA-256 of the records.
        rows: How many rows each table has.
        made_at: Seconds UTC.
        engine: ``sqlite`` or ``postgresql``; a backup of one can be restored into the other.
        key: The school's public key.
    """

    format: int
    school: int
    incarnation: str
    seq: int
    root: str
    digest: str
    content: str
    rows: dict[str, int]
    made_at: int
    engine: str
    schema: int
    program: str
    key: str

    def to_bytes(self) -> bytes:
        """Return the bytes that are signed: the same manifest, the same bytes."""
        return _bytes(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the bytes.

        Raises:
            DamageError: ``backup.damaged``.
        """
        try:
            manifest = cls(**json.loads(data))
            bytes.fromhex(manifest.key + manifest.root + manifest.digest + manifest.incarnation)
        except (ValueError, TypeError) as error:
            raise DamageError("backup.damaged") from error
        return manifest

    def signature(self, key: SigningKey) -> bytes:
        """Return the school's signature."""
        return key.sign(CONTEXT, self.to_bytes())

    def check(self, signature: bytes) -> None:
        """Let pass what the school named in it signed.

        Raises:
            DamageError: ``backup.signature``.
        """
        _check(self.key, CONTEXT, self.to_bytes(), signature)


def write_sidecar(path: Path, manifest: Manifest, key: SigningKey) -> Path:
    """Write the paper beside a finished backup, and return its path."""
    told = {
        "manifest": asdict(manifest),
        "file": {"name": path.name, "bytes": path.stat().st_size, "sha256": file_hash(path)},
    }
    signature = key.sign(SIDECAR_CONTEXT, _bytes(told)).hex()
    beside = sidecar_of(path)
    text = json.dumps({**told, "signature": signature}, ensure_ascii=False, indent=1)
    write_atomically(beside, text.encode() + b"\n")
    return beside


def check_sidecar(path: Path) -> Manifest | None:
    """Hold a backup against the paper beside it, without any key; None where there is none.

    Raises:
        DamageError: ``backup.damaged``: the file is another; ``backup.signature``.
    """
    try:
        read = read_at_most(sidecar_of(path), MAX_BYTES)
    except FileNotFoundError:
        return None
    try:
        told: dict[str, Any] = json.loads(read or b"")
        signature = bytes.fromhex(told.pop("signature"))
        manifest = Manifest(**told["manifest"])
        file = told["file"]
        same = (file["bytes"], file["sha256"]) == (path.stat().st_size, file_hash(path))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamageError("backup.damaged") from error
    _check(manifest.key, SIDECAR_CONTEXT, _bytes(told), signature)
    if not same:
        raise DamageError("backup.damaged")
    return manifest


def sidecar_of(path: Path) -> Path:
    """Return where the paper of a backup lies."""
    return path.with_name(path.name + ".json")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            state.update(block)
    return state.hexdigest()


def _bytes(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _check(key: str, context: bytes, message: bytes, signature: bytes) -> None:
    try:
        verify(bytes.fromhex(key), context, message, signature)
    except (AccessError, ValueError) as error:
        raise DamageError("backup.signature") from error
