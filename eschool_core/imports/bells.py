"""A bell schedule as a table: one row for each period with its beginning and its end."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from eschool_core.errors import InputError
from eschool_core.imports.cells import CellValue, as_text
from eschool_core.imports.drafts import PeriodDraft
from eschool_core.imports.source import Source, load
from eschool_core.imports.tables import Row, Table, read_tables

MOST_PERIODS = 20
_MINUTES_A_DAY = 24 * 60
_COLUMNS = {
    "period": re.compile(r"(?:no )?(?:урока?|период|period|lesson)|no|n"),
    "start": re.compile(r"начало(?: урока)?|start|begin(?:s|ning)?|from|с"),
    "end": re.compile(r"конец(?: урока)?|окончание(?: урока)?|end(?:s)?|to|до|по"),
}
_REQUIRED = (frozenset({"period", "start", "end"}),)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::00)?")


def read_bells(source: Source) -> tuple[PeriodDraft, ...]:
    """Return the periods of the first table of a CSV or XLSX file, in the file's order.

    Raises:
        InputError: The file is no such table, a row cannot be understood, or the periods do not
            follow one another.
    """
    file = load(source, ("text", "zip"))
    table = read_tables(file, _COLUMNS, _REQUIRED)[0]
    if len(table.rows) > MOST_PERIODS:
        raise InputError("import.too_many_rows", file=file.name, limit=MOST_PERIODS)
    periods = tuple(_period(row, table) for row in table.rows)
    flat = [minute for one in periods for minute in (one.start_minute, one.end_minute)]
    numbers = [one.number for one in periods]
    known = [minute for minute in flat if minute is not None]
    if not periods or known != sorted(set(known)) or numbers != sorted(set(numbers)):
        raise InputError("import.bells_order", file=file.name)
    return periods


def _period(row: Row, table: Table) -> PeriodDraft:
    name = as_text(row.cell(table.columns["period"]), row.where)
    if not (name.isascii() and name.isdecimal() and 1 <= int(name[:3]) <= MOST_PERIODS):
        raise InputError("import.bells_period", place=row.where, limit=MOST_PERIODS)
    start, end = (_minute(row.cell(table.columns[part]), row.where) for part in ("start", "end"))
    # Periods of drafts count from 0; people count from 1.
    return PeriodDraft(int(name) - 1, name, start, end)


def _minute(value: CellValue, place: str) -> int:
    if isinstance(value, datetime | time):
        return value.hour * 60 + value.minute
    if isinstance(value, timedelta):
        return int(value.total_seconds()) // 60 % _MINUTES_A_DAY
    found = _CLOCK.fullmatch(as_text(value, place))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InputError("import.bells_time", place=place)
    return int(found[1]) * 60 + int(found[2])
