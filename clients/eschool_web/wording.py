"""What the pages say in words, beside what both clients say (``eschool_core.wording``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from eschool_core import wording
from eschool_core.errors import EschoolError
from eschool_core.labels import Language, catalogue, text
from eschool_core.wording import DASH, clause_of_check, hundredths, moment, short_date

__all__ = [
    "DASH",
    "clause_of",
    "clause_of_check",
    "full_date",
    "hundredths",
    "long_date",
    "moment",
    "open_places",
    "page_key",
    "remedy",
    "sentence",
    "short_date",
    "with_initials",
]

_PLACE = re.compile(r"\{\w+\}")
OF_PAGES: Final = ".page"
"""Ends the key of what pages say in place of a text that names a command."""


def page_key(key: str) -> str:
    """Return the key of a text as pages say it: its own one, where there is that.

    >>> page_key("support.none"), page_key("web.help")
    ('support.none.page', 'web.help')
    """
    own = f"{key}{OF_PAGES}"
    return own if own in catalogue() else key


def sentence(
    key: str, params: Mapping[str, object] | None = None, language: Language = "ru"
) -> str:
    """Return the text of a key as pages say it; a general one where it is unknown here."""
    return wording.sentence(page_key(key), params, language)


def remedy(key: str, params: Mapping[str, object] | None = None, language: Language = "ru") -> str:
    """Return what to do next, on which page or by whom; empty where nothing is said of that."""
    wanted = page_key(f"{key}.remedy")
    return wording.sentence(wanted, params, language) if wanted in catalogue() else ""


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
