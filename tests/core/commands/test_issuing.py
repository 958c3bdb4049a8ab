from __future__ import annotations

import pytest

from eschool_core.commands.issuing import REGISTER, WEEKLY_SLIP, IssueDocument
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.domain.enums import Role, Verdict
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.partition import ARCHIVE, PartitionKind, partition
from eschool_core.ids import make_id
from eschool_core.queries.issued import issued_paper, issued_papers, paper_number, row_of
from tests.school import FIRST_DAY, MONDAY, SmallSchool


def paper(school: SmallSchool, **changes: object) -> IssueDocument:
    """Return a lawful command of a register of 5А, with changes."""
    fields: dict[str, object] = {
        "form": REGISTER,
        "sheet_hash": "5" * 64,
        "class_id": school.classes["5А"],
        "first_day": FIRST_DAY,
        "last_day": MONDAY,
        "day": MONDAY,
        "as_of": school.now,
    }
    return IssueDocument.model_validate(fields | changes)


def application(school: SmallSchool) -> int:
    pupil = school.pupils["5А"][0]
    command = FilePaperApplication(
        pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 1", first_day=FIRST_DAY
    )
    return school.must(command, "russian")


@pytest.mark.clause("5.2")
def test_the_log_says_what_was_issued_by_whom_in_which_post(school: SmallSchool) -> None:
    row_id = school.must(paper(school, certified=1), "deputy")
    [entry] = issued_papers(school.store)
    assert entry.paper_number == paper_number(row_id)
    assert (entry.school_class, entry.form, entry.certified) == ("5А", REGISTER, True)
    assert entry.post is Role.DEPUTY_STUDIES
    assert entry.issued_by
    assert entry.sheet_hash == "5" * 64
    assert entry.confirmed
    assert issued_paper(school.store, entry.paper_number) == entry
    assert issued_paper(school.store, "9999-1") is None
    assert issued_papers(school.store, class_id=school.classes["5Б"]) == ()


@pytest.mark.clause("4.6.5")
def test_a_class_teacher_issues_the_weekly_lists_of_own_pupils(school: SmallSchool) -> None:
    row_id = school.must(paper(school, form=WEEKLY_SLIP, object_id=application(school)), "russian")
    row = school.store.require(IssuedDocument, row_id)
    assert row.part == partition(PartitionKind.PUPIL, school.pupils["5А"][0])
    assert row.post == Role.CLASS_TEACHER


@pytest.mark.clause("5.2")
def test_papers_live_where_those_see_them_who_see_what_they_are_of(school: SmallSchool) -> None:
    of_class = school.must(paper(school), "russian")
    of_school = school.must(paper(school, form="movement", class_id=0), "deputy")
    care = partition(PartitionKind.CLASS_CARE, school.classes["5А"])
    assert school.store.require(IssuedDocument, of_class).part == care
    assert school.store.require(IssuedDocument, of_school).part == ARCHIVE


@pytest.mark.clause("5.2")
@pytest.mark.parametrize(
    "changes",
    [
        {"certified": 1},
        {"form": "journal"},
        {"form": "movement", "class_id": 0},
        {"class_id": 0},
    ],
    ids=["copy", "journal", "school", "no class"],
)
def test_a_class_teacher_certifies_nothing_and_issues_nothing_else(
    school: SmallSchool, changes: dict[str, object]
) -> None:
    outcome = school.do(paper(school, **changes), "russian")
    assert outcome.verdict is Verdict.REJECTED
    assert (outcome.key, outcome.clause) == ("5.2/issuer", "5.2")


@pytest.mark.clause("5.2")
def test_the_register_of_another_class_is_refused(school: SmallSchool) -> None:
    outcome = school.do(paper(school, class_id=school.classes["5Б"]), "russian")
    assert outcome.key == "5.2/issuer"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"last_day": FIRST_DAY - 1}, "last_day"), ({"as_of": 1 << 39}, "as_of")],
)
def test_days_the_wrong_way_round_and_data_to_come_are_refused(
    school: SmallSchool, changes: dict[str, object], field: str
) -> None:
    outcome = school.do(paper(school, **changes), "deputy")
    assert outcome.key == "data.field"
    assert dict(outcome.params) == {"field": field}


def test_an_unknown_class_or_application_is_refused(school: SmallSchool) -> None:
    for changes in ({"class_id": 1}, {"form": WEEKLY_SLIP, "object_id": 1}):
        assert school.do(paper(school, **changes), "deputy").verdict is Verdict.REJECTED


@pytest.mark.parametrize("typed", ["", "7", "7-", "x-1", "70000-1", "7-1-1", "7-²", "9" * 5000])
def test_what_is_no_number_names_nothing(typed: str) -> None:
    assert row_of(typed) == 0


def test_a_number_leads_back_to_its_row() -> None:
    assert row_of(f" {paper_number(make_id(65_535, 12))} ") == make_id(65_535, 12)
