"""A copy is read without contact for a time counted in school days (7.1, outage)."""

from __future__ import annotations

import pytest

from eschool_core.commands.school import SetCalendar, SetPolicy
from eschool_core.domain.enums import CalendarLevel, DayKind
from eschool_core.queries.lease import lease_is_over, school_days
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool, clock

FORTNIGHT = 14


@pytest.mark.clause("7.1")
@pytest.mark.threat("T1")
@pytest.mark.parametrize(("day", "over"), [(MONDAY + 18, False), (MONDAY + 21, True)])
def test_fourteen_school_days_without_contact_are_the_limit(
    school: SmallSchool, day: int, *, over: bool
) -> None:
    """Monday to the Friday two weeks later are fourteen school days, the Monday is one more."""
    assert school_days(school.store, MONDAY, MONDAY + 18) == FORTNIGHT
    assert lease_is_over(school.store, clock(MONDAY, 9), clock(day, 9)) is over


@pytest.mark.scenario("outage:3")
@pytest.mark.clause("7.1")
def test_fifteen_days_of_holidays_lock_nobody_out(school: SmallSchool) -> None:
    days = tuple(range(MONDAY + 1, MONDAY + 16))
    holidays = SetCalendar(
        level=CalendarLevel.SCHOOL, days=days, day_kind=DayKind.SCHOOL_BREAK, act="1"
    )
    school.must(holidays, "officer")
    policy = SetPolicy(name="read_lease_days", value="1", first_day=FIRST_DAY, act="2")
    school.must(policy, "deputy")
    assert not lease_is_over(school.store, clock(MONDAY, 9), clock(MONDAY + 15, 9))
    assert lease_is_over(school.store, clock(MONDAY, 9), clock(MONDAY + 17, 9))


@pytest.mark.clause("7.1")
def test_neither_summer_nor_the_time_before_the_first_contact_counts(school: SmallSchool) -> None:
    assert not lease_is_over(school.store, clock(LAST_DAY, 9), clock(LAST_DAY + 90, 9))
    assert not lease_is_over(school.store, 0, clock(MONDAY, 9))
