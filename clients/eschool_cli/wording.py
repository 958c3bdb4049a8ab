"""Sentences from keys and parameters that came from elsewhere: never fails for want of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from eschool_cli.localised import DEFAULT_LANGUAGE, say
from eschool_core.domain.enums import Role
from eschool_core.errors import EschoolError
from eschool_core.labels import Language, catalogue, filled, text

DASH = "–"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def sentence(
    key: str, params: Mapping[str, object] | None = None, language: Language = DEFAULT_LANGUAGE
) -> str:
    """Return the text of a key; a general one where it is unknown here or lacks a parameter.

    A newer server may send keys that this version has no text for.
    """
    try:
        spelled = {name: _spelled(value) for name, value in (params or {}).items()}
        return filled(key, spelled, language)
    except (KeyError, ValueError, IndexError):
        return text("cli.unknown_text", language, name=key)


def _spelled(value: object) -> object:
    """Return a date of a finding's parameters as people write it, and anything else as it is."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        year, month, day = value.split("-")
        return f"{day}.{month}.{year}"
    return value


def remedy(
    key: str, params: Mapping[str, object] | None = None, language: Language = DEFAULT_LANGUAGE
) -> str:
    """Return what to do next; empty where nothing is said of that."""
    wanted = f"{key}.remedy"
    return sentence(wanted, params, language) if wanted in catalogue() else ""


def told(error: EschoolError, language: Language) -> tuple[str, str]:
    """Return what happened and what to do, of an error."""
    return sentence(error.key, error.params, language), remedy(error.key, error.params, language)


def kind_name(kind: str) -> str:
    """Return what people call a kind of command; its own name where there is no text."""
    key = f"cli.command.{kind}"
    return say(key) if key in catalogue() else kind


def clause_of(check_id: str) -> str:
    """Return the clause that the id of a check begins with.

    >>> clause_of("4.6.4/2/application")
    '4.6.4/2'
    """
    return check_id.rpartition("/")[0]


def role_name(role: Role, *, acting: bool) -> str:
    """Return a role in words; of one that stands in for its holder with «и.о.» before it."""
    name = say(f"Role.{role.name.lower()}")
    return say("cli.acting", role=name) if acting else name


def short_date(day: date | None) -> str:
    """Return ``08.09``."""
    return DASH if day is None else f"{day:%d.%m}"


def long_date(day: date | None, language: Language = DEFAULT_LANGUAGE) -> str:
    """Return ``понедельник, 07.09.2026``."""
    if day is None:
        return DASH
    return f"{text(f'cli.weekday.{day.weekday()}', language)}, {day:%d.%m.%Y}"


def moment(at: datetime | None) -> str:
    """Return ``07.09.2026 12:30``, as the school's clock shows it."""
    return DASH if at is None else f"{at:%d.%m.%Y %H:%M}"


def hundredths(number: int | None) -> str:
    """Return ``4,67``."""
    return DASH if number is None else f"{number // 100},{number % 100:02d}"
