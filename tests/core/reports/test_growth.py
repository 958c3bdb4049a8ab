"""No report asks more than its share of a bigger school: in steps of SQLite, not in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from benchmarks.made_school import MadeSchool, made_school
from eschool_core.reports.catalogue import REPORTS, ReportSpec, make_report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import free_period, year_period
from eschool_core.store.database import SqliteDatabase

SMALL, GROWN = 11, 33
"""Classes: each grade once, and three times."""

MOST: Final = 1.5 * GROWN / SMALL
"""How much more may be asked; what compares all rows with all rows takes nine times as much."""

EVERY: Final = 100
OF_A_MONTH: Final = ("attendance_days", "timesheet")


@pytest.fixture(scope="module")
def schools() -> tuple[MadeSchool, MadeSchool]:
    small, grown = (made_school(1, size, 4, lessons_a_week=1) for size in (SMALL, GROWN))
    return small, grown


@pytest.mark.parametrize("spec", REPORTS, ids=[spec.name for spec in REPORTS])
def test_a_report_of_a_grown_school_asks_no_more_than_its_share(
    spec: ReportSpec, schools: tuple[MadeSchool, MadeSchool]
) -> None:
    small, grown = (steps(school, lambda: made(school, spec)) for school in schools)  # noqa: B023
    assert grown <= MOST * small + 10 * EVERY


def test_what_compares_all_rows_with_all_rows_is_seen(
    schools: tuple[MadeSchool, MadeSchool],
) -> None:
    pairs = "SELECT COUNT(*) FROM term_mark a JOIN term_mark b ON +a.value + b.value = 9"
    small, grown = (steps(school, lambda: school.store.rows(pairs)) for school in schools)  # noqa: B023
    assert grown > MOST * small + 10 * EVERY


def made(school: MadeSchool, spec: ReportSpec) -> None:
    period = year_period(school.store, school.terms[0].first_day)
    if spec.name in OF_A_MONTH:
        period = free_period(school.store, period.first_day, period.first_day + 29)
    asked = Asked(
        period,
        period.last_day,
        class_id=school.classes[5] if spec.scope == "class" else 0,
        staff_id=school.teachers[0] if spec.scope == "teacher" else 0,
        last_seen={},
        family_weeks=[],
    )
    make_report(school.store, spec, asked, 0)


def steps(school: MadeSchool, act: Callable[[], object]) -> int:
    """Return how many steps SQLite's machine takes for something, to the hundred."""
    database = school.store.database
    assert isinstance(database, SqliteDatabase)
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += EVERY
        return 0

    database.connection.set_progress_handler(count, EVERY)
    try:
        act()
    finally:
        database.connection.set_progress_handler(None, EVERY)
    return taken
