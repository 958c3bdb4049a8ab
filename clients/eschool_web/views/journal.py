"""The journal grid (2.2, 4.5): one page from a few bulk queries, and its data for the modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.term_marks import SetTermMark, SetYearMark
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.files import LessonFile
from eschool_core.domain.informing import ResourceLink
from eschool_core.domain.journal import Lesson
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.result_enums import CorrectionReason, ResultValue
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries import grid_cells
from eschool_core.queries.grid_cells import Cell, LessonTexts, Period, Writing
from eschool_core.queries.homework_time import homework_deadlines
from eschool_core.queries.journal_page import JournalPage, PageLesson
from eschool_core.queries.journal_page import journal_page as page_query
from eschool_core.queries.lookup import JournalPlace
from eschool_core.queries.plan_page import PlanPage, plan_page
from eschool_core.queries.term_column import TermCell, TermColumn, term_column
from eschool_core.queries.term_results import JournalResults, PupilResult, journal_results
from eschool_core.regulation.results import allowed, shown
from eschool_core.results.terms import WHOLE_YEAR, terms_of
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Data, Page
from eschool_web.views.period import active_lesson, period_of, place_of
from eschool_web.views.saying import refused_said
from eschool_web.views.state import standing_said

OWED_DAYS = 7
"""So long a work that is owed may be handed in, unless the teacher says otherwise."""

NOTHING = LessonTexts("", 0, None, (), ())


@dataclass(frozen=True, slots=True)
class Grid:
    """Everything a journal's page shows."""

    place: JournalPlace
    period: Period
    page: JournalPage
    results: JournalResults | None
    cells: dict[tuple[int, int], Cell]
    owed: dict[tuple[int, int], int]
    texts: dict[int, LessonTexts]
    writing: Writing
    deadlines: dict[int, int]
    plan: PlanPage
    term: TermColumn | None
    links: dict[int, list[ResourceLink]]
    files: dict[int, list[LessonFile]]
    unsent: frozenset[bytes]
    active: int
    today: int
    lowest_mark: int
    ends_year: bool


def journal_page(asked: Asked) -> Page:
    """Return the grid of a journal's term."""
    grid = _grid(asked)
    return Page(
        "journal.html",
        {
            "grid": grid,
            "data": grid_data(asked, grid),
            "editable": bool(grid.writing.own),
            "results": {} if grid.results is None
            else {row.pupil_id: row for row in grid.results.rows},
            "of_year": of_year(asked),
            "ends_year": grid.ends_year,
            "kinds": [(kind, text(f"WorkKind.{kind.name.lower()}", asked.language))
                      for kind in WorkKind],
            "short": {kind: short_kind(asked, kind) for kind in WorkKind},
            "earlier": _neighbour(asked, grid, grid.period.first_day - 1),
            "later": _neighbour(asked, grid, grid.period.last_day + 1),
        },
    )  # fmt: skip


def of_year(asked: Asked) -> bool:
    """Return whether the column beside the grid is to sum up the year and not the term."""
    return asked.query.get("sum") == "year"


def journal_data(asked: Asked) -> Data:
    """Return what the grid's modules work with."""
    return Data(grid_data(asked, _grid(asked)))


def short_kind(asked: Asked, kind: WorkKind) -> str:
    """Return the letters that stand on a column's head for a kind of work."""
    return text(f"web.kind.{kind.name.lower()}", asked.language)


