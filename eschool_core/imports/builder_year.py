"""A school year becomes commands: the year, its terms, its bells, its calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from eschool_core.calendar import day_number
from eschool_core.commands.school import OpenYear, SetBells, SetCalendar, SetTerm
from eschool_core.domain.enums import CalendarLevel, DayKind, TermKind
from eschool_core.imports.builder import BellsRef, CommandBatch, YearRef, make
from eschool_core.imports.builder_blocks import FIRST_PERIOD
from eschool_core.imports.drafts import PeriodDraft

MOST_PERIODS = 20
_FIRST_LESSON = 8 * 60 + 30
_LONGEST_STEP = 50
_BREAK = 10
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class TermDraft:
    """A quarter, half-year or trimester; both dates belong to it, ``number`` counts from 1."""

    kind: TermKind
    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class BreakDraft:
    """A school break; both dates belong to it.

    Attributes:
        grade: The only grade that has it; None for the whole school.
    """

    name: str
    first: date
    last: date
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class WorkingDayDraft:
    """A day that is worked though its weekday is off.

    Attributes:
        as_weekday: Whose timetable it follows, 0 = Monday.
    """

    day: date
    as_weekday: int


@dataclass(frozen=True, slots=True)
class YearDraft:
    """A school year as its order lays it down.

    Attributes:
        days_off: With what makes them so. Breaks prevail over days off and working days.
        act: The order.
    """

    name: str
    first: date
    last: date
    weekdays: int
    act: str
    cycle_weeks: int = 1
    terms: tuple[TermDraft, ...] = ()
    breaks: tuple[BreakDraft, ...] = ()
    days_off: tuple[tuple[date, str], ...] = ()
    working_days: tuple[WorkingDayDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class YearResult:
    """The year and the ids of its terms in the draft's order."""

    year: YearRef
    term_ids: tuple[int, ...]


def build_year(batch: CommandBatch, draft: YearDraft) -> YearResult:
    """Add the commands of a year: terms, days off, working days, breaks.

    Raises:
        InputError: Its dates are out of order, or a name is too long.
    """
    first_day, last_day = day_number(draft.first), day_number(draft.last)
    command = make(
        OpenYear,
        draft.name,
        name=draft.name,
        first_day=first_day,
        last_day=last_day,
        weekdays=draft.weekdays,
        cycle_weeks=draft.cycle_weeks,
    )
    year_id = batch.add(command)
    year = YearRef(year_id, first_day, last_day, draft.weekdays, draft.cycle_weeks)
    term_ids = tuple(_add_term(batch, year_id, term) for term in draft.terms)
    _add_calendar(batch, draft)
    return YearResult(year, term_ids)


def build_bells(batch: CommandBatch, name: str, periods: Sequence[PeriodDraft]) -> BellsRef:
    """Add a bell schedule; periods without usable clock times get usual ones.

    Periods above the twentieth are left out.
    """
    listed = periods[:MOST_PERIODS]
    times = _stated_times(listed) or _usual_times(len(listed))
    numbered = tuple(
        (period.number + FIRST_PERIOD, *time) for period, time in zip(listed, times, strict=True)
    )
    schedule_id = batch.add(make(SetBells, name, name=name, periods=numbered))
    return BellsRef(schedule_id, {number: (start, end) for number, start, end in numbered})


def _stated_times(periods: Sequence[PeriodDraft]) -> list[tuple[int, int]] | None:
    """Return first and last minute of each period, None where they are missing or in disorder.

    A period that states its start alone ends a break before the next one, the last one is as
    long as the one before.
    """
    starts = [period.start_minute for period in periods]
    known = [start for start in starts if start is not None]
    if len(known) < len(starts) or len(known) < 2:
        return None
    steps = [after - before for before, after in pairwise(known)]
    lengths = [min(step - _BREAK, _LONGEST_STEP - _BREAK) for step in (*steps, steps[-1])]
    times = [
        (start, start + length if period.end_minute is None else period.end_minute)
        for period, start, length in zip(periods, known, lengths, strict=True)
    ]
    flat = [minute for time in times for minute in time]
    in_order = flat == sorted(flat) and all(first < last for first, last in times)
    return times if in_order and flat[-1] <= _DAY_MINUTES else None


def _usual_times(count: int) -> list[tuple[int, int]]:
    step = min(_LONGEST_STEP, (_DAY_MINUTES - _FIRST_LESSON) // max(count, 1))
    starts = range(_FIRST_LESSON, _FIRST_LESSON + step * count, step)
    return [(start, start + step - _BREAK) for start in starts]


def _add_term(batch: CommandBatch, year_id: int, term: TermDraft) -> int:
    command = make(
        SetTerm,
        f"{term.kind.name} {term.number}",
        year_id=year_id,
        term_kind=term.kind,
        ordinal=term.number,
        first_day=day_number(term.first),
        last_day=day_number(term.last),
    )
    return batch.add(command)


def _add_calendar(batch: CommandBatch, draft: YearDraft) -> None:
    in_breaks = {
        day for item in draft.breaks if item.grade is None for day in _days(item.first, item.last)
    }
    worked = {item.day: item.as_weekday for item in draft.working_days}
    off: defaultdict[str, list[date]] = defaultdict(list)
    for day, name in dict(draft.days_off).items():
        if day not in in_breaks and day not in worked:
            off[name].append(day)
    for name, days in off.items():
        _set_days(batch, days, DayKind.DAY_OFF, name)
    for day, as_weekday in worked.items():
        if day not in in_breaks:
            _set_days(batch, [day], DayKind.SCHOOL_DAY, draft.act, as_weekday=as_weekday)
    for item in draft.breaks:
        days = list(_days(item.first, item.last))
        _set_days(batch, days, DayKind.SCHOOL_BREAK, draft.act, grade=item.grade)


def _set_days(
    batch: CommandBatch,
    days: Sequence[date],
    kind: DayKind,
    act: str,
    *,
    as_weekday: int = -1,
    grade: int | None = None,
) -> None:
    command = make(
        SetCalendar,
        act,
        level=CalendarLevel.SCHOOL if grade is None else CalendarLevel.GRADE,
        object_id=grade or 0,
        days=tuple(map(day_number, days)),
        day_kind=kind,
        as_weekday=as_weekday,
        act=act,
    )
    batch.add(command)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
