"""The register of the acts that the regulation rests on (1.1): data beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from eschool_core.labels import Language


@dataclass(frozen=True, slots=True)
class LegalAct:
    """One act.

    Attributes:
        day: Date of the act.
        first_day: From when on it holds.
        successor: What took its place, and with that ended it.
    """

    number: str
    day: date
    first_day: date
    title_ru: str
    title_en: str
    successor: LegalAct | None = None

    def title(self, language: Language) -> str:
        """Return what the act is about."""
        return self.title_ru if language == "ru" else self.title_en

    @property
    def in_force(self) -> LegalAct:
        """The act itself, or what stands in its place today."""
        return self if self.successor is None else self.successor.in_force


@cache
def legal_acts() -> tuple[LegalAct, ...]:
    """Return the acts in the order in which clause 1.1 names them."""
    source = files("eschool_core.regulation").joinpath("legal_acts.toml")
    read = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(_act(entry) for entry in read["act"])


def _act(entry: dict[str, Any]) -> LegalAct:
    successor = entry.get("superseded")
    return LegalAct(
        number=entry["number"],
        day=entry["day"],
        first_day=entry.get("first_day", entry["day"]),
        title_ru=entry["ru"],
        title_en=entry["en"],
        successor=None if successor is None else _act(successor),
    )