def _grid(asked: Asked) -> Grid:
    today, now, touched = asked.today(), asked.source.now(), asked.source.unconfirmed()
    journal_id, person_id = asked.path["journal"], asked.source.person_id
    unsent = asked.source.unsent_files()
    day = asked.number("day", today)
    wanted = asked.number("lesson")

    def question(store: Store) -> Grid:
        if not store.holds(partition(PartitionKind.JOURNAL, journal_id)):
            raise InputError("lookup.journal_not_here")
        place = place_of(store, journal_id, today)
        looked_at = store.get(Lesson, wanted) if wanted else None
        period = period_of(store, place, day if looked_at is None else looked_at.day)
        page = page_query(store, journal_id, period.first_day, period.last_day, asked.language)
        results = page.results
        if of_year(asked) and results is not None:
            results = journal_results(store, journal_id, WHOLE_YEAR, asked.language)
        listed = terms_of(store, store.require(Journal, journal_id))
        writing = grid_cells.writing(store, period, person_id, today)
        known = {entry.lesson_id for entry in page.lessons}
        return Grid(
            place=place,
            period=period,
            page=page,
            results=results,
            ends_year=bool(listed) and listed[-1].first_day <= period.last_day,
            cells=grid_cells.grid_cells(store, period, person_id, now, touched),
            owed=grid_cells.owed_in_cells(store, period),
            texts=grid_cells.lesson_texts(store, period, touched),
            writing=writing,
            deadlines=homework_deadlines(store, period),
            plan=plan_page(store, journal_id, today),
            term=None if results is None
            else term_column(store, journal_id, results.term_id, person_id, now, touched),
            links=_links(store, journal_id),
            files=_files(store, journal_id),
            unsent=unsent,
            active=wanted if wanted in known
            else active_lesson(page.lessons, dict(writing.begins_at), now),
            today=today,
            lowest_mark=facts.policy_number(store, "lowest_mark", today),
        )  # fmt: skip

    return asked.read(question)


def grid_data(asked: Asked, grid: Grid) -> dict[str, Any]:
    """Return the grid as its modules take it: sparse, by index of row and column."""
    rows = {row.pupil_id: number for number, row in enumerate(grid.page.rows)}
    columns = {entry.lesson_id: number for number, entry in enumerate(grid.page.lessons)}
    refused = [refused_said(entry, asked.language) for entry in asked.source.refused()]
    return {
        "journal": grid.place.journal_id,
        "now": asked.source.now(),
        "active": columns.get(grid.active, 0),
        "lowest": grid.lowest_mark,
        "reasons": [
            text(f"CorrectionReason.{one.name.lower()}", asked.language) for one in CorrectionReason
        ],
        "due": grid.today + OWED_DAYS,
        "marks": not grid.writing.extracurricular,
        "lessons": [_lesson(asked, grid, entry) for entry in grid.page.lessons],
        "pupils": [
            {
                "id": row.pupil_id,
                "name": row.name,
                "mean": row.mean_hundredths,
                "markless": row.pupil_id in grid.writing.markless,
                "away": [
                    columns[cell.lesson_id] for cell in row.cells if not cell.listed
                ],
            }
            for row in grid.page.rows
        ],
        "cells": [
            [rows[pupil], columns[lesson], _cell(cell)]
            for (pupil, lesson), cell in grid.cells.items()
            if pupil in rows and lesson in columns
        ],
        "owed": [
            [rows[pupil], columns[lesson], f"{calendar.date_of(due_day):%d.%m}"]
            for (pupil, lesson), due_day in grid.owed.items()
            if pupil in rows and lesson in columns
        ],
        "refused": [
            {**entry, "row": rows.get(entry["pupil"], -1), "column": columns[entry["lesson"]]}
            for entry in refused
            if entry["lesson"] in columns
        ],
        "term": term_data(grid, refused),
        "plan": [
            {"id": line.plan_item_id, "topic": line.topic, "homework": line.homework,
             "left": line.hours - len(line.recorded)}
            for line in grid.plan.items
        ],
        "standing": standing_said(asked, asked.source.standing()),
    }  # fmt: skip


