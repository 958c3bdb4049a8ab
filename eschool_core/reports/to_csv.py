"""A table as CSV (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Final

from eschool_core.reports.neutral import neutralised
from eschool_core.reports.shown import heading, number
from eschool_core.reports.table import Column, Table, Unknown, Value

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it spreadsheets on Windows read UTF-8 as their old code page."""


def to_csv(table: Table) -> bytes:
    """Return the table as UTF-8 CSV: one line of titles, rows, totals.

    Commas, CRLF, a point for decimals, dates in ISO form; what does not apply is empty. What the
    title says stands in no line, so that programs read the file as it is; but where something is
    missing, the first line says so.
    """
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    if not table.complete:
        writer.writerow([neutralised(heading(table)[-1])])
    writer.writerow([neutralised(_title(column)) for column in table.columns])
    for row in (*table.rows, *table.totals):
        writer.writerow(
            [
                _written(value, column)
                for value, column in zip(row.cells, table.columns, strict=True)
            ]
        )
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def _title(column: Column) -> str:
    return f"{column.group}: {column.title}" if column.group else column.title


def _written(value: Value, column: Column) -> str:
    if value is None:
        return ""
    if isinstance(value, Unknown):
        return str(value.value)
    if isinstance(value, int | Decimal):
        return number(value, column.unit, ".")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return neutralised(value)
