from __future__ import annotations

import csv
import io
import zipfile

import pytest

from eschool_core.commands.lessons import RecordMark
from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import TermKind, WorkKind
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Term
from eschool_core.exports.gradebook import Gradebook, export_gradebook
from eschool_core.exports.oneroster_csv import FILES
from eschool_core.imports.oneroster import read_oneroster
from eschool_core.store.database import transaction
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school, clock

Table = list[dict[str, str]]


@pytest.fixture
def school() -> SmallSchool:
    built = built_school()
    built.must(
        SetTerm(
            year_id=built.year,
            term_kind=TermKind.QUARTER,
            ordinal=1,
            first_day=FIRST_DAY,
            last_day=FIRST_DAY + 55,
        )
    )
    lesson = built.lesson("5А", "Математика")
    for place, value in enumerate((5, 3)):
        built.must(
            RecordMark(lesson_id=lesson, pupil_id=built.pupils["5А"][place], value=value), "maths"
        )
    return built


def bundle(made: Gradebook) -> dict[str, Table]:
    """Return the files as a reader of CSV sees them."""
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        return {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode(), newline=""))
            )
            for name in archive.namelist()
        }


def result(school: SmallSchool, value: ResultValue, kind: ResultKind, term_id: int = 0) -> None:
    pupil = school.pupils["5А"][0]
    sql = "SELECT part FROM journal_line WHERE pupil_id = ? AND journal_id = ?"
    [(part,)] = school.store.rows(sql, pupil, school.journals["5А", "Математика"])
    with transaction(school.database):
        school.store.put(
            TermMark(
                id=900 + int(kind),
                part=int(part) + TO_RESULT,
                author_id=school.staff["maths"],
                device=1,
                made_at=clock(MONDAY, 12),
                kind=int(kind),
                term_id=term_id,
                value=int(value),
            )
        )
        school.ledger.flush()


@pytest.mark.clause("1.2/3")
def test_every_mark_is_a_result_of_a_work_of_its_journal(school: SmallSchool) -> None:
    made = export_gradebook(school.store, MONDAY)
    tables = bundle(made)
    [item] = tables["lineItems"]
    [term] = [one for one in school.all(Term) if one.first_day <= MONDAY <= one.last_day][:1]
    [klass] = [one for one in tables["classes"] if one["sourcedId"] == item["classSourcedId"]]
    assert (klass["title"], klass["classType"]) == ("5А Математика", "scheduled")
    assert (item["assignDate"], item["resultValueMax"]) == ("2026-09-07", "5")
    assert item["gradingPeriodSourcedId"] == str(term.id)
    found = {(one["studentSourcedId"], one["score"]) for one in tables["results"]}
    assert found == {(str(school.pupils["5А"][place]), f"{5 - 2 * place}") for place in (0, 1)}
    assert {one["lineItemSourcedId"] for one in tables["results"]} == {item["sourcedId"]}
    assert (made.line_items, made.results) == (1, 2)


def test_every_reference_leads_somewhere_and_ids_are_unique(school: SmallSchool) -> None:
    tables = bundle(export_gradebook(school.store, MONDAY))
    ids = {name: [one["sourcedId"] for one in rows] for name, rows in tables.items() if
           name != "manifest"}  # fmt: skip
    assert all(len(set(listed)) == len(listed) for listed in ids.values())
    for table, column, to in (
        ("lineItems", "classSourcedId", "classes"),
        ("lineItems", "categorySourcedId", "categories"),
        ("lineItems", "gradingPeriodSourcedId", "academicSessions"),
        ("results", "lineItemSourcedId", "lineItems"),
        ("results", "studentSourcedId", "users"),
        ("classes", "courseSourcedId", "courses"),
        ("enrollments", "classSourcedId", "classes"),
        ("enrollments", "userSourcedId", "users"),
    ):
        assert {one[column] for one in tables[table]} <= set(ids[to]), column


def test_the_manifest_names_every_file_of_the_version(school: SmallSchool) -> None:
    tables = bundle(export_gradebook(school.store, MONDAY))
    said = {one["propertyName"]: one["value"] for one in tables["manifest"]}
    assert said["oneroster.version"] == "1.2"
    listed = {name: said[f"file.{name}"] for name in FILES}
    assert {name for name, value in listed.items() if value == "bulk"} == set(tables) - {"manifest"}
    assert {*listed.values()} == {"bulk", "absent"}


def test_a_result_that_is_no_number_stands_in_words(school: SmallSchool) -> None:
    term = school.all(Term)[0]
    result(school, ResultValue.NOT_ATTESTED, ResultKind.TERM, term.id)
    result(school, ResultValue.FOUR, ResultKind.YEAR)
    result(school, ResultValue.EXEMPT, ResultKind.FINAL)
    rows = bundle(export_gradebook(school.store, MONDAY))["results"]
    said = {
        (one["scoreStatus"], one["score"], one["textScore"])
        for one in rows
        if one["sourcedId"].startswith("t-")
    }
    assert said == {
        ("fully graded", "", "н/а"),
        ("fully graded", "4", ""),
        ("exempt", "", "осв."),
    }


def test_a_mark_that_was_taken_back_is_not_in_it(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(RecordMark(lesson_id=lesson, pupil_id=pupil, value=0), "maths")
    rows = bundle(export_gradebook(school.store, MONDAY))["results"]
    assert str(pupil) not in {one["studentSourcedId"] for one in rows}


def test_marks_of_two_kinds_are_two_works(school: SmallSchool) -> None:
    school.must(
        RecordMark(
            lesson_id=school.lesson("5А", "Математика"),
            pupil_id=school.pupils["5А"][2],
            value=4,
            work_kind=WorkKind.TEST,
        ),
        "maths",
    )
    tables = bundle(export_gradebook(school.store, MONDAY))
    assert len(tables["lineItems"]) == 2
    assert len({one["categorySourcedId"] for one in tables["lineItems"]}) == 2


def test_who_belongs_to_the_school_is_read_from_it_as_from_a_roster(school: SmallSchool) -> None:
    draft = read_oneroster(export_gradebook(school.store, MONDAY).data)
    # Journals come with the timetable; whatever else is in the bundle is taken.
    reasons = {one.reason for one in draft.not_taken}
    assert reasons == {"import.class_is_journal", "import.enrollment_class_left_out"}
    assert {one.name for one in draft.groups} == {"5А/1", "5А/2", "10А+10Б"}
    assert len(draft.pupils) == 20
    assert {one.name for one in draft.classes} == {"1А", "5А", "5Б", "10А", "10Б"}
