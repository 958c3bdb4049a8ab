"""What the pages say in words, beside what both clients say (``eschool_core.wording``)."""

from __future__ import annotations

import re
from datetime import date

from eschool_core.errors import EschoolError
from eschool_core.labels import Language, text
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
    "clause_of",
    "clause_of_check",
    "full_date",
    "hundredths",
    "long_date",
    "moment",
    "open_places",
    "remedy",
    "sentence",
    "short_date",
    "with_initials",
]

_PLACE = re.compile(r"\{\w+\}")


def with_initials(name: str) -> str:
    """Return a short name whose initials stay on one line.

    >>> with_initials("Норов М. Н.") == "Норов М.\N{NO-BREAK SPACE}Н."
    True
    """
    return name.replace(". ", ".\N{NO-BREAK SPACE}")


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
