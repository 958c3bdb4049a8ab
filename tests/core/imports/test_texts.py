"""Every key that the readers use has its texts, and its parameters fill them."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from eschool_core import imports
from eschool_core.labels import catalogue

FOLDER = Path(str(imports.__path__[0]))
KEY = re.compile(r"import\.[a-z_]+")


def calls() -> list[tuple[str, set[str]]]:
    """Return each call that names a key, with the names of its parameters."""
    found = []
    for path in sorted(FOLDER.glob("[!b]*.py")):  # what builds commands has texts of its own
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                keys = [
                    argument.value
                    for argument in node.args
                    if isinstance(argument, ast.Constant)
                    and isinstance(argument.value, str)
                    and KEY.fullmatch(argument.value)
                ]
                named = {one.arg for one in node.keywords if one.arg}
                found += [(key, named) for key in keys]
    return found


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_the_readers_use_keys() -> None:
    assert len(calls()) > 60


@pytest.mark.parametrize(("key", "given"), calls())
def test_a_key_has_texts_that_its_parameters_fill(key: str, given: set[str]) -> None:
    for name in (key, f"{key}.remedy"):
        texts = catalogue()[name]
        assert texts.keys() == {"ru", "en"}
        for text in texts.values():
            assert fields(text) <= given


def test_no_text_is_left_over() -> None:
    used = {key for key, _ in calls()}
    text = files("eschool_core.texts").joinpath("import.toml").read_text(encoding="utf-8")
    assert {
        key.removesuffix(".page").removesuffix(".remedy") for key in tomllib.loads(text)
    } == used
