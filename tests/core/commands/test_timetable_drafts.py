from __future__ import annotations

import pytest

from eschool_core.commands.timetable_drafts import (
    DraftTimetable,
    PublishTimetable,
    SetDraftSlots,
)
from eschool_core.domain.journal import TimetableSlot
from eschool_core.domain.planning import DraftSlot
from eschool_core.domain.row import FOREVER
from eschool_core.queries.timetable_draft import draft_answer
from tests.school import MONDAY, SmallSchool, verdict

FROM = MONDAY + 7
FIFTH_A, FIFTH_B = ("5А", "Математика"), ("5Б", "Математика")
Place = tuple[int, int]


@pytest.fixture
def draft(school: SmallSchool) -> int:
    begun = DraftTimetable(year_id=school.year, name="II", first_day=FROM)
    assert verdict(school.do(begun, "maths")) == "4.1/role"
    return school.must(begun, "deputy")


def write(
    school: SmallSchool, draft: int, journal: tuple[str, str], *places: Place, room: str = ""
) -> str:
    slots = tuple((0, weekday, period, room) for weekday, period in places)
    command = SetDraftSlots(draft_id=draft, journal_id=school.journals[journal], slots=slots)
    return verdict(school.do(command, "deputy"))


def publish(school: SmallSchool, draft: int) -> PublishTimetable:
    return PublishTimetable(draft_id=draft)


@pytest.mark.scenario("4.4.2:1", "4.4.2:2")
@pytest.mark.clause("4.4.2")
def test_a_draft_holds_a_teacher_twice_and_lists_the_clash_live(
    school: SmallSchool, draft: int
) -> None:
    assert write(school, draft, FIFTH_A, (4, 5)) == "accepted"
    assert draft_answer(school.store, draft, MONDAY).clashes == ()
    assert write(school, draft, FIFTH_B, (4, 5)) == "accepted"
    [clash] = draft_answer(school.store, draft, MONDAY).clashes
    assert (clash.kind, clash.weekday, {clash.first, clash.second}) == (
        "people",
        4,
        {"5А, Математика", "5Б, Математика"},
    )
    outcome = school.do(publish(school, draft), "deputy", take=8)
    params = dict(outcome.params)
    assert outcome.key == "4.4.2/clash"
    assert {params["first_class"], params["second_class"]} == {"5А", "5Б"}
    assert (params["first_period"], params["second_period"]) == (5, 5)
    assert len(school.all(DraftSlot)) == 2


@pytest.mark.clause("4.4.2")
def test_a_clean_draft_is_published_and_the_old_timetable_ends(
    school: SmallSchool, draft: int
) -> None:
    # The two journals change places: neither stands in the other's way.
    assert write(school, draft, FIFTH_A, (0, 2), (1, 2)) == "accepted"
    assert write(school, draft, FIFTH_B, (0, 1), (1, 1)) == "accepted"
    clashes = draft_answer(school.store, draft, MONDAY).clashes
    assert {clash.second for clash in clashes} == {"5А, Русский язык", "5Б, Русский язык"}
    assert write(school, draft, FIFTH_A, (4, 2)) == "accepted"
    assert write(school, draft, FIFTH_B, (4, 1)) == "accepted"
    assert draft_answer(school.store, draft, MONDAY).clashes == ()
    school.must(publish(school, draft), "deputy", take=8)
    slots = school.all(TimetableSlot, journal_id=school.journals[FIFTH_A])
    assert {row.last_day for row in slots if row.first_day < FROM} == {FROM - 1}
    assert [(row.weekday, row.period) for row in slots if row.last_day == FOREVER] == [(4, 2)]
    assert verdict(school.do(publish(school, draft), "deputy", take=8)) == "planning.published"
    assert write(school, draft, FIFTH_A, (4, 3)) == "planning.published"


@pytest.mark.clause("4.4.2")
def test_one_room_for_two_is_flagged_and_does_not_stop_the_publication(
    school: SmallSchool, draft: int
) -> None:
    assert write(school, draft, FIFTH_A, (4, 5), room="12") == "accepted"
    physics = ("10А+10Б", "Физика")
    assert write(school, draft, physics, (4, 5), room="12") == "accepted"
    [clash] = draft_answer(school.store, draft, MONDAY).clashes
    assert (clash.kind, clash.room) == ("room", "12")
    outcome = school.do(publish(school, draft), "deputy", take=8)
    assert [check for check, _ in outcome.findings] == ["4.4.2/room"]


@pytest.mark.clause("4.4.2")
@pytest.mark.clause("4.7.2")
def test_a_period_without_bells_is_listed_and_refused(school: SmallSchool, draft: int) -> None:
    assert write(school, draft, FIFTH_A, (4, 12)) == "accepted"
    [clash] = draft_answer(school.store, draft, MONDAY).clashes
    assert (clash.kind, clash.first_period) == ("bells", 12)
    assert verdict(school.do(publish(school, draft), "deputy", take=8)) == "4.7.2/bells"


@pytest.mark.clause("4.4.2")
def test_an_empty_draft_is_not_published(school: SmallSchool, draft: int) -> None:
    assert verdict(school.do(publish(school, draft), "deputy", take=8)) == "planning.empty_draft"
