from __future__ import annotations

import pytest

from eschool_core.app import carry_out
from eschool_core.commands.base import Command, Occasion
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.guardians import AddGuardian, GuardianEntry
from eschool_core.commands.people import AdmitPupil, HireStaff
from eschool_core.commands.school import (
    SetPolicy,
)
from eschool_core.domain.enums import (
    ExcuseKind,
    Role,
)
from eschool_core.domain.journal import Attendance, Mark
from eschool_core.regulation.interval import Interval
from tests.core.commands.acts import mark
from tests.core.commands.samples import samples
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, offline, verdict

EVERYBODY = ("head", "deputy", "officer", "hr", "maths", "russian", "nobody", "pupil", "guardian")


def person(school: SmallSchool, name: str) -> int:
    pupil = school.pupils["5А"][0]
    if name == "pupil":
        return pupil
    return school.guardian(pupil) if name == "guardian" else school.staff[name]


def page_commands(school: SmallSchool) -> list[Command]:
    """Return every command that writes on a page of 5А's maths."""
    commands = samples(school)
    return [commands[kind] for kind in sorted(PAGE)]


@pytest.mark.scenario("4.2/3:1", "4.6.1:1")
@pytest.mark.clause("4.6.1")
@pytest.mark.asvs("8.2.3")
def test_the_class_teacher_edits_no_page_of_another_teacher(school: SmallSchool) -> None:
    before = school.dump()
    for command in page_commands(school):
        outcome = school.do(command, "russian")
        assert (verdict(outcome), outcome.clause) == ("4.6.1/read-only", "4.6.1")
    assert school.dump() == before


