"""``eschool consent``: consents to the processing of personal data (1.4)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import MAX_DIGITS, Day, DayType, NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import short_date
from eschool_cli.writing import give, made
from eschool_core.commands.privacy import RecordConsent, WithdrawConsent
from eschool_core.queries import lookup, lookup_groups
from eschool_core.queries.consents import consents_of
from eschool_core.queries.personal_reads import reading_of_pupil

NUMBER = NumberType(1, 10**MAX_DIGITS)


@click.group(name="consent", cls=LocalGroup)
def consent_group() -> None:
    """Consents to the processing of personal data."""


@consent_group.command(name="list", cls=LocalCommand, says="consent.list")
@argument("pupil", says="pupil")
@as_json
@click.pass_obj
def list_command(session: Session, pupil: str, as_json: bool) -> None:  # noqa: FBT001
    """Show the consents about a pupil."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        pupil_id = lookup.any_pupil(store, pupil, today).pupil_id
        log_reading(replica, reading_of_pupil(store, replica.person_id, pupil_id, today))
        entries = consents_of(store, pupil_id)
    if as_json:
        session.screen.json([entry.as_json() for entry in entries])
        return
    if not entries:
        session.screen.line(say("cli.consent.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.consent.giver")),
        Column(say("cli.consent.document")),
        Column(say("cli.guardians.from"), keep=True),
        Column(say("cli.guardians.to"), keep=True),
        Column(say("cli.consent.withdrawal")),
    )
    rows = [
        (
            str(entry.consent_id),
            entry.given_by,
            entry.document,
            short_date(entry.first_day),
            short_date(entry.last_day),
            entry.withdrawal,
        )
        for entry in entries
    ]
    session.screen.table(columns, rows)


@consent_group.command(name="record", cls=LocalCommand, says="consent.record")
@argument("pupil", says="pupil")
@argument("giver", says="consent_giver")
@argument("document", says="consent_document")
@option("--from", "first", type=DayType(), default=TODAY, says="consent_from", shown_as="date")
@as_json
@click.pass_obj
def record_command(
    session: Session,
    pupil: str,
    giver: str,
    document: str,
    first: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put a written consent on file."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        pupil_id = lookup.any_pupil(store, pupil, today).pupil_id
        command = made(
            RecordConsent,
            pupil_id=pupil_id,
            given_by_id=lookup_groups.applicant(store, pupil_id, giver),
            document=document,
            first_day=first.number(today),
        )
        give(session, replica, command, say("cli.consent.recorded"), as_json=as_json)


@consent_group.command(name="withdraw", cls=LocalCommand, says="consent.withdraw")
@argument("consent", says="consent_number", type=NUMBER)
@argument("document", says="withdrawal_document")
@option("--last", type=DayType(), default=TODAY, says="consent_last", shown_as="date")
@as_json
@click.pass_obj
def withdraw_command(
    session: Session,
    consent: int,
    document: str,
    last: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Withdraw a consent; what stays and what goes is said."""
    with session.replica() as replica:
        command = made(
            WithdrawConsent,
            consent_id=consent,
            document=document,
            last_day=last.number(today_of(replica)),
        )
        give(session, replica, command, say("cli.consent.withdrawn"), as_json=as_json)
