"""``eschool slips``: the register of slips, the slips of a class in one go, handing them out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.papers import document_of, refuse_existing, write_pdf
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.tables import FILE
from eschool_cli.wording import moment
from eschool_cli.writing import give, made, receipt_json
from eschool_core.commands import facts
from eschool_core.commands.access import SECONDS_PER_DAY, IssueSlip
from eschool_core.commands.credentials import HandOutSlip
from eschool_core.commands.rights import led_classes
from eschool_core.domain.enums import PersonKind
from eschool_core.errors import InputError
from eschool_core.forms.credential_slips import credential_slips
from eschool_core.ids import login_of
from eschool_core.queries import lookup
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.people import children_of, families, people, person
from eschool_core.queries.personal_reads import Reading, readings_of_pupils
from eschool_core.queries.slips import SlipAnswer, SlipState, register

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

CLOCK_MARGIN_SECONDS = 60
"""As in ``eschool slip``: our estimate of the server's time may run a little ahead."""


@click.group(name="slips", cls=LocalGroup, invoke_without_command=True, no_args_is_help=False)
@option("--class", "class_name", default="", says="slips_class", shown_as="class")
@as_json
@click.pass_context
def slips_group(ctx: click.Context, class_name: str, as_json: bool) -> None:  # noqa: FBT001
    """Show the register, unless a subcommand is given."""
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, class_name, as_json=as_json)


def _list(session: Session, class_name: str, *, as_json: bool) -> None:
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        led = lookup.school_class(store, class_name, today).id if class_name else 0
        lines = register(store, replica.now(), led)
        log_reading(replica, *_readings(replica, {line.person_id for line in lines}, today))
    if as_json:
        session.screen.json([line.as_json() for line in lines])
        return
    if not lines:
        session.screen.line(say("cli.slips.none"))
        return
    columns = (
        Column(say("cli.slips.person")),
        Column(say("cli.slips.state"), keep=True),
        Column(say("cli.slips.issued")),
        Column(say("cli.slips.handed")),
    )
    session.screen.table(columns, [_row(line) for line in lines])


def _readings(replica: Replica, shown: set[int], today: int) -> tuple[Reading, ...]:
    """Return what to log where guardians are shown."""
    found = people(replica.store, today, 0, kind=PersonKind.GUARDIAN)
    wards = children_of(one for one in found if one.person_id in shown)
    return readings_of_pupils(replica.store, replica.person_id, wards, today)


def _row(line: SlipAnswer) -> tuple[str, str, str, str]:
    state = say(f"SlipState.{line.state.name.lower()}")
    if line.state is SlipState.WAITING:
        state = say("cli.slips.until", state=state, until=moment(line.expires_at))
    issued = f"{moment(line.issued_at)} {line.issued_by}".strip()
    signed = say("cli.slips.signed") if line.signed else ""
    handed = f"{moment(line.handed_at)} {line.handed_by} {signed}" if line.handed_at else ""
    return line.name or str(line.person_id), state, issued, handed.strip()


@slips_group.command(name="batch", cls=LocalCommand, says="slips.batch")
@argument("class_name", says="class")
@option("--pdf", "file", type=FILE, says="slips_pdf", shown_as="file")
@as_json
@click.pass_obj
def batch_command(
    session: Session,
    class_name: str,
    file: Path | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make a slip for each pupil and guardian of a class; its class teacher hands them out."""
    if file is not None:
        # Codes are shown once: a file that cannot be written must be found before they are made.
        refuse_existing(file)
    with session.replica() as replica:
        made_slips = _batch(session, replica, class_name)
        if file is not None:
            today = today_of(replica)
            slips = credential_slips(made_slips, session.language)
            document = document_of(session, replica, today, slips[0].title, slips=slips)
            write_pdf(session, file, document)
            return
    if as_json:
        session.screen.json(made_slips)
        return
    columns = (
        Column(say("cli.slips.person")),
        Column(say("cli.slips.login"), keep=True),
        Column(say("cli.slips.code"), keep=True),
        Column(say("cli.slips.expires"), keep=True),
    )
    rows = [(one["name"], one["login"], one["code"], one["until"]) for one in made_slips["slips"]]
    session.screen.table(columns, rows)
    session.screen.line(say("cli.slips.batch.next", count=len(rows), school_class=class_name))


def _batch(session: Session, replica: Replica, class_name: str) -> dict[str, Any]:
    from eschool_sync.security.codes import code_hash, new_code
    from eschool_sync.security.random_source import SystemRandom

    store, today, now = replica.store, today_of(replica), replica.now()
    led = lookup.school_class(store, class_name, today)
    valid_days = facts.policy_number(store, "slip_valid_days", today)
    expires_at = now + valid_days * SECONDS_PER_DAY - CLOCK_MARGIN_SECONDS
    random, members = SystemRandom(), families(store, led.id, today)
    if not members:
        raise InputError("cli.slips.empty")
    log_reading(replica, *_readings(replica, {one.person_id for one in members}, today))
    codes = [new_code(random) for _ in members]
    # Who leads the class gives each family its slip (3.1); the officer makes them for who does.
    through = 0 if led.id in led_classes(store, replica.person_id, (today, today)) else led.id
    commands = [
        made(
            IssueSlip,
            person_id=member.person_id,
            secret_hash=code_hash(code),
            expires_at=expires_at,
            class_id=through,
        )
        for member, code in zip(members, codes, strict=True)
    ]
    receipts = replica.do_all(commands)
    until = moment(local(expires_at, zone_of(store)))
    return {
        "school_class": led.name,
        "server": replica.status().server_url,
        "school": replica.school,
        "slips": [
            {
                "person_id": member.person_id,
                "name": member.name,
                "login": login_of(member.person_id),
                "code": code,
                "until": until,
            }
            for member, code in zip(members, codes, strict=True)
        ],
        "receipts": [receipt_json(receipt, session.language) for receipt in receipts],
    }


@slips_group.command(name="handed", cls=LocalCommand, says="slips.handed")
@argument("typed", says="person")
@option("--unsigned", is_flag=True, says="unsigned")
@as_json
@click.pass_obj
def handed_command(
    session: Session,
    typed: str,
    unsigned: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Note that somebody's slip was handed out against signature."""
    with session.replica() as replica:
        store, now = replica.store, replica.now()
        someone = person(store, typed, today_of(replica))
        waiting = [
            line
            for line in register(store, now)
            if line.person_id == someone.person_id
            and line.state in (SlipState.WAITING, SlipState.USED)
            and line.handed_at is None
        ]
        if not waiting:
            raise InputError("access.slip_gone")
        command = made(HandOutSlip, slip_id=waiting[-1].slip_id, signed=int(not unsigned))
        give(session, replica, command, say("cli.slips.done", name=someone.name), as_json=as_json)
