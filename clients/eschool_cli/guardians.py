"""``eschool guardians``: who represents a pupil; closing, asking, a grown pupil's word (§6)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import Day, DayType, WordType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import short_date
from eschool_cli.writing import give, made
from eschool_core import calendar
from eschool_core.commands.guardians import (
    AskGuardianClosure,
    DecideGuardianAccess,
    EndGuardianship,
)
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.people import Guardianship
from eschool_core.domain.row import FOREVER
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.names import full_name
from eschool_core.queries.people import person
from eschool_core.queries.personal_reads import reading_of_pupil
from eschool_core.store.store import Store

YESTERDAY = Day(offset=-1)


@click.group(name="guardians", cls=LocalGroup)
def guardians_group() -> None:
    """Look after who represents whom."""


@guardians_group.command(name="list", cls=LocalCommand, says="guardians.list")
@argument("pupil", says="pupil")
@as_json
@click.pass_obj
def list_command(session: Session, pupil: str, as_json: bool) -> None:  # noqa: FBT001
    """Show who represents a pupil, on what ground, from when to when."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        child = lookup.any_pupil(store, pupil, today)
        log_reading(replica, reading_of_pupil(store, replica.person_id, child.pupil_id, today))
        entries = store.select(Guardianship, pupil_id=child.pupil_id)
    if as_json:
        session.screen.json([_plain(entry) for entry in entries])
        return
    columns = (
        Column(say("cli.guardians.name")),
        Column(say("cli.guardians.relation")),
        Column(say("cli.guardians.ground")),
        Column(say("cli.guardians.from"), keep=True),
        Column(say("cli.guardians.to"), keep=True),
    )
    rows = [
        (
            full_name(entry.family, entry.given, entry.patronymic),
            entry.relation,
            entry.ground,
            short_date(calendar.date_of(entry.first_day)),
            short_date(None if entry.last_day == FOREVER else calendar.date_of(entry.last_day)),
        )
        for entry in entries
    ]
    session.screen.table(columns, rows)


def _plain(entry: Guardianship) -> dict[str, object]:
    ends = None if entry.last_day == FOREVER else calendar.date_of(entry.last_day).isoformat()
    return {
        "guardian_id": entry.guardian_id,
        "name": full_name(entry.family, entry.given, entry.patronymic),
        "relation": entry.relation,
        "ground": entry.ground,
        "from": calendar.date_of(entry.first_day).isoformat(),
        "to": ends,
    }


def _of(store: Store, pupil: str, typed: str, today: int) -> Guardianship:
    """Return the guardianship that is meant.

    Raises:
        LookupFailedError: Nobody or several people fit.
        InputError: ``cli.guardians.none``: the person does not represent the pupil.
    """
    child = lookup.any_pupil(store, pupil, today)
    someone = person(store, typed, today)
    entries = store.select(Guardianship, pupil_id=child.pupil_id, guardian_id=someone.person_id)
    if not entries:
        raise InputError("cli.guardians.none")
    return entries[-1]


@guardians_group.command(name="close", cls=LocalCommand, says="guardians.close")
@argument("pupil", says="pupil")
@argument("typed", says="person")
@option("--authority", type=WordType(Authority, Authority.NONE), says="authority", shown_as="word")
@option("--document", default="", says="decision", shown_as="text")
@option("--dated", type=DayType(), says="decision_day", shown_as="date")
@option(
    "--last-day",
    "last",
    type=DayType(),
    default=Day(offset=-1),
    says="closed_from",
    shown_as="date",
)
@as_json
@click.pass_obj
def close_command(
    session: Session,
    pupil: str,
    typed: str,
    authority: Authority | None,
    document: str,
    dated: Day | None,
    last: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Close a guardian's access on a decision; the other guardian's stays (2.10)."""
    with session.replica() as replica:
        today = today_of(replica)
        entry = _of(replica.store, pupil, typed, today)
        command = made(
            EndGuardianship,
            guardianship_id=entry.id,
            last_day=last.number(today),
            document=document,
            document_day=0 if dated is None else dated.number(today),
            authority=authority or Authority.NONE,
        )
        name = full_name(entry.family, entry.given, entry.patronymic)
        give(session, replica, command, say("cli.guardians.closed", name=name), as_json=as_json)


@guardians_group.command(name="ask", cls=LocalCommand, says="guardians.ask")
@argument("pupil", says="pupil")
@argument("typed", says="person")
@option("--reason", required=True, says="ask_reason", shown_as="text")
@as_json
@click.pass_obj
def ask_command(session: Session, pupil: str, typed: str, reason: str, as_json: bool) -> None:  # noqa: FBT001
    """Ask the system officer to close a guardian's access; closes nothing."""
    with session.replica() as replica:
        entry = _of(replica.store, pupil, typed, today_of(replica))
        command = made(AskGuardianClosure, guardianship_id=entry.id, reason=reason)
        give(session, replica, command, say("cli.guardians.asked"), as_json=as_json)


@guardians_group.command(name="consent", cls=LocalCommand, says="guardians.consent")
@argument("guardian_id", says="guardian_id", type=int)
@option("--no", "refused", is_flag=True, says="consent_no")
@as_json
@click.pass_obj
def consent_command(
    session: Session,
    guardian_id: int,
    refused: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Let a guardian go on reading after one's eighteenth birthday, or not."""
    with session.replica() as replica:
        command = made(DecideGuardianAccess, guardian_id=guardian_id, granted=int(not refused))
        give(session, replica, command, say("cli.guardians.decided"), as_json=as_json)
