"""``eschool journal``: a page of a class journal as a grid."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, journal_arguments
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Cell, Column, Screen
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, hundredths, short_date
from eschool_core import calendar
from eschool_core.labels import Language
from eschool_core.queries import lookup
from eschool_core.queries.cell_text import word
from eschool_core.queries.in_force import term_on, year_on
from eschool_core.queries.journal_page import JournalPage, PageLesson, PageRow, journal_page
from eschool_core.queries.lookup import JournalPlace
from eschool_core.queries.shown_homework import sight_of
from eschool_core.queries.term_results import PupilResult
from eschool_core.store.store import Store

LESSON_WIDTH = 7
NAME_WIDTH = 24
AROUND_WIDTH = 24  # number, mean, misses, term mark with their margins
FALLBACK_DAYS = 28


@click.command(name="journal", cls=LocalCommand)
@journal_arguments
@option("--from", "first", type=DayType(), says="from", shown_as="date")
@option("--to", "last", type=DayType(), says="to", shown_as="date")
@option("--all", "everything", is_flag=True, says="all_lessons")
@as_json
@click.pass_obj
def journal_command(
    session: Session,
    class_name: str,
    subject: str,
    first: Day | None,
    last: Day | None,
    everything: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show a page of a class journal as a grid."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        # Journals belong to one year: an earlier one is named by a date in it (2.5).
        asked = today if first is None else first.number(today)
        place = lookup.journal(store, class_name, subject, asked, replica.person_id)
        begin, end = _period(store, place, asked)
        page = journal_page(
            store,
            place.journal_id,
            begin if first is None else asked,
            end if last is None else last.number(today),
            session.language,
            sight_of(store, replica.person_id, replica.now()),
        )
    if as_json:
        session.screen.json({"journal": place.as_json(), **page.as_json()})
        return
    session.screen.heading(f"{place.group} · {place.subject}")
    if not page.lessons:
        session.screen.line(say("cli.journal.none"))
        return
    bands = _bands(session.screen, page, today, everything=everything or first is not None)
    for band in bands:
        _grid(session, page, band)
        session.screen.line()
    shown = sum(len(band) for band in bands)
    if shown < len(page.lessons):
        session.screen.line(say("cli.journal.part", shown=shown, count=len(page.lessons)), "dim")
    _topics(session, page, [number for band in bands for number in band])


def _period(store: Store, place: JournalPlace, today: int) -> tuple[int, int]:
    """Return the current term of the journal, else the last four weeks."""
    year = year_on(store, today)
    day = today if year is None else min(max(today, year.first_day), year.last_day)
    term = term_on(store, day, place.grade)
    return (day - FALLBACK_DAYS, day) if term is None else (term.first_day, term.last_day)


def _bands(screen: Screen, page: JournalPage, today: int, *, everything: bool) -> list[list[int]]:
    """Return the columns to be shown, as many in a band as fit side by side.

    By default one band: the last lessons up to today, else the first ones to come.
    """
    fitting = max(1, (screen.width - NAME_WIDTH - AROUND_WIDTH) // LESSON_WIDTH)
    numbers = list(range(len(page.lessons)))
    if everything:
        return [numbers[start : start + fitting] for start in range(0, len(numbers), fitting)]
    past = [n for n in numbers if calendar.day_number(page.lessons[n].day) <= today]
    return [past[-fitting:] or numbers[:fitting]]


def _grid(session: Session, page: JournalPage, band: list[int]) -> None:
    lessons = [page.lessons[number] for number in band]
    columns = [
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.pupil"), least=12),
        *(Column(_head(lesson), "center", keep=True, least=5) for lesson in lessons),
        Column(say("cli.column.mean"), "right", keep=True),
        Column(say("cli.column.missed"), "right", keep=True),
    ]
    results = page.results
    marks = {} if results is None else {row.pupil_id: row for row in results.rows}
    if results is not None:
        columns.append(Column(say("cli.column.term"), "right", keep=True))
    rows = [
        [
            *_row(row, band, session.language),
            *([_term(marks.get(row.pupil_id))] if results is not None else []),
        ]
        for row in page.rows
    ]
    session.screen.table(columns, rows)


def _term(result: PupilResult | None) -> str:
    """Return the term mark, or in brackets the one that is proposed."""
    if result is None:
        return ""
    if result.value != DASH:
        return result.value + ("!" if result.deviates else "")
    return f"({result.proposed})" if result.proposed != DASH else ""


def _head(lesson: PageLesson) -> str:
    return short_date(lesson.day)


def _row(row: PageRow, band: list[int], language: Language) -> list[str | Cell]:
    style = "" if row.number else "dim"
    cells: list[str | Cell] = [
        row.cells[number].text if row.cells[number].listed else Cell("×", "dim") for number in band
    ]
    name = row.name or DASH
    return [
        str(row.number) if row.number else "",
        Cell(
            name if row.number else f"{name} ({say('cli.journal.left')})",
            style,
            _note(row, language),
        ),
        *cells,
        hundredths(row.mean_hundredths),
        str(row.missed) if row.missed else "",
    ]


def _note(row: PageRow, language: Language) -> str:
    notes = [say("cli.journal.provisional")] if row.provisional else []
    return "; ".join([*notes, *(entry.said(language) for entry in row.arrangements)])


def _topics(session: Session, page: JournalPage, numbers: list[int]) -> None:
    columns = (
        Column(say("cli.column.date"), keep=True),
        Column(say("cli.column.period"), "right", keep=True),
        Column(say("cli.column.topic")),
        Column(say("cli.column.work")),
        Column(say("cli.column.homework")),
    )
    rows = [
        (
            short_date(lesson.day),
            str(lesson.period),
            lesson.topic or Cell(DASH, "bold"),
            "; ".join(
                f"{word(kind, session.language)}: {topic}"
                if topic
                else word(kind, session.language)
                for kind, topic in lesson.works
            ),
            lesson.homework,
        )
        for lesson in (page.lessons[number] for number in numbers)
    ]
    session.screen.table(columns, rows)
