from __future__ import annotations

import json

import pytest

from eschool_core.commands.outages import DeclareOutage, SettleTimeliness
from eschool_core.domain.enums import FindingState, NoticeKind, Timeliness
from eschool_core.domain.journal import Homework
from eschool_core.domain.office import FindingRecord, Notice
from eschool_core.domain.results import OrderDate, TermMark
from eschool_core.ids import ROWS_PER_NUMBER, make_id
from eschool_core.labels import text
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Interval
from tests.core.commands.acts import homework
from tests.school import MONDAY, SmallSchool, clock, findings, verdict
from tests.terms import FRIDAY_11, due, set_terms, term_mark

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
    said = text(notice.key, **json.loads(notice.params))
    assert "в срок (перерыв связи, акт № 12)" in said


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


@pytest.mark.scenario("outage:1")
@pytest.mark.clause("4.5.3")
def test_more_entries_than_a_command_has_numbers_are_settled_all(
    school: SmallSchool, page: int
) -> None:
    first = found(school)
    others = [
        first.replace(id=make_id(2_000, number, index))
        for number in (1, 2)
        for index in range(ROWS_PER_NUMBER)
    ]
    for finding in others:
        school.store.put(finding)
    school.must(OUTAGE, "deputy", at=clock(MONDAY + 7, 10))
    states = [finding.state for finding in school.all(FindingRecord)]
    assert states == [FindingState.WAIVED] * (len(others) + 1)
    [notice] = school.all(Notice, kind=NoticeKind.SETTLED)
    assert json.loads(notice.params)["count"] == len(states)


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


# The quarter ends on FRIDAY_11; the order's date is the Wednesday of the week after.
LATE_WEEK = FRIDAY_11 + 3
WEDNESDAY = LATE_WEEK + 2
WEEK = DeclareOutage(act="12", first_day=LATE_WEEK, last_day=LATE_WEEK + 4)
DECLARED = clock(LATE_WEEK + 7, 10)


@pytest.fixture
def ordered(school: SmallSchool) -> SmallSchool:
    """The order wants the marks of the first quarter by a Wednesday without network."""
    set_terms(school.must, school.year)
    school.must(due(school, WEDNESDAY), "deputy")
    return school


def set_mark(school: SmallSchool, lo: int, estimate: int | None = None) -> list[str]:
    at = Interval(lo, clock(LATE_WEEK + 7, 9), estimate, estimate or lo)
    return findings(school.do(term_mark(school, school.pupils["5А"][0], 4), "maths", at=at))


@pytest.mark.scenario("outage:1")
@pytest.mark.clause("4.5.5")
def test_a_term_mark_of_undetermined_time_is_settled_as_well(ordered: SmallSchool) -> None:
    assert set_mark(ordered, clock(LATE_WEEK, 8)) == ["4.5.5/undetermined"]
    ordered.must(WEEK, "deputy", at=DECLARED)
    assert found(ordered).state == FindingState.WAIVED
    assert ordered.one(TermMark).timeliness == Timeliness.CREDIBLE
    [notice] = ordered.all(Notice, kind=NoticeKind.SETTLED)
    assert "в срок (перерыв связи, акт № 12)" in text(notice.key, **json.loads(notice.params))


@pytest.mark.scenario("outage:1")
@pytest.mark.clause("4.5.5")
def test_a_term_mark_that_is_proven_late_stays_late(ordered: SmallSchool) -> None:
    assert set_mark(ordered, clock(WEDNESDAY + 1, 0)) == ["4.5.5/late"]
    ordered.must(WEEK, "deputy", at=DECLARED)
    assert (found(ordered).check_id, found(ordered).state) == ("4.5.5/late", FindingState.OPEN)
    assert ordered.one(TermMark).timeliness == Timeliness.LATE


@pytest.mark.clause("4.5.5")
def test_a_term_mark_that_arrives_after_the_declaration_is_settled(ordered: SmallSchool) -> None:
    ordered.must(WEEK, "deputy", at=clock(LATE_WEEK + 7, 8))
    assert set_mark(ordered, clock(LATE_WEEK, 8)) == []
    assert ordered.one(TermMark).timeliness == Timeliness.CREDIBLE


@pytest.mark.clause("4.5.5")
@pytest.mark.parametrize("days", [(-7, -3), (3, 4)])
def test_an_outage_that_the_orders_date_lies_outside_of_settles_no_term_mark(
    ordered: SmallSchool, days: tuple[int, int]
) -> None:
    set_mark(ordered, clock(LATE_WEEK, 8))
    first, last = (LATE_WEEK + day for day in days)
    ordered.must(DeclareOutage(act="12", first_day=first, last_day=last), "deputy", at=DECLARED)
    assert found(ordered).state == FindingState.OPEN


@pytest.mark.clause("4.5.5")
@pytest.mark.parametrize(
    ("in_time", "check", "timeliness"),
    [(1, "4.5.5/undetermined", Timeliness.CREDIBLE), (0, "4.5.5/late", Timeliness.LATE)],
)
def test_the_deputy_head_decides_on_a_term_mark(
    ordered: SmallSchool, in_time: int, check: str, timeliness: Timeliness
) -> None:
    set_mark(ordered, clock(LATE_WEEK, 8))
    act = SettleTimeliness(finding_id=found(ordered).id, in_time=in_time, reason="Акт 3")
    ordered.must(act, "deputy", at=DECLARED)
    assert found(ordered).check_id == check
    assert ordered.one(TermMark).timeliness == timeliness
    # What is said of it fills its text.
    assert "23.09" in text(check, **json.loads(found(ordered).params)).replace(
        "2026-09-23", "23.09"
    )


@pytest.mark.scenario("outage:2")
@pytest.mark.clause("4.5.5")
def test_an_orders_date_within_an_outage_is_laid_before_the_head(ordered: SmallSchool) -> None:
    ordered.must(WEEK, "deputy", at=DECLARED)
    [told] = ordered.all(Notice, kind=NoticeKind.ORDER_DATE_IN_OUTAGE)
    assert (told.person_id, told.object_id) == (ordered.staff["head"], ordered.one(OrderDate).id)
    assert json.loads(told.params) == {"due": "2026-09-23", "order": "№ 21", "outage": "12"}
    # The head extends it, and a mark made by then is in time.
    longer = due(ordered, LATE_WEEK + 9).model_copy(update={"act": "№ 30"})
    ordered.must(longer, "head", at=DECLARED)
    at = clock(LATE_WEEK + 9, 23, 59, 59)
    mark = term_mark(ordered, ordered.pupils["5А"][0], 4)
    assert findings(ordered.do(mark, "maths", at=at)) == []


@pytest.mark.clause("4.5.5")
@pytest.mark.parametrize(
    "outage",
    [
        DeclareOutage(act="12", first_day=WEDNESDAY + 1, last_day=WEDNESDAY + 2),
        DeclareOutage(act="12", first_day=LATE_WEEK, last_day=LATE_WEEK + 1),
        DeclareOutage(act="12", first_day=LATE_WEEK, last_day=LATE_WEEK + 4, device=4_000),
    ],
)
def test_another_time_or_one_device_moves_no_date_of_an_order(
    ordered: SmallSchool, outage: DeclareOutage
) -> None:
    ordered.must(outage, "deputy", at=DECLARED)
    assert ordered.all(Notice, kind=NoticeKind.ORDER_DATE_IN_OUTAGE) == []
