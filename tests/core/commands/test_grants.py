"""Rights beyond the role have a reason and an end (4.7.1); the end of employment ends all."""

from __future__ import annotations

import pytest

from eschool_core.commands.access import EnrolDevice, IssueSlip
from eschool_core.commands.grants import DismissStaff, EndGrant, GrantAccess
from eschool_core.commands.school import TurnDay
from eschool_core.domain.access import AccessBlock, AccessGrant
from eschool_core.domain.access_enums import BlockReason, GrantKind
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.office import Device, Notice
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import Appointment
from tests.school import MONDAY, SmallSchool, clock, verdict

pytestmark = pytest.mark.clause("4.7.1")


def grant(school: SmallSchool, **fields: object) -> GrantAccess:
    values: dict[str, object] = {
        "person_id": school.staff["nobody"],
        "grant_kind": GrantKind.JOURNAL,
        "object_id": school.journals["5А", "Математика"],
        "first_day": MONDAY,
        "last_day": MONDAY + 6,
        "reason": "Посещение уроков",
    }
    return GrantAccess.model_validate(values | fields)


def test_a_grant_has_a_reason_and_an_end_and_is_told(school: SmallSchool) -> None:
    school.must(grant(school), "officer")
    entry = school.one(AccessGrant)
    assert (entry.reason, entry.last_day) == ("Посещение уроков", MONDAY + 6)
    told = school.one(Notice, kind=NoticeKind.ACCESS_GRANTED)
    assert told.person_id == school.staff["nobody"]


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (FOREVER, "4.7.1/end"),
        (MONDAY + 367, "4.7.1/end"),
        (MONDAY + 366, "accepted"),
        (MONDAY - 1, "data.field"),
    ],
)
def test_no_grant_is_for_ever(school: SmallSchool, last_day: int, expected: str) -> None:
    assert verdict(school.do(grant(school, last_day=last_day), "officer")) == expected


def test_the_officer_grants_himself_nothing(school: SmallSchool) -> None:
    own = grant(school, person_id=school.staff["officer"])
    assert verdict(school.do(own, "officer")) == "4.1/role"


def test_a_grant_ends_early_from_that_day_on(school: SmallSchool) -> None:
    grant_id = school.must(grant(school), "officer")
    school.must(EndGrant(grant_id=grant_id), "officer", at=clock(MONDAY + 2, 9))
    assert school.one(AccessGrant).last_day == MONDAY + 1


def enrolled(school: SmallSchool) -> None:
    person = school.staff["maths"]
    slip = IssueSlip(person_id=person, secret_hash="1" * 64, expires_at=clock(MONDAY + 3, 9))
    school.must(slip, "officer")
    school.must(EnrolDevice(person_id=person, secret_hash="1" * 64, device=9, public_key="7" * 64))


@pytest.mark.asvs("7.4.2")
def test_a_dismissal_ends_roles_and_ways_in_after_the_last_day(school: SmallSchool) -> None:
    enrolled(school)
    school.must(TurnDay(day=MONDAY))
    dismiss = DismissStaff(person_id=school.staff["maths"], last_day=MONDAY, order="9-к")
    school.must(dismiss, "hr")
    ends = [entry.last_day for entry in school.all(Appointment, person_id=school.staff["maths"])]
    assert set(ends) == {MONDAY}
    assert school.one(Device).revoked_at == 0
    school.must(TurnDay(day=MONDAY + 1), at=clock(MONDAY + 1, 0))
    assert school.one(Device).revoked_at == clock(MONDAY + 1, 0)
    assert school.one(AccessBlock).reason == BlockReason.DISMISSED


@pytest.mark.asvs("7.4.2")
def test_who_was_dismissed_yesterday_is_shut_out_at_once(school: SmallSchool) -> None:
    enrolled(school)
    school.must(TurnDay(day=MONDAY))
    dismiss = DismissStaff(person_id=school.staff["maths"], last_day=MONDAY - 1, order="9-к")
    school.must(dismiss, "officer")
    assert school.one(Device).revoked_at == school.now
    school.must(TurnDay(day=MONDAY + 1))
    assert len(school.all(AccessBlock)) == 1
