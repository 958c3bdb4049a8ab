"""Exam marks from their protocol and marks for the certificate (2.6, §2 «итоговая отметка»)."""

from __future__ import annotations

import pytest

from eschool_core.commands.base import Command
from eschool_core.commands.finals import ConfirmFinalMark, SetExamMark
from eschool_core.commands.people import Appoint
from eschool_core.commands.school import CreateSubject, SetPolicy
from eschool_core.commands.term_marks import SetYearMark
from eschool_core.domain.enums import Role
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import ResultKind
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Journal
from eschool_core.results.final import propose_final
from tests.school import FIRST_DAY, LAST_DAY, SmallSchool, findings, verdict
from tests.terms import YEAR_OVER, set_terms

pytestmark = [pytest.mark.clause("2.6"), pytest.mark.clause("4.5.5")]
ALGEBRA, GEOMETRY = ("9А", "Алгебра"), ("9А", "Геометрия")


@pytest.fixture(autouse=True)
def ninth(school: SmallSchool) -> None:
    """A ninth class with algebra and geometry; its year marks may be set at once."""
    set_terms(school.must, school.year)
    school.now = YEAR_OVER
    school.add_class("9А", 9)
    for family in ("Дубов", "Елина"):
        school.add_pupil("9А", family)
    for name in ("Алгебра", "Геометрия"):
        school.subjects[name] = school.must(CreateSubject(name=name))
        school.add_journal("9А", name, "maths")


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["9А"][0]


@pytest.fixture
def secretary(school: SmallSchool) -> str:
    appointment = Appoint(
        person_id=school.staff["physics"],
        role=Role.EXAM_SECRETARY,
        first_day=FIRST_DAY,
        act="Приказ 77",
    )
    school.must(appointment, "head")
    return "physics"


def years(school: SmallSchool, pupil: int, *values: int) -> None:
    """Put year marks, as rows: how they came to be is told elsewhere."""
    for where, value in zip((ALGEBRA, GEOMETRY), values, strict=False):
        line = school.line(*where, pupil)
        put_result(school, line, ResultKind.YEAR, value)


def put_result(school: SmallSchool, line: JournalLine, kind: ResultKind, value: int) -> None:
    row_id = 10**6 + len(school.all(TermMark))
    row = TermMark(
        id=row_id, part=line.part + TO_RESULT, kind=kind, value=value, author_id=1, device=1,
        made_at=0, reason="", document="", act="",
    )  # fmt: skip
    school.store.put(row)


def exam(school: SmallSchool, pupil: int, value: int, **fields: object) -> Command:
    values = {"protocol": "Протокол 4", "protocol_day": LAST_DAY, **fields}
    return SetExamMark(
        journal_id=school.journals[ALGEBRA],
        pupil_id=pupil,
        subject_id=school.subjects["Математика"],
        value=value,
        **values,  # type: ignore[arg-type]
    )


def final(school: SmallSchool, pupil: int, value: int, reason: str = "") -> Command:
    return ConfirmFinalMark(
        journal_id=school.journals[ALGEBRA],
        pupil_id=pupil,
        subject_id=school.subjects["Математика"],
        other_ids=(school.journals[GEOMETRY],),
        value=value,
        reason=reason,
    )


@pytest.mark.clause("4.5.5/exam")
@pytest.mark.parametrize("name", ["maths", "deputy", "head", "officer"])
def test_exam_marks_are_entered_by_a_person_named_by_order(
    school: SmallSchool, pupil: int, secretary: str, name: str
) -> None:
    assert verdict(school.do(exam(school, pupil, 4), name)) == "4.5.5/exam"
    assert verdict(school.do(exam(school, pupil, 4), secretary)) == "accepted"
    row = school.one(TermMark)
    assert (row.kind, row.document, row.document_day) == (ResultKind.EXAM, "Протокол 4", LAST_DAY)


