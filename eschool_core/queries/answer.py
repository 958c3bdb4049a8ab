"""What every answer has: plain values, and one JSON form for scripts and other front ends."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from enum import IntEnum
from typing import Any


class Answer:
    """A frozen dataclass that a query returns.

    Answers hold what a person may see of the store they were asked of, and nothing that is not
    there: names of missing rows are empty.
    """

    __slots__ = ()

    def as_json(self) -> dict[str, Any]:
        """Return the answer as JSON can hold it: dates in ISO form, enums by their names."""
        made = plain(self)
        assert isinstance(made, dict)
        return made


def plain(value: object) -> Any:
    """Return ``value`` in types that JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    return value
