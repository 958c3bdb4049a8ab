"""The vectors are fresh, complete, and can be read with nothing but the document."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from tests.repo.files import PROJECT
from tests.vectors.generate import texts
from tests.vectors.reader import bodies, commands, parts, scalars
from tests.vectors.vector import FOLDER, Vector, plain, read_file

FILES = sorted(FOLDER.glob("*.json"))
VECTORS = [vector for path in FILES for vector in read_file(path)]
READER = Path(scalars.__file__).parent
DOCUMENT = PROJECT / "docs" / "sync_protocol.md"


def reader_of(kind: str) -> Callable[[bytes, dict[str, Any]], Any]:
    reader: Callable[[bytes, dict[str, Any]], Any] = next(
        getattr(part, kind) for part in (parts, commands, bodies) if hasattr(part, kind)
    )
    return reader


def test_the_vectors_are_what_the_program_writes() -> None:
    """`python -m tests.vectors.generate` writes them."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FILES} == texts()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector.kind}: {vector.name}")
def test_a_reader_that_knows_the_document_alone_reads_what_was_meant(vector: Vector) -> None:
    assert plain(reader_of(vector.kind)(vector.data, vector.given)) == vector.content


SIGNED = [vector for vector in VECTORS if {"school_key", "device_key"} & set(vector.given)]


@pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: f"{vector.kind}: {vector.name}")
def test_the_reader_notices_another_key(vector: Vector) -> None:
    """It would else prove nothing about signatures."""
    keys = {"school_key", "device_key"} & set(vector.given)
    swapped = {**vector.given, **dict.fromkeys(keys, bytes(32))}
    with pytest.raises(InvalidSignature):
        reader_of(vector.kind)(vector.data, swapped)


@pytest.mark.parametrize("path", sorted(READER.glob("*.py")), ids=lambda path: path.name)
def test_the_reader_shares_nothing_with_the_program(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [entry.name for entry in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            allowed = name.startswith("tests.vectors.reader") or not name.startswith("tests")
            assert allowed, name
            assert name.partition(".")[0] not in {"eschool_core", "eschool_sync", "msgpack"}


def test_every_route_and_everything_signed_has_its_vectors() -> None:
    """Each context of a signature in the packages stands in the document and in a vector's name."""
    document = DOCUMENT.read_text(encoding="utf-8")
    contexts = set()
    for folder in ("protocol", "history", "security"):
        for source in (PROJECT / "eschool_sync" / folder).glob("*.py"):
            found = re.findall(r'CONTEXT: Final = b"([^"]+)"', source.read_text(encoding="utf-8"))
            contexts |= set(found)
    assert len(contexts) > 8
    assert {context for context in contexts if f"`{context}`" not in document} == set()
    reader = "".join(path.read_text(encoding="utf-8") for path in READER.glob("*.py"))
    assert {context for context in contexts if f'"{context}"' not in reader} == set()


def test_every_kind_of_vector_is_named_in_the_document() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert {path.stem for path in FILES if f"`{path.stem}.json`" not in document} == set()