def test_nobody_is_named_without_an_order(school: SmallSchool) -> None:
    bare = Appoint(person_id=school.staff["physics"], role=Role.EXAM_SECRETARY, first_day=FIRST_DAY)
    assert verdict(school.do(bare, "head")) == "data.field"


def test_an_exam_mark_is_on_the_scale_and_taken_back_only_where_it_is(
    school: SmallSchool, pupil: int, secretary: str
) -> None:
    assert verdict(school.do(exam(school, pupil, 1), secretary)) == "4.5.2/scale"
    assert verdict(school.do(exam(school, pupil, 0), secretary)) == "journal.nothing_to_take_back"


def test_mathematics_is_the_mean_of_algebra_geometry_and_the_exam(
    school: SmallSchool, pupil: int, secretary: str
) -> None:
    years(school, pupil, 4, 3)
    school.must(exam(school, pupil, 4), secretary)  # (4 + 3 + 4) / 3 = 3.67
    assert verdict(school.do(final(school, pupil, 3), "maths")) == "2.6/reason"
    assert findings(school.do(final(school, pupil, 4), "deputy")) == []
    row = school.one(TermMark, kind=ResultKind.FINAL)
    assert (row.value, row.proposed, row.mean) == (4, 4, 367)
    assert row.subject_id == school.subjects["Математика"]


def test_the_final_mark_comes_after_the_year_mark(school: SmallSchool, pupil: int) -> None:
    assert verdict(school.do(final(school, pupil, 4), "maths")) == "4.5.5/missing"


def test_half_a_mark_is_rounded_up_whatever_the_schools_table(
    school: SmallSchool, pupil: int, secretary: str
) -> None:
    act = SetPolicy(name="least_means", value="260,360,460", first_day=FIRST_DAY, act="№ 2")
    school.must(act, "deputy")
    years(school, pupil, 4, 4)
    school.must(exam(school, pupil, 3), secretary)
    proposal = propose_final(
        school.store,
        journal(school, ALGEBRA),
        pupil,
        [journal(school, GEOMETRY)],
        school.subjects["Математика"],
    )
    assert (proposal.value, proposal.mean_hundredths) == (4, 367)


def test_other_subjects_take_the_year_mark(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    put_result(school, school.line("5А", "Русский язык", pupil), ResultKind.YEAR, 5)
    proposal = propose_final(school.store, journal(school, ("5А", "Русский язык")), pupil)
    assert (proposal.value, proposal.mean_hundredths) == (5, 500)


def test_upper_grades_take_all_half_year_and_year_marks(school: SmallSchool) -> None:
    school.add_class("11А", 11)
    pupil = school.add_pupil("11А", "Жуков")
    school.add_journal("11А", "Физика", "physics")
    line = school.line("11А", "Физика", pupil)
    for kind, value in ((ResultKind.TERM, 3), (ResultKind.TERM, 4), (ResultKind.YEAR, 4)):
        put_result(school, line, kind, value)
    put_result(school, line, ResultKind.EXAM, 2)  # the state exam does not enter
    proposal = propose_final(school.store, journal(school, ("11А", "Физика")), pupil)
    assert (proposal.value, proposal.mean_hundredths) == (4, 367)


def journal(school: SmallSchool, where: tuple[str, str]) -> Journal:
    return school.store.require(Journal, school.journals[where])


@pytest.mark.parametrize("name", ["russian", "officer", "hr"])
def test_who_may_confirm(school: SmallSchool, pupil: int, name: str) -> None:
    years(school, pupil, 4, 4)
    assert verdict(school.do(final(school, pupil, 4), name)) != "accepted"
    assert verdict(school.do(final(school, pupil, 4), "maths")) == "accepted"


def test_a_year_mark_can_be_set_by_the_teacher_only(school: SmallSchool, pupil: int) -> None:
    command = SetYearMark(journal_id=school.journals[ALGEBRA], pupil_id=pupil, value=4)
    assert verdict(school.do(command, "deputy")) == "4.2/1/marks"
