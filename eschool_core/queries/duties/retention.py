"""5.3: what was kept for its years goes by an act; data of people no longer than that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eschool_core import calendar
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View

OVER = "keep_until < ? ORDER BY keep_until, id"
DAYS_TO_DESTROY: Final = 30
"""152-FZ, article 21, part 4: within 30 days from when the purpose is attained."""


def retention_duties(view: View) -> Iterator[Duty]:
    """Yield a duty for each entry whose time of keeping is over; due 30 days later.

    The deputy head for studies proposes an act of destruction, the head decides on it: with the
    approval the duty is done.
    """
    if view.year is None or not view.store.holds(partition(PartitionKind.ARCHIVE)):
        return
    for entry in view.store.where(ArchiveEntry, OVER, view.day):
        last_day = entry.keep_until + DAYS_TO_DESTROY
        proposed = entry.state == ArchiveState.DESTRUCTION_PROPOSED
        done = Done(entry.destroyed_at, entry.approved_by_id) if entry.destroyed_at else None
        if done is not None and last_day < view.year.first_day:
            continue
        role = Role.HEAD if proposed else Role.DEPUTY_STUDIES
        yield view.duty(
            "5.3/2" if entry.kind == ArchiveKind.REGISTER else "5.3/1",
            str(entry.id),
            view.holder(role, view.day) if done is None else done.by_id,
            last_day,
            {"title": entry.title, "date": calendar.date_of(entry.keep_until).isoformat()},
            done=done,
            object_id=entry.id,
            text="duty.5.3.decide" if proposed else "duty.5.3",
        )
