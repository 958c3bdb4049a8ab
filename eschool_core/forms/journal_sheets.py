"""A journal as the paper register has it: the grid of a term, then its lessons (5.2).

Lateness is not printed, and every miss is a plain «н»: reasons are nobody's business who reads the
page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import Presence
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import Journal, School, Term
from eschool_core.labels import Language, text
from eschool_core.queries.cell_text import grid_text, word
from eschool_core.queries.journal_page import JournalPage, PageCell, PageLesson, entries_page
from eschool_core.queries.lookup import JournalPlace
from eschool_core.queries.names import staff_names
from eschool_core.queries.term_results import written_marks
from eschool_core.regulation.results import shown
from eschool_core.reports.journals import JournalInfo, journals_of
from eschool_core.reports.period import Period, term_period
from eschool_core.reports.table import Column, Row, RowKind, Table, Unit, Value
from eschool_core.results import terms
from eschool_core.store.store import Store

CLAUSE: Final = "5.2"
GRID: Final = "journal_grid"
LESSONS: Final = "journal_lessons"
SUBSTITUTES: Final = (
    "SELECT l.id, s.substitute_id FROM lesson l JOIN substitution s "
    "ON s.journal_id = l.journal_id AND l.day BETWEEN s.first_day AND s.last_day "
    "AND (s.lesson_id = 0 OR s.lesson_id = l.id) "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ? ORDER BY s.id"
)


def journal_sheets(
    store: Store, place: JournalPlace, period: Period, language: Language = "ru"
) -> tuple[Table, ...]:
    """Return the two pages of a journal for a period: pupils by dates, and lessons with topics.

    Without a lesson there is none.

    Raises:
        InputError: ``lookup.journal_not_here``: the journal lies outside this replica.
    """
    page = entries_page(store, place.journal_id, period.first_day, period.last_day, language)
    if not page.lessons:
        return ()
    school = store.first(School)
    name = "" if school is None else school.name
    about = f"{place.group}, {place.subject}"
    return (
        _grid(store, page, name, about, period, language),
        _lessons(store, page, name, about, period, language),
    )


def sheets_of_journals(
    store: Store, places: Sequence[JournalPlace], period: Period, language: Language = "ru"
) -> Iterator[tuple[JournalPlace, tuple[Table, ...]]]:
    """Give each journal with its pages for a period; of the year, those of each term.

    Raises:
        InputError: As ``journal_sheets``.
    """
    known = journals_of(store, period.year_id)
    for place in places:
        sheets: list[Table] = []
        for span in periods_of(store, known[place.journal_id], period, language):
            sheets += journal_sheets(store, place, span, language)
        yield place, tuple(sheets)


def periods_of(
    store: Store, journal: JournalInfo, period: Period, language: Language = "ru"
) -> list[Period]:
    """Return the spans that a journal is printed by: of the year each of its terms."""
    if not period.whole_year:
        return [period]
    terms = store.select(Term, year_id=period.year_id, kind=journal.term_kind)
    ordered = sorted(terms, key=lambda term: term.first_day)
    return [term_period(store, term, language) for term in ordered] or [period]


def _grid(
    store: Store,
    page: JournalPage,
    school: str,
    about: str,
    period: Period,
    language: Language,
) -> Table:
    journal = store.get(Journal, page.journal_id)
    term = None if journal is None else terms.term_on(store, journal, period.last_day)
    if term is not None and term.last_day > period.last_day:
        term = None
    results = {} if term is None else written_marks(store, page.journal_id, term.id)
    columns = [
        Column("number", text("report.column.number", language), Unit.COUNT, 4),
        Column("name", text("form.person", language), Unit.TEXT, 30),
        *(_lesson_column(lesson, language) for lesson in page.lessons),
        Column("missed", text("form.missed", language), Unit.COUNT, 5),
    ]
    if term is not None:
        columns.append(Column("term", period.name, Unit.MARK, 5))
    rows = []
    for row in page.rows:
        cells: list[Value] = [row.number or "", row.name]
        cells += [_cell(cell, language) for cell in row.cells]
        cells.append(row.missed)
        if term is not None:
            cells.append(results.get(row.pupil_id, shown(0)))
        rows.append(Row(tuple(cells), RowKind.ITEM if row.number else RowKind.LEFT))
    return _table(GRID, school, about, period, tuple(columns), tuple(rows), language)


def _lesson_column(lesson: PageLesson, language: Language) -> Column:
    month = text(f"form.month_{lesson.day.month}", language)
    return Column(f"lesson_{lesson.lesson_id}", f"{lesson.day:%d}", Unit.MARK, 4, month)


def _cell(cell: PageCell, language: Language) -> str:
    if not cell.listed:
        return ""
    if cell.presence is Presence.LATE:
        return grid_text((mark.value for mark in cell.marks), None, language, exempt=False)
    return cell.text


def _lessons(
    store: Store, page: JournalPage, school: str, about: str, period: Period, language: Language
) -> Table:
    names = staff_names(store)
    part = partition(PartitionKind.JOURNAL, page.journal_id)
    days = (part, period.first_day, period.last_day)
    replaced = {int(row[0]): names.get(int(row[1]), "") for row in store.rows(SUBSTITUTES, *days)}
    columns = (
        Column("day", text("form.date", language), Unit.DATE, 10),
        Column("period", text("form.lesson", language), Unit.COUNT, 5),
        Column("topic", text("form.topic", language), Unit.TEXT, 40),
        Column("homework", text("form.homework", language), Unit.TEXT, 40),
        Column("replaced", text("form.replaced", language), Unit.TEXT, 16),
    )
    rows = tuple(
        Row(
            (
                lesson.day,
                lesson.period,
                _topic(lesson, language),
                lesson.homework,
                replaced.get(lesson.lesson_id, ""),
            )
        )
        for lesson in page.lessons
    )
    return _table(LESSONS, school, about, period, columns, rows, language)


def _topic(lesson: PageLesson, language: Language) -> str:
    works = [
        ": ".join(part for part in (word(kind, language), topic) if part)
        for kind, topic in lesson.works
    ]
    return "\n".join(part for part in (lesson.topic, *works) if part)


def _table(
    name: str,
    school: str,
    about: str,
    period: Period,
    columns: tuple[Column, ...],
    rows: tuple[Row, ...],
    language: Language,
) -> Table:
    return Table(
        name=name,
        title=text(f"form.{name}", language),
        clause=CLAUSE,
        school=school,
        subject_of=about,
        period=period.name,
        first_day=calendar.date_of(period.first_day),
        last_day=calendar.date_of(period.last_day),
        columns=columns,
        rows=rows,
        signers=(text("report.signer.teacher", language),),
        zero="empty",
        language=language,
    )
