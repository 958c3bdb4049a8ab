"""A table's rows as files that are read without this program: JSON with its schema, and CSV.

JSON is exact. CSV is for spreadsheets: a byte order mark tells them that it is UTF-8, a text that
begins like a formula has an apostrophe before it, and an empty cell stands for a missing value as
well.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from io import StringIO
from typing import Any, Final

from sqlalchemy import Integer, LargeBinary

from eschool_core.domain.row import Row, columns, table_of
from eschool_core.exports.values import Shown, is_day, is_moment, shown_value
from eschool_core.reports.neutral import neutralised
from eschool_core.reports.to_csv import BYTE_ORDER_MARK

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def as_objects(table: type[Row], rows: Sequence[Row]) -> list[dict[str, Shown]]:
    """Return rows as names and values."""
    names = columns(table)
    return [
        {name: shown_value(name, value) for name, value in zip(names, row.values(), strict=True)}
        for row in rows
    ]


def as_json(objects: Sequence[dict[str, Shown]]) -> bytes:
    """Return one line for each row, so that large tables can be read by eye and by line."""
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in objects)
    return f"[\n{lines}\n]\n".encode()


def as_csv(table: type[Row], objects: Sequence[dict[str, Shown]]) -> bytes:
    """Return RFC 4180 in UTF-8 with its mark, and a line of names; formulas are neutralised."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns(table))
    for entry in objects:
        writer.writerow([_cell(value) for value in entry.values()])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def schema_of(table: type[Row]) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a table's file; it lets nothing unnamed pass."""
    names = columns(table)
    kinds = {column.name: column.type for column in table_of(table).columns}
    return {
        "$schema": DRAFT,
        "title": str(table.__tablename__),
        "description": " ".join((table.__doc__ or "").split()),
        "type": "array",
        "items": {
            "type": "object",
            "properties": {name: _property(name, kinds[name]) for name in names},
            "required": list(names),
            "additionalProperties": False,
        },
    }


def _property(name: str, kind: Any) -> dict[str, Any]:
    if is_day(name):
        return {"type": ["string", "null"], "format": "date"}
    if is_moment(name):
        return {"type": ["string", "null"], "format": "date-time"}
    if isinstance(kind, LargeBinary):
        return {"type": ["string", "null"], "pattern": "^[0-9a-f]*$"}
    return {"type": ["integer", "null"] if isinstance(kind, Integer) else ["string", "null"]}


def _cell(value: Shown) -> Shown:
    if value is None:
        return ""
    return neutralised(value) if isinstance(value, str) else value
