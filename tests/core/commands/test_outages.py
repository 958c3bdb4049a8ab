from __future__ import annotations

import json

import pytest

from eschool_core.commands.outages import DeclareOutage, SettleTimeliness
from eschool_core.domain.enums import FindingState, NoticeKind, Timeliness
from eschool_core.domain.journal import Homework
from eschool_core.domain.office import FindingRecord, Notice
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Interval
from tests.core.commands.acts import homework
from tests.school import MONDAY, SmallSchool, clock, verdict

DOUBTFUL = Interval(clock(MONDAY, 8), clock(MONDAY + 7, 9), None, clock(MONDAY, 10))
LATE = Interval(clock(MONDAY, 20), clock(MONDAY + 7, 9), None, clock(MONDAY, 20))
OUTAGE = DeclareOutage(act="12", first_day=MONDAY, last_day=MONDAY + 4)


@pytest.fixture
def page(school: SmallSchool) -> int:
    """The lesson with homework of undetermined time."""
    page = school.lesson("5А", "Математика")
    school.must(homework(page), "maths", at=DOUBTFUL)
    return page


def found(school: SmallSchool) -> FindingRecord:
    return school.one(FindingRecord)


@pytest.mark.scenario("outage:1")
@pytest.mark.clause("4.5.3")
def test_an_outage_declared_afterwards_settles_what_is_undetermined(
    school: SmallSchool, page: int
) -> None:
    assert school.one(Homework).timeliness == Timeliness.UNDETERMINED
    school.must(OUTAGE, "deputy", at=clock(MONDAY + 7, 10))
    finding = found(school)
    assert finding.state == FindingState.WAIVED
    assert json.loads(finding.params)["outage"] == "12"
    assert finding.closed_by_id == school.staff["deputy"]
    assert school.one(Homework).timeliness == Timeliness.CREDIBLE
    [notice] = school.all(Notice, kind=NoticeKind.SETTLED)
    assert notice.person_id == school.staff["maths"]


@pytest.mark.scenario("outage:1")
@pytest.mark.clause("4.5.3")
def test_what_is_proven_late_stays_late(school: SmallSchool) -> None:
    school.must(homework(school.lesson("5А", "Математика")), "maths", at=LATE)
    school.must(OUTAGE, "deputy", at=clock(MONDAY + 7, 10))
    assert (found(school).check_id, found(school).state) == (
        checks.HOMEWORK_LATE.id,
        FindingState.OPEN,
    )
    assert school.one(Homework).timeliness == Timeliness.LATE


@pytest.mark.clause("4.5.3")
def test_what_arrives_after_the_declaration_is_settled_as_well(school: SmallSchool) -> None:
    school.must(OUTAGE, "deputy", at=clock(MONDAY + 7, 8))
    school.must(homework(school.lesson("5А", "Математика")), "maths", at=DOUBTFUL)
    assert school.all(FindingRecord) == []
    assert school.one(Homework).timeliness == Timeliness.CREDIBLE


@pytest.mark.parametrize(
    "outage",
    [
        DeclareOutage(act="12", first_day=MONDAY + 1, last_day=MONDAY + 4),
        DeclareOutage(act="12", first_day=MONDAY - 3, last_day=MONDAY - 1),
        DeclareOutage(act="12", first_day=MONDAY, last_day=MONDAY, device=4_000),
    ],
)
def test_another_time_or_device_settles_nothing(
    school: SmallSchool, page: int, outage: DeclareOutage
) -> None:
    school.must(outage, "deputy", at=clock(MONDAY + 7, 10))
    assert found(school).state == FindingState.OPEN


def test_the_device_named_is_settled(school: SmallSchool, page: int) -> None:
    device = school.one(Homework).device
    outage = DeclareOutage(act="12", first_day=MONDAY, last_day=MONDAY, device=device)
    school.must(outage, "officer", at=clock(MONDAY + 7, 10))
    assert found(school).state == FindingState.WAIVED


@pytest.mark.parametrize(("first", "last"), [(4, 0), (0, 8), (-70, 0)])
def test_an_outage_is_over_and_not_endless(school: SmallSchool, first: int, last: int) -> None:
    outage = DeclareOutage(act="12", first_day=MONDAY + first, last_day=MONDAY + last)
    assert verdict(school.do(outage, "deputy", at=clock(MONDAY + 7, 10))) == "data.field"


@pytest.mark.clause("4.5.3")
def test_the_deputy_head_decides_on_one(school: SmallSchool, page: int) -> None:
    act = SettleTimeliness(finding_id=found(school).id, in_time=1, reason="Акт 3")
    school.must(act, "deputy", at=clock(MONDAY + 7, 10))
    assert found(school).state == FindingState.WAIVED
    assert school.one(Homework).timeliness == Timeliness.CREDIBLE
    assert verdict(school.do(act, "deputy", at=clock(MONDAY + 7, 11))) == "control.finding_closed"


@pytest.mark.clause("4.5.3")
def test_the_deputy_head_finds_it_late(school: SmallSchool, page: int) -> None:
    act = SettleTimeliness(finding_id=found(school).id, in_time=0, reason="Сети хватало")
    school.must(act, "deputy", at=clock(MONDAY + 7, 10))
    finding = found(school)
    assert (finding.check_id, finding.state) == (checks.HOMEWORK_LATE.id, FindingState.OPEN)
    assert json.loads(finding.params)["late_minutes"] >= 1
    assert school.one(Homework).timeliness == Timeliness.LATE
    again = verdict(school.do(act, "deputy", at=clock(MONDAY + 7, 11)))
    assert again == "control.not_undetermined"
