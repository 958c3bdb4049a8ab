"""``eschool account``: own login, own duties (3.2), and where one hears of new notices."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.screen import Column
from eschool_cli.session import Session
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core.commands.breach import EDITION, AcknowledgeDuties
from eschool_core.commands.channels import SetChannel
from eschool_core.domain.access import Acknowledgement
from eschool_core.domain.channels import NoticeChannel
from eschool_core.errors import InputError
from eschool_core.ids import login_of
from eschool_core.queries.in_force import local, zone_of


@click.group(name="account", cls=LocalGroup, invoke_without_command=True, no_args_is_help=False)
@as_json
@click.pass_context
def account_group(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001
    """Show the own account, unless a subcommand is given."""
    if ctx.invoked_subcommand is None:
        _show(ctx.obj, as_json=as_json)


def _show(session: Session, *, as_json: bool) -> None:
    with session.replica() as replica:
        store, person_id = replica.store, replica.person_id
        taken = store.first(Acknowledgement, person_id=person_id, edition=EDITION)
        at = None if taken is None else local(taken.made_at, zone_of(store))
        server, school = replica.status().server_url, replica.school
    if as_json:
        acknowledged = None if at is None else at.isoformat()
        told = {"person_id": person_id, "login": login_of(person_id), "server": server}
        session.screen.json({**told, "school": school, "acknowledged_at": acknowledged})
        return
    session.screen.fields(
        [
            (say("cli.account.login"), login_of(person_id)),
            (say("cli.account.server"), server),
            (say("cli.account.school"), str(school)),
            (say("cli.account.acknowledged"), moment(at) if at else DASH),
        ]
    )
    session.screen.line()
    session.screen.lines(say("cli.account.duties"))


@account_group.command(name="acknowledge", cls=LocalCommand, says="account.acknowledge")
@as_json
@click.pass_obj
def acknowledge_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Take on the duties of a user."""
    with session.replica() as replica:
        command = made(AcknowledgeDuties, edition=EDITION)
        give(session, replica, command, say("cli.account.done"), as_json=as_json)


@account_group.command(name="channels", cls=LocalCommand, says="account.channels")
@as_json
@click.pass_obj
def channels_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show by which ways one hears of new notices."""
    with session.replica() as replica:
        store = replica.store
        zone, found = zone_of(store), store.select(NoticeChannel, person_id=replica.person_id)
    if as_json:
        session.screen.json([{"service": one.service, "address": one.address} for one in found])
        return
    columns = (
        Column(say("cli.account.service"), keep=True),
        Column(say("cli.account.address")),
        Column(say("cli.account.changed"), keep=True),
    )
    rows = [
        (one.service, one.address or DASH, moment(local(one.changed_at, zone))) for one in found
    ]
    session.screen.table(columns, rows)


@account_group.command(name="channel", cls=LocalCommand, says="account.channel")
@argument("service", says="service")
@argument("address", says="channel_address", required=False, default="")
@option("--off", is_flag=True, says="channel_off")
@as_json
@click.pass_obj
def channel_command(
    session: Session,
    service: str,
    address: str,
    off: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Hear of new notices by a service, or no more."""
    if bool(address) == off:
        raise InputError("channel.which")
    with session.replica() as replica:
        command = made(SetChannel, service=service, address=address)
        done = say("cli.account.channel_off" if off else "cli.account.channel_on", service=service)
        give(session, replica, command, done, as_json=as_json)
