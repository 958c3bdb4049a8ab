from __future__ import annotations

import json
import socket
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.forms.columns import HEAD_SHARE, parts
from eschool_core.forms.document import Deed, Document, Section, Slip, Stamp
from eschool_core.forms.letters import LONGEST_IN_PROSE, PRINTABLE, breakable, printable
from eschool_core.forms.to_pdf import LANDSCAPE_MM, MANY_ROWS, PORTRAIT_MM, to_pdf
from eschool_core.reports.table import Column, Note, Plot, Row, RowKind, Table, Unit
from tests.core.forms.pages import pages_of, sheets_of, text_of

ATTACKS = (
    '#read("/etc/passwd")',
    '#include "x.typ"',
    "*bold* _it_ `raw` $x$ @ref <label>",
    "\\u{41} // comment /* */",
    '"; panic(); "',
    "= Heading",
    "{}[]()#{}",
)


STAMP = Stamp(
    "1" + "8205" * 600,
    "Образец, 7А, I четверть",
    ("№ 7-1043 в журнале выданных документов", "По данным на 25.10.2026 12:00"),
    copy="КОПИЯ ВЕРНА",
    post="директор",
    name="Иванова Мария Петровна",
)
"""With a code as long as a history of a million entries makes it."""


def wide(columns: int, pupils: int = 3, **changes: object) -> Table:
    """Return a table of a name and many marks."""
    made = Table(
        name="sample",
        title="Образец",
        clause="2.4",
        school="Школа № 1",
        subject_of="7А",
        period="I четверть",
        first_day=date(2026, 9, 1),
        last_day=date(2026, 10, 24),
        columns=(
            Column("number", "№", Unit.COUNT, 4),
            Column("name", "Фамилия, имя", Unit.TEXT, 30),
            *(Column(f"c{at}", f"Предмет{at}", Unit.MARK, 5) for at in range(columns)),
        ),
        rows=tuple(
            Row((number, f"Ученик{number}", *(5 for _ in range(columns))))
            for number in range(1, pupils + 1)
        ),
        signers=("Директор",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def document(*tables: Table, **changes: object) -> Document:
    """Return a document of some tables."""
    made = Document(
        title="Образец",
        letterhead=("МБОУ «Школа № 1»", "г. Кемерово"),
        printed=date(2026, 10, 25),
        tables=tables or (wide(3),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.scenario("2.4:1")
@pytest.mark.clause("2.4")
def test_every_sheet_is_numbered_and_bears_requisites_and_a_place_for_signatures() -> None:
    data = to_pdf(document(wide(3, pupils=120)))
    sheets = sheets_of(data)
    assert sheets > 1
    said = text_of(data)
    for number in range(1, sheets + 1):
        assert f"лист {number} из {sheets}" in said
    for wanted in ("МБОУ «Школа № 1»", "г. Кемерово", "Директор", "(подпись)"):
        assert wanted in said


@pytest.mark.scenario("2.4:1")
@pytest.mark.clause("2.4")
@pytest.mark.parametrize("columns", [1, 9, 40, 90])
def test_no_column_is_cut_off(columns: int) -> None:
    pages = pages_of(to_pdf(document(wide(columns))))
    words = [word.text for page in pages for word in page.words]
    for at in range(columns):
        assert f"Предмет{at}" in words
    assert words.count("5") >= 3 * columns
    for page in pages:
        for word in page.words:
            assert word.left >= 0
            assert word.right <= page.width
            assert word.bottom <= page.height


def test_a_table_that_is_split_repeats_the_names_in_every_part() -> None:
    table = wide(90)
    made = parts(table, LANDSCAPE_MM)
    assert len(made) > 1
    assert all([place.at for place in part][:2] == [0, 1] for part in made)
    rest = [place.at for part in made for place in part[2:]]
    assert rest == list(range(2, 92))
    assert all(sum(place.width for place in part) <= LANDSCAPE_MM for part in made)


def test_texts_that_tell_rows_apart_are_repeated_while_there_is_room() -> None:
    table = wide(90)
    column = Column("term", "Период", Unit.TEXT, 10)
    rows = tuple(Row((*row.cells[:2], "II четверть", *row.cells[2:])) for row in table.rows)
    made = replace(table, columns=(*table.columns[:2], column, *table.columns[2:]), rows=rows)
    for part in parts(made, LANDSCAPE_MM):
        assert [place.at for place in part[:3]] == [0, 1, 2]
        assert sum(place.width for place in part[:3]) < LANDSCAPE_MM * HEAD_SHARE * 2


@given(st.text(min_size=1, max_size=300))
@settings(max_examples=30, deadline=None)
def test_one_column_never_runs_over_the_sheet(written: str) -> None:
    table = wide(0)
    made = replace(table, rows=(Row((1, written)),))
    [part] = parts(made, PORTRAIT_MM)
    assert sum(place.width for place in part) <= PORTRAIT_MM


@pytest.mark.asvs("row 84")
def test_the_file_is_pdf_a_and_the_same_every_time() -> None:
    made = to_pdf(document())
    assert made == to_pdf(document())
    with pikepdf.open(BytesIO(made)) as pdf, pdf.open_metadata() as meta:
        assert meta["pdfaid:part"] == "3"
        assert meta["pdfaid:conformance"] == "B"
        assert "/JavaScript" not in pdf.Root
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                descendant = font.DescendantFonts[0]
                assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())


@pytest.mark.asvs("row 84")
def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refused)
    assert to_pdf(document(wide(2, title='#import "@preview/x:0.1.0": *'))).startswith(b"%PDF")


@pytest.mark.asvs("1.2.5")
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_people_wrote_is_never_markup(attack: str) -> None:
    table = wide(
        1,
        title=attack,
        subject_of=attack,
        rows=(Row((1, attack, 5)),),
        notes=(Note(attack, (attack,)),),
        signers=(attack,),
    )
    said = text_of(to_pdf(document(table, letterhead=(attack,)))).replace(" ", "")
    assert said.count(attack.replace(" ", "")) >= 3


def test_every_letter_that_counts_as_printable_has_a_shape() -> None:
    letters = [chr(at) for first, last in PRINTABLE for at in range(first, last + 1)]
    rows = tuple(Row((1, "".join(letters[at : at + 30]), 5)) for at in range(0, len(letters), 30))
    bold = replace(wide(1, rows=rows), title="".join(letters), signers=())
    assert sheets_of(to_pdf(document(bold))) >= 1


@given(st.text(max_size=60))
@settings(max_examples=25, deadline=None)
def test_any_text_can_be_printed(written: str) -> None:
    assert to_pdf(document(wide(1, title=written, rows=(Row((1, written, 5)),))))


def test_hostile_strings_are_printed_as_text(shared_data: Path) -> None:
    file = shared_data / "naughty_strings" / "blns_even.json"
    found = [str(entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    rows = tuple(Row((number, written, 5)) for number, written in enumerate(found, 1))
    assert sheets_of(to_pdf(document(wide(1, rows=rows)))) > 1


def test_a_letter_without_a_shape_is_written_by_its_number() -> None:
    assert printable("Ли 李\u202e") == "Ли \\u674e\\u202e"


def test_a_row_without_a_name_stays_with_the_row_above() -> None:
    rows = tuple(
        Row((number if at == 0 else "", f"Ученик{number}" if at == 0 else "", at))
        for number in range(1, 30)
        for at in range(7)
    )
    for page in pages_of(to_pdf(document(wide(1, rows=rows)))):
        if len(page.words) > 40:
            names = sum(word.text.startswith("Ученик") for word in page.words)
            ends = sum(word.text == "6" and word.left > page.width / 3 for word in page.words)
            assert names <= ends + 1


@pytest.mark.clause("5.2")
def test_the_places_of_a_certified_copy_stand_on_the_last_sheet() -> None:
    said = pages_of(to_pdf(document(wide(3, pupils=120), stamps=(STAMP,))))
    assert "КОПИЯ ВЕРНА" in said[-1].text
    assert all("КОПИЯ" not in page.text for page in said[:-1])
    for wanted in ("(должность)", "(подпись)", "(дата)", "М. П.", "№ 7-1043", "Образец, 7А"):
        assert wanted in said[-1].text
    assert "КОПИЯ" not in text_of(to_pdf(document(wide(3))))


def test_a_stamp_or_its_absence_is_said_of_each_table() -> None:
    with pytest.raises(ValueError, match="each of its tables"):
        to_pdf(document(wide(3), wide(3), stamps=(STAMP,)))


@pytest.mark.scenario("4.4.5/2:1")
@pytest.mark.clause("4.4.5/2")
def test_the_sheet_for_sewing_says_how_many_sheets_there_are() -> None:
    data = to_pdf(document(wide(30, pupils=60), bound=True))
    sheets = sheets_of(data)
    last = pages_of(data)[-1].text
    assert f"Прошито, пронумеровано и скреплено печатью листов: {sheets}" in last
    assert "Директор" in last


def slip(number: int, subjects: int = 3) -> Slip:
    rows = tuple(Row((at, f"Предмет{at} слип{number}", 5)) for at in range(subjects))
    return Slip(f"Листок {number}", ("Ученик",), wide(1, rows=rows), foot=("Подпись",))


def test_four_slips_stand_on_a_sheet() -> None:
    data = to_pdf(document(tables=(), slips=tuple(slip(at) for at in range(5))))
    assert sheets_of(data) == 2
    assert [page.text.count("Листок") for page in pages_of(data)] == [4, 1]


def test_a_slip_too_long_for_a_quarter_gets_a_sheet_and_loses_nothing() -> None:
    data = to_pdf(document(tables=(), slips=(slip(1), slip(2, subjects=60))))
    said = text_of(data)
    assert all(f"Предмет{at} слип2" in said for at in range(60))
    assert pages_of(data)[0].text.count("Листок") == 1


def test_a_document_without_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="a table, a slip or a deed"):
        to_pdf(document(tables=(), slips=()))


def item_rows(count: int) -> tuple[Row, ...]:
    return tuple(Row((number, f"Ученик{number}", 5, 5, 5)) for number in range(1, count + 1))


def test_a_total_and_the_signatures_are_not_left_alone_on_a_second_sheet() -> None:
    total = Row(("", "Всего", *(5 for _ in range(9))), RowKind.TOTAL)

    def sheets(pupils: int) -> int:
        made = to_pdf(document(wide(9, pupils, totals=(total,))))
        assert "Директор" in text_of(made)
        return sheets_of(made)

    # At the usual distance a lying sheet holds 37 pupils with total and signature.
    assert [sheets(pupils) for pupils in (37, 38, 42)] == [1, 1, 1]
    assert sheets(MANY_ROWS + 1) == 2


@pytest.mark.parametrize("pupils", [36, 60, 75, 76, 77, 78, 79, 80, 120])
def test_no_foot_stands_on_a_sheet_without_a_row_of_its_table(pupils: int) -> None:
    total = Row(("", "Всего", *(5 for _ in range(9))), RowKind.TOTAL)
    note = Note("Итоги", tuple(f"строка{at}" for at in range(6)))
    table = wide(9, pupils, totals=(total,), notes=(note,))
    last = pages_of(to_pdf(document(table, stamps=(STAMP,))))[-1].text
    for wanted in ("Ученик", "Всего", "строка0", "Директор", "КОПИЯ ВЕРНА"):
        assert wanted in last


def test_many_lines_beneath_a_table_flow_on_and_do_not_leave_the_signatures_alone() -> None:
    for count in range(90, 150, 6):
        note = Note("Пробелы", tuple(f"строка{at}" for at in range(count)))
        pages = pages_of(to_pdf(document(wide(9, 5, notes=(note,)))))
        said = " ".join(page.text for page in pages)
        assert all(f"строка{at}" in said for at in range(count))
        assert f"строка{count - 1}" in pages[-1].text
        assert "Директор" in pages[-1].text


@pytest.mark.parametrize("rows", [0, 44, 46, 48, 50, 52, 90])
def test_the_signatures_of_a_deed_stay_with_what_it_says_last(rows: int) -> None:
    listed = wide(1, rows=tuple(Row((at, f"Ученик{at}", 5)) for at in range(rows)))
    filler = Section("Начало", tuple(f"абзац{at}" for at in range(10)))
    for last in (Section("Список", table=listed), Section("Слова", ("конец дела",))):
        deed = Deed("Школа", "Акт", ("о передаче",), (filler, last), ("Сдал(а)", "Принял(а)"))
        page = pages_of(to_pdf(document(tables=(), deeds=(deed,))))[-1].text
        assert "Принял(а)" in page
        said_last = "конец дела" if last.table is None else f"Ученик{rows - 1}"
        assert (said_last if rows or last.table is None else "Записей нет.") in page


def test_what_is_typed_off_a_slip_is_large_and_a_table_on_it_is_not_widened() -> None:
    fields = (("Логин", "4000-a100"), ("Код", "1111-2222"))
    [plain] = pages_of(to_pdf(document(tables=(), slips=(Slip("Доступ", ("7А",), None, fields),))))
    code = next(word for word in plain.words if word.text == "4000-a100")
    [listed] = pages_of(to_pdf(document(tables=(), slips=(slip(1),))))
    subject = next(word for word in listed.words if word.text == "Предмет0")
    assert code.bottom - code.top > (subject.bottom - subject.top) * 1.2


def test_a_second_sheet_says_what_it_belongs_to() -> None:
    one, other = wide(3, 120), wide(3, 120, title="Другой", subject_of="5Б")
    pages = [page.text for page in pages_of(to_pdf(document(one, other)))]
    heads = [page.split("лист ")[0] for page in pages]
    assert [("продолжение" in head, "Другой" in head) for head in heads] == [
        (False, False), (True, False), (False, True), (True, True),
    ]  # fmt: skip
    assert "Другой, 5Б, I четверть (продолжение)" in heads[-1]
    listed = Section("Список", table=wide(1, pupils=90))
    deed = Deed("Школа", "Акт № 5", ("о передаче",), (listed,), ("Сдал(а)",))
    sheets = pages_of(to_pdf(document(tables=(), deeds=(deed,))))
    assert ["Акт № 5 (продолжение)" in page.text for page in sheets] == [False, True]


def test_a_name_over_several_rows_is_written_once_and_stands_on_every_sheet() -> None:
    columns = (
        Column("teacher", "Учитель", Unit.TEXT, 20),
        Column("subject", "Предмет", Unit.TEXT, 20),
    )
    rows = tuple(Row((f"Учитель{at // 12}", f"Предмет{at}")) for at in range(180))
    pages = pages_of(to_pdf(document(replace(wide(0), columns=columns, rows=rows))))
    words = [word.text for page in pages for word in page.words]
    assert [words.count(f"Учитель{at}") for at in range(15)] == [1] * 15
    for page in pages:
        first = next(word.text for word in page.words if word.text.startswith("Предмет0") or (
            word.text.startswith("Предмет") and word.text != "Предмет"))  # fmt: skip
        assert int(first.removeprefix("Предмет")) % 12 == 0


def test_a_plot_is_printed_beneath_its_table() -> None:
    rows = tuple(Row((at, f"{at:02}.2026", value)) for at, value in ((9, 4), (10, 5)))
    plain = wide(1, rows=rows)
    drawn = to_pdf(document(replace(plain, plots=(Plot("c0"),))))
    assert len(drawn) > len(to_pdf(document(plain)))
    # The curve stands beneath the table, and the signature beneath the curve.
    [page] = pages_of(drawn)
    title = max(word.top for word in page.words if word.text == "Предмет0")
    assert max(word.bottom for word in page.words if word.text == "5") > title
    assert next(word.top for word in page.words if word.text == "Директор") > title


def test_a_row_stays_on_one_sheet_and_one_that_is_too_long_is_not_cut_off() -> None:
    rows = item_rows(40)
    three = " ".join(["слово"] * 40)
    listed = [Row((at, three, 5, 5, 5)) for at, _ in enumerate(rows)]
    for page in pages_of(to_pdf(document(wide(3, rows=tuple(listed))))):
        said = [word.text for word in page.words]
        assert said.count("слово") % 40 == 0
    long = " ".join(["слово"] * 3_000)
    words = [word for page in pages_of(to_pdf(document(wide(3, rows=(Row((1, long, 5, 5, 5)),)))))
             for word in page.words]  # fmt: skip
    assert sum(word.text == "слово" for word in words) == 3_000


def test_a_telephone_stays_on_one_line_and_a_word_is_broken_at_its_hyphen() -> None:
    assert breakable("мать, +7 384 46-89-06") == "мать, +7\u00a0384\u00a046\u201189\u201106"
    assert breakable("духовно-нравственной") == "духовно-\u200bнравственной"
    assert breakable("Ю" * 20) == "Ю" * 16 + "\u200b" + "Ю" * 4
    # A line of prose is wide enough for any word of the language.
    assert breakable("общеобразовательная", LONGEST_IN_PROSE) == "общеобразовательная"
    assert breakable("Ю" * 40, LONGEST_IN_PROSE) == "Ю" * 30 + "\u200b" + "Ю" * 10
    # A date and the number of an order are no telephone.
    assert breakable("с 01.09.2026 по № 12") == "с 01.09.2026 по № 12"


def test_a_word_in_a_line_over_the_whole_width_goes_to_the_next_line_whole() -> None:
    school = "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная»"
    slip = Slip("Доступ", ("5А",), fields=(("Логин", "1"),))
    made = to_pdf(replace(document(), letterhead=(school,), tables=(), stamps=(), slips=(slip,)))
    assert text_of(made).count("общеобразовательн") == 2


def test_titles_stand_upright_where_the_sheet_is_wide_enough() -> None:
    assert not any(place.turned for place in parts(wide(3), PORTRAIT_MM)[0])
    assert any(place.turned for place in parts(wide(30), LANDSCAPE_MM)[0])


def test_a_table_without_rows_says_so() -> None:
    assert "Записей нет." in text_of(to_pdf(document(wide(3, rows=()))))


def test_the_sewing_sheet_and_the_certified_copy_stand_within_their_sheets() -> None:
    pages = pages_of(to_pdf(document(wide(9, 30), stamps=(STAMP,), bound=True)))
    # The table with the place for «Копия верна», and the sheet that says how many are sewn.
    assert len(pages) == 2
    for page in pages:
        assert all(word.left >= 0 and word.right <= page.width for word in page.words)
    box = [word for word in pages[1].words if "инициалы" in word.text]
    sealed = [word for word in pages[1].words if word.text in {"М.", "П."}]
    assert box
    assert sealed
    assert max(word.right for word in box) <= max(word.right for word in sealed) + 10
