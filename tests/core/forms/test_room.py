"""What is said to fit a sheet does: it is neither measured nor given a running head."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Final

import pytest
import typst

from eschool_core.forms import to_pdf as module
from eschool_core.forms.letters import PRINTABLE
from eschool_core.forms.room import WIDEST_MM, WIDTHS_MM, lines, plainly_fits
from eschool_core.forms.to_pdf import LANDSCAPE_MM, PORTRAIT_MM, to_pdf
from eschool_core.reports.table import Row, RowKind, Table
from tests.core.forms.pages import pages_of, sheets_of
from tests.core.forms.test_to_pdf import document, wide

WORDS: Final = ("ЩУКИНА", "Шмидт", "н/4", "5", "Ю", "§ 12, № 3–5 (устно)", "самостоятельная", "")
SEEDS: Final = range(12)


def fits(table: Table, letterhead: tuple[str, ...] = ()) -> bool:
    width = LANDSCAPE_MM if table.landscape else PORTRAIT_MM
    return plainly_fits(table, module._parts(table, width), letterhead, width)


def random_table(random: Random) -> Table:
    """Return a table of wide letters, with as many rows as are still said to fit."""
    columns, signers = random.choice((1, 3, 9, 25)), random.randint(0, 4)
    table = wide(columns, 0, signers=tuple("Заместитель директора" for _ in range(signers)))
    rows: list[Row] = []
    while len(rows) < 80:
        words = (random.choice(WORDS) for _ in range(columns))
        name = " ".join(random.choice(WORDS) for _ in range(3))
        kind = RowKind.TOTAL if random.random() < 0.1 else RowKind.ITEM
        rows.append(Row((len(rows) + 1, name, *words), kind))
        if not fits(replace(table, rows=tuple(rows)), document().letterhead):
            return replace(table, rows=tuple(rows[:-1]))
    return replace(table, rows=tuple(rows))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_most_rows_that_are_said_to_fit_stand_on_one_sheet(seed: int) -> None:
    table = random_table(Random(seed))
    assert fits(table, document().letterhead)
    assert sheets_of(to_pdf(document(table))) == 1


def test_the_pages_of_a_usual_class_are_not_measured() -> None:
    usual, big = (of_days(wide(18, pupils=pupils)) for pupils in (27, 40))
    assert fits(usual, document().letterhead)
    assert not fits(big, document().letterhead)


def of_days(table: Table) -> Table:
    """Return a table whose columns are the days of a month, as a journal has them."""
    columns = tuple(
        replace(column, title=f"{at:02}", group="октябрь") if at > 1 else column
        for at, column in enumerate(table.columns)
    )
    return replace(table, columns=columns)


def test_what_stands_around_the_rows_counts() -> None:
    assert fits(wide(3))
    assert not fits(wide(3, missing=("оценки",)))
    assert not fits(wide(3, signers=("Директор",) * 40))


def test_line_breaks_in_a_cell_count() -> None:
    rows = tuple(Row((at, "\n".join("абвгд"), *(5,) * 3)) for at in range(15))
    assert fits(wide(3, pupils=15))
    assert not fits(wide(3, rows=rows))


def test_a_sheet_that_is_not_sure_to_fit_has_its_name_on_the_second_page() -> None:
    pages = pages_of(to_pdf(document(wide(3, pupils=90))))
    assert len(pages) == 2
    assert "Образец, 7А, I четверть (продолжение)" not in pages[0].text
    assert "Образец, 7А, I четверть (продолжение)" in pages[1].text


def test_every_letter_is_as_wide_as_reckoned() -> None:
    letters = [chr(at) for first, last in PRINTABLE for at in range(first, last + 1)]
    measured = _measured(letters)
    assert len(measured) == len(letters)
    wider = {
        letter: width
        for letter, width in zip(letters, measured, strict=True)
        if width > WIDTHS_MM.get(letter, WIDEST_MM)
    }
    assert wider == {}


def test_a_word_longer_than_its_cell_takes_several_lines() -> None:
    assert lines("щ" * 20, 10.0) == 8
    assert lines("", 10.0) == 1


def _measured(letters: list[str]) -> list[float]:
    """Return how wide letters of the body type are, in millimetres, as the typesetter has it."""
    source = """
        #set text(font: "Libertinus Serif", size: 9pt)
        #let letters = json(bytes(sys.inputs.letters))
        #context [#metadata(letters.map(it => measure(text(it)).width / 1mm)) <wide>]
    """
    compiler = typst.Compiler(
        source.encode(),
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"letters": json.dumps(letters)},
    )
    found: list[float] = json.loads(compiler.query("<wide>", field="value", one=True))
    return found
