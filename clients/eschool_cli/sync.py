"""``eschool sync``: own entries go out, news come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parcels import FILE
from eschool_cli.session import Session
from eschool_cli.stages import staged
from eschool_cli.sync_by_file import sync_by_file
from eschool_cli.sync_told import figures, files_told
from eschool_cli.wording import kind_name, moment, sentence, told
from eschool_core.queries.in_force import local, zone_of

if TYPE_CHECKING:
    from eschool_sync.replica import Replica
    from eschool_sync.replica.again import Entered


@click.command(name="sync", cls=LocalCommand)
@option("--to", "written", type=FILE, says="sync_to", shown_as="file")
@option("--from", "answers", type=FILE, multiple=True, says="sync_from", shown_as="file")
@option("--watch", is_flag=True, says="sync_watch")
@as_json
@click.pass_obj
def sync_command(
    session: Session,
    written: Path | None,
    answers: tuple[Path, ...],
    watch: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Send and fetch in one round trip, or by files where there is no line."""
    if written is not None or answers:
        sync_by_file(session, written, answers, as_json=as_json)
        return
    with session.replica(leased=False) as replica:
        _once(session, replica, as_json=as_json)
        if watch:
            for _ in replica.watch():
                _once(session, replica, as_json=as_json)


def _once(session: Session, replica: Replica, *, as_json: bool) -> None:
    """Exchange, and tell what came of it."""
    with session.screen.progress(say("cli.stage.sync")) as report:
        done = replica.sync(progress=staged(report))
        again = replica.enter_again()
        if again:
            done = replica.sync(progress=staged(report))
    at = local(replica.status().last_sync, zone_of(replica.store))
    with session.screen.progress(say("cli.stage.files")):
        files = replica.send_files()
    if as_json:
        kinds = [entry.kind for entry in again if entry.refusal is not None]
        entered = {"entered_again": len(again) - len(kinds), "refused_again": kinds}
        sent = {"files_sent": files.sent, "files_waiting": files.waiting}
        session.screen.json(asdict(done) | sent | (entered if again else {}))
        return
    session.screen.line(say("cli.sync.done", at=moment(at)))
    session.screen.fields([*figures(done), *files_told(files)])
    if files.trouble:
        reason = sentence(files.trouble, {}, session.language)
        session.screen.line(say("cli.sync.files_trouble", reason=reason))
    if done.became_device:
        session.screen.line(say("cli.sync.copied", device=done.became_device), "bold")
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
