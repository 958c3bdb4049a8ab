from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core import calendar
from eschool_core.calendar import date_of, day_number, full_years, local_day, moment_of, monday_of

dates = st.dates(date(1970, 1, 1), date(2100, 1, 1))


@given(dates)
def test_a_day_number_names_its_date_and_weekday(value: date) -> None:
    day = day_number(value)
    assert date_of(day) == value
    assert calendar.weekday_of(day) == value.weekday()
    assert monday_of(day) == day - value.weekday()


@given(dates, st.integers(0, 1439))
def test_a_moment_lies_on_the_day_it_was_made_of(value: date, minute: int) -> None:
    day = day_number(value)
    moment = moment_of(day, minute, "Asia/Novokuznetsk")
    assert local_day(moment, "Asia/Novokuznetsk") == day


@pytest.mark.parametrize(
    ("born", "years"),
    [
        (date(2008, 9, 7), 18),
        (date(2008, 9, 8), 17),
        (date(2008, 2, 29), 18),
        (date(2026, 9, 7), 0),
    ],
)
def test_years_are_full_from_the_birthday_on(born: date, years: int) -> None:
    assert full_years(day_number(born), day_number(date(2026, 9, 7))) == years


def test_a_leap_day_birthday_is_reached_on_the_first_of_march() -> None:
    born = day_number(date(2008, 2, 29))
    last_day = date(2026, 2, 28)
    assert full_years(born, day_number(last_day)) == 17
    assert full_years(born, day_number(last_day + timedelta(days=1))) == 18


def test_the_examples_of_the_docstrings_hold() -> None:
    assert doctest.testmod(calendar).failed == 0
