"""Reads a TOML file that proposes local acts and policy values (4.4.1); nothing is set by it.

    [[act]]
    title = "Положение о системе оценивания"
    number = "45-о"
    day = 2026-08-28
    from = 2026-09-01        # by default the day of the act
    replaces = "12-о"        # left out for a new act

    [[value]]
    name = "failing_mean"
    value = 2.6              # a number, a word or a list
    from = 2026-09-01
    to = 2027-05-31          # left out: until another value is set
    act = "45-о"

Every mistake of the file is told at once, each with its place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from eschool_core import calendar
from eschool_core.domain.row import FOREVER
from eschool_core.errors import InputError
from eschool_core.imports.source import Source, load
from eschool_core.regulation.policy import parse_value

T = TypeVar("T")
MAX_ENTRIES = 500
MAX_TEXT = 200
ACT_FIELDS = ("title", "number", "day", "from", "replaces")
VALUE_FIELDS = ("name", "value", "from", "to", "act")


@dataclass(frozen=True, slots=True)
class ProposedAct:
    """An act to be registered."""

    title: str
    number: str
    day: int
    first_day: int
    replaces: str


@dataclass(frozen=True, slots=True)
class ProposedValue:
    """A value to be set; ``value`` is text that ``parse_value`` takes."""

    name: str
    value: str
    first_day: int
    last_day: int
    act: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong where: ``value 2``; the text is that of the error's key."""

    place: str
    error: InputError


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What a file proposes; where there are mistakes nothing of it is to be taken."""

    acts: tuple[ProposedAct, ...]
    values: tuple[ProposedValue, ...]
    mistakes: tuple[Mistake, ...]


def read_policy_file(source: Source, name: str = "-") -> PolicyFile:
    """Return what a file proposes.

    Raises:
        InputError: It cannot be read at all, or is no TOML file: ``policy_file.not_toml``.
    """
    file = load(source, ("text",), name)
    try:
        read = tomllib.loads(file.data.decode("utf-8-sig"))
    except ValueError as error:
        raise InputError("policy_file.not_toml", file=file.name) from error
    mistakes: list[Mistake] = []
    unknown = sorted(set(read) - {"act", "value"})
    if unknown:
        mistakes.append(_mistake("-", "policy_file.unknown_field", field=unknown[0]))
    acts = _entries(read.get("act", []), "act", _act, mistakes)
    values = _entries(read.get("value", []), "value", _value, mistakes)
    if not acts and not values and not mistakes:
        mistakes.append(_mistake("-", "policy_file.empty"))
    return PolicyFile(tuple(acts), tuple(values), tuple(mistakes))


def _entries(
    listed: Any, kind: str, read: Callable[[dict[str, Any]], T], mistakes: list[Mistake]
) -> list[T]:
    if not isinstance(listed, list) or len(listed) > MAX_ENTRIES:
        mistakes.append(_mistake(kind, "policy_file.not_a_list", limit=MAX_ENTRIES))
        return []
    found = []
    for number, entry in enumerate(listed, start=1):
        place = f"{kind} {number}"
        try:
            if not isinstance(entry, dict):
                raise InputError("policy_file.not_a_list", limit=MAX_ENTRIES)
            found.append(read(entry))
        except InputError as error:
            mistakes.append(Mistake(place, error))
    return found


def _act(entry: dict[str, Any]) -> ProposedAct:
    _only(entry, ACT_FIELDS)
    day = _day(entry, "day")
    first_day = _day(entry, "from") if "from" in entry else day
    if first_day < day:
        raise InputError("policy_file.days", first="from", last="day")
    replaces = _text(entry, "replaces") if "replaces" in entry else ""
    return ProposedAct(_text(entry, "title"), _text(entry, "number"), day, first_day, replaces)


def _value(entry: dict[str, Any]) -> ProposedValue:
    _only(entry, VALUE_FIELDS)
    name, value = _text(entry, "name"), _spelled(entry)
    parse_value(name, value)
    first_day = _day(entry, "from")
    last_day = _day(entry, "to") if "to" in entry else FOREVER
    if last_day < first_day:
        raise InputError("policy_file.days", first="to", last="from")
    return ProposedValue(name, value, first_day, last_day, _text(entry, "act"))


def _only(entry: dict[str, Any], fields: tuple[str, ...]) -> None:
    unknown = sorted(set(entry) - set(fields))
    if unknown:
        raise InputError("policy_file.unknown_field", field=unknown[0][:MAX_TEXT])


def _text(entry: dict[str, Any], field: str) -> str:
    value = entry.get(field)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_TEXT:
        raise InputError("policy_file.text", field=field)
    return value.strip()


def _day(entry: dict[str, Any], field: str) -> int:
    value = entry.get(field)
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InputError("policy_file.date", field=field)
    return calendar.day_number(value)


def _spelled(entry: dict[str, Any]) -> str:
    """Return the value as a person would type it."""
    value = entry.get("value")
    if isinstance(value, list) and value and all(_whole(item) for item in value):
        return ", ".join(str(item) for item in value)
    if _whole(value) or isinstance(value, str):
        return str(value)
    if isinstance(value, float) and 0 <= value < 10_000 and round(value, 2) == value:
        return f"{value:.2f}"
    raise InputError("policy_file.value", field="value")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _mistake(place: str, key: str, **params: str | int) -> Mistake:
    return Mistake(place, InputError(key, **params))
