"""Calendar feeds of a person or of all, as far as a store knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eschool_core.domain.feeds import CalendarFeed
from eschool_core.queries.answer import Answer
from eschool_core.queries.devices import NAMES
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class FeedAnswer(Answer):
    """One feed; its secret is nowhere.

    Attributes:
        name: Of who opened it; empty where the store does not know the person.
        pupil_id: Whose calendar it shows; 0 for the person's own.
        pupil: That pupil's name.
        revoked_at: None while it is in use.
    """

    feed_id: int
    person_id: int
    name: str
    pupil_id: int
    pupil: str
    opened_at: datetime | None
    revoked_at: datetime | None


def feeds(store: Store, person_id: int = 0) -> tuple[FeedAnswer, ...]:
    """Return the feeds that the store knows, the oldest first.

    Args:
        store: A replica holds its owner's feeds, the system officer's all of them.
        person_id: Only this person's; 0 for all.
    """
    zone = zone_of(store)
    equals = {"person_id": person_id} if person_id else {}
    names = {int(row[0]): full_name(*row[1:4]) for row in store.rows(NAMES)}
    return tuple(
        FeedAnswer(
            feed_id=row.id,
            person_id=row.person_id,
            name=names.get(row.person_id, ""),
            pupil_id=row.pupil_id,
            pupil=names.get(row.pupil_id, ""),
            opened_at=local(row.opened_at, zone),
            revoked_at=local(row.revoked_at, zone) if row.revoked_at else None,
        )
        for row in sorted(store.select(CalendarFeed, **equals), key=lambda row: row.opened_at)
    )
