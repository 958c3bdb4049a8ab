"""A table as a workbook: numbers are numbers, texts are texts and never formulas or links."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook

from eschool_core.reports.neutral import clean, is_formula
from eschool_core.reports.shown import heading, shown
from eschool_core.reports.table import Column, Row, RowKind, Table, Unit, Value, spans

NUMBER_FORMATS: Final = {
    Unit.TEXT: "@",
    Unit.COUNT: "0",
    Unit.MARK: "0",
    Unit.NUMBER: "General",
    Unit.HOURS: "0",
    Unit.PERCENT: "0.0",
    Unit.MEAN: "0.00",
    Unit.DEGREE: "0.00",
    Unit.DATE: "dd.mm.yyyy",
    Unit.MOMENT: "dd.mm.yyyy hh:mm",
}
SHEET: Final = "Лист1"
A4: Final = 9
GREY: Final = "#555555"
LONGEST_TEXT: Final = 32_767
"""A cell takes no more."""
OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Look = tuple[Unit, bool, bool, bool]
"""Unit, bold, grey, guarded."""


def to_xlsx(table: Table) -> bytes:
    """Return the table as XLSX: heading, titles, rows, totals, notes, signatures."""
    out = BytesIO()
    book = Workbook(out, OPTIONS)
    # Two files of one report are the same bytes: the date is the report's own.
    book.set_properties(
        {"title": table.title, "created": datetime.combine(table.last_day, datetime.min.time())}
    )
    _Sheet(book, table).write()
    book.close()
    return out.getvalue()


class _Sheet:
    """One sheet that is written from top to bottom."""

    def __init__(self, book: Any, table: Table) -> None:
        self._book = book
        self._table = table
        self._sheet = book.add_worksheet(SHEET)
        self._line = 0
        self._looks: dict[Look, Any] = {}
        self._head = book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
        )
        self._bold = book.add_format({"bold": True})

    def write(self) -> None:
        """Write everything."""
        table, sheet = self._table, self._sheet
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, column.width)
        for line in heading(table):
            self._text(line, self._bold)
        self._line += 1
        first = self._titles()
        for row in (*table.rows, *table.totals):
            self._row(row)
        self._foot()
        sheet.freeze_panes(first, 0)
        sheet.repeat_rows(first - 1)
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        if table.landscape:
            sheet.set_landscape()

    def _text(self, line: str, look: Any = None) -> None:
        self._sheet.write_string(self._line, 0, clean(line)[:LONGEST_TEXT], look)
        self._line += 1

    def _titles(self) -> int:
        """Write groups and titles; return the line after them."""
        columns = self._table.columns
        if any(column.group for column in columns):
            for first, last, name in spans(columns):
                self._group(first, last, name)
            self._line += 1
        for place, column in enumerate(columns):
            self._sheet.write_string(self._line, place, clean(column.title), self._head)
        self._line += 1
        return self._line

    def _group(self, first: int, last: int, name: str) -> None:
        if last > first:
            self._sheet.merge_range(self._line, first, self._line, last, "", self._head)
        self._sheet.write_string(self._line, first, clean(name), self._head)

    def _row(self, row: Row) -> None:
        bold = row.is_bold
        for place, (value, column) in enumerate(zip(row.cells, self._table.columns, strict=True)):
            self._cell(place, value, column, bold=bold, grey=row.kind is RowKind.LEFT)
        self._line += 1

    def _cell(self, place: int, value: Value, column: Column, *, bold: bool, grey: bool) -> None:
        said = clean(shown(value, column, self._table))[:LONGEST_TEXT]
        if not said:
            self._sheet.write_blank(self._line, place, None, self._look(column, bold, grey))
        elif isinstance(value, datetime):
            # A workbook knows no zones: the school's clock is what is meant.
            plain = value.replace(tzinfo=None)
            self._sheet.write_datetime(self._line, place, plain, self._look(column, bold, grey))
        elif isinstance(value, date):
            self._sheet.write_datetime(self._line, place, value, self._look(column, bold, grey))
        elif isinstance(value, int | Decimal) and column.unit.is_number:
            self._sheet.write_number(self._line, place, value, self._look(column, bold, grey))
        else:
            look = self._look(column, bold, grey, guarded=is_formula(said))
            self._sheet.write_string(self._line, place, said, look)

    def _foot(self) -> None:
        for note in self._table.notes:
            self._line += 1
            self._text(note.title, self._bold)
            for line in note.lines:
                self._text(line)
        if self._table.signers:
            self._line += 1
            for signer in self._table.signers:
                self._text(f"{signer} ____________________ / ____________________")

    def _look(self, column: Column, bold: bool, grey: bool, *, guarded: bool = False) -> Any:  # noqa: FBT001
        look = (column.unit, bold, grey, guarded)
        if look not in self._looks:
            properties = {
                "border": 1,
                "valign": "top",
                "bold": bold,
                "text_wrap": column.unit is Unit.TEXT,
                "num_format": "@" if guarded else NUMBER_FORMATS[column.unit],
                # A text that begins like a formula stays one when somebody edits the cell.
                "quote_prefix": guarded,
            }
            if grey:
                properties["font_color"] = GREY
            self._looks[look] = self._book.add_format(properties)
        return self._looks[look]
