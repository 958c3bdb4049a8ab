from __future__ import annotations

import pytest

from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.lessons import RecordHomework, RecordTopic
from eschool_core.commands.outages import SettleTimeliness
from eschool_core.commands.school import TurnDay
from eschool_core.domain.enums import FindingState
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.queries.findings import findings
from tests.core.queries.conftest import replica_of
from tests.school import MONDAY, TUESDAY, SmallSchool, clock, offline
from tests.terms import FRIDAY_11, due, set_terms, term_mark

MATHS = ("5А", "Математика")


def late(school: SmallSchool) -> None:
    command = RecordHomework(lesson_id=school.lesson(*MATHS), text="№ 5")
    school.must(command, "maths", at=clock(MONDAY, 17))


@pytest.mark.clause("4.5.3")
def test_a_finding_names_person_lesson_and_check(school: SmallSchool) -> None:
    late(school)
    [found] = findings(school.store)
    assert (found.person, found.school_class, found.subject, found.period) == (
        "Maths А.", "5А", "Математика", 1,
    )  # fmt: skip
    assert (found.check, found.params["late_minutes"]) == ("4.5.3/late", 120)
    assert found.state is FindingState.OPEN


@pytest.mark.clause("4.5.3")
def test_the_evidence_of_an_undetermined_act_is_shown_on_the_schools_clock(
    school: SmallSchool,
) -> None:
    interval = offline(clock(MONDAY, 9), None, clock(TUESDAY, 9))
    school.must(RecordHomework(lesson_id=school.lesson(*MATHS), text="№ 5"), "maths", at=interval)
    [found] = findings(school.store)
    evidence = found.evidence
    assert found.check == "4.5.3/undetermined"
    assert evidence is not None
    assert f"{evidence.earliest:%d.%m %H:%M}" == "07.09 09:00"
    assert f"{evidence.latest:%d.%m %H:%M}" == "08.09 09:00"
    assert evidence.estimate is None


@pytest.mark.clause("4.5.6")
def test_closed_findings_are_shown_when_asked_for(school: SmallSchool) -> None:
    school.must(TurnDay(day=MONDAY), at=clock(MONDAY, 1))
    school.must(TurnDay(day=TUESDAY), at=clock(TUESDAY, 1))
    maths = school.staff["maths"]
    before = {found.check for found in findings(school.store, maths)}
    assert "4.5.6/topic" in before
    lesson = school.lesson(*MATHS)
    school.must(RecordTopic(lesson_id=lesson, text="Дроби"), "maths")
    closed = findings(school.store, maths, FindingState.REMEDIED)
    assert [(found.check, found.closed_by) for found in closed] == [("4.5.6/topic", "Maths А.")]
    everything = len(findings(school.store, maths, None))
    assert everything == len(findings(school.store, maths)) + 1


def test_a_waived_finding_tells_who_waived_it(school: SmallSchool) -> None:
    late(school)
    [found] = findings(school.store)
    school.must(WaiveFinding(finding_id=found.finding_id, reason="нет связи"), "deputy")
    [waived] = findings(school.store, 0, FindingState.WAIVED)
    assert (waived.closed_by, waived.closed_at is not None) == ("Deputy А.", True)
    assert findings(school.store) == ()


def test_one_person_can_be_asked_for(school: SmallSchool) -> None:
    late(school)
    assert len(findings(school.store, school.staff["maths"])) == 1
    assert findings(school.store, school.staff["russian"]) == ()


def test_the_newest_comes_first_and_no_more_than_asked(school: SmallSchool) -> None:
    late(school)
    command = RecordHomework(lesson_id=school.lesson("5Б", "Математика"), text="№ 6")
    school.must(command, "maths", at=clock(TUESDAY, 17))
    assert [found.school_class for found in findings(school.store)] == ["5Б", "5А"]
    assert len(findings(school.store, limit=1)) == 1


@pytest.mark.asvs("row 31")
def test_a_replica_gives_only_the_findings_it_holds(school: SmallSchool) -> None:
    late(school)
    own = partition(PartitionKind.STAFF, school.staff["russian"])
    assert findings(replica_of(school, SCHOOL, own)) == ()


def test_a_finding_of_a_lesson_outside_the_replica_still_names_person_and_check(
    school: SmallSchool,
) -> None:
    late(school)
    held = partition(PartitionKind.STAFF, school.staff["maths"])
    [found] = findings(replica_of(school, SCHOOL, held))
    assert (found.person, found.school_class, found.day) == ("Maths А.", "", None)
    assert found.params["school_class"] == "5А"


@pytest.mark.clause("4.5.3")
@pytest.mark.parametrize("seconds", [0, 1, 59])
@pytest.mark.parametrize(
    ("known_seconds", "by_clock"), [(-3600, True), (0, True), (1, False), (600, False)]
)
def test_late_by_the_devices_clock_alone_is_told_from_late_for_sure(
    school: SmallSchool, known_seconds: int, seconds: int, *, by_clock: bool
) -> None:
    """The deadline is 15:00: what the device last knew of the server's time decides."""
    known, entered = clock(MONDAY, 15) + known_seconds, clock(MONDAY, 17) + seconds
    interval = offline(known, entered, clock(TUESDAY, 9))
    school.must(RecordHomework(lesson_id=school.lesson(*MATHS), text="№ 5"), "maths", at=interval)
    [found] = findings(school.store)
    assert found.check == "4.5.3/late"
    assert found.by_device_clock is by_clock


@pytest.mark.clause("4.5.5")
@pytest.mark.parametrize(("seconds", "by_clock"), [(-1, True), (0, False)])
def test_the_date_of_an_order_is_over_with_the_last_second_of_its_day(
    school: SmallSchool, seconds: int, *, by_clock: bool
) -> None:
    set_terms(school.must, school.year)
    date = FRIDAY_11 + 5
    school.must(due(school, date), "deputy")
    entered = clock(date + 1, 9)
    interval = offline(clock(date + 1, 0) + seconds, entered, clock(date + 2, 9))
    school.must(term_mark(school, school.pupils["5А"][0], 4), "maths", at=interval)
    [found] = findings(school.store)
    assert (found.check, found.by_device_clock) == ("4.5.5/late", by_clock)


@pytest.mark.clause("4.5.3")
def test_late_by_the_deputys_decision_is_neither(school: SmallSchool) -> None:
    interval = offline(clock(MONDAY, 9), None, clock(TUESDAY, 9))
    school.must(RecordHomework(lesson_id=school.lesson(*MATHS), text="№ 5"), "maths", at=interval)
    [open_yet] = findings(school.store)
    assert not open_yet.settled
    decided = SettleTimeliness(finding_id=open_yet.finding_id, in_time=0, reason="Сети хватало")
    school.must(decided, "deputy", at=clock(TUESDAY, 10))
    [found] = findings(school.store)
    assert (found.check, found.settled, found.by_device_clock) == ("4.5.3/late", True, False)


@pytest.mark.clause("4.5.3")
def test_what_the_server_took_at_once_is_late_for_sure(school: SmallSchool) -> None:
    late(school)
    [found] = findings(school.store)
    assert not found.by_device_clock
    assert found.lesson_id == school.lesson(*MATHS)
    assert found.journal_id == school.journals[MATHS]
