"""A report's table on the terminal and in files: what ``report`` and ``control`` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

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
LEAST_TEXT_WIDTH = 6


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


def table_options(command: F) -> F:
    """Add the options that choose the period and the form of the answer."""
    for add in reversed(
        (
            option("--term", type=NumberType(1, MAX_TERM), says="report_term", shown_as="number"),
            option("--half-year", type=NumberType(1, 2), says="report_half", shown_as="number"),
            option("--year", "whole_year", is_flag=True, says="report_year"),
            option("--from", "first", type=DayType(), says="report_from", shown_as="date"),
            option("--to", "last", type=DayType(), says="report_to", shown_as="date"),
            option("--csv", "csv_file", type=FILE, says="report_csv", shown_as="file"),
            option("--xlsx", "xlsx_file", type=FILE, says="report_xlsx", shown_as="file"),
            option("--html", "html_file", type=FILE, says="report_html", shown_as="file"),
            as_json,
        )
    ):
        command = add(command)
    return command


def wanted(values: dict[str, Any]) -> Wanted:
    """Return the values of ``table_options``."""
    return Wanted(
        values["term"],
        values["half_year"],
        values["whole_year"],
        values["first"],
        values["last"],
        values["csv_file"],
        values["xlsx_file"],
        values["html_file"],
        values["as_json"],
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
    else:
        screen.table(
            [_column(table, place) for place in range(len(table.columns))],
            [_row(row, table) for row in (*table.rows, *table.totals)],
        )
    for note in table.notes:
        screen.heading(note.title)
        for line in note.lines:
            screen.line(line, indent=2)


def _column(table: Table, place: int) -> Column:
    column = table.columns[place]
    title = f"{column.group}: {column.title}" if column.group else column.title
    if column.unit is Unit.TEXT:
        return Column(title, least=min(column.width, LEAST_TEXT_WIDTH))
    return Column(title, "right" if column.unit.is_number else "left", keep=False)


def _row(row: Row, table: Table) -> list[Cell]:
    return [
        Cell(shown(value, column, table), STYLES[row.kind])
        for value, column in zip(row.cells, table.columns, strict=True)
    ]
