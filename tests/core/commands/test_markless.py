from __future__ import annotations

import pytest

from eschool_core.commands.people import MovePupil
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.journal import Attendance, Homework, Mark
from tests.core.commands.acts import absent, homework, mark, roll, topic, work
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, findings, offline, verdict

pytestmark = pytest.mark.clause("3.6")


@pytest.fixture
def combined(school: SmallSchool) -> tuple[SmallSchool, int, int, int]:
    """A combined class of grades 1 and 3: school, lesson, first-year pupil, third-year pupil."""
    school.add_class("1–3", 3)
    small = school.add_pupil("1–3", "Дымов", grade=1)
    big = school.add_pupil("1–3", "Ежова", grade=3)
    school.add_journal("1–3", "Русский язык", "primary", ((0, 3), (1, 3)))
    return school, school.lesson("1–3", "Русский язык"), small, big


@pytest.mark.clause("3.6/mark")
@pytest.mark.asvs("row 32")
@pytest.mark.parametrize("actor", ["primary", "head", "deputy", "officer", "hr", "maths"])
def test_nobody_gives_a_first_year_pupil_a_mark(school: SmallSchool, actor: str) -> None:
    lesson, pupil = school.lesson("1А", "Математика"), school.pupils["1А"][0]
    outcome = school.do(mark(lesson, pupil), actor)
    assert verdict(outcome) != "accepted"
    if actor == "primary":
        assert (outcome.key, outcome.clause) == ("3.6/mark", "3.6")
    assert school.all(Mark) == []


@pytest.mark.scenario("3.6:1")
@pytest.mark.clause("3.6/mark")
@pytest.mark.asvs("2.2.2")
def test_a_mark_made_offline_by_an_old_client_is_refused_on_arrival(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("1А", "Математика"), school.pupils["1А"][0]
    at = offline(clock(MONDAY, 8), clock(MONDAY, 9), clock(MONDAY + 3, 18))
    assert verdict(school.do(mark(lesson, pupil), "primary", at=at)) == "3.6/mark"


@pytest.mark.scenario("3.6:1")
@pytest.mark.clause("3.6/homework")
def test_a_first_year_class_gets_no_homework(school: SmallSchool) -> None:
    lesson = school.lesson("1А", "Математика")
    assert verdict(school.do(homework(lesson), "primary")) == "3.6/homework"
    assert verdict(school.do(homework(lesson, grade=1), "primary")) == "3.6/homework"
    assert school.all(Homework) == []


def test_nothing_set_may_be_said_of_a_first_year_class(school: SmallSchool) -> None:
    lesson = school.lesson("1А", "Математика")
    assert findings(school.do(homework(lesson, ""), "primary", at=clock(MONDAY, 9))) == []


@pytest.mark.scenario("3.6:2")
def test_attendance_topic_and_roll_of_a_first_year_class_are_taken(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("1А", "Математика"), school.pupils["1А"][0]
    for command in (absent(lesson, pupil), topic(lesson), roll(lesson)):
        assert findings(school.do(command, "primary")) == []
    assert len(school.all(Attendance)) == 1


@pytest.mark.scenario("3.6:3")
@pytest.mark.clause("3.6/mark")
def test_the_pupils_own_grade_decides_in_a_combined_class(
    combined: tuple[SmallSchool, int, int, int],
) -> None:
    school, lesson, small, big = combined
    assert verdict(school.do(mark(lesson, small), "primary")) == "3.6/mark"
    assert verdict(school.do(mark(lesson, big), "primary")) == "accepted"


@pytest.mark.clause("3.6/homework")
def test_homework_of_a_combined_class_names_its_grade(
    combined: tuple[SmallSchool, int, int, int],
) -> None:
    school, lesson, _, _ = combined
    assert verdict(school.do(homework(lesson), "primary")) == "3.6/homework"
    assert verdict(school.do(homework(lesson, grade=1), "primary")) == "3.6/homework"
    assert verdict(school.do(homework(lesson, grade=3), "primary")) == "accepted"
    assert [row.grade for row in school.all(Homework)] == [3]


@pytest.mark.clause("3.6/mark")
def test_a_move_within_the_year_keeps_the_own_grade(
    combined: tuple[SmallSchool, int, int, int],
) -> None:
    school, _, _, _ = combined
    pupil = school.pupils["1А"][0]
    order = MovePupil(pupil_id=pupil, class_id=school.classes["1–3"], first_day=MONDAY, order="5-п")
    school.must(order, "officer")
    tuesday = school.lesson("1–3", "Русский язык", MONDAY + 1)
    at = clock(MONDAY + 1, 12)
    assert verdict(school.do(mark(tuesday, pupil), "primary", at=at)) == "3.6/mark"


def test_a_mark_taken_back_is_not_given(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("1А", "Математика"), school.pupils["1А"][0]
    outcome = school.do(mark(lesson, pupil, 0), "primary")
    assert verdict(outcome) == "journal.nothing_to_take_back"


def markless(value: str) -> SetPolicy:
    return SetPolicy(name="markless_grades", value=value, first_day=FIRST_DAY, act="Приказ 3")


@pytest.mark.asvs("row 32")
def test_no_act_of_the_school_gives_marks_to_the_first_grade(school: SmallSchool) -> None:
    assert verdict(school.do(markless("2"), "deputy")) == "policy.first_grade"


def test_an_act_may_free_more_grades_from_marks(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    assert verdict(school.do(mark(lesson, pupil), "maths")) == "accepted"
    school.must(markless("1, 5"), "deputy")
    assert verdict(school.do(mark(lesson, pupil, 4), "maths")) == "3.6/mark"
    assert verdict(school.do(work(lesson, "Дроби"), "maths")) == "accepted"


def test_a_mark_given_before_the_act_can_still_be_taken_back(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(mark(lesson, pupil), "maths")
    school.must(markless("1, 5"), "deputy")
    assert verdict(school.do(mark(lesson, pupil, 0), "maths")) == "accepted"
