"""XLSX workbooks, weighed before they are opened.

The reader of cells trusts what a workbook says of itself: one cell in the last corner makes a
table of 17 thousand million cells, and a long shared string is copied into every cell that names
it. So each part is looked through first, and the reader gets a fresh archive with nothing but
the parts that were looked at.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.archive import unpack
from eschool_core.imports.cells import CellValue, shown
from eschool_core.imports.safe_xml import elements, local_name
from eschool_core.imports.source import ImportFile

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_REQUIRED = ("[Content_Types].xml", "xl/workbook.xml")
_PARTS = (".xml", ".rels")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_LETTERS = 26
_DIGITS = 7


def read_workbook(file: ImportFile) -> list[tuple[str, list[list[CellValue]]]]:
    """Return name and rows of each worksheet; the first row is the sheet's first.

    Raises:
        InputError: It is no workbook, is damaged, or is larger than the limits.
    """
    parts = unpack(file, _PARTS)
    if not parts.keys() >= {*_REQUIRED}:
        raise InputError("import.file_kind", file=file.name)
    _weigh(parts, file.name)
    try:
        return _read(_repacked(parts), file.name)
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise InputError("import.workbook_damaged", file=file.name) from error


def _repacked(parts: dict[str, bytes]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    stream.seek(0)
    return stream


def _read(stream: io.BytesIO, file: str) -> list[tuple[str, list[list[CellValue]]]]:
    with CalamineWorkbook.from_filelike(stream) as workbook:
        names = [
            sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
        ]
        if len(names) > limits.SHEETS:
            raise InputError("import.workbook_too_large", file=file)
        sheets: list[tuple[str, list[list[CellValue]]]] = []
        for name in names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheets.append((shown(name), [list(row) for row in rows]))
        return sheets


def _weigh(parts: dict[str, bytes], file: str) -> None:
    """Refuse what would swell: judged by what a part holds, whatever its name says it is."""
    limits.check_xml_size(b"".join(parts.values()), file)
    string_tables = [found for one in parts.values() if (found := _string_lengths(one, file))]
    if len(string_tables) > 1:
        raise InputError("import.workbook_damaged", file=file)
    strings = string_tables[0] if string_tables else []
    for content in parts.values():
        _weigh_sheet(content, strings, file)


def _string_lengths(content: bytes, file: str) -> list[int]:
    """Return the length of each shared string, if the part is their table."""
    lengths = []
    for element in elements(content, file):
        if local_name(element) == "si":
            lengths.append(sum(len(text) for text in element.itertext()))
            element.clear()
    return lengths


def _weigh_sheet(content: bytes, strings: list[int], file: str) -> None:
    cells = characters = 0
    for element in elements(content, file):
        name = local_name(element)
        if name == "row":
            _check_position(element.get("r"), file)
            element.clear()
        elif name == "c" and len(element):
            _check_position(element.get("r"), file)
            cells += 1
            characters += _length(element, strings)
            if cells > limits.SHEET_CELLS or characters > limits.SHEET_CHARACTERS:
                raise InputError("import.workbook_too_large", file=file)


def _check_position(reference: str | None, file: str) -> None:
    """Refuse a cell (``AB12``) or row (``12``) that lies far outside of any real table."""
    if reference is None:
        return
    row = reference if reference.isdecimal() else "0"
    if (found := _REFERENCE.fullmatch(reference)) is not None:
        column = 0
        for letter in found.group(1).upper():
            column = column * _LETTERS + ord(letter) - ord("A") + 1
        if column > limits.SHEET_COLUMNS:
            raise InputError("import.workbook_too_large", file=file)
        row = found.group(2)
    if len(row) > _DIGITS or int(row) > limits.SHEET_ROWS + limits.HEADER_ROWS:
        raise InputError("import.too_many_rows", file=file, limit=limits.SHEET_ROWS)


def _length(cell: Element, strings: list[int]) -> int:
    text = "".join(cell.itertext()).strip()
    if cell.get("t") == "s" and text.isdecimal() and len(text) <= _DIGITS:
        return strings[int(text)] if int(text) < len(strings) else 0
    return len(text)
