"""``eschool server erase``: carries out the approved acts of destruction (5.3)."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, say
from eschool_cli.server import of_school, on_data
from eschool_cli.session import Session
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.errors import InputError, RegulationError
from eschool_sync.clock import SystemClock
from eschool_sync.server.directory import Directory
from eschool_sync.server.erasing import FILE, Erased, due, erase, erase_returned
from eschool_sync.server.single import single_server


@click.command(name="erase", cls=LocalCommand, says="server.erase")
@on_data
@of_school
@as_json
@click.pass_obj
def erase_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Erase what approved acts name, in every school or in one; the server must be stopped.

    Raises:
        InputError, RegulationError: What one act names may not go, since the person came back;
            all others are erased.
    """
    refused: list[InputError | RegulationError] = []
    told: list[dict[str, object]] = []
    with ExitStack() as held:
        directory = held.enter_context(closing(Directory(data, database)))
        if not database:
            held.enter_context(single_server(data))
        numbers = directory.numbers() if school is None else [school]
        if not numbers:
            raise InputError("server.no_school")
        for number in numbers:
            served = directory.school(number)
            file, now = data / str(number) / FILE, SystemClock().wall()
            done: list[Erased] = erase_returned(served, file, now)
            for entry_id in due(served):
                with session.screen.progress(say("cli.erase.working")):
                    try:
                        done.append(erase(served, entry_id, file, now))
                    except (InputError, RegulationError) as error:
                        refused.append(error)
            for one in done:
                title = served.store.require(ArchiveEntry, one.entry_id).title
                told.append({"school": number, "title": title, **asdict(one)})
    if as_json:
        session.screen.json(told)
    else:
        for entry in told:
            session.screen.line(say("cli.erase.done", **entry))
        session.screen.line(say("cli.erase.backups" if told else "cli.erase.nothing"), "dim")
    if refused:
        raise refused[0]
