from __future__ import annotations

import json
from datetime import date

import pytest

from eschool_core import calendar
from eschool_core.commands.class_care import CheckAttendance, CheckCards
from eschool_core.commands.people import EndAppointment
from eschool_core.commands.school import SetCalendar, TurnDay
from eschool_core.commands.sections import ConfirmSection
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import CalendarLevel, DayKind, NoticeKind, Role
from eschool_core.domain.office import Notice
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.domain.school import Appointment
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from tests.core.queries.conftest import replica_of
from tests.school import MONDAY, SmallSchool, clock, verdict

NEXT_MONDAY = MONDAY + 7
OCTOBER = calendar.day_number(date(2026, 10, 1))


def of(school: SmallSchool, clause: str, who: str, moment: int) -> list[Duty]:
    """Return somebody's duties of a clause at a moment."""
    person = school.staff[who] if who else 0
    answer = duties(school.store, moment, person)
    assert not answer.partial
    return [duty for duty in answer.duties if duty.clause == clause]


def week(school: SmallSchool, who: str, moment: int, monday: int = MONDAY) -> Duty:
    """Return the duty of 4.6.2 for one week of a class teacher."""
    wanted = calendar.date_of(monday).isoformat()
    [found] = [duty for duty in of(school, "4.6.2", who, moment) if duty.params["first"] == wanted]
    return found


class TestAttendanceCheck:
    @pytest.mark.scenario("4.6.2:1")
    @pytest.mark.clause("4.6.2")
    def test_it_is_due_until_sunday_midnight_and_overdue_from_then_on(
        self, school: SmallSchool
    ) -> None:
        midnight = clock(NEXT_MONDAY, 0)
        assert week(school, "russian", midnight - 1).state is DutyState.DUE
        late = week(school, "russian", midnight)
        assert (late.state, late.last_day) == (
            DutyState.OVERDUE,
            calendar.date_of(NEXT_MONDAY - 1),
        )

    @pytest.mark.scenario("4.6.2:2")
    @pytest.mark.clause("4.6.2")
    def test_a_check_in_time_is_done_and_a_later_one_is_late(self, school: SmallSchool) -> None:
        check = CheckAttendance(class_id=school.classes["5А"], day=MONDAY + 3)
        school.must(check, "russian", at=clock(MONDAY + 4, 15))
        done = week(school, "russian", clock(NEXT_MONDAY, 9))
        assert (done.state, done.late, done.done_by_id) == (
            DutyState.DONE,
            False,
            school.staff["russian"],
        )
        other = CheckAttendance(class_id=school.classes["5Б"], day=MONDAY)
        school.must(other, "maths", at=clock(NEXT_MONDAY, 0))
        late = week(school, "maths", clock(NEXT_MONDAY, 9))
        assert (late.state, late.late) == (DutyState.DONE, True)

    @pytest.mark.scenario("4.6.2:3")
    @pytest.mark.clause("4.6.2")
    def test_a_week_on_holiday_asks_for_nothing_of_that_class_alone(
        self, school: SmallSchool
    ) -> None:
        school.must(
            SetCalendar(
                level=CalendarLevel.SCHOOL_CLASS,
                object_id=school.classes["1А"],
                days=tuple(range(MONDAY, MONDAY + 5)),
                day_kind=DayKind.SCHOOL_BREAK,
                act="№ 9",
            ),
            "deputy",
        )
        monday = calendar.date_of(MONDAY).isoformat()
        found = of(school, "4.6.2", "", clock(NEXT_MONDAY, 9))
        classes = {duty.params["school_class"] for duty in found if duty.params["first"] == monday}
        assert "1А" not in classes
        assert {"5А", "5Б"} <= classes

    @pytest.mark.scenario("calendar:1")
    @pytest.mark.clause("4.6.2")
    def test_the_break_of_the_first_grades_in_february_asks_nothing_of_them_alone(
        self, school: SmallSchool
    ) -> None:
        school.add_class("2А", 2)
        school.appoint("english", Role.CLASS_TEACHER, "2А")
        monday = calendar.day_number(date(2027, 2, 15))
        school.must(
            SetCalendar(
                level=CalendarLevel.GRADE,
                object_id=1,
                days=tuple(range(monday, monday + 7)),
                day_kind=DayKind.SCHOOL_BREAK,
                act="№ 9",
            ),
            "deputy",
        )
        named = calendar.date_of(monday).isoformat()
        for week_of, classes in ((monday, {"2А"}), (monday - 7, {"1А", "2А"})):
            named = calendar.date_of(week_of).isoformat()
            found = of(school, "4.6.2", "", clock(monday + 7, 9))
            asked = {str(duty.params["school_class"]) for duty in found
                     if duty.params["first"] == named}  # fmt: skip
            assert asked & {"1А", "2А"} == classes

    @pytest.mark.clause("4.6.2")
    def test_a_duty_is_of_who_holds_the_class_when_it_is_due(self, school: SmallSchool) -> None:
        led = school.one(Appointment, role=Role.CLASS_TEACHER, class_id=school.classes["5А"])
        school.must(EndAppointment(appointment_id=led.id, last_day=MONDAY + 2), "officer")
        school.appoint("physics", Role.CLASS_TEACHER, "5А", first_day=MONDAY + 3)
        before, after = (
            [str(duty.params["first"]) for duty in of(school, "4.6.2", who, clock(NEXT_MONDAY, 9))]
            for who in ("russian", "physics")
        )
        assert before == ["2026-08-31"]
        assert after == ["2026-09-07", "2026-09-14"]

    @pytest.mark.clause("4.6.2")
    def test_a_week_to_come_is_not_checked_yet(self, school: SmallSchool) -> None:
        check = CheckAttendance(class_id=school.classes["5А"], day=NEXT_MONDAY)
        assert verdict(school.do(check, "russian")) == "data.field"

    @pytest.mark.clause("4.6.2")
    @pytest.mark.parametrize("who", ["maths", "deputy", "officer", "nobody"])
    def test_nobody_but_the_class_teacher_records_it(self, school: SmallSchool, who: str) -> None:
        check = CheckAttendance(class_id=school.classes["5А"], day=MONDAY)
        assert verdict(school.do(check, who)) == "4.6/class-teacher"


