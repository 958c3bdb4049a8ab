"""A report's table on the terminal and in files: what ``report`` and ``control`` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import option, say
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.screen import Cell, Column, Screen
from eschool_cli.session import Session
from eschool_core.domain.enums import TermKind
from eschool_core.labels import Language
from eschool_core.reports import period as periods
from eschool_core.reports.period import Period
from eschool_core.reports.shown import heading, shown
from eschool_core.reports.table import Row, RowKind, Table, Unit
from eschool_core.reports.to_csv import to_csv
from eschool_core.reports.to_html import to_html
from eschool_core.reports.to_xlsx import to_xlsx
from eschool_core.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])
MAX_TERM = 6
FILE = click.Path(path_type=Path, dir_okay=False)
STYLES = {RowKind.SUBTOTAL: "bold", RowKind.TOTAL: "bold", RowKind.LEFT: "dim", RowKind.ITEM: ""}
MARGIN = 2
MOST_KEPT = 24


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which period and which files, as typed."""

    term: int | None
    half_year: int | None
    year: bool
    first: Day | None
    last: Day | None
    csv: Path | None
    xlsx: Path | None
    html: Path | None
    json: bool


def period_options(command: F) -> F:
    """Add the options that choose a period."""
    for add in reversed(
        (
            option("--term", type=NumberType(1, MAX_TERM), says="report_term", shown_as="number"),
            option("--half-year", type=NumberType(1, 2), says="report_half", shown_as="number"),
            option("--year", "whole_year", is_flag=True, says="report_year"),
            option("--from", "first", type=DayType(), says="report_from", shown_as="date"),
            option("--to", "last", type=DayType(), says="report_to", shown_as="date"),
        )
    ):
        command = add(command)
    return command


def table_options(command: F) -> F:
    """Add the options that choose the period and the form of the answer."""
    for add in reversed(
        (
            option("--csv", "csv_file", type=FILE, says="report_csv", shown_as="file"),
            option("--xlsx", "xlsx_file", type=FILE, says="report_xlsx", shown_as="file"),
            option("--html", "html_file", type=FILE, says="report_html", shown_as="file"),
            as_json,
        )
    ):
        command = add(command)
    return period_options(command)


def wanted(values: dict[str, Any]) -> Wanted:
    """Return the values of ``table_options``, or of ``period_options`` alone."""
    return Wanted(
        values["term"],
        values["half_year"],
        values["whole_year"],
        values["first"],
        values["last"],
        values.get("csv_file"),
        values.get("xlsx_file"),
        values.get("html_file"),
        json=values.get("as_json", False),
    )


def chosen_period(store: Store, typed: Wanted, today: int, language: Language) -> Period | None:
    """Return the period that was asked for; None where nothing was said of it.

    Raises:
        InputError: The year has no such term, or the dates are the wrong way round.
    """
    if typed.half_year is not None:
        return periods.term_numbered(store, today, TermKind.HALF_YEAR, typed.half_year, language)
    if typed.term is not None:
        return periods.term_numbered(store, today, None, typed.term, language)
    if typed.year:
        return periods.year_period(store, today, language)
    if typed.first is not None:
        last = today if typed.last is None else typed.last.number(today)
        return periods.free_period(store, typed.first.number(today), last)
    if typed.last is not None:
        return periods.period_at(store, typed.last.number(today), language)
    return None


def give_table(session: Session, table: Table, typed: Wanted) -> None:
    """Write the files that were asked for; else show the table, or its JSON."""
    files = (
        (typed.csv, to_csv),
        (typed.xlsx, to_xlsx),
        (typed.html, lambda made: to_html(made).encode()),
    )
    asked = [(path, make) for path, make in files if path is not None]
    for path, make in asked:
        path.write_bytes(make(table))
        session.screen.note(say("cli.report.written", file=path))
    if typed.json:
        session.screen.json(table.as_json())
    elif not asked:
        show(session.screen, table)


def show(screen: Screen, table: Table) -> None:
    """Show a table with its heading and what stands beneath."""
    lines = heading(table)
    for line in lines[: len(lines) - (not table.complete)]:
        screen.heading(line)
    if not table.complete:
        screen.line(lines[-1], "yellow")
    if not table.rows:
        screen.line(say("cli.report.empty"))
    for band in bands(table, screen.width) if table.rows else ():
        widths = _widths(table, band, screen.width)
        screen.table(
            [_column(table, place, width) for place, width in zip(band, widths, strict=True)],
            [[_cell(row, table, place) for place in band] for row in (*table.rows, *table.totals)],
        )
        screen.line()
    for note in table.notes:
        screen.heading(note.title)
        for line in note.lines:
            screen.line(line, indent=2)


def bands(table: Table, width: int) -> list[list[int]]:
    """Return which columns stand side by side so that no word has to be broken.

    Those up to the first text name the row and stand in every band.
    """
    named = next((n for n, one in enumerate(table.columns) if one.unit is Unit.TEXT), 0)
    head = list(range(named + 1))
    least = [_least(table, place) + MARGIN for place in range(len(table.columns))]
    found: list[list[int]] = []
    for place in range(named + 1, len(table.columns)):
        if found and sum(least[one] for one in found[-1]) + least[place] <= width:
            found[-1].append(place)
        else:
            found.append([*head, place])
    return found or [head]


def _widths(table: Table, band: list[int], width: int) -> list[int]:
    """Return the widths of a band's columns: what is left over goes to those with longer texts."""
    widths = [_least(table, place) for place in band]
    wanted = [_natural(table, place) for place in band]
    left = width - sum(widths) - MARGIN * len(band)
    while left > 0 and any(one < goal for one, goal in zip(widths, wanted, strict=True)):
        for at, goal in enumerate(wanted):
            if left > 0 and widths[at] < goal:
                widths[at] += 1
                left -= 1
    return widths


def _lines(table: Table, place: int) -> list[str]:
    column = table.columns[place]
    rows = (*table.rows, *table.totals)
    return [line for row in rows for line in shown(row.cells[place], column, table).split("\n")]


def _natural(table: Table, place: int) -> int:
    """Return the width in which no cell is broken; of a title its longest word alone counts."""
    longest = max((len(line) for line in _lines(table, place)), default=0)
    return max(longest, _least(table, place))


def _least(table: Table, place: int) -> int:
    """Return the least width of a column: of its longest word, or of its longest number."""
    lines = _lines(table, place)
    if table.columns[place].unit is Unit.TEXT:
        lines = [word for line in lines for word in line.split()]
    words = _title(table, place).split()
    return min(max((len(word) for word in (*words, *lines)), default=0), MOST_KEPT)


def _title(table: Table, place: int) -> str:
    column = table.columns[place]
    return f"{column.group}: {column.title}" if column.group else column.title


def _column(table: Table, place: int, width: int) -> Column:
    unit = table.columns[place].unit
    align: Literal["left", "right"] = "right" if unit.is_number else "left"
    return Column(_title(table, place), align, width=width)


def _cell(row: Row, table: Table, place: int) -> Cell:
    return Cell(shown(row.cells[place], table.columns[place], table), STYLES[row.kind])
