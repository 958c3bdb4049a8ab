"""``eschool account``: the own login, the own duties and whether they were taken on (3.2)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, say
from eschool_cli.session import Session
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core.commands.breach import EDITION, AcknowledgeDuties
from eschool_core.domain.access import Acknowledgement
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
