"""A vector: bytes, what they say, and what their reader has to know beforehand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "v1"
FORMAT: Final = "eschool-vectors/1"


@dataclass(frozen=True, slots=True)
class Vector:
    """One message.

    Attributes:
        kind: Names its reader.
        name: Unlike any other of its kind.
        data: The bytes.
        content: What they say, field by field.
        given: What is known beforehand.
    """

    kind: str
    name: str
    data: bytes
    content: Any
    given: dict[str, Any] = field(default_factory=dict)


def plain(value: Any) -> Any:
    """Return a value as JSON can carry it: bytes as 0x and hexadecimal digits."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, dict):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def unplain(value: Any) -> Any:
    """Return what ``plain`` was given."""
    if isinstance(value, str) and value.startswith("0x"):
        return bytes.fromhex(value[2:])
    if isinstance(value, dict):
        return {name: unplain(entry) for name, entry in value.items()}
    return [unplain(entry) for entry in value] if isinstance(value, list) else value


def text_of(kind: str, vectors: list[Vector]) -> str:
    """Return the file of all vectors of a kind."""
    listed = [
        {
            "name": vector.name,
            "given": plain(vector.given),
            "content": plain(vector.content),
            "bytes": vector.data.hex(),
        }
        for vector in vectors
    ]
    whole = {"format": FORMAT, "kind": kind, "vectors": listed}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def read_file(path: Path) -> list[Vector]:
    """Return the vectors of a file."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert whole["format"] == FORMAT
    return [
        Vector(
            whole["kind"],
            entry["name"],
            bytes.fromhex(entry["bytes"]),
            entry["content"],
            unplain(entry["given"]),
        )
        for entry in whole["vectors"]
    ]
