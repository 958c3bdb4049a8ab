"""Days and hours of a timetabling file as weeks, weekdays and periods.

Days are placed by their names where one language knows them all: the second Monday belongs to
the second week, whether the weeks follow each other (А-Понедельник … В-Понедельник …) or
alternate day by day. Otherwise up to seven days are one week in their order, and an even number
up to fourteen are two weeks. Files of schools that work mornings and afternoons list each day
twice; the afternoon's hours then follow the morning's. More days than that, without weekdays in
their names, are not a week: what is fixed on them cannot be taken.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from eschool_core.imports.drafts import PeriodDraft, StartDraft
from eschool_core.imports.weekdays import weekdays_of, words_of

_DAYS_A_WEEK = 7
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})\s*[:.hч]\s*([0-5]\d)(?!\d)")
_NOON_MINUTES = 12 * 60
_DAY_MINUTES = 24 * 60
_LONGEST_PERIOD_MINUTES = 4 * 60
_HALF_DAY_WORDS = frozenset(
    words_of("ص م صباحا مساءا زوالا m s mor morn aft after morning afternoon matin soir утро день")
)


@dataclass(frozen=True, slots=True)
class DayPlace:
    """Where one day of the file lies; ``half`` is 1 for the afternoon of a day listed twice."""

    week: int
    weekday: int
    half: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """The places of all days (None: the day is not understood) and the periods of a day."""

    places: tuple[DayPlace | None, ...]
    hours: int
    periods: tuple[PeriodDraft, ...]

    @property
    def weekdays(self) -> int:
        """Return how many weekdays from Monday the file reaches."""
        return max((place.weekday + 1 for place in self.places if place), default=_DAYS_A_WEEK - 2)

    @property
    def cycle_weeks(self) -> int:
        """Return after how many weeks the timetable repeats."""
        return max((place.week + 1 for place in self.places if place), default=1)

    def start(self, day: int, hour: int) -> StartDraft | None:
        """Return the start at a day and hour of the file, None for a day not understood."""
        place = self.places[day]
        if place is None:
            return None
        return StartDraft(place.week, place.weekday, place.half * self.hours + hour)


def read_grid(days: tuple[str, ...], hours: tuple[str, ...], *, half_days: bool) -> Grid:
    """Return the grid of a file.

    Args:
        days: Names in the file's order.
        hours: Names in the file's order.
        half_days: The file says that each day is listed twice.
    """
    weekdays = weekdays_of(days)
    if weekdays is None:
        places = _positional(len(days), listed=2 if half_days else 1)
    else:
        half_days = half_days or any(_HALF_DAY_WORDS & {*words_of(day)} for day in days)
        places = _listed_twice(weekdays) if half_days else _named(weekdays)
    twice = any(place is not None and place.half for place in places)
    return Grid(places, len(hours), _listed_hours(hours) if twice else _periods(hours))


def _named(weekdays: tuple[int, ...]) -> tuple[DayPlace | None, ...]:
    seen: Counter[int] = Counter()
    places = []
    for weekday in weekdays:
        places.append(DayPlace(seen[weekday], weekday))
        seen[weekday] += 1
    return tuple(places)


def _listed_twice(weekdays: tuple[int, ...]) -> tuple[DayPlace | None, ...]:
    seen: Counter[int] = Counter()
    places: list[DayPlace] = []
    for weekday in weekdays:
        last = places[-1] if places else None
        if last is not None and last.weekday == weekday and last.half == 0:
            places.append(DayPlace(last.week, weekday, half=1))
        else:
            places.append(DayPlace(seen[weekday], weekday))
            seen[weekday] += 1
    return tuple(places)


def _positional(count: int, listed: int) -> tuple[DayPlace | None, ...]:
    days = count // listed
    weeks = 1 if days <= _DAYS_A_WEEK else 2
    if count % (listed * weeks) or days // weeks > _DAYS_A_WEEK:
        return (None,) * count
    a_week = days // weeks
    return tuple(
        DayPlace(index // listed // a_week, index // listed % a_week, index % listed)
        for index in range(count)
    )


def _listed_hours(hours: tuple[str, ...]) -> tuple[PeriodDraft, ...]:
    return tuple(PeriodDraft(number, name) for number, name in enumerate(hours + hours))


def _periods(hours: tuple[str, ...]) -> tuple[PeriodDraft, ...]:
    times = [_clock_times(name) for name in hours]
    starts = _ascending([time[0] if time else None for time in times])
    return tuple(
        PeriodDraft(number, name, start, _end(start, time, following))
        for number, (name, start, time, following) in enumerate(
            zip(hours, starts, times, [*starts[1:], _DAY_MINUTES], strict=True)
        )
    )


def _clock_times(name: str) -> list[int]:
    found = ((int(hour), int(minute)) for hour, minute in _CLOCK.findall(name))
    return [hour * 60 + minute for hour, minute in found if hour < 24]


def _ascending(starts: list[int | None]) -> list[int | None]:
    """Return the starts in the 24-hour clock, or no start at all unless they ascend."""
    latest = -1
    result: list[int | None] = []
    for start in starts:
        late = start is not None and start <= latest and start + _NOON_MINUTES < _DAY_MINUTES
        result.append(start + _NOON_MINUTES if start is not None and late else start)
        latest = max(latest, result[-1] or 0)
    known = [start for start in result if start is not None]
    if any(later <= earlier for earlier, later in pairwise(known)):
        return [None] * len(starts)
    return result


def _end(start: int | None, times: list[int], following: int | None) -> int | None:
    """Return the end that the name tells, if it lies before the next period."""
    if start is None or len(times) != 2:
        return None
    end = times[1] if times[1] > start else times[1] + _NOON_MINUTES
    latest = min(start + _LONGEST_PERIOD_MINUTES, following or _DAY_MINUTES)
    return end if start < end <= latest else None