class TestCardCheck:
    def month(self, school: SmallSchool, who: str, moment: int) -> Duty:
        [found] = [
            duty for duty in of(school, "4.6.7", who, moment) if duty.params["month"] == "09.2026"
        ]
        return found

    @pytest.mark.clause("4.6.7")
    @pytest.mark.clause("3.3")
    def test_september_unchecked_is_overdue_on_the_first_of_october(
        self, school: SmallSchool
    ) -> None:
        assert self.month(school, "russian", clock(OCTOBER, 0) - 1).state is DutyState.DUE
        late = self.month(school, "russian", clock(OCTOBER, 0))
        assert late.state is DutyState.OVERDUE
        # The deputy head sees everybody's.
        assert late in of(school, "4.6.7", "", clock(OCTOBER, 0))

    @pytest.mark.scenario("3.3:1", "4.6.7:1")
    @pytest.mark.clause("4.6.7")
    @pytest.mark.clause("3.3")
    @pytest.mark.parametrize("month", [10, 11])
    def test_a_month_without_a_check_is_overdue_on_the_first_of_the_next_for_both_to_see(
        self, school: SmallSchool, month: int
    ) -> None:
        first = clock(calendar.day_number(date(2026, month + 1, 1)), 0)
        name = f"{month}.2026"

        def state(who: str, moment: int) -> list[DutyState]:
            found = of(school, "4.6.7", who, moment)
            asked = [duty for duty in found if duty.params["month"] == name]
            return [duty.state for duty in asked if duty.params["school_class"] == "5А"]

        for who in ("russian", ""):
            assert state(who, first - 1) == [DutyState.DUE]
            assert state(who, first) == [DutyState.OVERDUE]

    @pytest.mark.clause("4.6.7")
    def test_a_check_that_leaves_a_pupil_out_is_refused_with_the_number(
        self, school: SmallSchool
    ) -> None:
        pupils = tuple(school.pupils["5А"])
        check = CheckCards(class_id=school.classes["5А"], day=MONDAY, pupil_ids=pupils[1:])
        outcome = school.do(check, "russian")
        assert (outcome.key, dict(outcome.params)) == ("4.6.7/left-out", {"count": 1})
        whole = CheckCards(class_id=school.classes["5А"], day=MONDAY, pupil_ids=pupils)
        assert verdict(school.do(whole, "russian")) == "accepted"
        assert self.month(school, "russian", clock(MONDAY, 13)).state is DutyState.DONE


