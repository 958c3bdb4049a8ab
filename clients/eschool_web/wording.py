"""Sentences of the pages: by key, tolerant of what a newer server may send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from eschool_core.errors import EschoolError
from eschool_core.labels import Language, catalogue, filled, text

DASH = "–"
_PLACE = re.compile(r"\{\w+\}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def sentence(key: str, params: Mapping[str, object] | None, language: Language) -> str:
    """Return the text of a key; a general one where it is unknown here or lacks a parameter."""
    try:
        spelled = {name: _spelled(value) for name, value in (params or {}).items()}
        return filled(key, spelled, language)
    except (KeyError, ValueError, IndexError):
        return text("web.unknown_text", language, name=key)


def remedy(key: str, params: Mapping[str, object] | None, language: Language) -> str:
    """Return what to do next; empty where nothing is said of that."""
    wanted = f"{key}.remedy"
    return sentence(wanted, params, language) if wanted in catalogue() else ""


def open_places(spoken: str) -> str:
    """Return a text of the catalogue with three dots where something will be named.

    >>> open_places("урок {date}, {group}")
    'урок …, …'
    """
    return _PLACE.sub("…", spoken)


def clause_of(error: EschoolError) -> str:
    """Return the clause that refuses, or nothing."""
    check = getattr(error, "check", None)
    return "" if check is None else str(check.clause)


def clause_of_check(check_id: str) -> str:
    """Return the clause that the id of a check begins with.

    >>> clause_of_check("4.6.4/2/application")
    '4.6.4/2'
    """
    return check_id.rpartition("/")[0]


def short_date(day: date | None) -> str:
    """Return ``08.09``."""
    return DASH if day is None else f"{day:%d.%m}"


def full_date(day: date | None) -> str:
    """Return ``08.09.2026``."""
    return DASH if day is None else f"{day:%d.%m.%Y}"


def long_date(day: date | None, language: Language) -> str:
    """Return «понедельник, 7 сентября 2026 г.»."""
    if day is None:
        return DASH
    weekday = text(f"web.weekday.{day.weekday()}", language)
    month = text(f"web.month.{day.month}", language)
    return text("web.date", language, weekday=weekday, day=day.day, month=month, year=day.year)


def moment(at: datetime | None) -> str:
    """Return ``07.09.2026 12:30``, as the school's clock shows it."""
    return DASH if at is None else f"{at:%d.%m.%Y %H:%M}"


def hundredths(number: int | None) -> str:
    """Return ``4,67``; a dash for nothing."""
    return DASH if number is None else f"{number // 100},{number % 100:02d}"


def _spelled(value: object) -> object:
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        year, month, day = value.split("-")
        return f"{day}.{month}.{year}"
    return value
