"""What the command line says in words, beside what both clients say (``eschool_core.wording``)."""

from __future__ import annotations

from datetime import date

from eschool_cli.localised import DEFAULT_LANGUAGE, say
from eschool_core.domain.enums import Role
from eschool_core.errors import EschoolError
from eschool_core.labels import Language, catalogue, text
from eschool_core.wording import (
    DASH,
    clause_of_check,
    hundredths,
    moment,
    remedy,
    sentence,
    short_date,
)

__all__ = [
    "DASH",
    "clause_of_check",
    "hundredths",
    "kind_name",
    "long_date",
    "moment",
    "remedy",
    "role_name",
    "sentence",
    "short_date",
    "told",
]


def told(error: EschoolError, language: Language) -> tuple[str, str]:
    """Return what happened and what to do, of an error."""
    return sentence(error.key, error.params, language), remedy(error.key, error.params, language)


def kind_name(kind: str) -> str:
    """Return what people call a kind of command; its own name where there is no text."""
    key = f"cli.command.{kind}"
    return say(key) if key in catalogue() else kind


def role_name(role: Role, *, acting: bool) -> str:
    """Return a role in words; of one that stands in for its holder with «и.о.» before it."""
    name = say(f"Role.{role.name.lower()}")
    return say("cli.acting", role=name) if acting else name


def long_date(day: date | None, language: Language = DEFAULT_LANGUAGE) -> str:
    """Return ``понедельник, 07.09.2026``."""
    if day is None:
        return DASH
    return f"{text(f'cli.weekday.{day.weekday()}', language)}, {day:%d.%m.%Y}"
