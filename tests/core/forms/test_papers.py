"""What an issued paper says, where two differ, and where its code stands on the sheet."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
import zxingcpp

from eschool_core.errors import InputError
from eschool_core.forms import attached
from eschool_core.forms.content import Paper, as_written, papers_of
from eschool_core.forms.differences import Difference, cell_of, differences, figures_agree
from eschool_core.forms.document import Document, Slip
from eschool_core.forms.qr import picture_of
from eschool_core.forms.read_pdf import MAX_PDF_BYTES, read_pdf, shown_differences
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.reports.table import Column, Note, Row, Table, Unit
from tests.core.forms.pages import pages_of, pictures_of, sheets_of, text_of
from tests.core.forms.test_to_pdf import STAMP, document, wide

SLIP = Slip(
    "Сведения за неделю", ("Иванов Иван, 5А", "Неделя 07.09"), wide(2, pupils=9),
    foot=("Замечания", "Подпись родителя"), stamp=STAMP,
)  # fmt: skip


def with_cell(table: Table, row: int, column: int, value: object) -> Table:
    """Return a table with another value in a cell."""
    cells = list(table.rows[row].cells)
    cells[column] = value  # type: ignore[call-overload]
    rows = list(table.rows)
    rows[row] = replace(rows[row], cells=tuple(cells))
    return replace(table, rows=tuple(rows))


def test_the_canonical_bytes_are_what_they_were_when_the_first_paper_was_issued() -> None:
    """Papers live 25 years: who changes these bytes needs another format beside this one."""
    table = replace(
        wide(1, pupils=1),
        totals=(Row(("", "Средний балл", Decimal("4.5"))),),
        notes=(Note("Выбыли", ("нет",)),),
        missing=("журнал 5Б",),
    )
    paper = Paper((table,))
    said = json.loads(paper.to_bytes())
    assert said == {
        "format": "eschool-paper/1",
        "slip": None,
        "tables": [
            {
                "columns": [["", "№"], ["", "Фамилия, имя"], ["", "Предмет0"]],
                "days": ["2026-09-01", "2026-10-24"],
                "incomplete": said["tables"][0]["incomplete"],
                "notes": [["Выбыли", ["нет"]]],
                "period": "I четверть",
                "rows": [["1", "Ученик1", "5"]],
                "school": "Школа № 1",
                "signers": ["Директор"],
                "subject": "7А",
                "title": "Образец",
                "totals": [["", "Средний балл", "4"]],
            }
        ],
    }
    assert "журнал 5Б" in said["tables"][0]["incomplete"]
    assert paper.to_bytes().startswith(b'{"format":"eschool-paper/1","slip":null,"tables":[{"col')
    plain = Paper((wide(1, pupils=1),))
    assert plain.hash() == "a2169a2f9ecebeb353a534e0ea6609960b06446fbb965232865009adc2bc1ac3"


def test_the_hash_is_of_what_is_read_and_not_of_how_it_is_laid_out() -> None:
    table = wide(2)
    first = table.columns[0]
    wider = replace(table, columns=(replace(first, width=9, key="no"), *table.columns[1:]))
    assert Paper((wider,)).hash() == Paper((table,)).hash()
    assert Paper((as_written(table),)).hash() == Paper((table,)).hash()
    composed = with_cell(table, 0, 1, "\u0439")
    assert Paper((with_cell(table, 0, 1, "\u0438\u0306"),)).hash() == Paper((composed,)).hash()
    changed = [
        with_cell(table, 0, 2, 4),
        replace(table, title="Другой"),
        replace(table, subject_of="7Б"),
        replace(table, period="II четверть"),
        replace(table, signers=()),
        replace(table, rows=table.rows[::-1]),
        replace(table, missing=("журнал",)),
        replace(table, columns=(*table.columns[:2], *table.columns[:1:-1])),
    ]
    hashes = {Paper((one,)).hash() for one in (table, *changed)}
    assert len(hashes) == 1 + len(changed)
    assert Paper(slip=SLIP).hash() != Paper(slip=replace(SLIP, foot=())).hash()
    assert Paper(slip=SLIP).hash() == Paper(slip=replace(SLIP, stamp=None)).hash()


def test_a_document_is_as_many_papers_as_it_has_stamps() -> None:
    tables = (wide(1), wide(2), wide(3))
    made = document(*tables, stamps=(None, STAMP, None))
    assert [len(paper.tables) for paper in papers_of(made)] == [2, 1]
    assert [paper.stamp for paper in papers_of(made)] == [STAMP, None]
    assert [len(paper.tables) for paper in papers_of(document(*tables))] == [3]
    slips = replace(document(), tables=(), slips=(SLIP, replace(SLIP, stamp=None)))
    assert [paper.stamp for paper in papers_of(slips)] == [STAMP, None]


def test_a_document_is_read_back_out_of_its_pdf_and_shows_the_same() -> None:
    made = document(wide(3), wide(14, pupils=40), stamps=(None, STAMP))
    read = read_pdf(to_pdf(made))
    assert papers_of(read.document)[0].hash() == papers_of(made)[0].hash()
    assert read.document.stamps == made.stamps
    assert shown_differences(read) == []
    slips = replace(document(), tables=(), slips=(SLIP,) * 5)
    assert shown_differences(read_pdf(to_pdf(slips))) == []


def test_only_a_document_with_a_stamp_has_its_data_within() -> None:
    for made in (document(), replace(document(), tables=(), slips=(replace(SLIP, stamp=None),))):
        data = to_pdf(made)
        with pikepdf.open(BytesIO(data)) as pdf:
            assert not pdf.attachments
        with pytest.raises(InputError, match=attached.NOT_OURS):
            read_pdf(data)
    with pytest.raises(InputError, match=attached.NOT_OURS):
        read_pdf(b"%PDF" + bytes(MAX_PDF_BYTES))
    with pytest.raises(InputError, match=attached.NOT_OURS):
        attached.unpack(bytes(attached.MAX_BYTES + 1))


def test_the_file_within_belongs_to_the_document_as_pdf_a_3_asks() -> None:
    with pikepdf.open(BytesIO(to_pdf(document(stamps=(STAMP,))))) as pdf:
        [name] = pdf.attachments
        assert name == attached.NAME
        [spec] = pdf.Root.AF
        assert spec.AFRelationship == "/Data"
        assert b"pdfaid:part>3<" in pdf.Root.Metadata.read_bytes().replace(b" ", b"")


def test_pages_that_show_something_else_than_the_data_within_are_told() -> None:
    made = document(wide(3), stamps=(STAMP,))
    read = read_pdf(to_pdf(made))
    other = read_pdf(to_pdf(replace(made, tables=(with_cell(wide(3), 1, 3, 2),))))
    [place] = shown_differences(replace(other, document=read.document)) or []
    assert (place.issued, place.found) == ("5", "2")
    assert "Ученик2" in place.place
    longer = read_pdf(to_pdf(replace(made, tables=(wide(3, pupils=90),))))
    [pages] = shown_differences(replace(longer, document=read.document)) or []
    assert int(pages.found) > int(pages.issued) == 1


def test_who_changes_what_is_set_on_which_sheet_raises_the_layout() -> None:
    """Sheets of another layout are never told as changed: they are compared by eye (ADR 0043)."""
    sheets = replace(document(wide(12, pupils=90), wide(3)), stamps=(STAMP, STAMP))
    slips = document(tables=(), slips=(SLIP, SLIP))
    pages = [read_pdf(to_pdf(one)).pages for one in (sheets, slips)]
    assert (attached.LAYOUT, sha256(repr(pages).encode()).hexdigest()[:16]) == (
        2,
        "2a086e8397f953f4",
    )


def test_differences_name_row_and_column_in_the_words_of_the_paper() -> None:
    table = wide(2, pupils=3)
    changed = with_cell(table, 1, 3, 2)
    assert differences(Paper((table,)), Paper((changed,))) == [
        Difference("Ученик2", "Предмет1", "5", "2")
    ]
    gone = replace(table, rows=table.rows[1:])
    assert differences(Paper((table,)), Paper((gone,))) == [
        Difference("Ученик1", "", "1 Ученик1 5 5", "")
    ]
    assert differences(Paper((gone,)), Paper((table,))) == [
        Difference("Ученик1", "", "", "1 Ученик1 5 5")
    ]
    renamed = replace(table, title="Иной")
    assert differences(Paper((table,)), Paper((renamed,))) == [
        Difference("Образец", "", "Образец", "Иной")
    ]
    fewer = replace(table, columns=table.columns[:3], rows=())
    assert differences(Paper((table,)), Paper((fewer,)))[0].found == "№, Фамилия, имя, Предмет0"
    assert differences(Paper((table, table)), Paper((table,))) == [
        Difference("Образец, 7А", "", "Образец, 7А", "")
    ]
    about = replace(SLIP, about=("Петров Пётр, 5А", *SLIP.about[1:]))
    assert differences(Paper(slip=SLIP), Paper(slip=about)) == [
        Difference("Иванов Иван, 5А", "", "Иванов Иван, 5А", "Петров Пётр, 5А")
    ]


def test_pupils_of_one_name_are_told_apart_by_their_order() -> None:
    table = wide(1, pupils=2)
    twins = replace(table, rows=tuple(Row((at, "Ким Ян", at + 2)) for at in (1, 2)))
    other = with_cell(twins, 1, 2, 5)
    assert differences(Paper((twins,)), Paper((other,))) == [
        Difference("Ким Ян", "Предмет0", "4", "5")
    ]
    assert cell_of(Paper((twins,)), "Ким", "Предмет0") is None


def test_figures_agree_where_only_columns_and_words_of_the_form_differ() -> None:
    table = replace(wide(2, pupils=3), notes=(Note("Выбыли", ("нет",)),))
    issued = Paper((table,))
    cut = replace(
        table, columns=table.columns[:-1],
        rows=tuple(replace(row, cells=row.cells[:-1]) for row in table.rows),
    )  # fmt: skip
    for form in (cut, replace(table, title="Иначе"), replace(table, signers=("Завуч",))):
        assert figures_agree(issued, Paper((form,)))
        assert figures_agree(Paper((form,)), issued)
    without = replace(
        table, columns=table.columns[:2],
        rows=tuple(replace(row, cells=row.cells[:2]) for row in table.rows),
    )  # fmt: skip
    others = (
        with_cell(cut, 0, 2, 4), replace(table, rows=table.rows[1:]), without,
        replace(table, notes=(Note("Выбыли", ("Ким",)),)), replace(table, subject_of="7Б"),
        replace(table, missing=("журнал",)),
    )  # fmt: skip
    for changed in others:
        assert not figures_agree(issued, Paper((changed,))), changed
        assert not figures_agree(Paper((changed,)), issued), changed
    slip = Paper(slip=SLIP)
    assert figures_agree(slip, Paper(slip=replace(SLIP, foot=("Подпись",))))
    assert not figures_agree(slip, Paper(slip=replace(SLIP, about=("Петров Пётр, 5А",))))
    assert not figures_agree(issued, slip)


def test_a_cell_is_named_by_a_part_of_its_row_and_column() -> None:
    paper = Paper((with_cell(wide(12, pupils=12), 1, 3, 2),))
    assert cell_of(paper, "ученик2", "ПРЕДМЕТ1") == "2"
    assert cell_of(paper, "Ученик1", "Предмет1") == "5"
    assert cell_of(paper, "Ученик", "Предмет1") is None
    assert cell_of(paper, "Ученик2", "Алгебра") is None
    assert cell_of(Paper(slip=SLIP), "Ученик3", "Предмет0") == "5"


def test_rows_under_one_name_are_told_apart_by_the_text_beside_it() -> None:
    columns = (
        Column("number", "№", Unit.COUNT, 4),
        Column("name", "Имя", Unit.TEXT, 20),
        Column("period", "Период", Unit.TEXT, 12),
        Column("mark", "Алгебра", Unit.MARK, 4, "Отметки"),
    )
    rows = tuple(
        Row((number, name, f"{term} четверть", 4))
        for number, name, term in (
            ("1", "Ким Ян", "I"),
            ("", "", "II"),
            ("", "", "III"),
            ("2", "Ли Ян", "I"),
            ("", "", "II"),
            ("", "", "III"),
        )
    )
    table = replace(wide(0), columns=columns, rows=rows)
    changed = with_cell(table, 4, 3, 5)
    assert differences(Paper((table,)), Paper((changed,))) == [
        Difference("Ли Ян, II четверть", "Отметки Алгебра", "4", "5")
    ]
    assert cell_of(Paper((changed,)), "Ли II", "алгебра") == "5"
    assert cell_of(Paper((changed,)), "Ли I", "Отметки Алгебра") == "4"
    assert cell_of(Paper((changed,)), "Ли", "Алгебра") is None


def test_a_lesson_is_named_by_its_date_and_number() -> None:
    columns = (
        Column("day", "Дата", Unit.DATE, 10),
        Column("period", "Урок", Unit.COUNT, 4),
        Column("topic", "Тема", Unit.TEXT, 40),
    )
    table = replace(wide(0), columns=columns, rows=(Row((date(2026, 9, 7), 2, "Дроби")),))
    changed = with_cell(table, 0, 2, "Числа")
    assert differences(Paper((table,)), Paper((changed,))) == [
        Difference("07.09.2026 2", "Тема", "Дроби", "Числа")
    ]


# Where the code stands.


@pytest.mark.parametrize(
    ("made", "least_dpi"),
    [
        pytest.param(document(wide(3), stamps=(STAMP,)), 120, id="portrait"),
        pytest.param(document(wide(14), stamps=(STAMP,)), 120, id="landscape"),
        pytest.param(
            document(wide(3), stamps=(replace(STAMP, copy="", post="", name=""),)), 120, id="plain"
        ),
        pytest.param(replace(document(), tables=(), slips=(SLIP,) * 4), 150, id="slips"),
    ],
)
def test_codes_cover_nothing_have_their_quiet_zone_and_are_read_from_a_coarse_picture(
    made: Document, least_dpi: int
) -> None:
    data = to_pdf(made)
    page = sheets_of(data)
    found = zxingcpp.read_barcodes(pictures_of(data, least_dpi)[-1])
    assert [code.text for code in found] == [STAMP.code] * len(found)
    assert len(found) == max(1, len(made.slips))
    dpi = 300
    drawn = pictures_of(data, dpi)[-1]
    modules = picture_of(STAMP.code).modules - 8
    words = pages_of(data)[page - 1].words
    for code in zxingcpp.read_barcodes(drawn):
        corners = code.position
        left, top = corners.top_left.x, corners.top_left.y
        right, bottom = corners.bottom_right.x, corners.bottom_right.y
        quiet = int((right - left) / modules * 3.5)
        around = drawn[top - quiet : bottom + quiet, left - quiet : right + quiet].copy()
        around[quiet - 2 : -quiet + 2, quiet - 2 : -quiet + 2] = 255
        assert around.min() > 200, "nothing is drawn in the quiet zone"
        points = 72 / dpi
        for word in words:
            beside = (
                word.right <= left * points
                or word.left >= right * points
                or word.bottom <= top * points
                or word.top >= bottom * points
            )
            assert beside, word.text


def test_four_lists_with_codes_fit_on_a_sheet_of_a4() -> None:
    data = to_pdf(replace(document(), tables=(), slips=(SLIP,) * 4))
    [page] = pages_of(data)
    assert (round(page.width), round(page.height)) == (595, 842)
    assert text_of(data).count("№ 7-1043") == 4


def test_a_code_of_the_longest_history_still_has_a_picture() -> None:
    assert picture_of("9" * 4_300).modules <= 177 + 8


def test_the_same_paper_gives_the_same_bytes() -> None:
    made = document(stamps=(STAMP,))
    assert to_pdf(made) == to_pdf(made)


def test_a_column_of_dates_is_written_as_it_is_read() -> None:
    table = replace(
        wide(0, pupils=1),
        columns=(Column("name", "Имя", Unit.TEXT, 8), Column("share", "%", Unit.PERCENT, 5)),
        rows=(Row(("А", Decimal(92))), Row(("Б", None))),
    )
    assert [row.cells for row in as_written(table).rows] == [("А", "92,0"), ("Б", "–")]
