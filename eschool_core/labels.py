"""Every sentence that people read, in Russian and English, from ``texts/*.toml``.

Each text file is a list of tables ``["key"]`` with ``ru`` and ``en``. A refusal or an error has
two texts: ``key`` says what happened, ``key.remedy`` what to do next.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from eschool_core.errors import EschoolError

Language = Literal["ru", "en"]


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return all texts by key and language.

    Raises:
        ValueError: Two files define the same key.
    """
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(files("eschool_core.texts").iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for key, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in texts:
                raise ValueError(f"text {key} is defined twice")
            texts[key] = entry
    return texts


def text(key: str, language: Language = "ru", **params: object) -> str:
    """Return the text ``key`` filled with ``params``.

    Raises:
        KeyError: No such text, or a parameter that the text names is missing.
    """
    return catalogue()[key][language].format_map(params)


def message(error: EschoolError, language: Language = "ru") -> str:
    """Return what happened, in one sentence."""
    return text(error.key, language, **error.params)


def remedy(error: EschoolError, language: Language = "ru") -> str:
    """Return what to do next, in one imperative sentence."""
    return text(f"{error.key}.remedy", language, **error.params)
