"""A document as PDF/A-3b: one template, data beside it and never in it, the same bytes every time.

Names and texts reach the typesetter as JSON, so that nothing that somebody typed is markup. Nothing
is fetched; fonts are those inside the typesetter.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any, Final

import typst

from eschool_core.forms import attached
from eschool_core.forms.columns import Place, head_columns, parts
from eschool_core.forms.document import Deed, Document, Section, Slip, Stamp
from eschool_core.forms.letters import LONGEST_IN_PROSE, breakable, printable
from eschool_core.forms.qr import SHEET_MODULE_MM, SLIP_MODULE_MM, picture_of
from eschool_core.forms.room import plainly_fits
from eschool_core.labels import text
from eschool_core.reports.plot import plot_svg
from eschool_core.reports.shown import incomplete, shown
from eschool_core.reports.table import Row, RowKind, Table, Unit, spans

STANDARD: Final = "a-3b"
PORTRAIT_MM: Final = 180.0
"""Between the margins: 20 mm to the left for binding, 10 mm to the right."""
LANDSCAPE_MM: Final = 267.0
SLIP_MM: Final = 91.0
WHOLE_SLIP_MM: Final = 190.0
"""Of a slip that gets a sheet of its own."""
WHOLE_LETTERS: Final = 250
"""A row with longer cells may be broken over two sheets; one that could not would run off."""
MANY_ROWS: Final = 48
"""Rows of a table that may be set a little closer, so that one sheet holds it with its foot."""
MANY_LINES: Final = 24
"""Lines beneath a table that stay on the sheet of its last row; more flow on to the next."""
LINE_LETTERS: Final = 100
PLOT_MM: Final = 150.0
SUMMING: Final = (RowKind.SUBTOTAL.value, RowKind.TOTAL.value)
MANY_MERGED: Final = 15
"""Rows of one name that are kept on one sheet."""

REMEMBERED: Final = 12
"""Documents after which the typesetter has dropped what it kept of the first."""
BLANK: Final = b" "

Json = dict[str, Any]


def to_pdf(document: Document) -> bytes:
    """Return a document as PDF/A-3b; one with issued papers has its data within.

    Raises:
        ValueError: It has neither tables nor slips nor deeds, or some stamps but not one place for
            each table.
    """
    if not (document.tables or document.slips or document.deeds):
        raise ValueError("a document needs a table, a slip or a deed")
    if document.stamps and len(document.stamps) != len(document.tables):
        raise ValueError("a document has a stamp or None for each of its tables")
    within = attached.pack(document).decode() if attached.is_issued(document) else ""
    _forget()
    compiler = typst.Compiler(
        _template(),
        font_paths=_fonts(),
        sys_inputs={
            "data": json.dumps(_document(document), ensure_ascii=False),
            "within": within,
        },
    )
    stamp = datetime.combine(document.printed, time(), UTC)
    # A-3b asks for no tags, and every cell would get one.
    made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=stamp, pdf_tags=False)
    assert isinstance(made, bytes)
    return made


def _forget() -> None:
    """Let the typesetter drop what it keeps of the last documents: 50 KiB a cell, for ten more.

    Before the next one and not after the last, since dropping a gigabyte takes half a second.
    """
    for _ in range(REMEMBERED):
        typst.Compiler(BLANK, font_paths=_fonts()).compile(format="svg")


@cache
def _template() -> bytes:
    return (files("eschool_core.forms") / "template.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts inside the typesetter: none of the machine's."""
    return typst.Fonts(include_system_fonts=False)


def _said(written: str) -> str:
    return breakable(printable(written))


def _prose(written: str) -> str:
    """Return a text for a line of the whole width: its words stay whole."""
    return breakable(printable(written), LONGEST_IN_PROSE)


def _document(document: Document) -> Json:
    language = document.language
    words = ("sheet", "of", "continued", "signature", "name", "seal", "post", "date")
    bound = ("nothing", "bound", "sheets", "head", "seal")
    return {
        "language": language,
        "title": printable(document.title),
        "letterhead": [_prose(line) for line in document.letterhead],
        "printed": f"{document.printed:%d.%m.%Y}",
        "day": [document.printed.year, document.printed.month, document.printed.day],
        "as_of": printable(document.as_of),
        "attached": attached.NAME,
        "bound": document.bound,
        "words": {name: text(f"form.{name}", language) for name in {*words, *bound}},
        "tables": [
            _sheet(table, stamp, document.letterhead)
            for table, stamp in zip(
                document.tables, document.stamps or [None] * len(document.tables), strict=True
            )
        ],
        "slips": [_slip(slip) for slip in document.slips],
        "deeds": [_deed(deed) for deed in document.deeds],
    }


def _sheet(table: Table, stamp: Stamp | None, letterhead: Sequence[str]) -> Json:
    about = ", ".join(part for part in (table.subject_of, table.period) if part)
    width = LANDSCAPE_MM if table.landscape else PORTRAIT_MM
    made = _parts(table, width)
    fits = stamp is None and plainly_fits(table, made, letterhead, width)
    return {
        "school": _prose(table.school),
        "title": _prose(table.title),
        "about": _prose(about),
        "warning": "" if table.complete else _prose(incomplete(table)),
        "landscape": table.landscape,
        "fits": fits,
        "squeezable": (bool(table.totals or table.signers) or stamp is not None)
        and len(table.rows) <= MANY_ROWS
        and not fits,
        "footed": _is_footed(table),
        "plots": _plots(table),
        "parts": made,
        "notes": [
            {"title": _prose(note.title), "lines": [_prose(line) for line in note.lines]}
            for note in table.notes
        ],
        "signers": [_said(signer) for signer in table.signers],
        "stamp": _stamp(stamp, SHEET_MODULE_MM),
    }


