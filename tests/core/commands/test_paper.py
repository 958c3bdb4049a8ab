from __future__ import annotations

import pytest

from eschool_core.commands.paper import (
    FilePaperApplication,
    RecordPaperSlip,
    RevokePaperApplication,
)
from eschool_core.commands.school import SetCalendar
from eschool_core.domain.care_enums import SlipState
from eschool_core.domain.enums import CalendarLevel, DayKind
from eschool_core.queries.duties.duty import DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.paper import paper_week
from tests.core.commands.acts import homework, mark
from tests.school import MONDAY, SmallSchool, clock, verdict

SECOND, THIRD = MONDAY + 7, MONDAY + 14


@pytest.fixture
def application(school: SmallSchool) -> int:
    """Of the mother of a pupil of 5А, from Monday on."""
    pupil = school.pupils["5А"][1]
    filed = FilePaperApplication(
        pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 4", first_day=MONDAY
    )
    assert verdict(school.do(filed, "maths")) == "4.6/class-teacher"
    return school.must(filed, "russian")


def record(
    application: int, day: int, state: SlipState = SlipState.HANDED, week: int = 0
) -> RecordPaperSlip:
    return RecordPaperSlip(
        application_id=application, week_day=week or day, slip_state=state, day=day
    )


def states(school: SmallSchool, moment: int) -> list[tuple[DutyState, bool]]:
    answer = duties(school.store, moment, school.staff["russian"])
    own = sorted(
        (duty for duty in answer.duties if duty.clause == "4.6.5"), key=lambda duty: duty.due
    )
    return [(duty.state, duty.late) for duty in own]


@pytest.mark.scenario("4.6.5:1")
@pytest.mark.clause("4.6.5")
def test_thursday_of_one_week_and_friday_of_the_next_are_in_time(
    school: SmallSchool, application: int
) -> None:
    school.must(record(application, MONDAY + 3), "russian", at=clock(MONDAY + 3, 15))
    school.must(record(application, SECOND + 4), "russian", at=clock(SECOND + 4, 15))
    assert states(school, clock(SECOND + 5, 9)) == [(DutyState.DONE, False)] * 2


@pytest.mark.scenario("4.6.5:2")
@pytest.mark.clause("4.6.5")
def test_a_week_without_a_list_is_overdue_on_monday(school: SmallSchool, application: int) -> None:
    school.must(record(application, MONDAY + 3), "russian", at=clock(MONDAY + 3, 15))
    assert (
        states(school, clock(THIRD, 0) - 1)
        == [(DutyState.DUE, False), (DutyState.DONE, False)][::-1]
    )
    assert states(school, clock(THIRD, 0))[1] == (DutyState.OVERDUE, False)
    late = record(application, THIRD, week=SECOND)
    school.must(late, "russian", at=clock(THIRD, 12))
    assert states(school, clock(THIRD, 13))[1] == (DutyState.DONE, True)


@pytest.mark.clause("4.6.5")
def test_could_not_be_handed_is_done_with_its_date(school: SmallSchool, application: int) -> None:
    failed = record(application, MONDAY + 3, SlipState.FAILED)
    assert verdict(school.do(failed, "russian", at=clock(MONDAY + 2, 15))) == "data.field"
    school.must(failed, "russian", at=clock(MONDAY + 3, 15))
    assert states(school, clock(MONDAY + 4, 9)) == [(DutyState.DONE, False)]


@pytest.mark.scenario("4.6.5:3")
@pytest.mark.clause("4.6.5")
def test_a_holiday_week_asks_for_none(school: SmallSchool, application: int) -> None:
    holidays = SetCalendar(
        level=CalendarLevel.SCHOOL,
        days=tuple(range(SECOND, SECOND + 7)),
        day_kind=DayKind.SCHOOL_BREAK,
        act="№ 9",
    )
    school.must(holidays, "deputy")
    assert len(states(school, clock(SECOND + 2, 9))) == 1


@pytest.mark.clause("4.6.5")
def test_a_revoked_application_asks_for_no_further_list(
    school: SmallSchool, application: int
) -> None:
    revoke = RevokePaperApplication(application_id=application, last_day=MONDAY + 6)
    school.must(revoke, "russian")
    assert len(states(school, clock(SECOND + 2, 9))) == 1


@pytest.mark.scenario("4.6.5:4")
@pytest.mark.clause("4.6.5")
def test_the_batch_holds_every_guardian_on_paper_with_the_week_and_its_moment(
    school: SmallSchool, application: int
) -> None:
    pupil, lesson = school.pupils["5А"][1], school.lesson("5А", "Математика")
    school.must(mark(lesson, pupil, 4), "maths")
    school.must(homework(lesson), "maths")
    again = FilePaperApplication(
        pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 5", first_day=MONDAY
    )
    assert verdict(school.do(again, "russian")) == "informing.on_paper_already"
    foreign = again.model_copy(update={"guardian_id": school.guardian(school.pupils["5А"][0])})
    assert verdict(school.do(foreign, "russian")) == "informing.no_guardian"
    moment = clock(MONDAY, 13)
    week = paper_week(school.store, school.classes["5А"], "5А", MONDAY + 2, moment)
    [entry] = week.entries
    assert (entry.guardian, entry.pupil) == ("Белова Мария", "Белова Саша")
    lessons = [each for day in entry.week.days for each in day.lessons]
    assert [mark.value for each in lessons for mark in each.marks] == [4]
    assert week.as_of is not None
    assert week.as_of.hour == 13
    assert not week.partial
