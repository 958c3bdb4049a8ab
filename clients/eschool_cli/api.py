"""``eschool api``: one's own replica as JSON on this computer, for programs in other languages."""

from __future__ import annotations

import json

import click

from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.session import Session
from eschool_cli.web import MAX_PORT


@click.command(name="api", cls=LocalCommand)
@option("--port", type=NumberType(0, MAX_PORT), default=0, says="web_port", shown_as="number")
@click.pass_obj
def api_command(session: Session, port: int) -> None:
    """Serve JSON until closed; the first line of output says where, and with which token."""
    from eschool_api.serving import serve

    def ready(url: str, token: str) -> None:
        # One line, so that whoever started us need not guess where it ends.
        session.screen.whole(json.dumps({"url": url, "token": token}))

    with session.replica() as replica:
        serve(replica, ready, port, session.language)
    session.screen.note(say("cli.api.closed"))
