"""``eschool server restored``: what the operator does after putting a backup back (design §5.7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, say
from eschool_cli.server import of_school, on_data, school_of
from eschool_cli.session import Session
from eschool_sync.clock import SystemClock
from eschool_sync.server import restoring
from eschool_sync.server.directory import Directory
from eschool_sync.server.erasing import FILE, erase_returned
from eschool_sync.server.school import ServerSchool
from eschool_sync.server.single import single_server
from eschool_sync.server.state import Phase


@click.group(
    name="restored",
    cls=LocalGroup,
    says="server.restored",
    places={
        "begin": "eschool_cli.server_restored:begin_command",
        "status": "eschool_cli.server_restored:status_command",
        "close": "eschool_cli.server_restored:close_command",
    },
)
def restored_group() -> None:
    """Let a server that was restored from an older backup get back what it forgot."""


@click.command(name="begin", cls=LocalCommand, says="server.restored.begin")
@on_data
@of_school
@as_json
@click.pass_obj
def begin_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Begin a new incarnation that collects what devices hold; the server must be stopped."""
    with _school(data, database, school, alone=True) as served:
        restoring.begin(served)
        told = _state(served)
    _tell(session, told, say("cli.restored.began"), as_json=as_json)


@click.command(name="status", cls=LocalCommand, says="server.restored.status")
@on_data
@of_school
@as_json
@click.pass_obj
def status_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show what has been collected."""
    with _school(data, database, school, alone=False) as served:
        told = _state(served)
    phase = say(f"cli.restored.phase.{told['phase']}")
    _tell(session, told, say("cli.restored.state", phase=phase, count=told["offered"]), as_json)


@click.command(name="close", cls=LocalCommand, says="server.restored.close")
@on_data
@of_school
@as_json
@click.pass_obj
def close_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Apply what was collected, in the old order, and open the school."""
    with _school(data, database, school, alone=True) as served:
        returned = restoring.close_window(served)
        again = erase_returned(served, data / str(served.state.school) / FILE, SystemClock().wall())
        told = _state(served) | {"applied": returned.pushes, "erased_again": len(again)}
    done = say("cli.restored.closed", applied=returned.pushes, left=returned.left)
    _tell(session, told, done, as_json)


@contextmanager
def _school(
    data: Path, database: str, number: int | None, *, alone: bool
) -> Iterator[ServerSchool]:
    with ExitStack() as held:
        directory = held.enter_context(closing(Directory(data, database)))
        if alone and not database:
            held.enter_context(single_server(data))
        yield school_of(directory, number)


def _state(served: ServerSchool) -> dict[str, Any]:
    return {
        "school": served.state.school,
        "phase": Phase(served.state.phase).name.lower(),
        "restores": served.state.restores,
        "seq": served.head().seq,
        "offered": restoring.waiting(served),
    }


def _tell(session: Session, told: dict[str, Any], words: str, as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        session.screen.json(told)
    else:
        session.screen.lines(words)
