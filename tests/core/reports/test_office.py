"""A spreadsheet program opens what we write: every hostile text is a text and shows itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from eschool_core.domain.school import Subject
from eschool_core.exports.table_files import as_csv, as_objects
from eschool_core.reports.to_csv import to_csv
from eschool_core.reports.to_xlsx import to_xlsx
from tests.core.reports.tables import table
from tests.core.reports.test_files import ATTACKS

OFFICE = shutil.which("soffice")
REQUIRED = os.environ.get("CI") == "true" or os.environ.get("ESCHOOL_REQUIRE_OFFICE") == "1"
SECONDS = 120
AS_CSV = "--infilter=CSV:59/44,34,76"
"""Cells divided by semicolons or commas, quoted, in UTF-8."""

CELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-cell"
FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
KIND = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"

pytestmark = [
    pytest.mark.asvs("row 82"),
    pytest.mark.skipif(
        OFFICE is None and not REQUIRED, reason="LibreOffice (soffice) is not installed"
    ),
]


def opened(file: Path) -> list[ET.Element]:
    """Return the cells as LibreOffice has understood them."""
    assert OFFICE is not None, "LibreOffice is missing: apt install libreoffice-calc-nogui"
    reader = [AS_CSV] if file.suffix == ".csv" else []
    profile = (file.parent / "profile").as_uri()
    subprocess.run(
        [
            OFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "fods",
            "--outdir", str(file.parent), *reader, str(file),
        ],
        check=True, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    return list(ET.parse(file.with_suffix(".fods")).iter(CELL))


MARK = b"\xef\xbb\xbf"


def text_of(cell: ET.Element) -> str:
    return "".join(cell.itertext())


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_no_cell_is_a_formula_and_each_shows_its_text(kind: str, tmp_path: Path) -> None:
    rows = table(*((attack, 1, None) for attack in ATTACKS))
    file = tmp_path / f"attacks.{kind}"
    file.write_bytes(to_xlsx(rows) if kind == "xlsx" else to_csv(rows))
    cells = opened(file)
    assert not [cell.attrib for cell in cells if FORMULA in cell.attrib]
    texts = [text_of(cell) for cell in cells if cell.get(KIND) == "string"]
    seen = " ".join(texts)
    for attack in ATTACKS:
        [word] = re.findall(r"[A-Z0-9@\uff1d+=-][^\s]*$", attack)
        assert word in seen, attack


@pytest.mark.parametrize("made", ["report", "package"])
def test_russian_words_are_opened_as_they_are_and_the_file_says_that_it_is_utf_8(
    made: str, tmp_path: Path
) -> None:
    """Spreadsheets on Windows go by the mark; it is no part of the first cell."""
    subject = Subject(id=1, part=0, name="Алгебра и начала анализа")
    report, package = (
        to_csv(table(("Ёлкина Юлия", 1, None))),
        as_csv(Subject, as_objects(Subject, [subject])),
    )
    file = tmp_path / "words.csv"
    file.write_bytes(report if made == "report" else package)
    assert file.read_bytes().startswith(MARK)
    texts = [text_of(cell).strip() for cell in opened(file) if cell.get(KIND) == "string"]
    assert ("Ёлкина Юлия" if made == "report" else subject.name) in texts
    assert texts[0] == ("Имя" if made == "report" else "id")
