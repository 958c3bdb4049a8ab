"""Sentences and figures as people read them, from values that came from elsewhere.

Both the command line and the pages say them, so that a finding reads alike in either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from eschool_core.labels import Language, catalogue, filled, text

DASH: Final = "–"
UNKNOWN: Final = "text.unknown"
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def sentence(
    key: str, params: Mapping[str, object] | None = None, language: Language = "ru"
) -> str:
    """Return the text of a key; a general one where it is unknown here or lacks a parameter.

    A newer server may send keys that this version has no text for.
    """
    try:
        spelled = {name: _spelled(value) for name, value in (params or {}).items()}
        return filled(key, spelled, language)
    except (KeyError, ValueError, IndexError):
        return text(UNKNOWN, language, name=key)


def remedy(key: str, params: Mapping[str, object] | None = None, language: Language = "ru") -> str:
    """Return what to do next; empty where nothing is said of that."""
    wanted = f"{key}.remedy"
    return sentence(wanted, params, language) if wanted in catalogue() else ""


def clause_of_check(check_id: str) -> str:
    """Return the clause that the id of a check begins with.

    >>> clause_of_check("4.6.4/2/application")
    '4.6.4/2'
    """
    return check_id.rpartition("/")[0]


def short_date(day: date | None) -> str:
    """Return ``08.09``."""
    return DASH if day is None else f"{day:%d.%m}"


def moment(at: datetime | None) -> str:
    """Return ``07.09.2026 12:30``, as the school's clock shows it."""
    return DASH if at is None else f"{at:%d.%m.%Y %H:%M}"


def hundredths(number: int | None) -> str:
    """Return ``4,67``; a dash for nothing."""
    return DASH if number is None else f"{number // 100},{number % 100:02d}"


def _spelled(value: object) -> object:
    """Return a date of a finding's parameters as people write it, and anything else as it is."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        year, month, day = value.split("-")
        return f"{day}.{month}.{year}"
    return value
