"""A pupil taught in the family: interim assessment only (specification §6, journal kinds)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.owed import GiveOwedWork
from eschool_core.domain.enums import ExemptionKind
from eschool_core.domain.journal import Attendance, Mark
from eschool_core.domain.people import Exemption
from eschool_core.domain.school import Journal, Term
from eschool_core.forecast.journal import journal_forecast
from eschool_core.queries.journal_page import journal_page
from eschool_core.queries.missed_lessons import missed_lessons
from eschool_core.queries.unexplained import unexplained
from eschool_core.reports.period import term_period
from eschool_core.results.proposal import propose_term
from tests.core.commands.acts import absent, mark, roll
from tests.core.reports.tables import asked, made
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, TUESDAY, SmallSchool, verdict
from tests.terms import FRIDAY_11, MATHS, Q1_OVER, close, due, set_terms, term_id, term_mark

pytestmark = [pytest.mark.scenario("journal_kinds:5"), pytest.mark.clause("4.5.2")]


def in_family(pupil: int, first_day: int = FIRST_DAY, last_day: int = LAST_DAY) -> ExemptPupil:
    """Return the order by which a pupil is taught in the family."""
    return ExemptPupil(
        pupil_id=pupil,
        exemption_kind=ExemptionKind.FAMILY,
        first_day=first_day,
        last_day=last_day,
        document="7-с",
    )


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    """A pupil of 5А."""
    return school.pupils["5А"][0]


@pytest.mark.clause("4.5.2/family")
def test_neither_absence_nor_mark_nor_owed_work_is_written(school: SmallSchool, pupil: int) -> None:
    lesson = school.lesson(*MATHS)
    owed = GiveOwedWork(lesson_id=lesson, pupil_id=pupil, due_day=TUESDAY)
    school.must(in_family(pupil, MONDAY, MONDAY), "russian")
    for command in (absent(lesson, pupil), mark(lesson, pupil), owed):
        assert verdict(school.do(command, "maths")) == "4.5.2/family"
    assert (school.all(Attendance), school.all(Mark)) == ([], [])
    school.must(mark(lesson, school.pupils["5А"][1]), "maths")


@pytest.mark.clause("4.5.2/family")
def test_the_day_before_and_the_day_after_are_days_of_the_class(
    school: SmallSchool, pupil: int
) -> None:
    lesson = school.lesson(*MATHS)
    school.must(in_family(pupil, MONDAY + 1), "russian")
    school.must(mark(lesson, pupil), "maths")
    school.must(in_family(pupil, FIRST_DAY, MONDAY - 1), "russian")
    school.must(absent(lesson, pupil), "maths")


def test_what_was_written_before_the_order_came_can_be_taken_back(
    school: SmallSchool, pupil: int
) -> None:
    lesson = school.lesson(*MATHS)
    school.must(absent(lesson, pupil), "maths")
    school.must(mark(lesson, pupil), "maths")
    school.must(in_family(pupil), "russian")
    school.must(mark(lesson, pupil, 0), "maths")
    school.must(absent(lesson, pupil, 0), "maths")


def test_it_has_no_subject_and_the_same_order_changes_its_dates(
    school: SmallSchool, pupil: int
) -> None:
    with_subject = in_family(pupil).model_copy(update={"subject_id": school.subjects["Математика"]})
    assert verdict(school.do(with_subject, "russian")) == "data.field"
    assert verdict(school.do(in_family(pupil, MONDAY, MONDAY - 1), "russian")) == "data.field"
    assert verdict(school.do(in_family(pupil), "maths")) == "4.1/role"
    school.must(in_family(pupil), "russian")
    school.must(in_family(pupil, FIRST_DAY, MONDAY - 1), "russian")
    assert school.one(Exemption).last_day == MONDAY - 1
    school.must(mark(school.lesson(*MATHS), pupil), "maths")


@pytest.mark.clause("4.4.3/9")
@pytest.mark.clause("4.6.2")
def test_absences_written_before_the_order_came_are_not_counted(
    school: SmallSchool, pupil: int
) -> None:
    classmate = school.pupils["5А"][1]
    lesson = school.lesson(*MATHS)
    for one in (pupil, classmate):
        school.must(absent(lesson, one), "maths")
    school.must(in_family(pupil), "russian")
    shown = made(school, "attendance", asked(school, MONDAY, MONDAY, day=TUESDAY, class_name="5А"))
    missed = {row.about.id: shown.value(row, "missed_lessons") for row in shown.rows if row.about}
    assert (missed[pupil], missed[classmate]) == (0, 1)
    [note] = [note for note in shown.notes if note.title.startswith("Семейная форма")]
    assert [line.endswith("приказ № 7-с") for line in note.lines] == [True]
    class_id = school.classes["5А"]
    told = missed_lessons(school.store, class_id, "5А", MONDAY, MONDAY)
    assert [entry.pupil_id for entry in told.pupils] == [classmate]
    asked_about = unexplained(school.store, class_id, MONDAY, MONDAY)
    assert [entry.pupil_id for entry in asked_about] == [classmate]


@pytest.mark.clause("4.4.4/2")
@pytest.mark.clause("4.6.3")
def test_no_density_is_asked_of_the_pupil(school: SmallSchool, pupil: int) -> None:
    set_terms(school.must, school.year)

    def named(name: str) -> set[int]:
        wanted = asked(school, MONDAY, FRIDAY_11, day=FRIDAY_11, class_name="5А")
        shown = made(school, name, wanted, section="control")
        return {row.about.id for row in shown.rows if row.about}

    assert pupil in named("density")
    school.must(in_family(pupil), "russian")
    assert named("density") == set(school.pupils["5А"]) - {pupil}
    assert pupil not in named("unmarked")


@pytest.mark.clause("4.4.3")
def test_no_marks_of_lessons_are_reckoned_by_the_pupil(school: SmallSchool, pupil: int) -> None:
    set_terms(school.must, school.year)
    classmates = school.pupils["5А"][1:]
    school.must(roll(school.lesson(*MATHS)), "maths")
    for classmate in classmates:
        school.must(mark(school.lesson(*MATHS), classmate), "maths")
    wanted = asked(school, MONDAY, FRIDAY_11, day=FRIDAY_11)

    def each() -> object:
        shown = made(school, "filling", wanted)
        [row] = [row for row in shown.rows if row.cells[1:3] == ("5А", "Математика")]
        return shown.value(row, "marks_each")

    shared = Decimal(len(classmates)) / (len(classmates) + 1)
    assert each() == shared.quantize(Decimal("0.1"))
    school.must(in_family(pupil), "russian")
    assert each() == 1


@pytest.mark.clause("2.8")
def test_nothing_is_forecast_for_the_pupil(school: SmallSchool, pupil: int) -> None:
    set_terms(school.must, school.year)
    school.must(mark(school.lesson(*MATHS), pupil), "maths")

    def forecast() -> set[int]:
        found = journal_forecast(school.store, school.journals[MATHS], TUESDAY)
        return {one.pupil_id for one in found.pupils}

    assert forecast() == set(school.pupils["5А"])
    school.must(in_family(pupil), "russian")
    assert forecast() == set(school.pupils["5А"]) - {pupil}


@pytest.mark.clause("4.4.3/4")
def test_the_register_names_the_pupil_and_the_order(school: SmallSchool, pupil: int) -> None:
    set_terms(school.must, school.year)
    term = school.store.require(Term, term_id(school))
    quarter = term_period(school.store, term)
    wanted = asked(school, period=quarter, day=FRIDAY_11, class_name="5А")

    def titles() -> list[str]:
        return [note.title for note in made(school, "register", wanted).notes]

    before = titles()
    school.must(in_family(pupil), "russian")
    [added] = set(titles()) - set(before)
    assert added.startswith("Семейная форма")


@pytest.mark.clause("4.5.1")
def test_teachers_see_order_and_dates(school: SmallSchool, pupil: int) -> None:
    school.must(in_family(pupil, MONDAY, MONDAY + 30), "russian")
    page = journal_page(school.store, school.journals[MATHS], MONDAY, TUESDAY)
    told = {row.pupil_id: [one.said("ru") for one in row.arrangements] for row in page.rows}
    assert told.pop(pupil) == ["семейная форма, приказ № 7-с, с 07.09.2026 по 07.10.2026"]
    assert not any(told.values())


@pytest.mark.clause("4.5.5")
def test_marks_of_terms_are_asked_for_and_set(school: SmallSchool, pupil: int) -> None:
    set_terms(school.must, school.year)
    school.must(in_family(pupil), "russian")
    school.now = Q1_OVER
    school.must(due(school, FRIDAY_11), "deputy")
    journal = school.store.require(Journal, school.journals[MATHS])
    term = school.store.require(Term, term_id(school))
    proposal = propose_term(school.store, journal, term, pupil)[pupil]
    assert proposal.value is None
    assert [reason.key for reason in proposal.reasons] == ["proposal.family"]
    assert verdict(school.do(close(school), "deputy")) == "4.5.5/missing"
    school.must(term_mark(school, pupil, 4, "промежуточная аттестация"), "maths")
