"""A pupil taught by an individual curriculum beside the class (specification §6, journal kinds)."""

from __future__ import annotations

import pytest

from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.groups import ChangeGroup
from eschool_core.commands.personal_files import KeepHealthGroup
from eschool_core.commands.school import TurnDay
from eschool_core.domain.enums import ExemptionKind, GroupChangeGround, JournalKind
from eschool_core.domain.journal import Attendance
from eschool_core.domain.personal_file import PhysicalGroup, PupilHealth
from eschool_core.domain.school import Term
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.journal_page import journal_page
from eschool_core.reports.period import term_period
from eschool_sync.server.scope import scope_of
from tests.core.commands.acts import absent, roll
from tests.core.queries.conftest import replica_of
from tests.core.reports.tables import asked, made
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool, clock, verdict
from tests.terms import (
    FRIDAY_11,
    MATHS,
    Q1_OVER,
    TEACHERS,
    close,
    due,
    lines_of,
    set_terms,
    term_id,
    term_mark,
)

HOME = ("ИУП", "Математика")
ENGLISH = ("5А/1", "Английский язык")


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    """A pupil of 5А who learns maths at home, by an order."""
    pupil = school.pupils["5А"][0]
    school.add_group("ИУП", ("5А",))
    placed = ChangeGroup(
        pupil_id=pupil,
        to_group_id=school.groups["ИУП"],
        first_day=FIRST_DAY,
        ground=GroupChangeGround.ORDER,
        document="Приказ № 14",
        document_day=FIRST_DAY,
    )
    school.must(placed, "deputy")
    school.add_journal(*HOME, "substitute", ((3, 1),), kind=JournalKind.INDIVIDUAL)
    set_terms(school.must, school.year)
    return pupil


@pytest.mark.scenario("journal_kinds:1")
@pytest.mark.clause("4.5.2")
def test_a_lesson_of_the_class_gives_no_absence(school: SmallSchool, pupil: int) -> None:
    lesson = school.lesson(*MATHS)
    school.must(roll(lesson), "maths")
    school.must(TurnDay(day=TUESDAY))
    assert school.all(Attendance, lesson_id=lesson) == []
    wanted = asked(school, MONDAY, MONDAY + 5, day=MONDAY + 7, class_name="5А")
    shown = made(school, "attendance", wanted)
    [row] = [row for row in shown.rows if row.about and row.about.id == pupil]
    assert shown.value(row, "missed_lessons") == 0


@pytest.mark.scenario("journal_kinds:1")
@pytest.mark.clause("4.4.3/9")
def test_a_lesson_of_the_class_is_none_that_the_pupil_had(school: SmallSchool, pupil: int) -> None:
    """The day is missed whole without it, and it is no lesson of which presence is counted."""
    classmate = school.pupils["5А"][1]
    school.now = clock(MONDAY, 15)
    for one in (pupil, classmate):
        school.must(absent(school.lesson("5А", "Русский язык"), one), "russian")
        school.must(absent(school.lesson(*ENGLISH), one), "english")
    wanted = asked(school, MONDAY, MONDAY, day=MONDAY + 7, class_name="5А")
    shown = made(school, "attendance", wanted)
    days = {row.about.id: shown.value(row, "missed_days") for row in shown.rows if row.about}
    assert days[pupil] == 1
    assert days[classmate] == 0


@pytest.mark.scenario("journal_kinds:4")
@pytest.mark.clause("1.4")
@pytest.mark.clause("4.5.1")
def test_every_teacher_of_the_pupil_sees_order_and_dates_and_no_cause(
    school: SmallSchool, pupil: int
) -> None:
    arranged = ExemptPupil(
        pupil_id=pupil,
        subject_id=school.subjects["Математика"],
        exemption_kind=ExemptionKind.INDIVIDUAL,
        first_day=MONDAY,
        last_day=MONDAY + 30,
        document="14",
    )
    assert verdict(school.do(arranged, "maths")) == "4.1/role"
    school.must(arranged, "russian")
    fit = KeepHealthGroup(pupil_id=pupil, health_group=3, physical_group=PhysicalGroup.SPECIAL_A)
    school.must(fit, "russian")
    scope = scope_of(school.store, school.staff["english"])
    copy = replica_of(school, *scope)
    assert copy.select(PupilHealth) == []
    english = school.journals[ENGLISH]
    for journal, first, last, count in (
        (english, MONDAY, TUESDAY, 1),
        (english, MONDAY + 31, MONDAY + 40, 0),
    ):
        page = journal_page(copy, journal, first, last)
        told = {row.pupil_id: [one.said("ru") for one in row.arrangements] for row in page.rows}
        assert told.pop(pupil) == ["ИУП, приказ № 14, с 07.09.2026 по 07.10.2026"] * count
        assert not any(told.values())


@pytest.mark.scenario("journal_kinds:1")
@pytest.mark.clause("4.4.4/2")
def test_no_density_is_warned_of_in_the_class_journal(school: SmallSchool, pupil: int) -> None:
    wanted = asked(school, MONDAY, FRIDAY_11, day=FRIDAY_11, class_name="5А")
    shown = made(school, "density", wanted, section="control")
    rows = [row for row in shown.rows if row.about and row.about.id == pupil]
    maths = [row for row in rows if shown.value(row, "subject") == "Математика"]
    # The one line is that of the individual journal: an hour a week asks for less.
    assert len(maths) == 1
    assert shown.value(maths[0], "teacher") == "Substitute А."


@pytest.mark.scenario("journal_kinds:1")
@pytest.mark.clause("4.4.3/4")
@pytest.mark.clause("4.5.5")
def test_the_mark_of_the_individual_journal_stands_in_the_class_register(
    school: SmallSchool, pupil: int
) -> None:
    """It is asked for in that journal alone, and the class's term closes with it."""
    school.now = Q1_OVER
    school.must(due(school, FRIDAY_11), "deputy")
    named = {
        gap.params["pupil"]
        for who in ("maths", "substitute")
        for duty in duties(school.store, clock(FRIDAY_11 + 1, 9), school.staff[who]).duties
        if duty.clause == "4.5.5" and duty.object_id == school.journals[MATHS]
        for gap in duty.missing
    }
    assert named == {"Белова Саша", "Власов Саша", "Громова Саша"}
    for where, teacher in TEACHERS.items():
        for line in lines_of(school, where):
            if where != MATHS or line.pupil_id != pupil:
                school.must(term_mark(school, line.pupil_id, 4, "итоги", where=where), teacher)
    assert verdict(school.do(close(school), "deputy")) == "4.5.5/missing"
    school.must(term_mark(school, pupil, 5, "итоги", where=HOME), "substitute")
    school.must(close(school), "deputy")

    period = term_period(school.store, school.store.require(Term, term_id(school)))
    shown = made(school, "register", asked(school, period=period, class_name="5А"))
    maths = [column.title for column in shown.columns].index("Математика")
    marks = {row.about.id: row.cells[maths] for row in shown.rows if row.about}
    assert marks == dict(zip(school.pupils["5А"], (5, 4, 4, 4), strict=True))
