"""Every refusal of the engine has a text and a remedy that its parameters fill."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import eschool_sync
from eschool_core import labels

PACKAGE = Path(eschool_sync.__file__).parent
ERRORS = {"AccessError", "BusyError", "DamageError", "InputError", "TransportError"}
KEY = re.compile(r"[a-z]+(\.[a-z_]+)+")
FOLDERS = ("protocol", "replica", "server", "history", "security")
# What becomes of a command: not raised, but stored as its verdict.
VERDICTS: dict[str, frozenset[str]] = {
    "command.group_fell": frozenset({"number"}),
    "command.failed": frozenset(),
    "command.reoffered": frozenset({"reason"}),
    "command.copied": frozenset({"device", "number"}),
    "command.device_revoked": frozenset(),
}


def raised() -> Iterator[tuple[str, frozenset[str]]]:
    """Yield key and parameter names of every error that the packages make."""
    for folder in FOLDERS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield from key_of(node, node.func.id)


def key_of(call: ast.Call, name: str) -> Iterator[tuple[str, frozenset[str]]]:
    if name not in ERRORS or not call.args or not isinstance(call.args[0], ast.Constant):
        return
    names = frozenset(keyword.arg for keyword in call.keywords if keyword.arg is not None)
    yield str(call.args[0].value), names


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_the_search_finds_what_it_must() -> None:
    keys = {key for key, _ in raised()}
    assert {"sync.gap", "access.code", "damage.digest", "protocol.malformed"} <= keys
    assert len(keys) > 40


def refusals() -> list[tuple[str, frozenset[str]]]:
    return sorted({*raised(), *VERDICTS.items()}, key=lambda entry: (entry[0], sorted(entry[1])))


@pytest.mark.parametrize(
    ("key", "names"),
    refusals(),
    ids=lambda value: value if isinstance(value, str) else " ".join(sorted(value)) or "nothing",
)
def test_a_refusal_says_what_happened_and_what_to_do(key: str, names: frozenset[str]) -> None:
    assert KEY.fullmatch(key)
    for part in (key, f"{key}.remedy"):
        for language, text in labels.catalogue()[part].items():
            assert blanks(text) <= names, f"{part} ({language}) asks for what it does not get"


def test_no_text_of_the_engine_is_left_over() -> None:
    file = Path(labels.__file__).parent / "texts" / "sync.toml"
    known = {
        key.removesuffix(".page").removesuffix(".remedy")
        for key in tomllib.loads(file.read_text(encoding="utf-8"))
    }
    assert known <= {key for key, _ in raised()} | set(VERDICTS) | {"command.replaces"}
