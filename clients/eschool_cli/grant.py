"""``eschool grant``: let a colleague read a class or a journal for a time, for a reason (4.7.1)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.grants import GrantAccess
from eschool_core.domain.access_enums import GrantKind
from eschool_core.domain.enums import PersonKind
from eschool_core.queries import lookup
from eschool_core.queries.people import person


@click.command(name="grant", cls=LocalCommand)
@argument("typed", says="person")
@argument("class_name", says="class")
@argument("subject", says="grant_subject", required=False, default="")
@option("--from", "first", type=DayType(), default=TODAY, says="granted_from", shown_as="date")
@option("--to", "last", type=DayType(), required=True, says="granted_to", shown_as="date")
@option("--reason", required=True, says="grant_reason", shown_as="text")
@as_json
@click.pass_obj
def grant_command(
    session: Session,
    typed: str,
    class_name: str,
    subject: str,
    first: Day,
    last: Day,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Let somebody of staff read beyond the own role."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        someone = person(store, typed, today, kind=PersonKind.STAFF)
        kind = GrantKind.JOURNAL if subject else GrantKind.SCHOOL_CLASS
        object_id = (
            lookup.journal(store, class_name, subject, today).journal_id
            if subject
            else lookup.school_class(store, class_name, today).id
        )
        command = made(
            GrantAccess,
            person_id=someone.person_id,
            grant_kind=kind,
            object_id=object_id,
            first_day=first.number(today),
            last_day=last.number(today),
            reason=reason,
        )
        give(session, replica, command, say("cli.grant.done", name=someone.name), as_json=as_json)
