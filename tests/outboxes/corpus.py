"""What replicas of each version have waiting: a file for each command, kept for ever.

A folder is named after the version of the program that wrote it. The one of the version in the
making is written anew by ``scripts/docs``; at a release its hash goes into ``RELEASED``, and nobody
writes it any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
NEXT: Final = "v1"
RELEASED: Final[Mapping[str, str]] = MappingProxyType({})
"""Folder → ``hash_of`` at its release. No version has been released yet."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A command as it lies in an outbox.

    Attributes:
        payload: The msgpack list of its fields, which its header commits to.
    """

    kind: str
    version: int
    take: int
    payload: bytes

    @property
    def file(self) -> str:
        return f"{self.kind}.{self.version}.json"

    def to_json(self) -> str:
        fields = {
            "kind": self.kind,
            "version": self.version,
            "take": self.take,
            "payload": self.payload.hex(),
        }
        return json.dumps(fields, indent=1) + "\n"


def read_folder(folder: Path) -> list[Waiting]:
    """Return the commands in a folder, by kind."""
    return [_read(path) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> Waiting:
    fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Waiting(
        fields["kind"], fields["version"], fields["take"], bytes.fromhex(fields["payload"])
    )


def hash_of(folder: Path) -> str:
    """Return a hash over names and contents of a folder."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.json")):
        whole.update(f"{path.name}\n".encode() + path.read_bytes())
    return whole.hexdigest()


def folders() -> list[Path]:
    """Return the folder of each version, the one in the making too."""
    return sorted(path for path in FOLDER.iterdir() if path.name.startswith("v"))
