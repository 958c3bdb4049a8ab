"""``eschool term-mark`` and ``eschool average``: term and year marks with what they rest on."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json, journal_arguments
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.naming_terms import YEAR, ResultType, of_journal, term_option
from eschool_cli.parameters import Day, DayType, ReasonType
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, hundredths, short_date
from eschool_cli.writing import give, made
from eschool_core.commands.base import Command
from eschool_core.commands.term_marks import SetTermMark, SetYearMark
from eschool_core.labels import Language
from eschool_core.queries import lookup
from eschool_core.queries.cell_text import word
from eschool_core.queries.term_results import Counted, JournalResults, PupilResult, journal_results
from eschool_core.regulation.results import shown

FULL_WEIGHT = 100


@click.command(name="term-mark", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="pupil")
@argument("value", says="result", type=ResultType())
@term_option
@option("--reason", type=ReasonType(), default="", says="reason", shown_as="text")
@option("--document", default="", says="document", shown_as="text")
@as_json
@click.pass_obj
def term_mark_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    value: int,
    ordinal: int | None,
    reason: str,
    document: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Set, change or take back a term or year mark (4.5.5)."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        person = lookup.pupil(store, pupil, place.journal_id, today)
        term_id = of_journal(store, place.journal_id, ordinal, today)
        fields = {
            "journal_id": place.journal_id,
            "pupil_id": person.pupil_id,
            "value": value,
            "reason": reason,
            "document": document,
        }
        command: Command = (
            made(SetYearMark, **fields)
            if term_id == YEAR
            else made(SetTermMark, term_id=term_id, **fields)
        )
        done = say(
            "cli.term-mark.done",
            group=place.group,
            subject=place.subject,
            pupil=person.name,
            value=shown(value),
        )
        give(session, replica, command, done, as_json=as_json)


@click.command(name="average", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="pupil", required=False)
@term_option
@option("--date", "day", type=DayType(), default=TODAY, says="date", shown_as="date")
@as_json
@click.pass_obj
def average_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str | None,
    ordinal: int | None,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show means with what counts, and the proposed marks with their reasons (2.6)."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        on = day.number(today)
        place = lookup.journal(store, class_name, subject, on, replica.person_id)
        term_id = of_journal(store, place.journal_id, ordinal, on)
        person = None if pupil is None else lookup.pupil(store, pupil, place.journal_id, on)
        wanted = 0 if person is None else person.pupil_id
        answer = journal_results(store, place.journal_id, term_id, session.language, wanted)
    if as_json:
        session.screen.json({"journal": place.as_json(), **answer.as_json()})
        return
    session.screen.heading(f"{place.group} · {place.subject} · {_period(answer)}")
    _heading(session, answer)
    if person is None:
        _table(session, answer)
        return
    for row in answer.rows:
        _one(session, row)


def _period(answer: JournalResults) -> str:
    name = (
        say("cli.term.number", ordinal=answer.ordinal) if answer.ordinal else say("cli.term.year")
    )
    return f"{name} ({short_date(answer.first_day)}{DASH}{short_date(answer.last_day)})"


def _heading(session: Session, answer: JournalResults) -> None:
    if answer.due is not None:
        session.screen.line(say("cli.term.due", date=f"{answer.due:%d.%m.%Y}"), "dim")
    if answer.closed:
        session.screen.line(say("cli.term.closed"), "bold")


def _table(session: Session, answer: JournalResults) -> None:
    columns = (
        Column(say("cli.column.pupil"), least=12),
        Column(say("cli.column.marks"), "right", keep=True),
        Column(say("cli.column.mean"), "right", keep=True),
        Column(say("cli.column.proposed"), "center", keep=True),
        Column(say("cli.column.set"), "center", keep=True),
        Column(say("cli.column.why")),
    )
    rows = [
        (
            row.name or DASH,
            str(len(row.counted) or ""),
            hundredths(row.mean_hundredths),
            row.proposed,
            Cell(f"{row.value} !" if row.deviates else row.value, "bold" if row.deviates else ""),
            "; ".join((*row.notes, *([row.reason] if row.reason else []))),
        )
        for row in answer.rows
    ]
    session.screen.table(columns, rows)
    if any(row.deviates for row in answer.rows):
        session.screen.line(say("cli.average.deviates"), "dim")


def _one(session: Session, row: PupilResult) -> None:
    session.screen.line()
    session.screen.fields(
        (
            (say("cli.column.pupil"), row.name or DASH),
            (say("cli.column.mean"), hundredths(row.mean_hundredths)),
            (say("cli.column.proposed"), row.proposed),
            (say("cli.column.set"), row.value),
        )
    )
    for sentence in row.why:
        session.screen.line(f"· {sentence}", indent=2)
    if row.reason:
        session.screen.line(f"{say('cli.column.reason')}: {row.reason}", indent=2)
    if row.counted:
        columns = (
            Column(say("cli.column.date"), keep=True),
            Column(say("cli.column.mark"), "center", keep=True),
            Column(say("cli.column.work")),
            Column(say("cli.column.weight"), "right", keep=True),
            Column(say("cli.column.source")),
        )
        rows = [_counted(entry, session.language) for entry in row.counted]
        session.screen.table(columns, rows)


def _counted(entry: Counted, language: Language) -> tuple[str, ...]:
    return (
        short_date(entry.day),
        str(entry.value),
        DASH if entry.work_kind is None else word(entry.work_kind, language),
        f"{entry.weight / FULL_WEIGHT:g}",
        say(f"cli.source.{entry.source}"),
    )
