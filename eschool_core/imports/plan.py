"""A calendar plan (КТП) from an XLSX or CSV table: one row for each topic.

Only the topic column is required. A row with a title alone is a section, which holds for the rows
below; a section may as well have a column of its own, filled or merged. Rows of totals and of
quarters, and a row that numbers the columns, are no topics. Where the numbers of the file do not
ascend («1.1, 1.2»), the topics are numbered anew.

Dates may be of Excel or written out; of several the first counts. A date without a year («05.09»)
needs the year in which the school year began. A number in the week column is a school week and
stays one: only the calendar knows its Monday.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from eschool_core.errors import InputError
from eschool_core.imports.cells import CellValue, as_date, as_text
from eschool_core.imports.drafts import NotTaken, PlanDraft, PlanItemDraft
from eschool_core.imports.source import Source, load
from eschool_core.imports.tables import Row, Table, header_text, read_tables
from eschool_core.imports.work_kinds import kind_of_topic, work_kind

_COLUMNS = {
    "number": re.compile(r"no|no п п|п п|no урок\w*|номер(?: урока)?|урок|#|number|n"),
    "topic": re.compile(
        r"(?:(?:наименование|название|содержание)? ?(?:раздел\w*,? ?(?:и|,)? ?)?тем[аы]?\w*.*)"
        r"|содержание(?: .*)?|topics?|titles?|lesson topic"
    ),
    "section": re.compile(r"(?:наименование |название )?раздел\w*.*|глава|модуль|section|unit"),
    "hours": re.compile(r"(?:кол во|количество|число|всего)? ?час\w*.*|hours?"),
    "date": re.compile(r"(?:план\w* )?дат[аы](?! факт).*|по плану|сроки?.*|date|planned"),
    "week": re.compile(r"(?:no |номер |учебн\w* )?недел\w*.*|week"),
    "kind": re.compile(
        r"(?:вид\w*|форм\w*|тип\w*)(?: и формы)? (?:работ\w*|контрол\w*).*|контроль"
        r"|kind(?: of work)?|type of work|assessment"
    ),
    "homework": re.compile(r"д з|дз|домашн\w* ?(?:задани\w*|работ\w*)?.*|homework"),
}
_REQUIRED = (frozenset({"topic"}),)
_HEADING = re.compile(r"(?:раздел|глава|модуль|блок|часть|section|chapter|unit)\b", re.IGNORECASE)
_NO_TOPIC = re.compile(
    r"(?:итого|всего|total)\b.*"
    r"|(?:[1-4]|I{1,3}|IV)(?:-?[а-я]{1,2})? (?:четверть|триместр|полугодие).*",
    re.IGNORECASE,
)
_SUB_HEADER = frozenset({"план", "факт", "по плану", "по факту", "plan", "fact"})
_HOURS = re.compile(r"(\d{1,3})(?:[.,]0+)?\s*(?:ч\.?|час\w*|h)?")
_NUMBER = re.compile(r"(\d{1,5})(?:\s*[-–—,]\s*(\d{1,5}))?")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})(?![./]?\d)")
_WEEK = re.compile(r"(\d{1,2})(?:\s*[-–—]\s*\d{1,2})?\s*\.?\s*(?:-?я )?(?:недел\w*|нед\.?|week)?")
_NAMES_WEEK = re.compile(r"нед|week", re.IGNORECASE)
_MOST_HOURS = 200
_MOST_WEEKS = 53
_ROWS_UNDER_HEADER = 2
"""Rows that may go on with the header: «план, факт» and the numbers of the columns."""
_FIRST_MONTH = 8
"""A school year's dates from August on lie in its first calendar year."""


def read_plan(source: Source, sheet: str | None = None, year_began: int | None = None) -> PlanDraft:
    """Return the topics of one journal in the file's order.

    Args:
        source: XLSX or CSV.
        sheet: Which one, if several sheets of a workbook hold a plan.
        year_began: Calendar year of the first of September, for dates without a year.

    Raises:
        InputError: The file is damaged, hostile or no such table, or several sheets hold plans.
    """
    file = load(source, ("zip", "text"))
    tables = read_tables(file, _COLUMNS, _REQUIRED)
    if sheet is not None:
        tables = tuple(table for table in tables if table.name == sheet)
    if len(tables) != 1:
        raise InputError("import.plan_sheets", file=file.name, count=len(tables))
    return _read_table(tables[0], year_began)


def _read_table(table: Table, year_began: int | None) -> PlanDraft:
    section = ""
    items: list[PlanItemDraft] = []
    not_taken: list[NotTaken] = []
    for position, row in enumerate(table.rows):
        if position < _ROWS_UNDER_HEADER and (_numbers_columns(row) or _is_sub_header(row)):
            continue
        try:
            title = _title_alone(row, table)
            section = title or _text(row, table, "section") or section
            if not title:
                items.append(_read_item(row, table, section, year_began))
                _report_kind(row, table, items[-1], not_taken)
        except InputError as reason:
            not_taken.append(NotTaken(row.where, reason.key, tuple(reason.params.items())))
    return PlanDraft(items=_numbered(items), not_taken=tuple(not_taken))


