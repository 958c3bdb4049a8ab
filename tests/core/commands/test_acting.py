"""Who acts for the head by order has the head's rights within its dates (4.1, 5.1)."""

from __future__ import annotations

import pytest

from eschool_core.commands.people import Appoint
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.enums import Role
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import Appointment
from eschool_core.regulation.interval import Interval
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, offline, verdict

FRIDAY = MONDAY + 4


def acting(school: SmallSchool, **fields: object) -> Appoint:
    values: dict[str, object] = {
        "person_id": school.staff["nobody"],
        "role": Role.HEAD,
        "first_day": MONDAY,
        "last_day": FRIDAY,
        "act": "12-к",
        "acting": 1,
    }
    return Appoint.model_validate(values | fields)


@pytest.mark.scenario("5.1:4")
@pytest.mark.clause("4.1")
@pytest.mark.clause("5.1")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (clock(MONDAY - 1, 23, 59), "4.1/role"),
        (clock(MONDAY, 0), "accepted"),
        (clock(FRIDAY, 23, 59, 59), "accepted"),
        (clock(FRIDAY + 1, 0), "4.1/role"),
        (offline(clock(FRIDAY, 20), clock(FRIDAY, 21), clock(FRIDAY + 2, 9)), "held 4.1/role"),
    ],
)
def test_the_acting_head_has_the_heads_rights_within_the_dates_of_the_order(
    school: SmallSchool, at: int | Interval, expected: str
) -> None:
    school.must(acting(school), "officer")
    command = SetPolicy(name="plan_weeks", value="33", first_day=FIRST_DAY, act="№ 1")
    assert verdict(school.do(command, "nobody", at=at)) == expected


@pytest.mark.clause("4.1/acting")
@pytest.mark.parametrize("missing", [{"act": ""}, {"last_day": FOREVER}])
def test_who_acts_for_another_does_so_by_an_order_with_an_end(
    school: SmallSchool, missing: dict[str, object]
) -> None:
    before = school.dump()
    assert verdict(school.do(acting(school, **missing), "officer")) == "4.1/acting"
    assert school.dump() == before
    assert verdict(school.do(acting(school), "officer")) == "accepted"
    assert school.one(Appointment, person_id=school.staff["nobody"]).acting == 1


@pytest.mark.clause("4.1")
def test_nobody_makes_himself_acting_head(school: SmallSchool) -> None:
    own = acting(school, person_id=school.staff["officer"])
    assert verdict(school.do(own, "officer")) == "4.1/role"