@pytest.mark.clause("4.6.1")
@pytest.mark.asvs("8.2.3")
def test_the_class_teacher_changes_no_mark_that_is_there(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(mark(lesson, pupil, 3), "maths")
    for value in (0, 5):
        assert verdict(school.do(mark(lesson, pupil, value), "russian")) == "4.6.1/read-only"
    assert school.one(Mark).value == 3


@pytest.mark.scenario("4.2/3:1")
@pytest.mark.clause("4.6.1")
def test_the_class_teacher_writes_where_the_own_load_is(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Русский язык"), school.pupils["5А"][0]
    assert verdict(school.do(mark(lesson, pupil), "russian", at=clock(MONDAY, 13))) == "accepted"


@pytest.mark.clause("4.2/3")
def test_the_class_teacher_of_another_class_is_just_a_stranger(school: SmallSchool) -> None:
    for command in page_commands(school):
        assert verdict(school.do(command, "primary")) == "4.5.1/page"


@pytest.mark.clause("4.6.1")
@pytest.mark.asvs("2.2.2")
@pytest.mark.asvs("8.3.1")
@pytest.mark.threat("T4")
def test_a_forged_command_of_the_class_teacher_is_judged_by_the_rows_alone(
    school: SmallSchool,
) -> None:
    """A changed replica sends what our own would never have made; time and seq do not help."""
    before = school.dump()
    early = clock(FIRST_DAY, 0)
    forged = Interval(lo=early, hi=clock(MONDAY, 12), estimate=clock(MONDAY, 9), claimed=early)
    for number, command in enumerate(page_commands(school)):
        russian = school.staff["russian"]
        occasion = Occasion(russian, 77, number, 10**9, forged, ids_from=3)
        outcome = carry_out(school.store, command, occasion)
        assert verdict(outcome) == "4.6.1/read-only"
    assert school.dump() == before


@pytest.mark.scenario("4.2/1:1")
@pytest.mark.clause("4.1")
@pytest.mark.parametrize(
    ("actor", "check"),
    [
        pytest.param("head", "4.2/1/marks", marks=pytest.mark.clause("4.2/1")),
        pytest.param("deputy", "4.2/1/marks", marks=pytest.mark.clause("4.2/1")),
        pytest.param("officer", "4.2/4/marks", marks=pytest.mark.clause("4.2/4")),
        pytest.param("hr", "4.2/2/staff", marks=pytest.mark.clause("4.2/2")),
        ("nobody", "4.5.1/page"),
        pytest.param("pupil", "4.5.1/page", marks=pytest.mark.clause("2.10")),
        pytest.param("guardian", "4.5.1/page", marks=pytest.mark.clause("2.10")),
    ],
)
def test_who_has_no_load_writes_no_page_and_learns_why(
    school: SmallSchool, actor: str, check: str
) -> None:
    before = school.dump()
    for command in page_commands(school):
        assert verdict(school.do(command, person(school, actor))) == check
    assert school.dump() == before


@pytest.mark.scenario("4.2/1:1")
@pytest.mark.clause("4.2/1")
def test_the_administration_writes_where_it_teaches(school: SmallSchool) -> None:
    school.add_load(school.journals["5А", "Математика"], "deputy")
    for command in page_commands(school):
        assert verdict(school.do(command, "deputy")) == "accepted"


PAGE = frozenset(
    "record_topic record_work record_homework record_mark record_attendance take_roll "
    "record_lesson give_owed_work settle_owed_work".split()
)
OF_ROWS = frozenset(
    "set_term_mark set_year_mark confirm_final_mark move_mark propose_correction "
    "decide_external_mark see_marks".split()
)
"""Rights that hang on rows which the small school does not have; their own tests put them."""


@pytest.mark.scenario("3.1/1:1", "4.7.4:1")
@pytest.mark.clause("4.7.4")
@pytest.mark.parametrize("actor", [name for name in EVERYBODY if name != "officer"])
def test_only_the_system_officer_enters_new_users(school: SmallSchool, actor: str) -> None:
    guardian = GuardianEntry(family="А", given="Б")
    pupil, klass = school.pupils["5А"][0], school.classes["5А"]
    commands: list[Command] = [
        HireStaff(family="Новая", given="Анна"),
        AdmitPupil(family="Ёлкин", given="Ян", class_id=klass, first_day=FIRST_DAY, order="2-з"),
        AddGuardian(pupil_id=pupil, guardian=guardian, first_day=FIRST_DAY, ground="опека"),
    ]
    before = school.dump()
    for command in commands:
        assert verdict(school.do(command, person(school, actor))) == "4.7.4/account"
    assert school.dump() == before


@pytest.mark.clause("4.1")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (offline(clock(MONDAY, 8), clock(MONDAY, 9), clock(MONDAY, 20)), "accepted"),
        (offline(clock(MONDAY, 8), clock(MONDAY, 9), clock(MONDAY + 1, 0)), "held 4.1/role"),
        (offline(clock(MONDAY + 1, 0), None, clock(MONDAY + 2, 0)), "4.1/role"),
    ],
)
def test_a_right_must_hold_throughout_the_judged_interval(
    school: SmallSchool, at: Interval, expected: str
) -> None:
    school.add_staff("acting")
    school.appoint("acting", Role.HEAD, last_day=MONDAY)
    command = SetPolicy(name="plan_weeks", value="33", first_day=FIRST_DAY, act="№ 1")
    assert verdict(school.do(command, "acting", at=at)) == expected


@pytest.mark.clause("4.6.1")
def test_the_class_teachers_own_right_must_hold_throughout_as_well(school: SmallSchool) -> None:
    school.add_staff("former")
    school.appoint("former", Role.CLASS_TEACHER, "5А", last_day=MONDAY)
    excuse = ExcuseAbsence(
        pupil_id=school.pupils["5А"][0],
        excuse=ExcuseKind.SICK,
        first_day=MONDAY,
        last_day=MONDAY,
    )
    at = offline(clock(MONDAY, 8), None, clock(MONDAY + 1, 9))
    assert verdict(school.do(excuse, "former", at=at)) == "held 4.1/role"
    assert verdict(school.do(excuse, "former", at=clock(MONDAY + 1, 9))) == "4.1/role"
    assert verdict(school.do(excuse, "former", at=clock(MONDAY, 23, 59))) == "accepted"
    assert school.all(Attendance) == []
