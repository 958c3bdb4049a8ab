"""Tables of XLSX and CSV files: rows of cells, and the columns that a header row names.

A CSV file may be UTF-8 (with or without mark), UTF-16 with mark or Windows-1251, divided by
semicolons, commas or tabs. The header is looked for in the first rows, so that a title may stand
above it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.cells import CellValue
from eschool_core.imports.source import ImportFile
from eschool_core.imports.workbook import read_workbook

if TYPE_CHECKING:
    from _csv import Reader

Columns = Mapping[str, re.Pattern[str]]
"""What a header cell says (normalised, see ``header_text``), by the name of the column."""
Required = tuple[frozenset[str], ...]
"""Sets of columns: a header row names at least all of one set."""
Rows = Sequence[Sequence[CellValue]]

_DELIMITERS = ";,\t"
_NOTHING = ("", "-", "–", "—")
_NOT_WORDS = re.compile(r"[^\w#]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty; ``where`` is the table and the row's number in it."""

    where: str
    cells: tuple[CellValue, ...]

    def cell(self, column: int | None) -> CellValue:
        """Return one cell; None if it is empty, a lone dash, or not there."""
        if column is None or column >= len(self.cells):
            return None
        value = self.cells[column]
        return None if isinstance(value, str) and value.strip() in _NOTHING else value


@dataclass(frozen=True, slots=True)
class Table:
    """The rows under a header.

    Attributes:
        name: Of the sheet, or of the file.
        header: Normalised texts of all header cells.
        columns: Position of each column that was recognised.
    """

    name: str
    header: tuple[str, ...]
    columns: Mapping[str, int]
    rows: tuple[Row, ...]

    def title(self, column: str) -> str:
        """Return what the header calls a column, for messages; the column's name if it has none."""
        return self.header[self.columns[column]] if column in self.columns else column


def read_tables(file: ImportFile, columns: Columns, required: Required) -> tuple[Table, ...]:
    """Return the table of a CSV file, or of each sheet that has one.

    Args:
        file: Of the kind ``zip`` (a workbook) or ``text``.
        columns: In order of preference; a header cell belongs to the first that it fits.
        required: A header row names at least all columns of one of these sets.

    Raises:
        InputError: The file is damaged or too large, or no header row is found.
    """
    sheets = _csv_sheets(file, columns) if file.kind == "text" else read_workbook(file)
    found = [_table(name, cells, columns, required) for name, cells in sheets]
    tables = tuple(table for table in found if table is not None)
    if not tables:
        raise InputError("import.header_missing", file=file.name)
    for table in tables:
        limits.check_rows(len(table.rows), limits.SHEET_ROWS, table.name)
    return tables


def header_text(value: CellValue) -> str:
    r"""Return a header cell in small letters, with single spaces for all that is no word.

    >>> header_text("№ п/п "), header_text("Кол-во\nчасов"), header_text("Учёба")
    ('no п п', 'кол во часов', 'учеба')
    """
    text = unicodedata.normalize("NFKC", str(value or "")[: limits.CELL_LENGTH]).casefold()
    return _NOT_WORDS.sub(" ", text.replace("ё", "е")).strip()


def _table(
    name: str,
    rows: Sequence[Sequence[CellValue]],
    columns: Columns,
    required: tuple[frozenset[str], ...],
) -> Table | None:
    for position, cells in enumerate(rows[: limits.HEADER_ROWS]):
        found = _recognise(cells, columns)
        if any(found.keys() >= needed for needed in required):
            return Table(
                name=name,
                header=tuple(header_text(cell) for cell in cells),
                columns=found,
                rows=_rows_below(name, rows, position),
            )
    return None


def _recognise(cells: Sequence[CellValue], columns: Columns) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, cell in enumerate(cells[: limits.SHEET_COLUMNS]):
        text = header_text(cell)
        name = next(
            (
                column
                for column, pattern in columns.items()
                if column not in found and pattern.fullmatch(text)
            ),
            None,
        )
        if text and name is not None:
            found[name] = position
    return found


def _rows_below(name: str, rows: Rows, header: int) -> tuple[Row, ...]:
    return tuple(
        Row(f"{name}:{number}", tuple(cells))
        for number, cells in enumerate(rows[header + 1 :], start=header + 2)
        if any(str(cell).strip() for cell in cells if cell is not None)
    )


def _csv_sheets(file: ImportFile, columns: Columns) -> list[tuple[str, list[list[CellValue]]]]:
    text = decode(file)
    delimiter = max(_DELIMITERS, key=lambda each: _header_width(text, each, columns))
    records = csv_records(text, delimiter, limits.SHEET_ROWS, file.name)
    return [(file.name, [list(row) for row in records])]


def _header_width(text: str, delimiter: str, columns: Columns) -> int:
    try:
        rows = list(islice(_reader(text, delimiter), limits.HEADER_ROWS))
    except csv.Error:
        return -1
    return max((len(_recognise(row, columns)) for row in rows), default=0)


def csv_records(text: str, delimiter: str, limit: int, file: str) -> list[list[str]]:
    """Return all records, the empty ones too: a record's position is its row's number.

    Raises:
        InputError: Quotation marks do not pair up, a cell is endless, or there are too many.
    """
    reader = _reader(text, delimiter)
    try:
        records = list(islice(reader, limit + limits.HEADER_ROWS + 1))
    except csv.Error as error:
        raise InputError("import.csv_malformed", file=file, line=reader.line_num) from error
    limits.check_rows(len(records) - limits.HEADER_ROWS, limit, file)
    return records


def _reader(text: str, delimiter: str) -> Reader:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def decode(file: ImportFile) -> str:
    """Return the text of a CSV file.

    Raises:
        InputError: It is in none of the known encodings.
    """
    data = file.data
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("import.csv_encoding", file=file.name)
