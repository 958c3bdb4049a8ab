"""Working days of the school's office: the production calendar and its week (6.3, §2)."""

from __future__ import annotations

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.enums import CalendarLevel, DayKind
from eschool_core.domain.school import CalendarDay
from eschool_core.store.store import Store

HOLIDAYS = frozenset(
    {(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)
"""Month and day of the public holidays (labour code, article 112)."""

LONGEST_REST_DAYS = 31


def is_working(store: Store, day: int) -> bool:
    """Return whether the office works on a day.

    Transfers stand in the school's calendar: a day off with its act, or a working day that
    follows another weekday's timetable. A break without lessons is no rest for the office.
    """
    weekdays = facts.policy_number(store, "office_weekdays", day)
    rule = store.first(CalendarDay, day=day, level=CalendarLevel.SCHOOL)
    if rule is not None and rule.kind == DayKind.DAY_OFF:
        return False
    if rule is not None and rule.kind == DayKind.SCHOOL_DAY and rule.as_weekday >= 0:
        return True
    date = calendar.date_of(day)
    if (date.month, date.day) in HOLIDAYS:
        return False
    return calendar.weekday_of(day) < weekdays


def working_day_after(store: Store, day: int, count: int) -> int:
    """Return the day on which ``count`` working days after ``day`` have passed.

    Counting begins on the next day, as the civil code has it; 0 gives the day itself.
    """
    for _ in range(count):
        day = next(
            (
                later
                for later in range(day + 1, day + LONGEST_REST_DAYS)
                if is_working(store, later)
            ),
            day + LONGEST_REST_DAYS,
        )
    return day


def working_day_before(store: Store, day: int) -> int:
    """Return the last working day before ``day``."""
    return next(
        (
            earlier
            for earlier in range(day - 1, day - LONGEST_REST_DAYS, -1)
            if is_working(store, earlier)
        ),
        day - LONGEST_REST_DAYS,
    )
