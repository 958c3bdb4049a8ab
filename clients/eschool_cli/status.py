"""``eschool status``: how the replica stands."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.session import Session
from eschool_cli.wording import DASH, moment
from eschool_core.queries.in_force import local, zone_of

if TYPE_CHECKING:
    from eschool_sync.replica import Status

FILE = click.Path(path_type=Path, dir_okay=False)
MANY_PENDING = 200
WARNED_DAYS = 4
LONG_SECONDS = 24 * 3600


@click.command(name="status", cls=LocalCommand)
@option("--head", "head_file", type=FILE, says="status_head", shown_as="file")
@as_json
@click.pass_obj
def status_command(session: Session, head_file: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show what waits, what was refused, when the last sync was."""
    with session.replica() as replica:
        status, now = replica.status(), replica.now()
        if head_file is not None:
            head_file.write_text(replica.witness().to_json(), encoding="utf-8")
        # Before the first sync there is no school here whose zone could be asked for.
        at = local(status.last_sync, zone_of(replica.store)) if status.seq else None
    if as_json:
        session.screen.json(asdict(status))
        return
    session.screen.fields(
        [
            (say("cli.status.last_sync"), say("cli.status.never") if at is None else moment(at)),
            (say("cli.status.pending"), str(status.pending)),
            (say("cli.status.rejected"), str(status.rejected)),
            (say("cli.status.held"), str(status.held)),
            (say("cli.status.rows"), str(status.rows)),
            (
                say("cli.status.digest"),
                _equal(equal=status.digest_equal, synced=status.last_sync > 0),
            ),
            (say("cli.status.proven"), str(status.proven_seq) if status.proven_seq else DASH),
            (say("cli.status.clock"), _clock(status.clock_offset_seconds)),
            (say("cli.status.parts"), str(len(status.parts))),
            (say("cli.status.device"), str(status.device)),
            (say("cli.status.server"), status.server_url),
        ]
    )
    _tell_of_lease(session, status)
    if status.earlier_devices:
        earlier = ", ".join(map(str, status.earlier_devices))
        session.screen.line(say("cli.status.copied", device=status.device, earlier=earlier))
    if status.seq and not status.complete:
        session.screen.line(say("cli.status.incomplete", chunks=status.missing_chunks), "bold")
    if status.alarm:
        session.screen.line(say("cli.status.alarm"), "bold")
    if head_file is not None:
        session.screen.line(say("cli.status.head", file=head_file))
    waits_long = status.pending and now - status.last_sync > LONG_SECONDS
    if status.pending > MANY_PENDING or waits_long:
        session.screen.line(say("cli.status.sync_soon"), "bold")
    if status.rejected or status.held:
        session.screen.line(say("cli.sync.see_rejected"))


def _clock(offset_seconds: int | None) -> str:
    """Return how far this computer's clock is from the server's."""
    return DASH if offset_seconds is None else say("cli.status.offset", seconds=offset_seconds)


def _tell_of_lease(session: Session, status: Status) -> None:
    """Warn from the third school day before the copy locks (7.1)."""
    lease = status.lease
    if lease is not None and lease.days_left < WARNED_DAYS:
        session.screen.line(say("cli.status.lease", days=max(0, lease.days_left)), "bold")


def _equal(*, equal: bool, synced: bool) -> str:
    """Return whether both sides are alike; before the first sync there is nothing to compare."""
    return say("cli.yes" if equal else "cli.no") if synced else DASH
