"""``eschool sync``: own entries go out, news come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, say
from eschool_cli.session import Session
from eschool_cli.stages import staged
from eschool_cli.wording import kind_name, moment, told
from eschool_core.queries.in_force import local, zone_of

if TYPE_CHECKING:
    from eschool_sync.replica import SyncReport
    from eschool_sync.replica.again import Entered

KIB = 1024
COUNTS = ("accepted", "with_findings", "rejected", "held", "overwritten")


@click.command(name="sync", cls=LocalCommand)
@as_json
@click.pass_obj
def sync_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Send and fetch in one round trip."""
    with session.replica(leased=False) as replica:
        with session.screen.progress(say("cli.stage.sync")) as report:
            done = replica.sync(progress=staged(report))
            again = replica.enter_again()
            if again:
                done = replica.sync(progress=staged(report))
        at = local(replica.status().last_sync, zone_of(replica.store))
    if as_json:
        kinds = [entry.kind for entry in again if entry.refusal is not None]
        entered = {"entered_again": len(again) - len(kinds), "refused_again": kinds}
        session.screen.json(asdict(done) | (entered if again else {}))
        return
    session.screen.line(say("cli.sync.done", at=moment(at)))
    session.screen.fields(_figures(done))
    _tell_again(session, again)
    if done.rejected or done.held:
        session.screen.line(say("cli.sync.see_rejected"))
    if done.with_findings or done.overwritten:
        session.screen.line(say("cli.sync.see_notices"))


def _tell_again(session: Session, again: Sequence[Entered]) -> None:
    """Tell what a rescue had left to be entered; what is refused is on no list any more."""
    taken = sum(entry.refusal is None for entry in again)
    if taken:
        session.screen.line(say("cli.sync.again", count=taken))
    for entry in again:
        if entry.refusal is not None:
            reason, _ = told(entry.refusal, session.language)
            kind = kind_name(entry.kind)
            session.screen.line(say("cli.sync.again_refused", kind=kind, reason=reason), "bold")


def _figures(done: SyncReport) -> list[tuple[str, str]]:
    """Return what the sync did; verdicts that were not given are left out."""
    counts = [(name, getattr(done, name)) for name in COUNTS]
    given = [(say(f"cli.sync.{name}"), str(count)) for name, count in counts if count]
    traffic = say(
        "cli.sync.kib",
        up=-(-done.bytes_up // KIB),
        down=-(-done.bytes_down // KIB),
    )
    return [
        *(given or [(say("cli.sync.accepted"), "0")]),
        (say("cli.sync.pulled_rows"), str(done.pulled_rows)),
        (say("cli.sync.traffic"), traffic),
    ]
