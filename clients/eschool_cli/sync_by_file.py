"""``eschool sync --to`` and ``--from``: a sync without a line, by files on a stick."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eschool_cli.localised import say
from eschool_cli.parcels import read_parcel, write_parcel
from eschool_cli.session import Session
from eschool_cli.sync_told import figures

if TYPE_CHECKING:
    from eschool_sync.replica import Replica, SyncReport


def sync_by_file(
    session: Session, written: Path | None, answers: Sequence[Path], *, as_json: bool
) -> None:
    """Take answers from files, then write a file for the server.

    Raises:
        EschoolError: As ``Replica.take_answer``; answers before the refused one are applied.
    """
    with session.replica(leased=False) as replica:
        taken = [_take(session, replica, path, as_json=as_json) for path in answers]
        if written is not None:
            write_parcel(written, replica.request_file())
        pending = replica.status().pending
    if as_json:
        session.screen.json({"answers": taken, "written": bool(written), "pending": pending})
        return
    if written is not None:
        session.screen.line(say("cli.sync.written", file=written))
        session.screen.line(say("cli.sync.carry"))
    elif pending:
        session.screen.line(say("cli.sync.still_pending", count=pending), "bold")


def _take(session: Session, replica: Replica, path: Path, *, as_json: bool) -> dict[str, Any]:
    from eschool_sync.protocol.parcel import MAX_PARCEL_BYTES

    done = replica.take_answer(read_parcel(path, MAX_PARCEL_BYTES))
    if not as_json:
        _tell(session, path, done)
    counts = {} if done is None else {"accepted": done.accepted, "rejected": done.rejected}
    return {"file": str(path), "applied": done is not None} | counts


def _tell(session: Session, path: Path, done: SyncReport | None) -> None:
    if done is None:
        session.screen.line(say("cli.sync.overtaken", file=path))
        return
    session.screen.line(say("cli.sync.taken", file=path))
    session.screen.fields(figures(done))
    if done.rejected or done.held:
        session.screen.line(say("cli.sync.see_rejected"))
