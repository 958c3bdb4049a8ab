"""A table of marks as teachers keep it: a row for each pupil, a column for each lesson.

A column belongs to the lesson of its date: a date cell, ``07.09``, ``07.09.2026``, with the kind of
work beside it if there was one (``07.09 к/р``). Headings that say something else are told what they
mean (``КР1`` → ``14.09 контрольная``) or to be passed over. Two columns of one date are two lessons
of that day, or two marks of its only one. A cell holds one mark or two (``4/5``); whatever else it
holds is left out with its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from eschool_core.domain.enums import WorkKind
from eschool_core.errors import InputError
from eschool_core.imports.cells import as_text, clean, shown
from eschool_core.imports.drafts import NameDraft, NotTaken
from eschool_core.imports.names import split_full_name
from eschool_core.imports.source import Source, load
from eschool_core.imports.tables import Row, Table, header_text, read_tables
from eschool_core.imports.work_kinds import work_kind

SKIP: Final = "-"
"""A heading that means nothing to the import."""

_NAME: Final = {
    "full_name": re.compile(
        r"(?:фио|ф и о|фамилия имя(?: отчество)?|фамилия и имя|ученик|ученица|обучающийся|учащийся"
        r"|(?:full |pupil |student )?name|pupil|student)"
    )
}
_REQUIRED: Final = (frozenset({"full_name"}),)
_NUMBER: Final = re.compile(r"(?:no|n|номер|п п|no п п)?")
_WITH_YEAR: Final = re.compile(r"(\d{4}) (\d{1,2}) (\d{1,2})(?: 00 00 00)?(?: (.*))?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2}) (\d{1,2})(?: (\d{4}|\d{2})(?!\d))?(?: (.*))?")
_MARK: Final = re.compile(r"([1-5])(?:\s*[/ ]\s*([1-5]))?")
_CENTURY: Final = 2000
_TWO_DIGITS: Final = 100


@dataclass(frozen=True, slots=True)
class Year:
    """The school year in which dates without a year lie."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class MarkColumn:
    """A column of marks.

    Attributes:
        heading: As the header has it, in small letters.
        occurrence: Which of the columns of its date it is, from 0.
    """

    heading: str
    day: date
    kind: WorkKind | None
    occurrence: int


@dataclass(frozen=True, slots=True)
class MarkDraft:
    """The marks in one cell."""

    where: str
    name: NameDraft
    column: MarkColumn
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MarksDraft:
    """What a table of marks says.

    Attributes:
        unknown: Headings that mean nothing to the import, as they are to be named.
    """

    columns: tuple[MarkColumn, ...]
    marks: tuple[MarkDraft, ...]
    unknown: tuple[str, ...]
    not_taken: tuple[NotTaken, ...]


def read_marks(source: Source, year: Year, meanings: Mapping[str, str]) -> MarksDraft:
    """Return the marks of a table.

    Args:
        source: XLSX or CSV; of a workbook the first sheet with such a table.
        year: In which dates without a year lie.
        meanings: What headings mean, by ``header_text`` of the heading.

    Raises:
        InputError: The file is damaged, hostile or no such table.
    """
    file = load(source, ("zip", "text"))
    table = read_tables(file, _NAME, _REQUIRED)[0]
    columns, unknown = _columns(table, year, meanings)
    marks: list[MarkDraft] = []
    left_out: list[NotTaken] = []
    for row in table.rows:
        _read_row(row, table, columns, marks, left_out)
    return MarksDraft(tuple(columns.values()), tuple(marks), tuple(unknown), tuple(left_out))


def meaning_of(text: str, year: Year) -> tuple[date, WorkKind | None] | None:
    """Return the date and the kind of work that a heading names, or None.

    >>> meaning_of("14.09 контрольная", Year(date(2026, 9, 1), date(2027, 5, 31)))
    (datetime.date(2026, 9, 14), <WorkKind.TEST: 5>)
    """
    plain = header_text(text)
    if found := _WITH_YEAR.fullmatch(plain):
        years, month, day, rest = int(found[1]), int(found[2]), int(found[3]), found[4]
    elif found := _DAY_FIRST.fullmatch(plain):
        day, month, rest = int(found[1]), int(found[2]), found[4]
        years = int(found[3]) if found[3] else _year_of(month, day, year)
        years += _CENTURY if years < _TWO_DIGITS else 0
    else:
        return None
    try:
        return date(years, month, day), work_kind((rest or "").replace("к р", "к/р"))
    except ValueError:
        return None


def _year_of(month: int, day: int, year: Year) -> int:
    """Return the calendar year in which a day of the school year lies."""
    starts = (year.first.month, year.first.day)
    return year.first.year if (month, day) >= starts else year.last.year


def _columns(
    table: Table, year: Year, meanings: Mapping[str, str]
) -> tuple[dict[int, MarkColumn], list[str]]:
    found: dict[int, MarkColumn] = {}
    unknown: list[str] = []
    seen: dict[date, int] = {}
    name = table.columns["full_name"]
    for position, heading in enumerate(table.header):
        said = meanings.get(heading, heading)
        if position == name or not heading or said == SKIP or _NUMBER.fullmatch(heading):
            continue
        meant = meaning_of(said, year)
        if meant is None:
            unknown.append(shown(heading))
            continue
        day, kind = meant
        found[position] = MarkColumn(heading, day, kind, seen.get(day, 0))
        seen[day] = seen.get(day, 0) + 1
    return found, unknown


def _read_row(
    row: Row,
    table: Table,
    columns: Mapping[int, MarkColumn],
    marks: list[MarkDraft],
    left_out: list[NotTaken],
) -> None:
    try:
        text = as_text(row.cell(table.columns["full_name"]), "name")
        if not text:
            return
        name = split_full_name(clean(text, "name"), "name")
    except InputError as reason:
        left_out.append(NotTaken(row.where, reason.key, tuple(reason.params.items())))
        return
    for position, column in columns.items():
        try:
            said = as_text(row.cell(position), column.heading)
            values = _values(said)
        except InputError as reason:
            where = f"{row.where} · {column.heading}"
            left_out.append(NotTaken(where, reason.key, tuple(reason.params.items())))
            continue
        if values:
            marks.append(MarkDraft(f"{row.where} · {column.heading}", name, column, values))


def _values(said: str) -> tuple[int, ...]:
    """Return the marks of a cell; none of an empty one.

    Raises:
        InputError: ``import.marks_cell``.
    """
    if not said:
        return ()
    found = _MARK.fullmatch(said)
    if found is None:
        raise InputError("import.marks_cell", said=shown(said))
    return tuple(int(value) for value in found.groups() if value)
