"""How long a copy may be read without asking the server (7.1): counted in school days.

Holidays never lock: a teacher who comes back from two weeks of winter break reads on.
"""

from __future__ import annotations

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.enums import CalendarLevel, DayKind
from eschool_core.domain.school import AcademicYear, CalendarDay, School
from eschool_core.store.store import Store

MAX_DAYS = 400
OF_SCHOOL = "level = ? AND day > ? AND day <= ? ORDER BY day, id"


def lease_of(store: Store, last_contact: int, now: int) -> tuple[int, int] | None:
    """Return how many school days without contact are allowed, and how many have passed.

    Args:
        store: The replica's.
        last_contact: When it last heard from the server, seconds UTC; 0 before the first time.
        now: Best estimate of the server's time, seconds UTC.

    Returns:
        None before the first contact.
    """
    school = store.first(School)
    if school is None or not last_contact:
        return None
    first = calendar.local_day(last_contact, school.zone)
    last = min(calendar.local_day(now, school.zone), first + MAX_DAYS)
    allowed = facts.policy_number(store, "read_lease_days", first)
    return allowed, school_days(store, first, last)


def lease_is_over(store: Store, last_contact: int, now: int) -> bool:
    """Return whether more school days have passed without contact than the policy allows."""
    lease = lease_of(store, last_contact, now)
    return lease is not None and lease[1] > lease[0]


def school_days(store: Store, after: int, last: int) -> int:
    """Return how many days after one and up to another the school teaches."""
    rules = {
        rule.day: rule
        for rule in store.where(CalendarDay, OF_SCHOOL, CalendarLevel.SCHOOL, after, last)
    }
    years = store.select(AcademicYear)
    return sum(
        _is_taught(rules.get(day), year.weekdays, day)
        for day in range(after + 1, last + 1)
        for year in years
        if year.first_day <= day <= year.last_day
    )


def _is_taught(rule: CalendarDay | None, weekdays: int, day: int) -> bool:
    if rule is None:
        return calendar.weekday_of(day) < weekdays
    return rule.kind in (DayKind.SCHOOL_DAY, DayKind.REMOTE)
