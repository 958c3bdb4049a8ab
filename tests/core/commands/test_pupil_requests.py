from __future__ import annotations

import pytest

from eschool_core import calendar
from eschool_core.commands.access import IssueSlip
from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.commands.pupil_requests import (
    ConfirmRequest,
    ReadmitPupil,
    RejectRequest,
    RequestPupil,
    RequestRemoval,
)
from eschool_core.domain.care import PupilRequest
from eschool_core.domain.enums import FindingState, NoticeKind, Presence
from eschool_core.domain.journal import Attendance, JournalLine, Mark
from eschool_core.domain.office import FindingRecord, Notice, Person
from eschool_core.domain.people import Enrolment
from eschool_core.queries.journal_page import PageRow, journal_page
from eschool_core.queries.pupil_requests import pupil_requests
from tests.core.commands.acts import absent, mark
from tests.school import MONDAY, TUESDAY, SmallSchool, clock, verdict

HASH = "ab" * 32


@pytest.fixture
def newcomer(school: SmallSchool) -> int:
    """A pupil whom the class teacher of 5А has asked for; the order is awaited."""
    asked = RequestPupil(
        class_id=school.classes["5А"], family="Новикова", given="Ия", first_day=MONDAY
    )
    return school.must(asked, "russian")


def page_row(school: SmallSchool, pupil_id: int) -> PageRow | None:
    page = journal_page(school.store, school.journals["5А", "Математика"], MONDAY, TUESDAY)
    return next((row for row in page.rows if row.pupil_id == pupil_id), None)


@pytest.mark.scenario("4.6.6:1", "newcomer:1")
@pytest.mark.clause("4.6.6")
def test_a_newcomer_stands_in_the_page_the_same_lesson_and_has_no_account(
    school: SmallSchool, newcomer: int
) -> None:
    row = page_row(school, newcomer)
    assert row is not None
    assert row.provisional
    lesson = school.lesson("5А", "Математика")
    assert verdict(school.do(mark(lesson, newcomer, 5), "maths")) == "accepted"
    assert verdict(school.do(absent(lesson, newcomer), "maths")) == "accepted"
    another = school.lesson("5А", "Русский язык")
    for act in (mark(another, newcomer, 4), absent(another, newcomer)):
        assert verdict(school.do(act, "russian", at=clock(MONDAY, 14))) == "accepted"
    assert school.store.get(Person, newcomer) is None
    slip = IssueSlip(person_id=newcomer, secret_hash=HASH, expires_at=clock(MONDAY + 3, 12))
    assert verdict(school.do(slip, "russian")) == "4.6.6/account"


@pytest.mark.scenario("4.6.6:2")
@pytest.mark.clause("4.6.6")
def test_an_order_dates_the_enrolment_and_gives_an_account(
    school: SmallSchool, newcomer: int
) -> None:
    [request] = pupil_requests(school.store)
    assert (request.pupil_id, request.school_class) == (newcomer, "5А")
    confirm = ConfirmRequest(request_id=request.request_id, day=TUESDAY, order="17-з")
    school.must(confirm, "officer")
    enrolment = school.one(Enrolment, pupil_id=newcomer)
    assert (enrolment.order_in, enrolment.first_day, enrolment.provisional) == ("17-з", TUESDAY, 0)
    row = page_row(school, newcomer)
    assert row is not None
    assert [cell.listed for cell in row.cells] == [False, True]
    slip = IssueSlip(person_id=newcomer, secret_hash=HASH, expires_at=clock(MONDAY + 3, 12))
    assert verdict(school.do(slip, "russian")) == "accepted"
    told = school.one(Notice, kind=NoticeKind.REQUEST)
    assert told.person_id == school.staff["russian"]
    assert verdict(school.do(confirm, "officer")) == "care.request_closed"


@pytest.mark.scenario("4.6.6:3", "newcomer:2")
@pytest.mark.clause("4.6.6")
def test_a_rejected_newcomer_leaves_the_page_and_the_records_go_to_review(
    school: SmallSchool, newcomer: int
) -> None:
    lesson = school.lesson("5А", "Математика")
    school.must(mark(lesson, newcomer, 5), "maths")
    school.must(absent(lesson, newcomer), "maths")
    [request] = school.all(PupilRequest)
    school.must(RejectRequest(request_id=request.id, reason="не наш район"), "officer")
    assert page_row(school, newcomer) is None
    assert school.one(Mark, lesson_id=lesson).value == 5
    assert school.one(Attendance, lesson_id=lesson).presence == Presence.ABSENT
    finding = school.one(FindingRecord, check_id="4.6.6/rejected")
    assert (finding.staff_id, finding.lesson_id, finding.state) == (
        school.staff["maths"],
        lesson,
        FindingState.OPEN,
    )


@pytest.mark.clause("4.6.6")
def test_a_leaver_stays_until_the_order(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    ask = RequestRemoval(class_id=school.classes["5А"], pupil_id=pupil, last_day=MONDAY)
    assert verdict(school.do(ask, "maths")) == "4.6/class-teacher"
    school.must(ask, "russian")
    assert page_row(school, pupil) is not None
    [request] = school.all(PupilRequest)
    school.must(ConfirmRequest(request_id=request.id, day=MONDAY, order="18-о"), "officer")
    enrolment = school.one(Enrolment, pupil_id=pupil)
    assert (enrolment.last_day, enrolment.order_out) == (MONDAY, "18-о")
    tuesday = mark(school.lesson("5А", "Математика", TUESDAY), pupil, 5)
    assert verdict(school.do(tuesday, "maths", at=clock(TUESDAY, 12))) == "4.6.6/enrolment"


@pytest.mark.scenario("newcomer:5")
@pytest.mark.clause("4.6.6")
def test_who_returns_is_the_same_pupil_with_all_earlier_marks(school: SmallSchool) -> None:
    pupil, lesson = school.pupils["5А"][0], school.lesson("5А", "Математика")
    school.must(mark(lesson, pupil, 4), "maths")
    back = ReadmitPupil(
        pupil_id=pupil, class_id=school.classes["5А"], first_day=MONDAY + 2, order="20-з"
    )
    assert verdict(school.do(back, "officer")) == "care.enrolled_already"
    school.must(WithdrawPupil(pupil_id=pupil, last_day=MONDAY, order="18-о"), "officer")
    school.must(back, "officer")
    line = school.one(JournalLine, journal_id=school.journals["5А", "Математика"], pupil_id=pupil)
    assert school.one(Mark, lesson_id=lesson).part == line.part
    wednesday = school.lesson("5А", "Математика", MONDAY + 2)
    at = clock(MONDAY + 2, 12)
    assert verdict(school.do(mark(wednesday, pupil, 5), "maths", at=at)) == "accepted"
    tuesday = school.lesson("5А", "Математика", TUESDAY)
    assert verdict(school.do(mark(tuesday, pupil, 5), "maths", at=at)) == "4.6.6/enrolment"


@pytest.mark.clause("4.4.3/2")
def test_a_transfer_between_classes_is_dated_by_one_order_on_both_sides(
    school: SmallSchool,
) -> None:
    pupil = school.pupils["5А"][0]
    move = MovePupil(pupil_id=pupil, class_id=school.classes["5Б"], first_day=TUESDAY, order="21-п")
    school.must(move, "officer")
    old, new = school.all(Enrolment, pupil_id=pupil)
    assert (old.last_day, old.order_out) == (MONDAY, "21-п")
    assert (new.first_day, new.order_in) == (TUESDAY, "21-п")
    assert calendar.date_of(new.first_day).isoformat() == "2026-09-08"
