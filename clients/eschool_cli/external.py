"""``eschool external``: marks of a former school, entered by one and accepted by another (2.6)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json, journal_arguments
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.naming_terms import YEAR, ResultType, of_journal, term_option
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH
from eschool_cli.writing import give, made
from eschool_core.commands.base import MAX_ID
from eschool_core.commands.external import DecideExternalMark, EnterExternalMark
from eschool_core.domain.result_enums import ResultKind
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.queries.beside_marks import external_marks
from eschool_core.regulation.results import shown


@click.group(name="external", cls=LocalGroup)
def external_group() -> None:
    """Marks of a former school."""


@external_group.command(name="list", cls=LocalCommand, says="external.list")
@as_json
@click.pass_obj
def list_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show the marks of former schools and whether they are accepted."""
    with session.replica() as replica:
        found = external_marks(replica.store)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.external.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.pupil"), least=12),
        Column(say("cli.column.class"), keep=True),
        Column(say("cli.column.subject")),
        Column(say("cli.column.mark"), "center", keep=True),
        Column(say("cli.column.kind")),
        Column(say("cli.column.source")),
        Column(say("cli.column.state"), keep=True),
    )
    rows = [
        (
            str(entry.external_mark_id),
            entry.pupil or DASH,
            entry.group,
            entry.subject,
            entry.value,
            say("cli.external.current")
            if entry.kind is None
            else text(f"ResultKind.{entry.kind.name.lower()}", session.language),
            f"{entry.source}, {entry.document}",
            text(f"ExternalState.{entry.state.name.lower()}", session.language),
        )
        for entry in found
    ]
    session.screen.table(columns, rows)


@external_group.command(name="add", cls=LocalCommand, says="external.add")
@journal_arguments
@argument("pupil", says="pupil")
@argument("value", says="result", type=ResultType())
@option("--source", required=True, says="source", shown_as="text")
@option("--document", required=True, says="statement", shown_as="text")
@option("--result", is_flag=True, says="as_result")
@option("--date", "day", type=DayType(), default=TODAY, says="external_date", shown_as="date")
@term_option
@as_json
@click.pass_obj
def add_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    value: int,
    source: str,
    document: str,
    result: bool,  # noqa: FBT001
    day: Day,
    ordinal: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter a mark from the statement of a former school, as the class teacher."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        person = lookup.pupil(store, pupil, place.journal_id, today)
        term_id = of_journal(store, place.journal_id, ordinal, today)
        kind = ResultKind.YEAR if term_id == YEAR else ResultKind.TERM
        command = made(
            EnterExternalMark,
            journal_id=place.journal_id,
            pupil_id=person.pupil_id,
            mark_kind=int(kind) if result or term_id == YEAR else 0,
            term_id=term_id,
            value=value,
            day=day.number(today),
            source=source,
            document=document,
        )
        done = say("cli.external.add.done", pupil=person.name, value=shown(value))
        give(session, replica, command, done, as_json=as_json)


@external_group.command(name="accept", cls=LocalCommand, says="external.accept")
@argument("mark", says="external_mark", type=NumberType(1, MAX_ID))
@as_json
@click.pass_obj
def accept_command(session: Session, mark: int, as_json: bool) -> None:  # noqa: FBT001
    """Accept a mark of a former school, as the teacher of the journal."""
    _decide(session, mark, 1, as_json=as_json)


@external_group.command(name="decline", cls=LocalCommand, says="external.decline")
@argument("mark", says="external_mark", type=NumberType(1, MAX_ID))
@as_json
@click.pass_obj
def decline_command(session: Session, mark: int, as_json: bool) -> None:  # noqa: FBT001
    """Decline a mark of a former school."""
    _decide(session, mark, 0, as_json=as_json)


def _decide(session: Session, mark: int, accept: int, *, as_json: bool) -> None:
    with session.replica() as replica:
        command = made(DecideExternalMark, external_mark_id=mark, accept=accept)
        key = "cli.external.accept.done" if accept else "cli.external.decline.done"
        give(session, replica, command, say(key, number=mark), as_json=as_json)
