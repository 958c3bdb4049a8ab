"""``eschool web``: the pages, on this computer, from one's own replica."""

from __future__ import annotations

import json
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

import click

from eschool_cli.answers import as_json
from eschool_cli.home import existing_folder
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.session import Session

if TYPE_CHECKING:
    from eschool_web.supervisor import Supervisor

    from eschool_cli.screen import Screen

MAX_PORT = 65_535


@click.command(name="web", cls=LocalCommand)
@option("--port", type=NumberType(0, MAX_PORT), default=0, says="web_port", shown_as="number")
@option("--no-browser", is_flag=True, says="web_no_browser")
@as_json
@click.pass_obj
def web_command(
    session: Session,
    port: int,
    no_browser: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Serve the pages until interrupted (4.5.7: they lock by themselves)."""
    folder = existing_folder(session.home, session.profile)
    from eschool_web.supervisor import Supervisor

    supervisor = Supervisor(folder, port, session.language)
    screen, again = session.screen, say("cli.web.again")

    def ready() -> None:
        link = supervisor.link()
        if as_json:
            # One line, so that whoever started us need not guess where it ends.
            screen.whole(json.dumps({"link": link}))
        else:
            screen.line(say("cli.web.ready"))
            screen.line(link)
            screen.line(say("cli.web.stop"), "dim")
        if not no_browser:
            webbrowser.open(link)
        if sys.stdin.isatty() and not as_json:
            threading.Thread(
                target=_new_links, args=(supervisor, screen, again), daemon=True
            ).start()

    supervisor.serve(ready)


def _new_links(supervisor: Supervisor, screen: Screen, again: str) -> None:
    """Give a new link for each Enter: the first one is good once."""
    for _ in sys.stdin:
        screen.line(f"{again} {supervisor.link()}")
