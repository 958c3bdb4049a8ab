"""Values of rows as files show them: days and times in ISO form, bytes in hexadecimal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from eschool_core import calendar
from eschool_core.domain.row import FOREVER, Value

Shown = int | str | None
DAYS: Final = frozenset({"day", "keep_until"})


def shown_value(name: str, value: Value) -> Shown:
    """Return a column's value; None for no day, no time, and no known end.

    Args:
        name: Of the column: it tells days and times from numbers.
        value: As the store has it.
    """
    if isinstance(value, bytes):
        return value.hex()
    if is_day(name):
        return _day(value)
    if is_moment(name) and isinstance(value, int):
        return datetime.fromtimestamp(value, UTC).isoformat() if value else None
    return value


def is_day(name: str) -> bool:
    """Return whether a column of that name holds a day."""
    return name in DAYS or name.endswith("_day")


def is_moment(name: str) -> bool:
    """Return whether a column of that name holds a moment, seconds UTC."""
    return name.endswith("_at")


def _day(value: Value) -> str | None:
    if not isinstance(value, int) or value in (0, FOREVER):
        return None
    return calendar.date_of(value).isoformat()
