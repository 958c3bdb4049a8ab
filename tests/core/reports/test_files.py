from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from eschool_core.domain.row import columns as columns_of
from eschool_core.domain.tables import TABLES
from eschool_core.exports.oneroster_csv import HEADERS, packed
from eschool_core.exports.table_files import as_csv
from eschool_core.reports.neutral import GUARD, is_formula, neutralised
from eschool_core.reports.shown import heading, shown
from eschool_core.reports.table import UNKNOWN, Column, Note, Row, RowKind, Table, Unit
from eschool_core.reports.to_csv import to_csv
from eschool_core.reports.to_html import table_html, to_html
from eschool_core.reports.to_xlsx import to_xlsx
from tests.core.reports.tables import table

ATTACKS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", " =1", "'=1", '"=1', "\u00a0=1",
    "\uff1d1", '" \t=1', "=HYPERLINK(\"http://x\";\"y\")", "\ufeff=1", "\x1b@",
]  # fmt: skip


def runs(text: str) -> bool:
    """Return whether a spreadsheet would run a text: nothing stands before the sign."""
    return is_formula(text) and not text.lstrip(" \u00a0").startswith(GUARD)


def csv_rows(made: Table) -> list[list[str]]:
    return list(csv.reader(StringIO(to_csv(made).decode("utf-8-sig"), newline="")))


def xlsx_rows(made: Table) -> list[list[object]]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(to_xlsx(made))).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


@pytest.mark.asvs("row 82")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_that_looks_like_a_formula_is_guarded_in_csv(attack: str) -> None:
    cell = csv_rows(table((attack, 1, None)))[1][0]
    assert cell.startswith(GUARD)
    assert not any(letter in cell for letter in "\t\r\x00")


@pytest.mark.asvs("row 82")
@pytest.mark.parametrize("attack", ["ok;=1+1", "ok\n=1+1", "ok; -1", "ok\r\n@x"])
def test_what_a_reader_of_semicolons_would_take_for_a_cell_is_guarded_too(attack: str) -> None:
    [cell] = [row[0] for row in csv_rows(table((attack, 1, None)))][1:-1]
    for piece in re.split(r"[;\n]", cell):
        assert not runs(piece)


@pytest.mark.asvs("row 82")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_that_looks_like_a_formula_is_a_text_in_a_workbook(attack: str) -> None:
    made = to_xlsx(table((attack, 1, None)))
    with zipfile.ZipFile(BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert 'quotePrefix="1"' in styles
    cells = [cell for row in xlsx_rows(table((attack, 1, None))) for cell in row]
    assert any(isinstance(cell, str) and cell.strip(" \ufeff'\"\u00a0")[:1] in "=+-@\uff1d"
               and cell != "" for cell in cells)  # fmt: skip


@pytest.mark.asvs("row 82")
@given(st.text(st.sampled_from("=+-@;'\" \t\r\n\x00\x1baЯ") | st.characters(), max_size=20))
def test_no_text_is_left_that_a_spreadsheet_would_run(typed: str) -> None:
    assert not any(runs(piece) for piece in re.split(r"[;\n]", neutralised(typed)))


def hostile(attack: str) -> Table:
    """Return a table of which every text that anybody could have written attacks."""
    columns = (
        Column("name", attack, Unit.TEXT, 20, attack),
        Column("other", f"{attack} ", Unit.TEXT, 20, attack),
        Column("mark", f" {attack}", Unit.MARK, 20),
        Column("day", attack, Unit.DATE, 20),
        Column("count", attack, Unit.COUNT, 20),
    )
    row = Row((attack,) * len(columns))
    return replace(
        table(),
        title=attack,
        school=attack,
        subject_of=attack,
        period=attack,
        columns=columns,
        rows=(row, replace(row, kind=RowKind.LEFT)),
        totals=(replace(row, kind=RowKind.TOTAL),),
        notes=(Note(attack, (attack, attack)),),
        missing=(attack,),
        signers=(attack,),
    )


@pytest.mark.asvs("row 82")
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_text_of_a_report_is_guarded_in_csv(attack: str) -> None:
    cells = [cell for row in csv_rows(hostile(attack)) for cell in row]
    assert len(cells) >= 4 * 5
    assert not [cell for cell in cells for piece in re.split(r"[;\n]", cell) if runs(piece)]


@pytest.mark.asvs("row 82")
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_text_of_a_report_is_a_text_in_a_workbook(attack: str) -> None:
    with zipfile.ZipFile(BytesIO(to_xlsx(hostile(attack)))) as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        names = " ".join(archive.namelist())
    cells = [one for one in sheet.iter() if one.tag.endswith("}c") and len(one)]
    assert len(cells) >= 5 * 5
    assert {one.get("t") for one in cells} <= {"s", "inlineStr"}
    assert not [one for one in sheet.iter() if one.tag.endswith(("}f", "}hyperlink"))]
    assert "externalLink" not in names


@pytest.mark.asvs("row 82")
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_text_of_every_table_is_guarded_in_an_archive(attack: str) -> None:
    for spec in TABLES:
        names = columns_of(spec.table)
        # Whatever a column is for: texts that were never meant to be typed are guarded as well.
        made = as_csv(spec.table, [dict.fromkeys(names, attack)]).decode()
        rows = list(csv.reader(StringIO(made, newline="")))
        assert len(rows[1]) == len(names)
        assert not [cell for cell in rows[1] for piece in re.split(r"[;\n]", cell) if runs(piece)]


@pytest.mark.asvs("row 82")
@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack != "+1"])
def test_every_column_of_a_roster_is_guarded(attack: str) -> None:
    # «+1» could be a telephone number, which stays: a spreadsheet reads a number, and runs nothing.
    names = [name for name in HEADERS if name != "manifest"]
    bundle = packed({name: [(attack,) * len(HEADERS[name])] for name in names})
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        for name in names:
            made = archive.read(f"{name}.csv").decode()
            rows = list(csv.reader(StringIO(made, newline="")))
            assert len(rows[1]) == len(HEADERS[name])
            assert not [
                cell for cell in rows[1] for piece in re.split(r"[;\n]", cell) if runs(piece)
            ]


