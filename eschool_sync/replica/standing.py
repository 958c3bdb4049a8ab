"""How an open replica stands, in one object."""

from __future__ import annotations

from pathlib import Path

from eschool_core.domain.partition import kind_of, object_of
from eschool_core.queries.lease import lease_of
from eschool_core.store.store import UnknownFactError
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.replica import file_store
from eschool_sync.replica.bootstrap import DONE, OFFERED
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import State
from eschool_sync.replica.position import Position
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.reports import Lease, PartStatus, Status
from eschool_sync.replica.tables import find_meta
from eschool_sync.replica.taking import ALARM, EQUAL, PROVEN


def standing(opened: Opened, folder: Path) -> Status:
    """Return how a replica stands, all of it read at one moment."""
    with opened.reading():
        position, counts = opened.position(), opened.outbox.counts()
        meta = {name: find_meta(opened.database, name) for name in (EQUAL, ALARM, PROVEN, DONE)}
        sums = opened.confirmed.sums()
        lease = _lease(opened, position)
        offered = find_meta(opened.database, OFFERED) or 0
        earlier = opened.earlier()
        files = file_store.count_waiting(opened.database)
    done = meta[DONE]
    return Status(
        pending=counts.get(State.PENDING, 0),
        rejected=counts.get(State.REJECTED, 0),
        held=counts.get(State.HELD, 0),
        last_sync=position.synced_at,
        seq=position.cursor,
        digest_equal=meta[EQUAL] == 1,
        server_url=Profile.load(folder).server_url,
        device=opened.identity.device,
        rows=sum(rows for rows, _ in sums.values()),
        alarm=meta[ALARM] is not None,
        proven_seq=meta[PROVEN] or 0,
        clock_offset_seconds=_offset(opened, position),
        lease=lease,
        complete=done is None and position.cursor > 0,
        missing_chunks=0 if done is None else max(0, offered - len(done)),
        parts=tuple(
            PartStatus(part, kind_of(part).name.lower(), object_of(part), rows)
            for part, (rows, _) in sorted(sums.items())
        ),
        earlier_devices=tuple(device for device, _ in earlier),
        files_waiting=files,
    )


def _lease(opened: Opened, position: Position) -> Lease | None:
    """Return the lease; None as long as the school's calendar is not here."""
    try:
        found = lease_of(opened.store, position.synced_at, opened.now(position))
    except UnknownFactError:
        return None
    if found is None:
        return None
    allowed, passed = found
    return Lease(allowed, allowed - passed, over=passed > allowed)


def _offset(opened: Opened, position: Position) -> int | None:
    """Return this computer's clock less the server's time, where that can be told."""
    estimate = Evidence.now(opened.clock, position.contact).estimate()
    return None if estimate is None else opened.clock.wall() - estimate
