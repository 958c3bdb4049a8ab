"""``eschool history``: every value that a cell ever had."""

from __future__ import annotations

import click

from eschool_cli.answers import Place, as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day
from eschool_cli.screen import Column
from eschool_cli.session import Session
from eschool_cli.wording import DASH, moment
from eschool_core.errors import InputError
from eschool_core.labels import Language
from eschool_core.queries import lookup
from eschool_core.queries.cell_history import (
    CellValue,
    History,
    attendance_history,
    homework_history,
    line_of,
    mark_history,
    topic_history,
)
from eschool_core.queries.shown_homework import shows_lesson, sight_of
from eschool_core.store.store import Store

OF_PUPIL = {"mark": mark_history, "absence": attendance_history}
OF_LESSON = {"topic": topic_history, "homework": homework_history}
CELLS = (*OF_PUPIL, *OF_LESSON)


@click.command(name="history", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="history_pupil", required=False)
@option("--of", "cell", type=click.Choice(CELLS), says="cell", shown_as="cell")
@lesson_options
@as_json
@click.pass_obj
def history_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str | None,
    cell: str | None,
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show every value that a cell ever had (2.2)."""
    wanted = cell or ("topic" if pupil is None else "mark")
    if (wanted in OF_PUPIL) != (pupil is not None):
        raise InputError("cli.history.what")
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        name, histories = _read(replica.store, place, pupil, wanted, session.language)
        sight = sight_of(replica.store, replica.person_id, replica.now())
        if wanted == "homework" and not shows_lesson(replica.store, sight, place.lesson.id):
            histories = ()
    if as_json:
        session.screen.json([history.as_json() for history in histories])
        return
    parts = (place.said(session.language), name, say(f"cli.cell.{wanted}"))
    session.screen.heading(" · ".join(part for part in parts if part))
    if not histories:
        session.screen.line(say("cli.history.none"))
    columns = (
        Column(say("cli.column.value")),
        Column(say("cli.column.author")),
        Column(say("cli.column.device"), "right", keep=True),
        Column(say("cli.column.written"), keep=True),
        Column(say("cli.column.reason")),
        Column(say("cli.column.note")),
    )
    for history in histories:
        if history.position:
            session.screen.line(say("cli.history.second"))
        session.screen.table(columns, [_row(value) for value in history.values])


def _read(
    store: Store, place: Place, pupil: str | None, cell: str, language: Language
) -> tuple[str, tuple[History, ...]]:
    if pupil is None:
        return "", OF_LESSON[cell](store, place.lesson.id, language)
    journal_id = place.journal.journal_id
    person = lookup.pupil(store, pupil, journal_id, place.lesson.day)
    line = line_of(store, journal_id, person.pupil_id)
    if line is None:
        return person.name, ()
    return person.name, OF_PUPIL[cell](store, place.lesson.id, line, language)


def _row(value: CellValue) -> tuple[str, ...]:
    notes = []
    if value.conflict:
        notes.append(say("cli.history.conflict"))
    if value.present:
        notes.append(say("cli.history.present"))
    return (
        value.text,
        value.author or DASH,
        str(value.device),
        moment(value.made_at),
        value.reason,
        ", ".join(notes),
    )
