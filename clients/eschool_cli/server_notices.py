"""``eschool server notices``: tells people outside the journal that it holds something new."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Column
from eschool_cli.server import MAX_ID, of_school, on_data, school_of
from eschool_cli.session import Session
from eschool_cli.wording import DASH, moment
from eschool_core import calendar
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries.in_force import zone_of
from eschool_sync.clock import SystemClock
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.server.directory import Directory
from eschool_sync.server.outbox import MessageState, Outbox, Passed
from eschool_sync.server.school import ServerSchool
from eschool_sync.server.sending import FILE, Delivery, read_settings
from eschool_sync.server.single import NOTICES_FILE, single_server

LEAST_SECONDS = 10
MOST_SECONDS = 3600


@click.group(name="notices", cls=LocalGroup, says="server.notices")
def notices_group() -> None:
    """Send word of new notices by e-mail and other services."""


@notices_group.command(name="send", cls=LocalCommand, says="server.notices.send")
@on_data
@option(
    "--every",
    type=NumberType(LEAST_SECONDS, MOST_SECONDS),
    says="notices_every",
    shown_as="number",
)
@as_json
@click.pass_obj
def send_command(
    session: Session,
    data: Path,
    database: str,
    every: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Send what is due in every school once, or again and again until interrupted."""
    delivery = Delivery(read_settings(data / FILE))
    waiting = threading.Event()
    with ExitStack() as held:
        held.enter_context(single_server(data, NOTICES_FILE))
        directory = held.enter_context(closing(Directory(data, database)))
        if not directory.numbers():
            raise InputError("server.no_school")
        while True:
            total = Passed()
            for number in directory.numbers():
                outbox = _outbox(directory.school(number))
                outbox.collect()
                passed = outbox.deliver(delivery)
                total.sent += passed.sent
                total.later += passed.later
                total.dropped += passed.dropped
                total.dead += passed.dead
            if as_json:
                session.screen.json(asdict(total))
            else:
                session.screen.line(say("cli.notices.passed", **asdict(total)))
            if every is None:
                return
            waiting.wait(every)


@notices_group.command(name="list", cls=LocalCommand, says="server.notices.list")
@on_data
@of_school
@as_json
@click.pass_obj
def list_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show what was given up and what waits."""
    with _school(data, database, school) as served:
        found, zone = _outbox(served).listed(), zone_of(served.store)
    if as_json:
        session.screen.json(
            [
                {
                    "message": one.id,
                    "person": one.person_id,
                    "service": one.service,
                    "notices": one.notices,
                    "state": one.state.name.lower(),
                    "attempts": one.attempts,
                    "reason": one.reason,
                    "next_at": calendar.local_time(one.next_at, zone).isoformat(),
                }
                for one in found
            ]
        )
        return
    columns = (
        Column(say("cli.notices.number"), "right", keep=True),
        Column(say("cli.notices.person"), "right", keep=True),
        Column(say("cli.account.service"), keep=True),
        Column(say("cli.notices.attempts"), "right", keep=True),
        Column(say("cli.notices.state"), keep=True),
        Column(say("cli.column.reason")),
    )
    rows = [
        (
            str(one.id),
            str(one.person_id),
            one.service,
            str(one.attempts),
            say("cli.notices.dead")
            if one.state is MessageState.DEAD
            else moment(calendar.local_time(one.next_at, zone)),
            text(one.reason, session.language) if one.reason else DASH,
        )
        for one in found
    ]
    session.screen.table(columns, rows)


@notices_group.command(name="again", cls=LocalCommand, says="server.notices.again")
@on_data
@of_school
@argument("message", says="notice_message", type=NumberType(1, MAX_ID))
@as_json
@click.pass_obj
def again_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    message: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Let a message that was given up try anew."""
    with _school(data, database, school) as served:
        if not _outbox(served).again(message):
            raise InputError("notices.no_message", message=message)
    if as_json:
        session.screen.json({"again": message})
    else:
        session.screen.line(say("cli.notices.again", message=message))


@contextmanager
def _school(data: Path, database: str, number: int | None) -> Iterator[ServerSchool]:
    with closing(Directory(data, database)) as directory:
        yield school_of(directory, number)


def _outbox(served: ServerSchool) -> Outbox:
    return Outbox(served.store, SystemClock(), SystemRandom())