def _filled(row: Row) -> dict[int, CellValue]:
    cells = {position: row.cell(position) for position in range(len(row.cells))}
    return {position: cell for position, cell in cells.items() if cell is not None}


def _numbers_columns(row: Row) -> bool:
    """Tell whether a row under the header says 1, 2, 3 … and nothing else."""
    texts = [str(cell).strip().removesuffix(".0") for cell in _filled(row).values()]
    return len(texts) > 2 and texts == [str(number) for number in range(1, len(texts) + 1)]


def _is_sub_header(row: Row) -> bool:
    return all(header_text(cell) in _SUB_HEADER for cell in _filled(row).values())


def _title_alone(row: Row, table: Table) -> str:
    """Return the title of a section row, empty for a row with a topic.

    Raises:
        InputError: The row is a total or a quarter, or its title cannot be shown.
    """
    columns = table.columns
    filled = {at: cell for at, cell in _filled(row).items() if at != columns.get("hours")}
    if len(filled) != 1:
        return ""
    [(position, cell)] = filled.items()
    title = as_text(cell, "section")
    if _NO_TOPIC.fullmatch(title):
        raise InputError("import.plan_no_topic")
    if position == columns["topic"]:
        return title if "number" in columns or _HEADING.match(title) else ""
    is_text = _NUMBER.fullmatch(title) is None
    return title if is_text and position <= max(columns["topic"], columns.get("section", 0)) else ""


def _read_item(row: Row, table: Table, section: str, year_began: int | None) -> PlanItemDraft:
    topic = _text(row, table, "topic")
    if not topic:
        raise InputError("import.topic_missing")
    first, last = _numbers(_text(row, table, "number"))
    planned, week = _when(row, table, year_began)
    kind = _text(row, table, "kind")
    return PlanItemDraft(
        number=first,
        section=section,
        topic=topic,
        hours=_hours(_text(row, table, "hours"), last - first + 1),
        planned=planned,
        week=week,
        work_kind=work_kind(kind) if kind else kind_of_topic(topic),
        homework=_text(row, table, "homework"),
    )


def _text(row: Row, table: Table, column: str) -> str:
    return as_text(row.cell(table.columns.get(column)), table.title(column))


def _report_kind(row: Row, table: Table, item: PlanItemDraft, not_taken: list[NotTaken]) -> None:
    """Say so where the kind of work alone was not understood."""
    if item.work_kind is None and row.cell(table.columns.get("kind")) is not None:
        not_taken.append(NotTaken(row.where, "import.kind_not_understood"))


def _numbers(text: str) -> tuple[int, int]:
    """Return first and last number of a row; (0, 0) where there is none."""
    found = _NUMBER.match(text)
    if found is None:
        return 0, 0
    first = int(found.group(1))
    last = int(found.group(2) or first)
    return (first, last) if first <= last < first + _MOST_HOURS else (first, first)


def _hours(text: str, default: int) -> int:
    if not text:
        return default
    found = _HOURS.fullmatch(text)
    if found is None or not 1 <= int(found.group(1)) <= _MOST_HOURS:
        raise InputError("import.hours_not_understood", limit=_MOST_HOURS)
    return int(found.group(1))


def _when(row: Row, table: Table, year_began: int | None) -> tuple[date | None, int | None]:
    """Return the planned day, or Monday of the planned week, and the school week's number."""
    week = _week(_text(row, table, "week"))
    date_text = _text(row, table, "date")
    if _NAMES_WEEK.search(date_text) and (week := _week(date_text)) is not None:
        return None, week
    day = _day(row, table, "date", year_began)
    if day is None and week is None:
        named = _day(row, table, "week", year_began)
        day = named - timedelta(days=named.weekday()) if named else None
    return day, week


def _week(text: str) -> int | None:
    found = _WEEK.fullmatch(text)
    return int(found.group(1)) if found and 1 <= int(found.group(1)) <= _MOST_WEEKS else None


def _day(row: Row, table: Table, column: str, year_began: int | None) -> date | None:
    value, title = row.cell(table.columns.get(column)), table.title(column)
    without_year = _DAY_MONTH.search(as_text(value, title)) if isinstance(value, str) else None
    if without_year is None:
        return as_date(value, title)
    if year_began is None:
        raise InputError("import.date_without_year")
    day, month = map(int, without_year.groups())
    try:
        return date(year_began + (month < _FIRST_MONTH), month, day)
    except ValueError as error:
        raise InputError("import.date_not_understood", place=title) from error


def _numbered(items: list[PlanItemDraft]) -> tuple[PlanItemDraft, ...]:
    numbers = [0, *(item.number for item in items)]
    if all(earlier < later for earlier, later in pairwise(numbers)):
        return tuple(items)
    return tuple(replace(item, number=number) for number, item in enumerate(items, start=1))
