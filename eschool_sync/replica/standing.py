"""How an open replica stands, in one object."""

from __future__ import annotations

from pathlib import Path

from eschool_sync.replica.exchange import ALARM, EQUAL
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import State
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.reports import Status
from eschool_sync.replica.tables import find_meta


def standing(opened: Opened, folder: Path) -> Status:
    """Return how a replica stands, all of it read at one moment."""
    with opened.reading():
        position, counts = opened.position(), opened.outbox.counts()
        equal = find_meta(opened.database, EQUAL)
        rows = opened.confirmed.total().rows
        alarm = find_meta(opened.database, ALARM) is not None
    return Status(
        pending=counts.get(State.PENDING, 0),
        rejected=counts.get(State.REJECTED, 0),
        held=counts.get(State.HELD, 0),
        last_sync=position.synced_at,
        seq=position.cursor,
        digest_equal=equal == 1,
        server_url=Profile.load(folder).server_url,
        device=opened.identity.device,
        rows=rows,
        alarm=alarm,
    )
