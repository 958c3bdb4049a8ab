"""Calendar feeds: ``GET /v1/{school}/calendar/{secret}.ics`` for programs that know a secret.

A calendar program can show neither a password nor a header, so the secret stands in the path: it
opens this one calendar and nothing else, its owner may revoke it, it ends with its owner's access,
and no log keeps it. Whatever does not open anything gets the answer of a route that there is not.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from eschool_core import calendar
from eschool_core.domain.feeds import CalendarFeed
from eschool_core.domain.people import Guardianship
from eschool_core.errors import TransportError
from eschool_core.exports.icalendar import person_calendar
from eschool_core.queries.in_force import zone_of
from eschool_core.store.store import Store
from eschool_sync.attachment import disposition
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.security.codes import feed_hash
from eschool_sync.server.audit import collecting, report
from eschool_sync.server.directory import Directory
from eschool_sync.server.guard import record_of
from eschool_sync.server.http import MAX_SCHOOL, Policy, PolicyRoute
from eschool_sync.server.rates import Rate, RateLimiter
from eschool_sync.server.scope import lets_read_along
from eschool_sync.server.sources import rate_key
from eschool_sync.server.standing import blocked_at, may_enter

DAYS_BACK: Final = 14
DAYS_AHEAD: Final = 60
SOURCE_RATE: Final = Rate(burst=300, per_second=5)
"""Of one address, behind which a whole school may sit, or all who use one calendar service."""

FEED_RATE: Final = Rate(burst=10, per_second=1 / 60)
"""Of one secret, whether or not it opens anything."""

MOST_AT_ONCE: Final = 2


class FeedRoutes:
    """The route, to be handed to ``make_app`` as a further one."""

    def __init__(self, directory: Directory, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()
        self._by_source = RateLimiter(SOURCE_RATE, self._clock.monotonic)
        self._by_secret = RateLimiter(FEED_RATE, self._clock.monotonic)
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    def routes(self) -> list[PolicyRoute]:
        """Return the route with its policy."""
        path = "/v1/{school:int}/calendar/{secret}.ics"
        return [PolicyRoute(path, self.calendar, methods=["GET"], policy=Policy.FEED)]

    async def calendar(self, request: Request) -> Response:
        """Return the calendar that a secret opens.

        Raises:
            TransportError: ``transport.route``: it opens nothing.
            BusyError: ``busy.rate``.
        """
        record = record_of(request.scope)
        school: int = request.path_params["school"]
        record.route, record.school = "calendar", school if school <= MAX_SCHOOL else None
        secret_hash = bytes.fromhex(feed_hash(request.path_params["secret"]))
        self._by_source.require(rate_key(record.source))
        self._by_secret.require(secret_hash)
        async with self._places:
            with collecting(record.facts):
                data = await asyncio.to_thread(self._made, school, secret_hash)
        if data is None:
            raise TransportError("transport.route")
        headers = {"Content-Disposition": disposition("eschool.ics")}
        return Response(data, media_type="text/calendar; charset=utf-8", headers=headers)

    def _made(self, school: int, secret_hash: bytes) -> bytes | None:
        if not self._directory.knows(school):
            return None
        served = self._directory.school(school)
        now = self._clock.wall()
        with served.turn:
            store = served.store
            feed = store.first(CalendarFeed, secret_hash=secret_hash, revoked_at=0)
            if feed is None:
                return None
            today = calendar.local_day(now, zone_of(store))
            if not is_good(store, feed, today):
                return None
            report(person=feed.person_id)
            whose = feed.pupil_id or feed.person_id
            first, last = today - DAYS_BACK, today + DAYS_AHEAD
            return person_calendar(store, whose, first, last, now).data


def is_good(store: Store, feed: CalendarFeed, day: int) -> bool:
    """Return whether the owner of a feed still has access to what it shows."""
    owner = feed.person_id
    if not may_enter(store, owner) or blocked_at(store, owner) >= feed.opened_at:
        return False
    if feed.pupil_id in (0, owner):
        return True
    kept = store.select(Guardianship, pupil_id=feed.pupil_id, guardian_id=owner)
    in_force = any(entry.first_day <= day <= entry.last_day for entry in kept)
    return in_force and lets_read_along(store, feed.pupil_id, owner, day)
