"""What a paper says, as canonical bytes, and their hash: what issuing it commits to (design §6).

Hashed is what a reader reads: titles, cells as they are written, signers. How wide columns are or
where a sheet ends is not in it, nor the letterhead, which changes with a telephone number. The
form is for 25 years: one that differs gets another ``FORMAT``.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from eschool_core.forms.document import Document, Slip, Stamp
from eschool_core.reports.shown import incomplete, shown
from eschool_core.reports.table import Row, Table

FORMAT: Final = "eschool-paper/1"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """What is issued under one number: the tables of a document, or one slip."""

    tables: tuple[Table, ...] = ()
    slip: Slip | None = None
    stamp: Stamp | None = None

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: JSON in UTF-8, names sorted, no blanks, texts in NFC."""
        fields = {
            "format": FORMAT,
            "tables": [_table(table) for table in self.tables],
            "slip": None if self.slip is None else _slip(self.slip),
        }
        made = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return unicodedata.normalize("NFC", made).encode()

    def hash(self) -> str:
        """Return the SHA-256 of the canonical bytes, hexadecimal."""
        return sha256(self.to_bytes()).hexdigest()

    @property
    def all_tables(self) -> tuple[Table, ...]:
        """The tables, that of a slip among them."""
        slip = self.slip
        return self.tables if slip is None or slip.table is None else (*self.tables, slip.table)


def papers_of(document: Document) -> list[Paper]:
    """Return what a document holds, one for each stamp; what has none is one paper by itself."""
    found: list[Paper] = []
    begun = 0
    for place, stamp in enumerate(document.stamps):
        if stamp is not None:
            found.append(Paper(document.tables[begun : place + 1], stamp=stamp))
            begun = place + 1
    if document.tables[begun:]:
        found.append(Paper(document.tables[begun:]))
    found += [Paper(slip=slip, stamp=slip.stamp) for slip in document.slips]
    return found


def as_written(table: Table) -> Table:
    """Return a table whose cells are the texts that paper shows, and which refers to nothing."""

    def written(rows: Sequence[Row]) -> tuple[Row, ...]:
        return tuple(Row(_cells(row, table), row.kind) for row in rows)

    return replace(table, rows=written(table.rows), totals=written(table.totals), plots=())


def _cells(row: Row, table: Table) -> tuple[str, ...]:
    return tuple(
        shown(cell, column, table) for cell, column in zip(row.cells, table.columns, strict=True)
    )


def _table(table: Table) -> Json:
    return {
        "school": table.school,
        "title": table.title,
        "subject": table.subject_of,
        "period": table.period,
        "days": [table.first_day.isoformat(), table.last_day.isoformat()],
        "incomplete": "" if table.complete else incomplete(table),
        "columns": [[column.group, column.title] for column in table.columns],
        "rows": [list(_cells(row, table)) for row in table.rows],
        "totals": [list(_cells(row, table)) for row in table.totals],
        "notes": [[note.title, list(note.lines)] for note in table.notes],
        "signers": list(table.signers),
    }


def _slip(slip: Slip) -> Json:
    return {
        "title": slip.title,
        "about": list(slip.about),
        "table": None if slip.table is None else _table(slip.table),
        "fields": [list(field) for field in slip.fields],
        "foot": list(slip.foot),
    }
