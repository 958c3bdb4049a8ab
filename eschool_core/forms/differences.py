"""Where two contents of one paper differ, cell by cell, in the words of the paper."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Final

from eschool_core.forms.columns import head_columns
from eschool_core.forms.content import Paper, as_written
from eschool_core.forms.document import Slip
from eschool_core.queries.answer import Answer
from eschool_core.reports.table import Column, Row, Table, Unit

MAX_DIFFERENCES: Final = 200

Lines = dict[str, deque[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Difference(Answer):
    """One place where they differ.

    Attributes:
        place: The row, or the line of the heading.
        column: Title of the column; empty where a whole line differs.
        issued: What was issued; empty where there was nothing.
        found: What stands there instead.
    """

    place: str
    column: str
    issued: str
    found: str


def differences(issued: Paper, found: Paper) -> list[Difference]:
    """Return where two papers differ, at most ``MAX_DIFFERENCES`` places."""
    made: list[Difference] = []
    first, second = issued.all_tables, found.all_tables
    for place in range(max(len(first), len(second))):
        before = as_written(first[place]) if place < len(first) else None
        after = as_written(second[place]) if place < len(second) else None
        made += _of_tables(before, after)
    if issued.slip is not None and found.slip is not None:
        made += _of_lines(_slip_lines(issued.slip), _slip_lines(found.slip))
    return made[:MAX_DIFFERENCES]


def figures_agree(issued: Paper, found: Paper) -> bool:
    """Return whether two papers differ in nothing but the form.

    Every row of one is in the other, every cell under a column of both is the same, so is whatever
    stands around the tables; what differs are columns, the words of the heading, or signers.
    """
    first, second = issued.all_tables, found.all_tables
    if len(first) != len(second) or _around(issued.slip) != _around(found.slip):
        return False
    return all(
        _agree(as_written(before), as_written(after))
        for before, after in zip(first, second, strict=True)
    )


def cell_of(paper: Paper, row: str, column: str) -> str | None:
    """Return what a paper says in a cell; None where row and column name no single one.

    Words of the row's name and of the column's title are enough, or their beginnings, where they
    fit one alone: «Абрамова II», «сентябрь 07».
    """
    found = []
    for table in map(as_written, paper.all_tables):
        rows = _fitting(_names(table), row)
        columns = _fitting([_title(one) for one in table.columns], column)
        cells = [_all_rows(table)[at].cells for at in rows]
        found += [str(line[place]) for line in cells for place in columns]
    return found[0] if len(found) == 1 else None


def _fitting(names: list[str], typed: str) -> list[int]:
    wanted = _words(typed)
    same = [at for at, name in enumerate(names) if wanted <= _words(name)]
    return same or [
        at
        for at, name in enumerate(names)
        if all(any(word.startswith(one) for word in _words(name)) for one in wanted)
    ]


def _words(written: str) -> set[str]:
    return set(written.casefold().replace(",", " ").split())


def _of_tables(before: Table | None, after: Table | None) -> list[Difference]:
    if before is None or after is None:
        known = before or after
        assert known is not None
        title = f"{known.title}, {known.subject_of}"
        return [Difference(title, "", *_sides(before is not None, title))]
    made = _of_lines(_table_lines(before), _table_lines(after))
    titles = [_title(one) for one in after.columns]
    shared = _shared(before, after)
    if len(shared) < max(len(before.columns), len(after.columns)):
        told = (", ".join(map(_title, before.columns)), ", ".join(titles))
        made.append(Difference(before.title, "", *told))
    return made + _of_cells(before, after)


def _agree(before: Table, after: Table) -> bool:
    """Return whether two tables differ in nothing but columns and words of the form."""
    figures = [at for at, _, _ in _shared(before, after) if at >= head_columns(before)]
    return bool(figures) and _facts(before) == _facts(after) and not _of_cells(before, after)


def _facts(table: Table) -> tuple[object, ...]:
    return (table.subject_of, table.period, table.missing, table.notes)


def _around(slip: Slip | None) -> tuple[object, ...]:
    return () if slip is None else (slip.about, slip.fields)


def _shared(before: Table, after: Table) -> list[tuple[int, int, str]]:
    """Return the columns of both: their places in one and in the other, and the title."""
    titles = [_title(one) for one in after.columns]
    return [
        (at, titles.index(_title(one)), _title(one))
        for at, one in enumerate(before.columns)
        if _title(one) in titles
    ]


def _of_cells(before: Table, after: Table) -> list[Difference]:
    """Return where cells of the columns of both differ, and which rows only one has."""
    shared = _shared(before, after)
    made: list[Difference] = []
    kept: Lines = defaultdict(deque)
    for name, row in zip(_names(after), _all_rows(after), strict=True):
        kept[name].append(tuple(map(str, row.cells)))
    for name, row in zip(_names(before), _all_rows(before), strict=True):
        same = kept[name].popleft() if kept[name] else None
        if same is None:
            made.append(Difference(name, "", _said(row), ""))
            continue
        made += [
            Difference(name, title, str(row.cells[at]), same[place])
            for at, place, title in shared
            if str(row.cells[at]) != same[place]
        ]
    return made + [
        Difference(name, "", "", " ".join(cells)) for name, rows in kept.items() for cells in rows
    ]


def _of_lines(before: list[str], after: list[str]) -> list[Difference]:
    longest = max(len(before), len(after))
    pairs = zip(
        before + [""] * (longest - len(before)), after + [""] * (longest - len(after)), strict=True
    )
    return [Difference(one or two, "", one, two) for one, two in pairs if one != two]


def _sides(was: bool, said: str) -> tuple[str, str]:  # noqa: FBT001
    return (said, "") if was else ("", said)


def _table_lines(table: Table) -> list[str]:
    notes = [line for note in table.notes for line in (note.title, *note.lines)]
    heading = [table.school, table.title, table.subject_of, table.period]
    return [*heading, *table.missing, *notes, *table.signers]


def _slip_lines(slip: Slip) -> list[str]:
    return [slip.title, *slip.about, *(f"{name}: {value}" for name, value in slip.fields)]


def _title(column: Column) -> str:
    return f"{column.group} {column.title}".strip()


def _all_rows(table: Table) -> list[Row]:
    return [*table.rows, *table.totals]


def _names(table: Table) -> list[str]:
    """Return what each row is called: by its first text, or by what stands before that one.

    A number before a name is no part of it: it moves when somebody comes or leaves. Rows under one
    name («I четверть», «Год») are told apart by the text beside it.
    """
    end = head_columns(table)
    before = [column.unit for column in table.columns[: end - 1]]
    named = [end - 1] if all(unit is Unit.COUNT for unit in before) else list(range(end - 1))
    rows = _all_rows(table)
    heads = [" ".join(str(row.cells[at]) for at in named).strip() for row in rows]
    if all(heads) or end >= len(table.columns) or table.columns[end].unit is not Unit.TEXT:
        return heads
    found: list[str] = []
    last = ""
    for row, head in zip(rows, heads, strict=True):
        last = head or last
        found.append(", ".join(part for part in (last, str(row.cells[end])) if part))
    return found


def _said(row: Row) -> str:
    return " ".join(map(str, row.cells))