class TestSections:
    def section(self, school: SmallSchool, name: str, moment: int) -> Duty:
        answer = duties(school.store, moment)
        found = [duty for duty in answer.duties if f":{name}:" in duty.key]
        return min(found, key=lambda duty: duty.due)

    @pytest.mark.scenario("4.3:1")
    @pytest.mark.clause("4.3")
    def test_a_staff_section_with_a_hole_is_a_breach_from_the_sixth_of_september(
        self, school: SmallSchool
    ) -> None:
        sixth = clock(MONDAY - 1, 0)
        due = self.section(school, "staff", sixth - 1)
        assert (due.state, due.last_day) == (DutyState.DUE, date(2026, 9, 5))
        late = self.section(school, "staff", sixth)
        assert (late.state, late.person_id) == (DutyState.OVERDUE, school.staff["hr"])
        [hole] = late.missing
        assert (hole.key, hole.params) == ("gap.post", {"name": "Nobody Анна"})

    @pytest.mark.scenario("4.3:2")
    @pytest.mark.clause("4.3")
    def test_an_education_section_with_holes_names_the_deputy(self, school: SmallSchool) -> None:
        school.add_class("9А", 9)
        late = self.section(school, "education", clock(MONDAY - 1, 0))
        assert (late.state, late.person_id) == (DutyState.OVERDUE, school.staff["deputy"])
        assert ("gap.journals", {"school_class": "9А"}) in [
            (each.key, each.params) for each in late.missing
        ]

    @pytest.mark.clause("4.3")
    def test_a_section_with_holes_is_not_confirmed(self, school: SmallSchool) -> None:
        confirm = ConfirmSection(year_id=school.year, section=Section.STAFF)
        outcome = school.do(confirm, "hr")
        assert (outcome.key, dict(outcome.params)) == ("4.3/incomplete", {"count": 1})
        school.appoint("nobody", Role.TEACHER)
        assert verdict(school.do(confirm, "deputy")) == "4.1/role"
        school.must(confirm, "hr", at=clock(MONDAY - 2, 23, 59))
        done = self.section(school, "staff", clock(MONDAY, 12))
        assert (done.state, done.late) == (DutyState.DONE, False)

    @pytest.mark.scenario("4.3:3")
    @pytest.mark.clause("4.3")
    def test_who_is_hired_without_a_post_in_november_is_listed_for_personnel(
        self, school: SmallSchool
    ) -> None:
        school.appoint("nobody", Role.TEACHER)
        november = calendar.day_number(date(2026, 11, 10))
        school.add_staff("newcomer")
        [lacking] = [
            duty
            for duty in of(school, "4.3", "hr", clock(november, 12))
            if duty.missing and ":staff:" in duty.key
        ]
        assert lacking.last_day == date(2026, 11, 30)
        assert [each.params["name"] for each in lacking.missing] == ["Newcomer Анна"]

    @pytest.mark.scenario("4.7.2:2")
    @pytest.mark.scenario("4.3:4")
    @pytest.mark.clause("4.3")
    def test_the_last_reminder_comes_on_the_working_day_before_a_saturday(
        self, school: SmallSchool
    ) -> None:
        """5 September 2026 is a Saturday: the office works until the Friday."""

        def told(who: str) -> list[str]:
            rows = school.all(Notice, kind=NoticeKind.SECTION_DUE, person_id=school.staff[who])
            return [f"{row.key} {json.loads(row.params)['due']}" for row in rows]

        staff = "notice.section_due.staff 2026-09-05"
        saturday = MONDAY - 2
        assert calendar.date_of(saturday) == date(2026, 9, 5)
        for day, said in (
            (saturday - 2, []),
            (saturday - 1, [staff]),
            (saturday, [staff]),
            (saturday + 1, [staff]),
        ):
            school.must(TurnDay(day=day), at=clock(day, 0))
            assert told("hr") == said, day
        assert told("deputy") == ["notice.section_due.education 2026-09-05"]
        assert told("officer") == []

    @pytest.mark.clause("4.3")
    def test_who_confirmed_a_section_is_not_reminded(self, school: SmallSchool) -> None:
        school.appoint("nobody", Role.TEACHER)
        confirm = ConfirmSection(year_id=school.year, section=Section.STAFF)
        school.must(confirm, "hr", at=clock(MONDAY - 5, 9))
        school.must(TurnDay(day=MONDAY - 3), at=clock(MONDAY - 3, 0))
        assert school.all(Notice, person_id=school.staff["hr"]) == []

    @pytest.mark.clause("4.3")
    def test_a_server_that_slept_through_the_day_reminds_when_it_wakes(
        self, school: SmallSchool
    ) -> None:
        saturday = MONDAY - 2
        school.must(TurnDay(day=saturday), at=clock(saturday, 9))
        assert len(school.all(Notice, person_id=school.staff["hr"])) == 1

    @pytest.mark.clause("4.3")
    def test_when_the_date_is_over_nobody_is_reminded_of_it(self, school: SmallSchool) -> None:
        school.must(TurnDay(day=MONDAY), at=clock(MONDAY, 0))
        assert school.all(Notice, person_id=school.staff["hr"]) == []

    @pytest.mark.clause("4.7.2")
    def test_a_section_without_a_deputy_falls_to_the_system_officer(
        self, school: SmallSchool
    ) -> None:
        late = self.section(school, "safety", clock(MONDAY, 12))
        assert (late.state, late.person_id) == (DutyState.OVERDUE, school.staff["officer"])
        confirm = ConfirmSection(year_id=school.year, section=Section.SAFETY)
        school.add_staff("safety", Role.DEPUTY_SAFETY)
        assert self.section(school, "safety", clock(MONDAY, 12)).person_id == school.staff["safety"]
        assert verdict(school.do(confirm, "officer")) == "4.1/role"
        school.must(confirm, "safety")
        done = self.section(school, "safety", clock(MONDAY, 13))
        assert (done.state, done.late) == (DutyState.DONE, True)


