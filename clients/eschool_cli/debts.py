"""``eschool debt``: academic debts, retakes and the council's decisions (specification §6)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json, journal_arguments
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.naming_terms import ResultType
from eschool_cli.parameters import Day, DayType, NumberType, WordType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH
from eschool_cli.writing import give, made
from eschool_core.commands.debts import RecordCouncilDecision, RecordRetake
from eschool_core.domain.result_enums import CouncilDecisionKind
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.queries.beside_marks import Debt, debts
from eschool_core.queries.in_force import year_on
from eschool_core.regulation.results import shown

HIGHEST_GRADE = 12


@click.group(name="debt", cls=LocalGroup)
def debt_group() -> None:
    """Academic debts."""


@debt_group.command(name="list", cls=LocalCommand, says="debt.list")
@as_json
@click.pass_obj
def list_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show academic debts; open ones are offered a conditional promotion."""
    with session.replica() as replica:
        found = debts(replica.store)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.debt.none"))
        return
    columns = (
        Column(say("cli.column.pupil"), least=12),
        Column(say("cli.column.class"), keep=True),
        Column(say("cli.column.subject")),
        Column(say("cli.column.state"), keep=True),
        Column(say("cli.column.due"), keep=True),
        Column(say("cli.column.retakes")),
    )
    session.screen.table(columns, [_row(session, entry) for entry in found])


def _row(session: Session, entry: Debt) -> tuple[str, ...]:
    retakes = f"{entry.retakes} / 2"
    if entry.protocol:
        retakes += f": {entry.value} ({entry.protocol}, {entry.protocol_day:%d.%m.%Y})"
    return (
        entry.pupil or DASH,
        entry.group,
        entry.subject,
        text(f"DebtState.{entry.state.name.lower()}", session.language),
        f"{entry.due:%d.%m.%Y}",
        retakes,
    )


@debt_group.command(name="retake", cls=LocalCommand, says="debt.retake")
@journal_arguments
@argument("pupil", says="pupil")
@argument("value", says="result", type=ResultType())
@option("--protocol", required=True, says="protocol", shown_as="text")
@option("--commission", is_flag=True, says="commission")
@option("--date", "day", type=DayType(), default=TODAY, says="protocol_date", shown_as="date")
@as_json
@click.pass_obj
def retake_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    value: int,
    protocol: str,
    commission: bool,  # noqa: FBT001
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter the result of a retake from its protocol."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        person = lookup.pupil(store, pupil, place.journal_id, today)
        command = made(
            RecordRetake,
            journal_id=place.journal_id,
            pupil_id=person.pupil_id,
            value=value,
            commission=int(commission),
            protocol=protocol,
            protocol_day=day.number(today),
        )
        done = say("cli.debt.retake.done", pupil=person.name, value=shown(value))
        give(session, replica, command, done, as_json=as_json)


@debt_group.command(name="council", cls=LocalCommand, says="debt.council")
@argument("pupil", says="diary_pupil")
@argument("decision", says="council_decision", type=WordType(CouncilDecisionKind))
@option(
    "--grade", type=NumberType(1, HIGHEST_GRADE), default=0, says="next_grade", shown_as="number"
)
@option("--protocol", required=True, says="protocol", shown_as="text")
@option("--date", "day", type=DayType(), default=TODAY, says="protocol_date", shown_as="date")
@as_json
@click.pass_obj
def council_command(
    session: Session,
    pupil: str,
    decision: CouncilDecisionKind,
    grade: int,
    protocol: str,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter what the teachers' council decided on a pupil."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        year = year_on(store, today)
        if year is None:
            raise InputError("council.not_a_pupil")
        person = lookup.any_pupil(store, pupil, today)
        command = made(
            RecordCouncilDecision,
            pupil_id=person.pupil_id,
            year_id=year.id,
            decision=int(decision),
            next_grade=grade,
            protocol=protocol,
            protocol_day=day.number(today),
        )
        words = text(f"CouncilDecisionKind.{decision.name.lower()}", session.language)
        done = say("cli.debt.council.done", pupil=person.name, decision=words)
        give(session, replica, command, done, as_json=as_json)
