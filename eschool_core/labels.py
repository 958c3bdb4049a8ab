"""Every sentence that people read, in Russian and English, from ``texts/*.toml``.

Each text file is a list of tables ``["key"]`` with ``ru`` and ``en``. A refusal or an error has
two texts: ``key`` says what happened, ``key.remedy`` what to do next.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from eschool_core.errors import EschoolError

Language = Literal["ru", "en"]
MINUTES = "_minutes"
"""How parameters end that count minutes."""

POLICY = "policy"
"""The parameter that names a value of the policy: people read its title."""

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * 60


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
    return filled(key, params, language)


def filled(key: str, params: Mapping[str, object], language: Language = "ru") -> str:
    """Return the text ``key`` with its blanks filled: minutes and values of the policy in words.

    Raises:
        KeyError: No such text, or a parameter that the text names is missing.
    """
    said = {name: _said(name, value, language) for name, value in params.items()}
    return catalogue()[key][language].format_map(said)


def _said(name: str, value: object, language: Language) -> object:
    """Return a parameter as people read it."""
    if name.endswith(MINUTES) and isinstance(value, int):
        return span(value, language)
    title = catalogue().get(f"policy.title.{value}") if name == POLICY else None
    return value if title is None else title[language]


def span(minutes: int, language: Language = "ru") -> str:
    """Return a length of time in its two greatest units.

    >>> span(12), span(80), span(70_180)
    ('12 мин', '1 ч 20 мин', '48 дн. 17 ч')
    """
    lengths = (
        ("span.days", minutes // MINUTES_PER_DAY),
        ("span.hours", minutes % MINUTES_PER_DAY // MINUTES_PER_HOUR),
        ("span.minutes", minutes % MINUTES_PER_HOUR),
    )
    first = next((place for place, (_, count) in enumerate(lengths) if count), len(lengths) - 1)
    shown = [(key, count) for key, count in lengths[first : first + 2] if count]
    units = shown or [lengths[-1]]
    return " ".join(catalogue()[key][language].format(count=count) for key, count in units)


def message(error: EschoolError, language: Language = "ru") -> str:
    """Return what happened, in one sentence."""
    return text(error.key, language, **error.params)


def remedy(error: EschoolError, language: Language = "ru") -> str:
    """Return what to do next, in one imperative sentence."""
    return text(f"{error.key}.remedy", language, **error.params)
