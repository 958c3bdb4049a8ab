from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from eschool_core.domain.enums import TermKind
from eschool_core.imports.drafts import PeriodDraft
from eschool_core.sample.bells import first_shift, second_shift
from eschool_core.sample.year import days_off, school_year, working_weekends

DAY = timedelta(days=1)
YEARS = range(2015, 2045)


def test_the_year_2025_2026() -> None:
    year = school_year(2025)
    assert (year.first, year.last) == (date(2025, 9, 1), date(2026, 5, 26))
    assert [(item.key, item.first, item.last, item.grade) for item in year.breaks] == [
        ("autumn", date(2025, 10, 25), date(2025, 11, 2), None),
        ("winter", date(2025, 12, 31), date(2026, 1, 11), None),
        ("february", date(2026, 2, 14), date(2026, 2, 22), 1),
        ("spring", date(2026, 3, 28), date(2026, 4, 5), None),
    ]


@pytest.mark.parametrize("start_year", YEARS)
def test_quarters_and_breaks_fill_the_year(start_year: int) -> None:
    year = school_year(start_year)
    quarters = [term for term in year.terms if term.kind is TermKind.QUARTER]
    whole_school = [item for item in year.breaks if item.grade is None]
    parts = sorted(
        [(term.first, term.last) for term in quarters]
        + [(item.first, item.last) for item in whole_school]
    )
    assert parts[0][0] == year.first
    assert parts[-1][1] == year.last
    for (_, earlier_last), (later_first, _) in pairwise(parts):
        assert later_first == earlier_last + DAY


@pytest.mark.parametrize("start_year", YEARS)
def test_a_year_has_about_34_weeks_of_lessons(start_year: int) -> None:
    year = school_year(start_year)
    away = {
        item.first + DAY * number
        for item in year.breaks
        if item.grade is None
        for number in range((item.last - item.first).days + 1)
    }
    days = [year.first + DAY * number for number in range((year.last - year.first).days + 1)]
    away.update(day for day, _ in days_off(year.first, year.last))
    lessons = [day for day in days if day.weekday() < 5 and day not in away]
    assert 32.5 <= len(lessons) / 5 <= 35
    assert year.first.weekday() < 5
    assert year.last.weekday() < 5


@pytest.mark.parametrize("start_year", YEARS)
def test_half_years_meet_at_the_winter_break(start_year: int) -> None:
    year = school_year(start_year)
    first, second = (term for term in year.terms if term.kind is TermKind.HALF_YEAR)
    winter = next(item for item in year.breaks if item.key == "winter")
    assert (first.first, first.last + DAY) == (year.first, winter.first)
    assert (second.first - DAY, second.last) == (winter.last, year.last)
    assert winter.first <= date(start_year, 12, 31)
    assert winter.last >= date(start_year + 1, 1, 8)


def test_days_off_are_those_of_the_production_calendar(shared_data: Path) -> None:
    path = shared_data / "ru_curriculum" / "ru_production_calendar_2021_2026.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    span = date(2021, 1, 1), date(2026, 12, 31)
    expected = [
        (date.fromisoformat(row["date"]), row["name"]) for row in rows if row["kind"] == "day_off"
    ]
    weekends = [date.fromisoformat(row["date"]) for row in rows if row["kind"] == "working_weekend"]
    assert list(days_off(*span)) == expected
    assert list(working_weekends(*span)) == weekends


def test_the_first_and_the_last_day_count() -> None:
    assert days_off(date(2025, 11, 4), date(2025, 11, 4)) == (
        (date(2025, 11, 4), "День народного единства"),
    )
    assert days_off(date(2025, 11, 5), date(2025, 12, 30)) == ()
    assert working_weekends(date(2025, 11, 1), date(2025, 11, 1)) == (date(2025, 11, 1),)
    assert working_weekends(date(2025, 11, 2), date(2025, 11, 30)) == ()


@pytest.mark.parametrize("shift", [first_shift, second_shift])
def test_bells_leave_ten_minutes_between_lessons(
    shift: Callable[[], tuple[PeriodDraft, ...]],
) -> None:
    bells = shift()
    assert [bell.number for bell in bells] == list(range(len(bells)))
    times = [(bell.start_minute or 0, bell.end_minute or 0) for bell in bells]
    assert all(end - start == 40 for start, end in times)
    assert all(later - earlier >= 10 for (_, earlier), (later, _) in pairwise(times))


def test_the_shifts_begin_and_end_on_time() -> None:
    first, second = first_shift(), second_shift()
    assert (first[0].start_minute, first[-1].end_minute) == (8 * 60 + 30, 15 * 60 + 20)
    assert (second[0].start_minute, second[-1].end_minute) == (14 * 60, 19 * 60)