def term_data(grid: Grid, refused: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the column of term marks: what is set, what is proposed and why, by row."""
    results, column = grid.results, grid.term
    if results is None or column is None:
        return None
    proposals = {row.pupil_id: row for row in results.rows}
    not_accepted = {
        entry["pupil"]: entry
        for entry in refused
        if entry["kind"] in (SetTermMark.kind, SetYearMark.kind)
        and entry["fields"].get("term_id", WHOLE_YEAR) == results.term_id
        and entry["fields"].get("journal_id") == grid.place.journal_id
    }
    return {
        "id": results.term_id,
        "ordinal": results.ordinal,
        "due": "" if results.due is None else f"{results.due:%d.%m.%Y}",
        "closed": results.closed,
        "values": [
            [int(value), shown(value)] for value in ResultValue
            if allowed(value, column.mode, grid.lowest_mark)
        ],
        "words": {int(value): shown(value) for value in ResultValue},
        "own": grid.writing.whole,
        "rows": [
            _term_row(proposals.get(row.pupil_id), column.cells.get(row.pupil_id),
                      not_accepted.get(row.pupil_id))
            for row in grid.page.rows
        ],
    }  # fmt: skip


def _term_row(
    result: PupilResult | None, cell: TermCell | None, refused: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "value": 0 if cell is None else cell.value,
        "reason": "" if cell is None else cell.reason,
        "document": "" if cell is None else cell.document,
        "proposed": wording.DASH if result is None else result.proposed,
        "why": () if result is None else result.why,
        "flags": ""
        if cell is None
        else ("h" if cell.here else "") + ("c" if cell.conflict else ""),
        "refusal": refused,
    }


def _lesson(asked: Asked, grid: Grid, entry: PageLesson) -> dict[str, Any]:
    written = grid.texts.get(entry.lesson_id, NOTHING)
    begins_at = grid.writing.begins_at[entry.lesson_id]
    day = calendar.day_number(entry.day)
    return {
        "id": entry.lesson_id,
        "date": f"{entry.day:%d.%m}",
        "period": entry.period,
        "begins": begins_at,
        "past": day < grid.today,
        "own": entry.lesson_id in grid.writing.own,
        "roll": entry.roll_taken,
        "topic": written.topic,
        "item": written.plan_item_id,
        "homework": written.homework,
        "works": written.works,
        "here": written.here,
        "links": [
            (link.id, link.url, link.title, link.for_homework)
            for link in grid.links.get(entry.lesson_id, ())
        ],
        "files": [
            (file.id, file.name, file.size, file.for_homework, file.hash in grid.unsent)
            for file in grid.files.get(entry.lesson_id, ())
        ],
        "deadline": grid.deadlines.get(entry.lesson_id, 0),
        "note": grid.writing.notes.get(entry.lesson_id) or grid.writing.notes.get(0, ""),
    }


def _cell(cell: Cell) -> list[Any]:
    marks = [
        [mark.position, mark.value, mark.kind, mark.weight, mark.comment] for mark in cell.marks
    ]
    flags = ("h" if cell.here else "") + ("c" if cell.conflict else "")
    return [marks, cell.presence, cell.stated_reason, flags]


def _links(store: Store, journal_id: int) -> dict[int, list[ResourceLink]]:
    """Return the addresses of a journal's lessons, by lesson."""
    found: dict[int, list[ResourceLink]] = {}
    for link in store.select(ResourceLink, part=partition(PartitionKind.JOURNAL, journal_id)):
        found.setdefault(link.lesson_id, []).append(link)
    return found


def _files(store: Store, journal_id: int) -> dict[int, list[LessonFile]]:
    """Return the files of a journal's lessons, by lesson, as they were given."""
    found: dict[int, list[LessonFile]] = {}
    rows = store.select(LessonFile, part=partition(PartitionKind.JOURNAL, journal_id))
    for file in sorted(rows, key=lambda row: (row.made_at, row.id)):
        found.setdefault(file.lesson_id, []).append(file)
    return found


def _neighbour(asked: Asked, grid: Grid, day: int) -> int:
    """Return a day of the neighbouring term, 0 where the year ends."""
    found = asked.read(lambda store: period_of(store, grid.place, day))
    inside = found.first_day <= day <= found.last_day
    return day if inside and found != grid.period else 0
