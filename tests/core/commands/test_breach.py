"""The duties of every user: acknowledged, a leak told of within a working day (3.2, 6.1–6.3)."""

from __future__ import annotations

from datetime import date

import pytest

from eschool_core import calendar
from eschool_core.commands.access import EnrolDevice, IssueSlip
from eschool_core.commands.breach import (
    AcknowledgeDuties,
    RaiseAlert,
    ReportBreach,
    breach_due,
    has_acknowledged,
)
from eschool_core.commands.office_days import is_working, working_day_after
from eschool_core.commands.school import SetCalendar, SetPolicy
from eschool_core.domain.access import AccessBlock, Acknowledgement, BreachReport
from eschool_core.domain.access_enums import AlertKind, BlockReason, BreachKind
from eschool_core.domain.enums import CalendarLevel, DayKind, NoticeKind, Timeliness
from eschool_core.domain.office import Device, Notice, Slip
from eschool_core.regulation.interval import Interval
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, findings, offline, verdict

FRIDAY = calendar.day_number(date(2026, 3, 6))
"""Friday 6 March 2026: Sunday 8 March is a holiday, and Monday 9 March is off in its place."""
SATURDAY, TUESDAY, WEDNESDAY = FRIDAY + 1, FRIDAY + 4, FRIDAY + 5
CREDIBLE = Timeliness.CREDIBLE


def in_march(school: SmallSchool, weekdays: int = 5) -> SmallSchool:
    transfer = SetCalendar(
        level=CalendarLevel.SCHOOL,
        days=(FRIDAY + 3,),
        day_kind=DayKind.DAY_OFF,
        act="Постановление Правительства РФ",
    )
    school.must(transfer, "officer")
    if weekdays != 5:
        policy = SetPolicy(name="office_weekdays", value="6", first_day=0, act="ПВТР")
        school.must(policy, "deputy")
    return school


def report(learned: int, **fields: object) -> ReportBreach:
    values = {"breach_kind": BreachKind.PASSWORD, "learned_day": learned, **fields}
    return ReportBreach.model_validate(values)


@pytest.mark.scenario("6.3:1", "6.3:2")
@pytest.mark.clause("6.3")
@pytest.mark.asvs("row 94")
@pytest.mark.parametrize(
    ("weekdays", "at", "expected"),
    [
        (5, clock(FRIDAY, 18), Timeliness.PROVEN),
        (5, clock(TUESDAY, 9), Timeliness.PROVEN),
        (5, clock(TUESDAY, 23, 59, 59), Timeliness.PROVEN),
        (5, clock(WEDNESDAY, 0), Timeliness.LATE),
        (5, clock(WEDNESDAY, 9), Timeliness.LATE),
        (6, clock(SATURDAY, 23, 59, 59), Timeliness.PROVEN),
        (6, clock(SATURDAY + 1, 0), Timeliness.LATE),
        (
            5,
            offline(clock(TUESDAY, 9), clock(TUESDAY, 10), clock(WEDNESDAY, 9)),
            Timeliness.CREDIBLE,
        ),
    ],
)
def test_a_leak_is_told_of_by_the_end_of_the_offices_next_working_day(
    school: SmallSchool, weekdays: int, at: int | Interval, expected: Timeliness
) -> None:
    in_march(school, weekdays)
    outcome = school.do(report(FRIDAY), "nobody", at=at)
    assert findings(outcome) == (["6.3/late"] if expected is Timeliness.LATE else [])
    assert school.one(BreachReport).timeliness == expected


@pytest.mark.clause("6.3")
def test_the_last_moment_follows_the_office_not_the_lessons(school: SmallSchool) -> None:
    """A break without lessons is no rest for the office; a moved Saturday is a working day."""
    for days, kind, weekday in (
        ((MONDAY + 1,), DayKind.SCHOOL_BREAK, -1),
        ((MONDAY + 5,), DayKind.SCHOOL_DAY, 0),
    ):
        command = SetCalendar(
            level=CalendarLevel.SCHOOL, days=days, day_kind=kind, as_weekday=weekday, act="1"
        )
        school.must(command, "officer")
    assert working_day_after(school.store, MONDAY, 1) == MONDAY + 1
    assert working_day_after(school.store, MONDAY + 4, 1) == MONDAY + 5
    assert not is_working(school.store, MONDAY + 6)
    new_year = calendar.day_number(date(2026, 12, 31))
    assert working_day_after(school.store, new_year, 1) == calendar.day_number(date(2027, 1, 11))
    assert breach_due(school.store, MONDAY) == clock(MONDAY + 1, 23, 59, 59)


