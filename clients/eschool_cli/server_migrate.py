"""``eschool server migrate``: brings the tables of the schools up to this program."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, say
from eschool_cli.server import on_data
from eschool_cli.session import Session
from eschool_core.errors import InputError
from eschool_sync.server.directory import Directory
from eschool_sync.server.single import single_server


@click.command(name="migrate", cls=LocalCommand, says="server.migrate")
@on_data
@as_json
@click.pass_obj
def migrate_command(session: Session, data: Path, database: str, as_json: bool) -> None:  # noqa: FBT001
    """Bring each school up in a transaction of its own; the server must be stopped."""
    told: list[dict[str, int]] = []
    with ExitStack() as held:
        directory = held.enter_context(closing(Directory(data, database)))
        if not database:
            held.enter_context(single_server(data))
        if not directory.numbers():
            raise InputError("server.no_school")
        for number in directory.numbers():
            before, after = directory.migrate(number)
            told.append({"school": number, "before": before, "after": after})
            if not as_json:
                key = "cli.migrate.same" if before == after else "cli.migrate.done"
                session.screen.line(say(key, **told[-1]))
    if as_json:
        session.screen.json(told)
