"""``eschool dismiss``: somebody leaves the staff; roles and ways in end with the last day."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.grants import DismissStaff
from eschool_core.domain.enums import PersonKind
from eschool_core.queries.people import person


@click.command(name="dismiss", cls=LocalCommand)
@argument("typed", says="person")
@option("--order", required=True, says="dismiss_order", shown_as="text")
@option("--last-day", "last", type=DayType(), default=TODAY, says="dismiss_day", shown_as="date")
@as_json
@click.pass_obj
def dismiss_command(
    session: Session,
    typed: str,
    order: str,
    last: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """End somebody's employment by an order."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        someone = person(store, typed, today, kind=PersonKind.STAFF)
        command = made(
            DismissStaff,
            person_id=someone.person_id,
            last_day=last.number(today),
            order=order,
        )
        done = say("cli.dismiss.done", name=someone.name)
        give(session, replica, command, done, as_json=as_json)
