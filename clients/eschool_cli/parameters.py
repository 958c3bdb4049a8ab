"""Values on the command line: dates, words of a list, small numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

import click

from eschool_cli.localised import language_of, say
from eschool_core import calendar
from eschool_core.domain.result_enums import CorrectionReason
from eschool_core.labels import text
from eschool_core.queries.matching import words_of

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_RUSSIAN = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?")
MAX_DIGITS = 16
"""Of the greatest id, 2^53."""
OFFSETS = {
    "сегодня": 0,
    "today": 0,
    "вчера": -1,
    "yesterday": -1,
    "завтра": 1,
    "tomorrow": 1,
}


@dataclass(frozen=True, slots=True)
class Day:
    """A date as typed: whole, without its year, or counted from today."""

    date: date | None = None
    month_day: tuple[int, int] | None = None
    offset: int = 0

    def number(self, today: int) -> int:
        """Return the day's number; one without a year is the nearest to ``today``."""
        if self.date is not None:
            return calendar.day_number(self.date)
        if self.month_day is None:
            return today + self.offset
        year = calendar.date_of(today).year
        found = [_date_in(near, *self.month_day) for near in (year - 1, year, year + 1)]
        numbers = [calendar.day_number(one) for one in found if one is not None]
        return min(numbers, key=lambda number: abs(number - today))


def _date_in(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


class DayType(click.ParamType[Day]):
    """``2026-09-08``, ``08.09.2026``, ``08.09``, ``вчера``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Day:
        """Return the day."""
        if isinstance(value, Day):
            return value
        typed = str(value).strip().casefold()
        if typed in OFFSETS:
            return Day(offset=OFFSETS[typed])
        iso, russian = _ISO.fullmatch(typed), _RUSSIAN.fullmatch(typed)
        try:
            if iso:
                return Day(date(int(iso[1]), int(iso[2]), int(iso[3])))
            if russian and russian[3]:
                return Day(date(int(russian[3]), int(russian[2]), int(russian[1])))
            if russian and _date_in(2024, int(russian[2]), int(russian[1])):
                return Day(month_day=(int(russian[2]), int(russian[1])))
        except ValueError:
            pass
        return self.fail(say("cli.bad.date"), param, ctx)


class WordType(click.ParamType[IntEnum]):
    """A word of a closed list: its identifier, or the beginning of its name in either language."""

    name = "word"

    def __init__(self, words: type[IntEnum], *left_out: IntEnum) -> None:
        self.words = [word for word in words if word not in left_out]
        self.key = words.__name__

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> IntEnum:
        """Return the entry of the list."""
        if isinstance(value, IntEnum):
            return value
        typed = " ".join(words_of(str(value)))
        exact = [word for word in self.words if " ".join(words_of(word.name)) == typed]
        begun = [word for word in self.words if typed and self._begins(word, typed)]
        for found in (exact, begun):
            if len(found) == 1:
                return found[0]
        return self.fail(say("cli.bad.word", words=self._listed(ctx)), param, ctx)

    def _begins(self, word: IntEnum, typed: str) -> bool:
        names = (text(f"{self.key}.{word.name.lower()}", language) for language in ("ru", "en"))
        return any(" ".join(words_of(name)).startswith(typed) for name in names)

    def _listed(self, ctx: click.Context | None) -> str:
        language = language_of(ctx)
        return ", ".join(
            f"{word.name.lower()} ({text(f'{self.key}.{word.name.lower()}', language)})"
            for word in self.words
        )


class ReasonType(click.ParamType[str]):
    """A reason: a word of the list that is offered, or whatever else is written (2.2)."""

    name = "reason"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the reason in words."""
        typed = str(value).strip()
        for reason in CorrectionReason:
            if typed.casefold() == reason.name.lower():
                return text(f"{CorrectionReason.__name__}.{reason.name.lower()}", language_of(ctx))
        return typed


class NumberType(click.ParamType[int]):
    """A whole number within bounds."""

    name = "number"

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        typed = str(value)
        if typed.isascii() and typed.isdigit() and len(typed) <= MAX_DIGITS:
            number = int(typed)
            if self.least <= number <= self.most:
                return number
        return self.fail(say("cli.bad.number", least=self.least, most=self.most), param, ctx)


class MarksType(click.ParamType[tuple[int, ...]]):
    """One mark, or two of one lesson as ``4/5``; whether the scale has it, the clause says."""

    name = "mark"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the marks."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split("/")
        if len(parts) <= 2 and all(re.fullmatch("[0-9]{1,2}", part) for part in parts):
            return tuple(int(part) for part in parts)
        return self.fail(say("cli.bad.mark"), param, ctx)
