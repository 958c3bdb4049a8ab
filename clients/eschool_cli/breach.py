"""``eschool breach``: tell the school that a password, slip or device is out (6.3)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType, WordType
from eschool_cli.session import Session, today_of
from eschool_cli.wording import moment
from eschool_cli.writing import give, made
from eschool_core.commands.breach import ReportBreach, breach_due
from eschool_core.domain.access_enums import BreachKind
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.people import person


@click.command(name="breach", cls=LocalCommand)
@argument("kind", says="breach_kind", type=WordType(BreachKind))
@argument("text", says="breach_text", required=False, default="")
@option("--learned", type=DayType(), default=TODAY, says="learned", shown_as="date")
@option("--person", "typed", default="", says="breach_person", shown_as="person")
@as_json
@click.pass_obj
def breach_command(
    session: Session,
    kind: BreachKind,
    text: str,
    learned: Day,
    typed: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Report a leak; the own access is shut at once."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        whose = person(store, typed, today).person_id if typed else 0
        command = made(
            ReportBreach,
            breach_kind=kind,
            learned_day=learned.number(today),
            person_id=whose,
            text=text,
        )
        due = moment(local(breach_due(store, learned.number(today)), zone_of(store)))
        key = "cli.breach.other" if whose else "cli.breach.own"
        give(session, replica, command, say(key, due=due), as_json=as_json)
