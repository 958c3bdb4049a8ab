"""The one shape of every report: a typed table that terminal, files, pages and paper render.

A report is a query that returns a ``Table``. Numbers are whole or ``Decimal``, dates are dates;
how a value is written, which zeros are shown and what is safe in a file is the renderings' part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal

from eschool_core.labels import Language
from eschool_core.queries.answer import Answer

LANDSCAPE_FROM_COLUMNS: Final = 10


class Unknown(Enum):
    """A fact that lies outside the replica the report was made on; never a guess."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

Value = str | int | Decimal | date | datetime | Unknown | None
"""A cell: None is "does not apply", ``UNKNOWN`` is "not known here"."""

Zero = Literal["dash", "empty"]


class Unit(Enum):
    """What the values of a column are; renderings format and align by it."""

    TEXT = "text"
    COUNT = "count"
    HOURS = "hours"
    PERCENT = "percent"
    """Tenths of a percent are kept."""
    MEAN = "mean"
    """Hundredths of a mark are kept."""
    DEGREE = "degree"
    """СОУ: hundredths of a percent are kept."""
    MARK = "mark"
    """A mark, or a word in its place: «зач», «н/а»."""
    NUMBER = "number"
    """Counts and rates one under another: each with its own decimal places."""
    DATE = "date"
    MOMENT = "moment"

    @property
    def is_number(self) -> bool:
        """Whether values of the unit are numbers."""
        return self not in (Unit.TEXT, Unit.DATE, Unit.MOMENT)


class RowKind(Enum):
    """What a row is to the others."""

    ITEM = "item"
    LEFT = "left"
    """A pupil who is gone: stands below the line."""
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class About(Answer):
    """What a row is about, so that a page can lead there: ``lesson``, ``pupil``, ``journal``."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        key: Stable name for programs.
        title: In the table's language.
        width: In characters, for files and paper.
        group: A heading over this column and its neighbours of the same group; mostly empty.
    """

    key: str
    title: str
    unit: Unit
    width: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: one cell for each column."""

    cells: tuple[Value, ...]
    kind: RowKind = RowKind.ITEM
    about: About | None = None

    @property
    def is_bold(self) -> bool:
        """Whether the row sums up others."""
        return self.kind in (RowKind.SUBTOTAL, RowKind.TOTAL)


@dataclass(frozen=True, slots=True)
class Note:
    """Names and remarks beneath a table: a heading with lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A column of the table to be looked at: one point for each row.

    Attributes:
        key: Of the column.
        lowest: Where the axis begins; None for a little below the least value.
        highest: Where it ends; None for a little above the greatest.
    """

    key: str
    lowest: Decimal | None = None
    highest: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A report.

    Attributes:
        name: Stable name, as the command line takes it.
        clause: The clause that asks for it.
        school: Name of the school.
        subject_of: Whom it is about: a class, a teacher; empty for the whole school.
        period: Name of the period: «I четверть», or its dates.
        rows: In order, with subtotals among them.
        totals: Below all rows.
        notes: Beneath the table.
        missing: What this replica does not hold, a sentence each; empty where all is here.
        signers: Posts of those who sign the paper.
        zero: How a count of nothing is shown (policy ``zero_shown``).
        plots: Columns that a page and a document also draw; the first column names the points.
        lying: Whether the form lies across however few its columns are (specification §5).
    """

    name: str
    title: str
    clause: str
    school: str
    subject_of: str
    period: str
    first_day: date
    last_day: date
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    zero: Zero = "dash"
    plots: tuple[Plot, ...] = ()
    lying: bool = False
    language: Language = "ru"

    def __post_init__(self) -> None:
        """Refuse a table whose rows do not fit its columns."""
        keys = [column.key for column in self.columns]
        if len(set(keys)) < len(keys):
            raise ValueError(f"report {self.name}: a column stands twice")
        for row in (*self.rows, *self.totals):
            if len(row.cells) != len(keys):
                raise ValueError(f"report {self.name}: {len(row.cells)} cells, {len(keys)} columns")

    @property
    def complete(self) -> bool:
        """Whether all that the report rests on is here."""
        return not self.missing

    @property
    def landscape(self) -> bool:
        """Whether paper is to be turned."""
        return self.lying or len(self.columns) >= LANDSCAPE_FROM_COLUMNS

    def column(self, key: str) -> list[Value]:
        """Return the values of a column, totals not included."""
        place = self._place(key)
        return [row.cells[place] for row in self.rows]

    def value(self, row: Row, key: str) -> Value:
        """Return one cell of a row."""
        return row.cells[self._place(key)]

    def _place(self, key: str) -> int:
        return [column.key for column in self.columns].index(key)

    def as_json(self) -> dict[str, Any]:
        """Return the table as JSON can hold it: cells by the keys of their columns."""
        return {
            "name": self.name,
            "title": self.title,
            "clause": self.clause,
            "school": self.school,
            "subject_of": self.subject_of,
            "period": self.period,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "complete": self.complete,
            "missing": list(self.missing),
            "columns": [
                {
                    "key": column.key,
                    "title": column.title,
                    "group": column.group,
                    "unit": column.unit.value,
                    "width": column.width,
                }
                for column in self.columns
            ],
            "rows": [self._row_json(row) for row in self.rows],
            "totals": [self._row_json(row) for row in self.totals],
            "notes": [{"title": note.title, "lines": list(note.lines)} for note in self.notes],
            "signers": list(self.signers),
        }

    def _row_json(self, row: Row) -> dict[str, Any]:
        cells = {
            column.key: _json_value(value)
            for column, value in zip(self.columns, row.cells, strict=True)
        }
        about = None if row.about is None else row.about.as_json()
        return {"kind": row.kind.value, "about": about, "cells": cells}


def _json_value(value: Value) -> str | int | float | None:
    if isinstance(value, Decimal):
        # JSON has one kind of number; programs get 92.0, not "92.0".
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Unknown) else value


def spans(columns: tuple[Column, ...]) -> list[tuple[int, int, str]]:
    """Return the first and last place of each run of columns under one heading, and its name.

    Columns without a heading are runs of one.
    """
    found: list[tuple[int, int, str]] = []
    for place, column in enumerate(columns):
        if found and column.group and found[-1][2] == column.group:
            found[-1] = (found[-1][0], place, column.group)
        else:
            found.append((place, place, column.group))
    return found