def enrolled(school: SmallSchool, person: int, issuer: str, device: int = 50) -> None:
    secret = f"{device:064x}"
    slip = IssueSlip(person_id=person, secret_hash=secret, expires_at=clock(MONDAY + 3, 9))
    school.must(slip, issuer)
    enrol = EnrolDevice(person_id=person, secret_hash=secret, device=device, public_key="7" * 64)
    school.must(enrol)


@pytest.mark.clause("6.3")
@pytest.mark.asvs("row 94")
@pytest.mark.asvs("7.4.2")
@pytest.mark.parametrize("who", ["guardian", "pupil", "staff"])
def test_any_participant_reports_and_the_own_access_is_shut_at_once(
    school: SmallSchool, who: str
) -> None:
    pupil = school.pupils["5А"][1]
    person = {"pupil": pupil, "guardian": school.guardian(pupil), "staff": school.staff["maths"]}[
        who
    ]
    enrolled(school, person, "officer" if who == "staff" else "russian")
    enrolled(school, school.staff["english"], "officer", device=51)
    school.must(report(MONDAY), person)
    assert school.one(Device, person_id=person).revoked_at == school.now
    assert school.one(AccessBlock).reason == BlockReason.BREACH
    # Nobody else's is.
    assert school.one(Device, device=51).revoked_at == 0
    told = school.one(Notice, kind=NoticeKind.BREACH)
    assert (told.person_id, told.object_id) == (school.staff["officer"], person)


@pytest.mark.clause("6.3")
def test_a_report_on_somebody_else_shuts_nobody_out(school: SmallSchool) -> None:
    enrolled(school, school.staff["maths"], "officer")
    school.must(report(MONDAY, person_id=school.staff["maths"]), "nobody")
    assert school.one(Device).revoked_at == 0
    assert school.all(AccessBlock) == []
    assert school.one(BreachReport).person_id == school.staff["maths"]


@pytest.mark.clause("6.3")
def test_a_new_slip_opens_the_way_again(school: SmallSchool) -> None:
    maths = school.staff["maths"]
    enrolled(school, maths, "officer")
    school.must(report(MONDAY), "maths")
    enrolled(school, maths, "officer", device=51)
    assert [entry.revoked_at > 0 for entry in school.all(Device)] == [True, False]
    assert len(school.all(Slip)) == 2


def test_nobody_learns_of_a_leak_in_the_future(school: SmallSchool) -> None:
    outcome = school.do(report(MONDAY + 1), "maths")
    assert dict(outcome.params) == {"field": "learned_day"}


@pytest.mark.clause("3.2")
@pytest.mark.clause("6.1")
@pytest.mark.clause("6.2")
def test_the_duties_of_a_user_are_acknowledged_once_with_the_time(school: SmallSchool) -> None:
    maths = school.staff["maths"]
    assert not has_acknowledged(school.store, maths)
    school.must(AcknowledgeDuties(), "maths")
    school.must(AcknowledgeDuties(), "maths", at=clock(MONDAY + 1, 9))
    assert school.one(Acknowledgement).made_at == clock(MONDAY, 12)
    assert has_acknowledged(school.store, maths)
    assert not has_acknowledged(school.store, school.staff["english"])


@pytest.mark.clause("3.2")
@pytest.mark.parametrize("edition", [0, 2])
def test_only_the_present_text_is_acknowledged(school: SmallSchool, edition: int) -> None:
    outcome = school.do(AcknowledgeDuties(edition=edition), "maths")
    assert dict(outcome.params) == {"field": "edition"}


@pytest.mark.clause("6.1")
def test_an_alert_goes_to_the_owner_and_the_officer_and_names_no_place(
    school: SmallSchool,
) -> None:
    maths, english = school.staff["maths"], school.staff["english"]
    alert = RaiseAlert(alert_kind=AlertKind.SHARED_DEVICE, person_id=maths, other_id=english)
    school.must(alert)
    told = school.all(Notice, kind=NoticeKind.ALERT)
    assert {entry.person_id for entry in told} == {maths, english, school.staff["officer"]}
    assert {entry.params for entry in told} == {"{}"}


@pytest.mark.clause("6.1")
def test_nobody_alarms_others_in_the_servers_name(school: SmallSchool) -> None:
    alert = RaiseAlert(alert_kind=AlertKind.UNKNOWN_DEVICE, person_id=school.staff["maths"])
    assert verdict(school.do(alert, "officer")) == "4.1/role"


def test_who_is_unknown_here_acknowledges_and_reports_nothing(school: SmallSchool) -> None:
    for command in (AcknowledgeDuties(), report(FIRST_DAY)):
        assert verdict(school.do(command, 999)) == "4.1/role"
