"""A school year made by rule: terms, breaks, and what the production calendar proposes.

The rules follow the usual shape of a Russian school year, about 30 days of breaks; the school's
own order decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from eschool_core.domain.enums import TermKind

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class TermDates:
    """A quarter or half-year; both dates belong to it, ``number`` counts from 1."""

    kind: TermKind
    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class BreakDates:
    """A school break; both dates belong to it.

    Attributes:
        key: ``autumn``, ``winter``, ``february`` or ``spring``.
        grade: The only grade that has it; None for the whole school.
    """

    key: str
    first: date
    last: date
    grade: int | None = None


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A year of lessons; the last lessons are on ``last``."""

    first: date
    last: date
    terms: tuple[TermDates, ...]
    breaks: tuple[BreakDates, ...]


def school_year(start_year: int) -> SchoolYear:
    """Return the year that begins in September of ``start_year``.

    Breaks take whole weeks with the weekend before and after: autumn the week of 30 October,
    spring the week that begins on 24 March or after, February (grade 1 alone) the week before
    the one of 23 February. Winter lasts from 31 December to the Sunday after 8 January.
    """
    first = _not_before_monday(date(start_year, 9, 1))
    last = _not_after_friday(date(start_year + 1, 5, 26))
    autumn = _week_off("autumn", _monday_of(date(start_year, 10, 30)))
    winter = _winter_break(start_year)
    february = _week_off("february", _monday_of(date(start_year + 1, 2, 23)) - _WEEK, grade=1)
    spring = _week_off("spring", _monday_from(date(start_year + 1, 3, 24)))
    bounds = (first, autumn, winter, spring, last)
    return SchoolYear(first, last, _terms(*bounds), (autumn, winter, february, spring))


def days_off(first: date, last: date) -> tuple[tuple[date, str], ...]:
    """Return the public holidays and the weekdays off by transfer, with their Russian names.

    Ordinary Saturdays and Sundays are not among them. Transfers are known for the years whose
    government decree the ``holidays`` package contains.
    """
    calendar = _production_calendar(first, last)
    return tuple((day, calendar[day]) for day in sorted(calendar) if first <= day <= last)


def working_weekends(first: date, last: date) -> tuple[date, ...]:
    """Return the Saturdays and Sundays that are working days by transfer, in order."""
    calendar = _production_calendar(first, last)
    return tuple(day for day in sorted(calendar.weekend_workdays) if first <= day <= last)


def _production_calendar(first: date, last: date) -> holidays.HolidayBase:
    years = range(first.year, last.year + 1)
    return holidays.country_holidays("RU", years=years, language="ru", expand=False)


def _terms(
    first: date, autumn: BreakDates, winter: BreakDates, spring: BreakDates, last: date
) -> tuple[TermDates, ...]:
    quarters = (
        (first, autumn.first - _DAY),
        (autumn.last + _DAY, winter.first - _DAY),
        (winter.last + _DAY, spring.first - _DAY),
        (spring.last + _DAY, last),
    )
    half_years = ((first, winter.first - _DAY), (winter.last + _DAY, last))
    return tuple(
        TermDates(kind, number, term_first, term_last)
        for kind, terms in ((TermKind.QUARTER, quarters), (TermKind.HALF_YEAR, half_years))
        for number, (term_first, term_last) in enumerate(terms, start=1)
    )


def _winter_break(start_year: int) -> BreakDates:
    first = date(start_year, 12, 31)
    if first.weekday() in (0, _SUNDAY):
        first -= _DAY * (2 if first.weekday() == 0 else 1)
    last = date(start_year + 1, 1, 8)
    if last.weekday() != 0:
        last += _DAY * (_SUNDAY - last.weekday())
    return BreakDates("winter", first, last)


def _week_off(key: str, monday: date, grade: int | None = None) -> BreakDates:
    return BreakDates(key, monday - 2 * _DAY, monday + 6 * _DAY, grade)


def _monday_of(day: date) -> date:
    return day - _DAY * day.weekday()


def _monday_from(day: date) -> date:
    return day + _DAY * (-day.weekday() % 7)


def _not_before_monday(day: date) -> date:
    return _monday_from(day) if day.weekday() >= _SATURDAY else day


def _not_after_friday(day: date) -> date:
    return day - _DAY * max(0, day.weekday() - _SATURDAY + 1)