def test_a_replica_says_the_same_of_own_duties_and_nothing_of_a_class_it_lacks(
    school: SmallSchool,
) -> None:
    moment = clock(NEXT_MONDAY, 9)
    whole = duties(school.store, moment, school.staff["russian"])
    assert {duty.clause for duty in whole.duties} == {"4.6.2", "4.6.7", "4.6.4/1"}
    care = partition(PartitionKind.CLASS_CARE, school.classes["5А"])
    journals = [
        partition(PartitionKind.JOURNAL, journal_id)
        for (group, subject), journal_id in school.journals.items()
        if subject == "Русский язык" or group in ("5А/1", "5А/2")
    ]
    cards = [partition(PartitionKind.PUPIL, pupil) for pupil in school.pupils["5А"]]
    names = [partition(PartitionKind.NAME, pupil) for pupil in school.pupils["5А"]]
    findings = partition(PartitionKind.STAFF, school.staff["russian"])
    own = replica_of(school, SCHOOL, care, findings, *journals, *cards, *names)
    assert duties(own, moment, school.staff["russian"]) == whole
    everybody = duties(own, moment)
    assert everybody.partial
    checks = [duty for duty in everybody.duties if duty.clause == "4.6.2"]
    assert {duty.params["school_class"] for duty in checks} == {"5А"}
