"""When people were in touch, and in which weeks families were: what a trend is told by (4.4.4/5).

A contact is noted in its week when it happens: the last one, which is all that sessions and
devices keep, tells nothing of the weeks before it. Who it was is kept for the running week alone;
of a week that is over, numbers by class are left (ADR 0052).
"""

from __future__ import annotations

import logging
from dataclasses import astuple
from typing import Final

from eschool_core import calendar
from eschool_core.domain.office import Device
from eschool_core.domain.school import School
from eschool_core.queries.in_force import year_on, zone_of
from eschool_core.reports.control.families import families_of
from eschool_core.reports.frame import Asked, FamilyWeek
from eschool_core.reports.period import free_period
from eschool_core.store.database import transaction
from eschool_core.store.store import Store
from eschool_sync.defects import is_of_surroundings
from eschool_sync.server.device_use import DeviceUse
from eschool_sync.server.usage import last_seen

WEEK_DAYS: Final = 7
KEEP_WEEKS: Final = 60
"""A school year, and the summer after it."""

LEAST_FAMILIES: Final = 3
"""A class of fewer is counted nowhere: its number would tell of one family, week by week."""

ANYBODY: Final = 0
"""Whoever it was: without this a week is one of which nothing is known, not one of silence."""

GUARDIANS = "SELECT DISTINCT guardian_id FROM guardianship"
REPRESENTS = "SELECT 1 FROM guardianship WHERE guardian_id = ? LIMIT 1"
NOTE = "INSERT INTO family_contact (week, person_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
WEEKS = "SELECT DISTINCT week FROM family_contact WHERE week < ? ORDER BY week"
OF_WEEK = "SELECT person_id FROM family_contact WHERE week = ?"
FORGET = "DELETE FROM family_contact WHERE week < ?"
COUNT = (
    "INSERT INTO family_week (week, class_id, seen, online) VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)
COUNTED = "SELECT week, class_id, seen, online FROM family_week WHERE week < ?"
SWEEP = "DELETE FROM family_week WHERE week < ?"

_logger = logging.getLogger(__name__)


class Contacts:
    """Notes who is in touch with a school; the caller holds the school's turn.

    Args:
        store: The server's.

    Attributes:
        devices: When each last asked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database
        self.devices = DeviceUse(self._database)
        self._week = 0
        self._begin = self._end = 0
        self._noted: set[int] = set()

    def hear_device(self, device: Device, now: int) -> None:
        """Note that a device, which is not shut out, has asked."""
        self.devices.note(device.device, now)
        self.hear(device.person_id, now)

    def hear(self, person_id: int, now: int) -> None:
        """Note that a person is in touch; costs something once a week."""
        if not self._begin <= now < self._end and not self._turn(now):
            return
        if person_id not in self._noted:
            if self._store.rows(REPRESENTS, person_id):
                with transaction(self._database):
                    self._database.execute(NOTE, (self._week, person_id))
            self._noted.add(person_id)

    def _turn(self, now: int) -> bool:
        """Begin the week of a moment and count those before it; False before there is a school.

        What cannot be counted because of a defect keeps nobody from the journal: the names of its
        week stay until the next start.
        """
        if self._store.first(School) is None:
            return False
        zone = zone_of(self._store)
        week = week_of(now, zone)
        begun = calendar.moment_of(week, 0, zone)
        end = calendar.moment_of(week + WEEK_DAYS, 0, zone)
        with transaction(self._database):
            if not self._store.rows(OF_WEEK, week):
                # Nobody has been noted in it yet, though somebody was here: by an older program.
                guardians = {int(row[0]) for row in self._store.rows(GUARDIANS)}
                last = last_seen(self._store)
                seen = {person for person in guardians if begun <= last.get(person, 0) < end}
                noted = (ANYBODY, *sorted(seen))
                self._database.execute_many(NOTE, [(week, person) for person in noted])
        self._week, self._begin, self._end = week, begun, end
        self._noted.clear()
        try:
            self._count_before(week)
        except Exception as error:
            if is_of_surroundings(error):
                raise
            _logger.error("the weeks before are not counted: %s", type(error).__name__)
        return True

    def _count_before(self, week: int) -> None:
        with transaction(self._database):
            over = _counted_before(self._store, week)
            self._database.execute_many(COUNT, [astuple(one) for one in over])
            self._database.execute(FORGET, (week,))
            self._database.execute(SWEEP, (week - KEEP_WEEKS * WEEK_DAYS,))


def family_weeks(store: Store, now: int) -> list[FamilyWeek]:
    """Return how many families were in touch in each week that is over; writes nothing.

    A week of which nothing is known is not there: nobody at all was in touch with the server.

    Args:
        store: The server's.
        now: Seconds UTC.
    """
    if store.first(School) is None:
        return []
    week = week_of(now, zone_of(store))
    counted = [FamilyWeek(*map(int, row)) for row in store.rows(COUNTED, week)]
    known = {one.week for one in counted}
    # The first to be in touch in a new week has them counted; until then they are counted here.
    over = [one for one in _counted_before(store, week) if one.week not in known]
    return sorted((*counted, *over), key=lambda one: (one.week, one.class_id))


def week_of(now: int, zone: str) -> int:
    """Return the day number of the Monday of a moment's week."""
    return calendar.monday_of(calendar.local_day(now, zone))


def _counted_before(store: Store, week: int) -> list[FamilyWeek]:
    ended = [int(row[0]) for row in store.rows(WEEKS, week)]
    return [one for each in ended for one in _counted(store, each)]


def _counted(store: Store, week: int) -> list[FamilyWeek]:
    """Return the families of a week by class, as classes were on its last day of the year."""
    sunday = week + WEEK_DAYS - 1
    year = year_on(store, sunday)
    if year is None or year.last_day < week or sunday < year.first_day:
        return []
    day = min(sunday, year.last_day)
    seen = {int(row[0]): 1 for row in store.rows(OF_WEEK, week)}
    asked = Asked(free_period(store, day, day), day, last_seen=seen)
    found = []
    for class_id, families in sorted(families_of(store, asked).items()):
        online = [family for family in families if not family.paper]
        in_touch = sum(bool(family.seen_at) for family in online)
        if len(online) >= LEAST_FAMILIES:
            found.append(FamilyWeek(week, class_id, in_touch, len(online)))
    return found
