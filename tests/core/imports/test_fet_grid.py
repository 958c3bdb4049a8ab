from __future__ import annotations

import pytest

from eschool_core.imports.drafts import StartDraft
from eschool_core.imports.fet_grid import Grid, read_grid

WEEK = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота")


def grid_of(*days: str, hours: tuple[str, ...] = ("1", "2"), half_days: bool = False) -> Grid:
    return read_grid(days, hours, half_days=half_days)


def starts(grid: Grid) -> list[tuple[int, int] | None]:
    all_starts = [grid.start(day, 0) for day in range(len(grid.places))]
    return [None if start is None else (start.week, start.weekday) for start in all_starts]


def minutes(*hours: str) -> list[tuple[int | None, int | None]]:
    grid = grid_of("Monday", hours=hours)
    return [(period.start_minute, period.end_minute) for period in grid.periods]


def test_a_six_day_week_is_one_week() -> None:
    grid = grid_of(*WEEK)
    assert (grid.cycle_weeks, grid.weekdays) == (1, 6)
    assert starts(grid) == [(0, day) for day in range(6)]


def test_weekdays_that_come_again_make_the_second_week() -> None:
    grid = grid_of(*(f"А-{day}" for day in WEEK), *(f"В-{day}" for day in WEEK))
    assert (grid.cycle_weeks, grid.weekdays) == (2, 6)
    assert starts(grid) == [(week, day) for week in range(2) for day in range(6)]


def test_weeks_may_alternate_day_by_day() -> None:
    grid = grid_of("Пн числитель", "Пн знаменатель", "Вт числитель", "Вт знаменатель")
    assert starts(grid) == [(0, 0), (1, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize(
    "days",
    [
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
        ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"),
        ("Понеделник", "Вторник", "Сряда", "Четвъртък", "Петък"),
        ("Δευτέρα", "Τρίτη", "Τετάρτη", "Πέμπτη", "Παρασκευή"),
        ("Lunedì", "Martedi", "Mercoledì", "Giovedì", "Venerdì"),
        ("Lunes", "Martes", "Miércoles", "Jueves", "Viernes"),
        ("Dilluns", "Dimarts", "Dimecres", "Dijous", "Divendres"),
        ("ПН", "ВТ", "СР", "ЧТ", "ПТ"),
        ("Mo 1", "Tu 1", "We 1", "Th 1", "Fr 1"),
        ("Day 1", "Day 2", "Day 3", "Day 4", "Day 5"),
        ("D1", "D2", "D3", "D4", "D5"),
        ("1", "2", "3", "4", "5"),
    ],
)
def test_five_days_in_any_language_or_none_are_monday_to_friday(days: tuple[str, ...]) -> None:
    assert starts(grid_of(*days)) == [(0, day) for day in range(5)]


def test_a_week_that_begins_on_sunday_keeps_its_weekdays() -> None:
    grid = grid_of("Sunday", "Monday", "Tuesday")
    assert starts(grid) == [(0, 6), (0, 0), (0, 1)]
    assert grid.weekdays == 7


def test_a_left_out_day_stays_left_out() -> None:
    assert starts(grid_of("Thursday", "Saturday")) == [(0, 3), (0, 5)]


def test_seven_unnamed_days_are_one_week() -> None:
    assert grid_of(*"1234567").cycle_weeks == 1


def test_eight_unnamed_days_are_two_weeks_of_four() -> None:
    grid = grid_of(*"12345678")
    assert (grid.cycle_weeks, grid.weekdays) == (2, 4)


@pytest.mark.parametrize("count", [9, 15, 16, 34])
def test_days_that_make_no_weeks_have_no_place(count: int) -> None:
    grid = grid_of(*(f"Teacher {number}" for number in range(count)))
    assert set(starts(grid)) == {None}
    assert (grid.cycle_weeks, grid.weekdays) == (1, 5)


def test_mornings_and_afternoons_of_one_day_follow_each_other() -> None:
    grid = grid_of("Пн утро", "Пн день", "Вт утро", "Вт день", hours=("1", "2", "3"))
    assert grid.cycle_weeks == 1
    assert len(grid.periods) == 6
    assert grid.start(3, 1) == StartDraft(week=0, weekday=1, period=4)


def test_a_file_of_half_days_needs_no_words_for_them() -> None:
    grid = grid_of("1", "2", "3", "4", half_days=True)
    assert starts(grid) == [(0, 0), (0, 0), (0, 1), (0, 1)]


def test_clock_times_are_read_from_names() -> None:
    assert minutes("08:30", "09:25") == [(510, None), (565, None)]
    assert minutes("8:00-8:45", "8.55 – 9.40") == [(480, 525), (535, 580)]
    assert minutes("1 урок (08:30-09:15)", "Pd2 09h20-10h00") == [(510, 555), (560, 600)]


def test_afternoon_hours_of_the_twelve_hour_clock_are_understood() -> None:
    assert minutes("11:30-12:15", "12:30-1:15", "1:30-2:15") == [
        (690, 735),
        (750, 795),
        (810, 855),
    ]


def test_times_that_do_not_ascend_are_no_times() -> None:
    assert minutes("18:00", "17:00", "16:00") == [(None, None)] * 3


def test_an_end_after_the_next_begin_is_no_end() -> None:
    assert minutes("08:00-12:00", "09:00-09:45") == [(480, None), (540, 585)]


def test_plain_numbers_and_words_are_no_times() -> None:
    assert minutes("8", "Перемена", "25:00", "10:99") == [(None, None)] * 4