def _is_footed(table: Table) -> bool:
    """Return whether what stands beneath a table is short enough to stay with its last row.

    A last row with long texts may itself be broken, so nothing is bound to it.
    """
    lines = sum(1 + len(line) // LINE_LETTERS for note in table.notes for line in note.lines)
    last = (*table.rows, *table.totals)[-1:]
    letters = [len(cell) for row in last for cell in row.cells if isinstance(cell, str)]
    return lines <= MANY_LINES and max(letters, default=0) <= WHOLE_LETTERS


def _plots(table: Table) -> list[Json]:
    drawn = [plot_svg(table, plot) for plot in table.plots]
    return [{"svg": svg, "width": PLOT_MM} for svg in drawn if svg]


def _deed(deed: Deed) -> Json:
    return {
        "school": _prose(deed.school),
        "title": _prose(deed.title),
        "about": [_prose(line) for line in deed.about],
        "sections": [_section(section) for section in deed.sections],
        "signers": [_said(signer) for signer in deed.signers],
        "annexed": [_section(section) for section in deed.annexed],
    }


def _section(section: Section) -> Json:
    table = section.table
    return {
        "heading": _prose(section.heading),
        "lines": [_prose(line) for line in section.lines],
        "warning": "" if table is None or table.complete else _prose(incomplete(table)),
        "parts": [] if table is None else _parts(table, PORTRAIT_MM),
    }


def _slip(slip: Slip) -> Json:
    return {
        "title": _prose(slip.title),
        "about": [_prose(line) for line in slip.about],
        "parts": [] if slip.table is None else _parts(slip.table, SLIP_MM),
        "wide": [] if slip.table is None else _parts(slip.table, WHOLE_SLIP_MM),
        "fields": [[_said(name), _said(value)] for name, value in slip.fields],
        "foot": [_prose(line) for line in slip.foot],
        "stamp": _stamp(slip.stamp, SLIP_MODULE_MM),
    }


def _stamp(stamp: Stamp | None, module_mm: float) -> Json | None:
    if stamp is None:
        return None
    picture = picture_of(stamp.code)
    return {
        "svg": picture.svg,
        "size": picture.modules * module_mm,
        "about": _said(stamp.about),
        "lines": [_said(line) for line in stamp.lines],
        "copy": _said(stamp.copy),
        "post": _said(stamp.post),
        "name": _said(stamp.name),
    }


def _parts(table: Table, width: float) -> list[Json]:
    return [_part(table, places) for places in parts(table, width)]


def _part(table: Table, places: Sequence[Place]) -> Json:
    rows = _rows(table, places)
    return {
        "widths": [place.width for place in places],
        "named": head_columns(table),
        "aligns": [_align(table.columns[place.at].unit) for place in places],
        "head": _head(table, places),
        "rows": rows,
        "glued": _last_name(rows),
    }


def _last_name(rows: Sequence[Json]) -> int:
    """Return where the last rows begin that are to stay with the foot: a name, and totals."""
    named = [at for at, row in enumerate(rows) if row["down"] and row["kind"] not in SUMMING]
    return named[-1] if named else 0


def _align(unit: Unit) -> str:
    if unit is Unit.TEXT:
        return "left"
    return "right" if unit.is_number and unit is not Unit.MARK else "center"


def _head(table: Table, places: Sequence[Place]) -> list[list[Json]]:
    """Return one line of titles, or two where some stand under a common heading."""
    columns = tuple(table.columns[place.at] for place in places)
    if not any(column.group for column in columns):
        return [[_title(table, place, 1) for place in places]]
    above: list[Json] = []
    below: list[Json] = []
    for first, last, name in spans(columns):
        if not name:
            above.append(_title(table, places[first], 2))
            continue
        above.append({"text": _said(name), "across": last - first + 1, "down": 1, "turned": 0})
        below += [_title(table, place, 1) for place in places[first : last + 1]]
    return [above, below]


def _title(table: Table, place: Place, down: int) -> Json:
    title = _said(table.columns[place.at].title)
    return {"text": title, "across": 1, "down": down, "turned": place.turned}


def _rows(table: Table, places: Sequence[Place]) -> list[Json]:
    """Return the rows; those without a name belong to the one above and stay on its sheet.

    So do some whose one name is that of the row above: it is written once. ``down`` says over how
    many rows the name stands; 0 where it stands above.
    """
    named = head_columns(table)
    found: list[Json] = []
    first: Json = {}
    for row in (*table.rows, *table.totals):
        made = _row(row, table, places)
        if first and first["kind"] == made["kind"] and _belongs(made, first, named):
            first["down"] += 1
            made = {**made, "cells": made["cells"][named:], "down": 0}
        else:
            first = made
        found.append(made)
    return found


def _belongs(made: Json, first: Json, named: int) -> bool:
    """Return whether a row is one more of the name above."""
    if not any(made["cells"][:named]):
        return True
    same = bool(made["cells"][0] == first["cells"][0])
    return named == 1 and same and int(first["down"]) < MANY_MERGED


def _row(row: Row, table: Table, places: Sequence[Place]) -> Json:
    cells = [_said(shown(row.cells[place.at], table.columns[place.at], table)) for place in places]
    whole = max(map(len, cells)) <= WHOLE_LETTERS
    return {"kind": row.kind.value, "cells": cells, "down": 1, "whole": whole}
