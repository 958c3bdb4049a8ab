"""``eschool waive``: the deputy head closes a finding with a reason (4.4.4)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.session import Session
from eschool_cli.writing import give, made
from eschool_core.commands.base import MAX_ID
from eschool_core.commands.control import WaiveFinding


@click.command(name="waive", cls=LocalCommand)
@argument("finding", says="finding", type=NumberType(1, MAX_ID))
@option("--reason", required=True, says="waive_reason", shown_as="text")
@as_json
@click.pass_obj
def waive_command(session: Session, finding: int, reason: str, as_json: bool) -> None:  # noqa: FBT001
    """Close a finding with a reason (4.4.4)."""
    with session.replica() as replica:
        command = made(WaiveFinding, finding_id=finding, reason=reason)
        done = say("cli.waive.done", finding=finding)
        give(session, replica, command, done, as_json=as_json)
