"""A table as HTML: an accessible ``<table>`` for a page, or a whole document for a file."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from eschool_core.reports.plot import plot_svg
from eschool_core.reports.shown import heading, incomplete, shown
from eschool_core.reports.table import About, Column, Row, RowKind, Table, Unit, spans

Leads = Callable[[About], str]

STYLE: Final = """
@page { size: A4 %(orientation)s; margin: 12mm }
body { font: 11pt/1.35 "PT Serif", "Liberation Serif", "Times New Roman", serif; margin: 1.5rem;
  color: #111; background: #fff }
header p { margin: 0 }
h1 { font-size: 1.25rem; margin: .3rem 0 }
.report-wrap { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse }
caption { text-align: left; padding-bottom: .3rem }
th, td { border: 1px solid #777; padding: .2rem .45rem; vertical-align: top; text-align: left }
thead th { background: #eee; text-align: center; vertical-align: middle }
tbody th { font-weight: normal }
.m { text-align: center }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
tr.subtotal > *, tr.total > * { font-weight: bold; background: #f5f5f5 }
tr.left > * { color: #444; font-style: italic }
.incomplete { border: 2px solid #8a5a00; background: #fff6e0; padding: .4rem .6rem }
h2 { font-size: 1rem; margin: .8rem 0 .2rem }
ul { margin: 0 0 .5rem; padding-left: 1.2rem }
figure { margin: .8rem 0; break-inside: avoid }
figure svg { max-width: 100%%; height: auto }
.sign { margin: .8rem 0 }
@media print { .report-wrap { overflow: visible } table { font-size: 9pt } }
"""


LOOKS: Final = {
    **{unit: "n" for unit in Unit if unit.is_number},
    Unit.MARK: "m",
}
"""Classes of cells by unit."""


def to_html(table: Table) -> str:
    """Return a whole document: heading, table, notes, places for signatures."""
    style = STYLE % {"orientation": "landscape" if table.landscape else "portrait"}
    title = ", ".join(part for part in (table.title, table.subject_of, table.period) if part)
    school, *rest = heading(table) if table.school else ("", *heading(table))
    about = rest[1] if len(rest) > 1 and rest[1] != incomplete(table) else ""
    signs = "".join(
        f'<p class="sign">{escape(signer)} ____________ / ____________________</p>\n'
        for signer in table.signers
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{table.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"<header><p>{escape(school)}</p>\n<h1>{escape(table.title)}</h1>\n"
        f"<p>{escape(about)}</p></header>\n{table_html(table)}{plots_html(table)}"
        f"{notes_html(table)}{signs}"
        "</main>\n</body>\n</html>\n"
    )


def table_html(table: Table, leads: Leads | None = None) -> str:
    """Return the table alone, for a page: every text escaped, no style and no script.

    Args:
        table: What to show.
        leads: Gives the address of what a row is about; empty where there is none to go to.

    Classes: ``report`` of the table, ``n`` of numbers, ``m`` of marks; ``subtotal``,
    ``total``, ``left`` of rows.
    """
    warning = ""
    if not table.complete:
        warning = f'<p class="incomplete" role="note">{escape(incomplete(table))}</p>\n'
    caption = ", ".join(part for part in (table.title, table.subject_of, table.period) if part)
    foot = "".join(_row(row, table, leads) for row in table.totals)
    return (
        f'{warning}<div class="report-wrap" role="region" tabindex="0" '
        f'aria-label="{escape(caption)}">\n<table class="report">\n'
        f"<thead>\n{_head(table.columns)}</thead>\n"
        f"<tbody>\n{''.join(_row(row, table, leads) for row in table.rows)}</tbody>\n"
        + (f"<tfoot>\n{foot}</tfoot>\n" if foot else "")
        + "</table>\n</div>\n"
    )


def plots_html(table: Table) -> str:
    """Return the plots of a table, each a figure that says in words what it shows.

    On a narrow screen one is moved under the finger or by keys: shrunk, nobody could read it.
    """
    titles = {column.key: column.title for column in table.columns}
    return "".join(
        f'<div class="report-wrap" role="region" tabindex="0" '
        f'aria-label="{escape(titles[plot.key])}"><figure>{drawn}</figure></div>\n'
        for plot in table.plots
        if (drawn := plot_svg(table, plot))
    )


def notes_html(table: Table) -> str:
    """Return what stands beneath the table: names and remarks."""
    return "".join(
        f"<section><h2>{escape(note.title)}</h2>\n<ul>"
        + "".join(f"<li>{escape(line)}</li>" for line in note.lines)
        + "</ul></section>\n"
        for note in table.notes
    )


def _head(columns: tuple[Column, ...]) -> str:
    if not any(column.group for column in columns):
        titles = "".join(f'<th scope="col">{escape(column.title)}</th>' for column in columns)
        return f"<tr>{titles}</tr>\n"
    above, below = [], []
    for first, last, name in spans(columns):
        if not name:
            above.append(f'<th scope="col" rowspan="2">{escape(columns[first].title)}</th>')
            continue
        above.append(f'<th scope="colgroup" colspan="{last - first + 1}">{escape(name)}</th>')
        below += [
            f'<th scope="col">{escape(column.title)}</th>' for column in columns[first : last + 1]
        ]
    return f"<tr>{''.join(above)}</tr>\n<tr>{''.join(below)}</tr>\n"


def _row(row: Row, table: Table, leads: Leads | None) -> str:
    """Return a row; its first text names it and leads to what it is about."""
    address = leads(row.about) if leads is not None and row.about is not None else ""
    head = next((n for n, column in enumerate(table.columns) if column.unit is Unit.TEXT), None)
    cells = []
    for place, (value, column) in enumerate(zip(row.cells, table.columns, strict=True)):
        said = escape(shown(value, column, table)).replace("\n", "<br>")
        look = f' class="{LOOKS[column.unit]}"' if column.unit in LOOKS else ""
        if address and place == head:
            said = f'<a href="{escape(address)}">{said}</a>'
        tag, scope = ("th", ' scope="row"') if place == head else ("td", "")
        cells.append(f"<{tag}{scope}{look}>{said}</{tag}>")
    kind = "" if row.kind is RowKind.ITEM else f' class="{row.kind.value}"'
    return f"<tr{kind}>{''.join(cells)}</tr>\n"