def test_harmless_texts_stay_as_they_are() -> None:
    for fine in ("Иванова-Петрова", "§ 4, № 17", "2 + 2", "5А", "a; b", "o'Neill"):
        assert neutralised(fine) == fine


def test_csv_follows_rfc_4180() -> None:
    made = to_csv(table(('сказал "да", ушёл\nпотом', 3, Decimal("92.0"))))
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.count(b"\r\n") == 3
    assert csv_rows(table(('сказал "да", ушёл\nпотом', 3, Decimal("92.0")))) == [
        ["Имя", "Итоги: Число", "Итоги: Доля"],
        ['сказал "да", ушёл\nпотом', "3", "92.0"],
        ["Всего", "7", ""],
    ]


def test_csv_tells_unknown_from_what_does_not_apply() -> None:
    assert csv_rows(table(("x", UNKNOWN, None)))[1] == ["x", "unknown", ""]


def test_a_workbook_has_numbers_and_dates_as_such() -> None:
    made = Table(
        name="t", title="T", clause="4.4.3", school="", subject_of="", period="",
        first_day=date(2026, 9, 1), last_day=date(2026, 9, 2),
        columns=(Column("a", "A", Unit.COUNT, 5), Column("d", "D", Unit.DATE, 5)),
        rows=(Row((-3, date(2026, 9, 7))),),
    )  # fmt: skip
    assert [row for row in xlsx_rows(made) if row[0] == -3] == [[-3, date(2026, 9, 7)]]


def test_two_workbooks_of_one_table_are_the_same_bytes() -> None:
    assert to_xlsx(table(("x", 1, None))) == to_xlsx(table(("x", 1, None)))


def test_incomplete_data_is_said_in_every_form() -> None:
    made = table(("x", 1, None), missing=("нет журналов 5Б",))
    said = "Неполные данные: нет журналов 5Б."
    assert heading(made)[-1] == said
    assert csv_rows(made)[0] == [said]
    assert [said] in [row[:1] for row in xlsx_rows(made)]
    assert said in to_html(made)
    assert made.as_json()["complete"] is False


def test_zeros_are_shown_by_policy() -> None:
    made = table(("x", 0, None))
    assert shown(0, made.columns[1], made) == "–"
    assert shown(0, made.columns[1], table(("x", 0, None), zero="empty")) == ""
    assert made.as_json()["rows"][0]["cells"] == {"name": "x", "count": 0, "rate": None}
    assert shown(Decimal("0.0"), made.columns[2], made) == "0,0"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(html)
    return parser.tags


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '"><img src=x>', "a & b"])
def test_html_shows_texts_and_runs_none(typed: str) -> None:
    made = to_html(table((typed, 1, None)))
    assert {"script", "img"}.isdisjoint(tag for tag, _ in tags(made))
    assert "строка &lt;1&gt;" in made


def test_the_table_of_a_page_has_headers_with_scope_and_no_style() -> None:
    found = tags(table_html(table(("x", 1, None))))
    scopes = [attrs.get("scope") for tag, attrs in found if tag == "th"]
    assert scopes == ["col", "colgroup", "col", "col", "row", "row"]
    assert not any("style" in attrs for _, attrs in found)
    assert ("div", "0") in [(tag, attrs.get("tabindex")) for tag, attrs in found]


def test_a_table_refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 cells, 3 columns"):
        table(("x", 1))
