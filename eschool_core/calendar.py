"""Dates, clock times and the school's zone: the only module that knows zones.

Days are numbers counted from 1970-01-01, times are whole seconds UTC, minutes count from local
midnight.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

KEPT = 4_096
"""Moments and days that are remembered: the commands of a push ask for the same ones."""
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
THURSDAY = 3


def day_number(value: date) -> int:
    """Return the number of a date.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return value.toordinal() - EPOCH_ORDINAL


def date_of(day: int) -> date:
    """Return the date of a day number."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def weekday_of(day: int) -> int:
    """Return the weekday, 0 = Monday."""
    return (day + THURSDAY) % 7


def monday_of(day: int) -> int:
    """Return the Monday of the ISO week that holds ``day``."""
    return day - weekday_of(day)


def month_begin(day: int) -> int:
    """Return the first day of the month that holds ``day``."""
    return day_number(date_of(day).replace(day=1))


def next_month(day: int) -> int:
    """Return the first day of the month after the one that holds ``day``.

    >>> next_month(day_number(date(2026, 12, 31))) == day_number(date(2027, 1, 1))
    True
    """
    first = date_of(month_begin(day))
    return month_begin(day_number(first) + 31)


def full_years(born: int, day: int) -> int:
    """Return how many years have passed on ``day`` since the birthday ``born``.

    >>> full_years(day_number(date(2008, 9, 10)), day_number(date(2026, 9, 9)))
    17
    """
    birth, today = date_of(born), date_of(day)
    before_birthday = (today.month, today.day) < (birth.month, birth.day)
    return today.year - birth.year - before_birthday


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        ZoneInfoNotFoundError: There is none.
    """
    return ZoneInfo(name)


@lru_cache(KEPT)
def local_day(moment: int, zone_name: str) -> int:
    """Return the school's date at a moment, as a day number."""
    return day_number(datetime.fromtimestamp(moment, zone(zone_name)).date())


@lru_cache(KEPT)
def moment_of(day: int, minute: int, zone_name: str) -> int:
    """Return the moment at which the school's clock shows ``minute`` on ``day``.

    A minute of 1440 or more lies on the following day.
    """
    midnight = datetime.combine(date_of(day), datetime.min.time(), zone(zone_name))
    return int((midnight + timedelta(minutes=minute)).timestamp())


@lru_cache(KEPT)
def local_time(moment: int, zone_name: str) -> datetime:
    """Return a moment as the school's clock shows it, zone-aware."""
    return datetime.fromtimestamp(moment, zone(zone_name))
