"""How a value of a table is written, the same in the terminal, in files, on pages and on paper."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from eschool_core.labels import text
from eschool_core.reports.table import Column, Table, Unit, Unknown, Value

DASH: Final = "–"
MINUS: Final = "\u2212"
PLACES: Final = {Unit.PERCENT: 1, Unit.MEAN: 2, Unit.DEGREE: 2}
"""Decimal places by unit."""
COUNTED: Final = (Unit.COUNT, Unit.HOURS, Unit.NUMBER)
"""Units of which nothing may be shown as a dash."""


def shown(value: Value, column: Column, table: Table) -> str:
    """Return a value as people read it: ``92,0``, ``07.09.2026``, «–» for what does not apply.

    A zero is a dash or nothing, as the school's policy has it; what is not known here says so.
    """
    if isinstance(value, Unknown):
        return text("report.unknown", table.language)
    if value is None:
        return DASH
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, str):
        return value
    if value == 0 and isinstance(value, int) and column.unit in COUNTED:
        return DASH if table.zero == "dash" else ""
    written = number(value, column.unit, "," if table.language == "ru" else ".")
    return written.replace("-", MINUS)


def number(value: int | Decimal, unit: Unit, point: str) -> str:
    """Return a number with the decimal places of its unit.

    >>> number(Decimal("92"), Unit.PERCENT, ",")
    '92,0'
    """
    if unit is Unit.NUMBER:
        return str(value).replace(".", point)
    return f"{value:.{PLACES.get(unit, 0)}f}".replace(".", point)


def heading(table: Table) -> tuple[str, ...]:
    """Return the lines that stand over a table: school, title, whom it is about, period.

    Where something is missing the last line says «неполные данные».
    """
    about = ", ".join(part for part in (table.subject_of, table.period) if part)
    lines = (table.school, table.title, about)
    stated = tuple(line for line in lines if line)
    if table.complete:
        return stated
    return (*stated, incomplete(table))


def incomplete(table: Table) -> str:
    """Return the warning of a table that rests on a part of the data."""
    return text("report.incomplete", table.language, missing="; ".join(table.missing))
