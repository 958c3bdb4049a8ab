"""``eschool block``: a lost slip, password or device opens nothing any more (4.6.8)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.credentials import BlockAccess
from eschool_core.queries.people import person


@click.command(name="block", cls=LocalCommand)
@argument("typed", says="person")
@option("--note", default="", says="block_note", shown_as="text")
@as_json
@click.pass_obj
def block_command(session: Session, typed: str, note: str, as_json: bool) -> None:  # noqa: FBT001
    """Shut somebody's access until a new slip is used."""
    with session.replica() as replica:
        someone = person(replica.store, typed, today_of(replica))
        command = made(BlockAccess, person_id=someone.person_id, note=note)
        give(session, replica, command, say("cli.block.done", name=someone.name), as_json=as_json)
