from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import eschool_sync
from eschool_core import labels

PACKAGE = Path(eschool_sync.__file__).parent
SOURCES = [
    PACKAGE / "protocol" / "columns.py",
    PACKAGE / "protocol" / "compression.py",
    *sorted((PACKAGE / "security").glob("*.py")),
]
KEY = re.compile(r'"((?:access|busy|damage|input|protocol)\.[a-z_]+)"')


def keys() -> Iterator[str]:
    for source in SOURCES:
        yield from KEY.findall(source.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", sorted(set(keys())))
def test_every_refusal_says_what_happened_and_what_to_do(key: str) -> None:
    for part in (key, f"{key}.remedy"):
        texts = labels.catalogue()[part]
        assert set(texts) == {"ru", "en"}
        assert all(text.endswith(".") for text in texts.values())
        assert names(texts["ru"]) == names(texts["en"])


def names(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_no_text_is_left_over() -> None:
    file = Path(labels.__file__).parent / "texts" / "security.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    named = {entry.removesuffix(".page").removesuffix(".remedy") for entry in entries}
    assert named == set(keys())
