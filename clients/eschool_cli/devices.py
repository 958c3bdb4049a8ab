"""``eschool devices``: own devices, the system officer's list of all; shutting one out."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session
from eschool_cli.wording import moment
from eschool_cli.writing import give, made
from eschool_core.commands.access import RevokeDevice
from eschool_core.queries.devices import devices

MAX_DEVICE = 65_535


@click.group(name="devices", cls=LocalGroup, invoke_without_command=True, no_args_is_help=False)
@as_json
@click.pass_context
def devices_group(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001
    """Show the devices, unless a subcommand is given."""
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, as_json=as_json)


def _list(session: Session, *, as_json: bool) -> None:
    with session.replica() as replica:
        found, own = devices(replica.store), replica.device
    if as_json:
        shown = [one.as_json() | {"this_one": one.device == own} for one in found]
        session.screen.json(shown)
        return
    columns = (
        Column(say("cli.devices.number"), "right", keep=True),
        Column(say("cli.devices.person")),
        Column(say("cli.devices.label")),
        Column(say("cli.devices.enrolled"), keep=True),
        Column(say("cli.devices.state")),
    )
    rows = [
        (
            str(one.device),
            one.name or str(one.person_id),
            one.label,
            moment(one.enrolled_at),
            say("cli.devices.revoked", at=moment(one.revoked_at))
            if one.revoked_at
            else say("cli.devices.this" if one.device == own else "cli.devices.in_use"),
        )
        for one in found
    ]
    session.screen.table(columns, rows)


@devices_group.command(name="revoke", cls=LocalCommand, says="devices.revoke")
@argument("device", says="device", type=NumberType(1, MAX_DEVICE))
@as_json
@click.pass_obj
def revoke_command(session: Session, device: int, as_json: bool) -> None:  # noqa: FBT001
    """Shut a lost device out; what it has not sent waits for review (4.6.8)."""
    with session.replica() as replica:
        command = made(RevokeDevice, device=device)
        done = say("cli.devices.done", device=device)
        give(session, replica, command, done, as_json=as_json)
