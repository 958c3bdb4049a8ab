"""Fields that belong together agree, or the command is refused by name."""

from __future__ import annotations

import pytest

from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.groups import CreateGroup
from eschool_core.commands.journals import (
    ClaimSubstitution,
    OpenJournal,
    PlanRow,
    RecordSubstitution,
    SetLoad,
    SetPlan,
)
from eschool_core.commands.school import CreateClass, OpenYear
from eschool_core.domain.enums import ExcuseKind, JournalKind, SubstitutionKind
from eschool_core.domain.journal import PlanItem, Topic
from tests.core.commands.acts import absent, homework, mark, topic
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, TUESDAY, SmallSchool, verdict

pytestmark = pytest.mark.asvs("2.2.3")


def field_of(school: SmallSchool) -> object:
    """Return the field that the last refusal names."""
    return dict(school.log[-1].outcome.params).get("field")


@pytest.fixture
def lesson(school: SmallSchool) -> int:
    return school.lesson("5А", "Математика")


def test_a_pupil_of_another_journal_gets_no_mark_and_no_absence(
    school: SmallSchool, lesson: int
) -> None:
    for pupil in (school.pupils["5Б"][0], school.staff["maths"], 77):
        for command in (mark(lesson, pupil), absent(lesson, pupil)):
            assert verdict(school.do(command, "maths")) == "journal.no_such_pupil"


def test_a_pupil_of_the_other_half_is_none_of_this_half(school: SmallSchool) -> None:
    lesson = school.lesson("5А/1", "Английский язык")
    other = school.pupils["5А"][3]
    assert verdict(school.do(mark(lesson, other), "english")) == "journal.no_such_pupil"


def test_a_lesson_that_does_not_exist_is_named(school: SmallSchool) -> None:
    outcome = school.do(topic(77), "maths")
    assert (outcome.key, dict(outcome.params)) == ("data.missing", {"table": "lesson", "id": 77})


def plan(school: SmallSchool, subject: str, *ordinals: int) -> str:
    rows = tuple(PlanRow(ordinal=number, section="", topic="Дроби") for number in ordinals)
    journal = school.journals["5А", subject]
    return verdict(school.do(SetPlan(journal_id=journal, items=rows), "deputy"))


def test_a_topic_follows_a_row_of_its_own_plan(school: SmallSchool, lesson: int) -> None:
    assert [plan(school, subject, 1) for subject in ("Математика", "Русский язык")] == [
        "accepted",
        "accepted",
    ]
    own, foreign = school.all(PlanItem)
    assert verdict(school.do(topic(lesson, item=foreign.id), "maths")) == "data.field"
    assert field_of(school) == "plan_item_id"
    assert verdict(school.do(topic(lesson, item=own.id), "maths")) == "accepted"
    assert school.one(Topic).plan_item_id == own.id


def test_a_topic_outlives_the_plan_it_was_taken_from(school: SmallSchool, lesson: int) -> None:
    assert verdict(school.do(topic(lesson, item=77), "maths")) == "accepted"
    assert school.one(Topic).plan_item_id == 0


def test_a_row_of_a_plan_keeps_its_id_when_the_plan_is_entered_anew(school: SmallSchool) -> None:
    assert plan(school, "Математика", 1, 2) == "accepted"
    first = {item.ordinal: item.id for item in school.all(PlanItem)}
    assert plan(school, "Математика", 2, 3) == "accepted"
    second = {item.ordinal: item.id for item in school.all(PlanItem)}
    assert second.keys() == {2, 3}
    assert second[2] == first[2]


def test_the_rows_of_a_plan_have_numbers_of_their_own(school: SmallSchool) -> None:
    assert plan(school, "Математика", 1, 1) == "data.field"
    assert plan(school, "Математика", 1, 2) == "accepted"
    assert plan(school, "Математика", 1) == "accepted"
    assert len(school.all(PlanItem)) == 1


@pytest.mark.parametrize(
    ("grade", "expected"), [(5, "accepted"), (0, "accepted"), (6, "data.field")]
)
def test_homework_is_addressed_to_a_grade_of_the_journal(
    school: SmallSchool, lesson: int, grade: int, expected: str
) -> None:
    assert verdict(school.do(homework(lesson, grade=grade), "maths")) == expected


def test_an_excuse_for_a_lesson_is_for_one_of_the_pupils_within_its_dates(
    school: SmallSchool, lesson: int
) -> None:
    pupil = school.pupils["5А"][0]

    def attempt(lesson_id: int, first: int = MONDAY, last: int = MONDAY) -> str:
        excuse = ExcuseAbsence(
            pupil_id=pupil,
            excuse=ExcuseKind.SICK,
            first_day=first,
            last_day=last,
            lesson_id=lesson_id,
        )
        return verdict(school.do(excuse, "russian"))

    assert attempt(lesson) == "accepted"
    assert attempt(lesson, TUESDAY, TUESDAY) == "data.field"
    assert attempt(lesson, TUESDAY, MONDAY) == "data.field"
    assert attempt(school.lesson("5Б", "Математика")) == "journal.no_such_pupil"
    assert attempt(77) == "data.missing"


@pytest.mark.clause("4.5.1")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "accepted"),
        ({"lesson": ("5Б", "Математика")}, "data.field"),
        ({"lesson": None}, "data.field"),
        ({"absent": "english"}, "journal.not_its_teacher"),
        ({"absent": "substitute"}, "data.field"),
        ({"substitute": "pupil"}, "data.missing"),
        ({"first_day": TUESDAY, "last_day": TUESDAY}, "data.field"),
        ({"first_day": TUESDAY}, "data.field"),
        ({"kind": SubstitutionKind.ACTING}, "data.field"),
        ({"kind": SubstitutionKind.ACTING, "lesson": None}, "accepted"),
    ],
)
def test_a_substitution_names_a_lesson_of_the_journal_and_its_teacher(
    school: SmallSchool, change: dict[str, object], expected: str
) -> None:
    values: dict[str, object] = {
        "lesson": ("5А", "Математика"),
        "absent": "maths",
        "substitute": "substitute",
        "kind": SubstitutionKind.SINGLE,
        "first_day": MONDAY,
        "last_day": MONDAY,
        **change,
    }
    place = values["lesson"]
    command = RecordSubstitution.model_validate(
        {
            "journal_id": school.journals["5А", "Математика"],
            "lesson_id": school.lesson(*place) if isinstance(place, tuple) else 0,
            "absent_id": school.staff[str(values["absent"])],
            "substitute_id": school.staff.get(str(values["substitute"]), school.pupils["5А"][0]),
            "substitution_kind": values["kind"],
            "first_day": values["first_day"],
            "last_day": values["last_day"],
            "act": "Приказ 6",
        }
    )
    assert verdict(school.do(command, "deputy")) == expected


@pytest.mark.clause("4.5.1")
def test_a_claim_names_who_teaches_the_journal(school: SmallSchool, lesson: int) -> None:
    for name, expected in (("english", "journal.not_its_teacher"), ("maths", "accepted")):
        command = ClaimSubstitution(lesson_id=lesson, absent_id=school.staff[name])
        assert verdict(school.do(command, "substitute")) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (FIRST_DAY, LAST_DAY, "accepted"),
        (LAST_DAY, LAST_DAY, "accepted"),
        (TUESDAY, MONDAY, "data.field"),
        (LAST_DAY + 1, LAST_DAY + 2, "data.field"),
        (FIRST_DAY - 2, FIRST_DAY - 1, "data.field"),
    ],
)
def test_a_load_lies_in_the_journals_year(
    school: SmallSchool, first: int, last: int, expected: str
) -> None:
    load = SetLoad(
        journal_id=school.journals["5А", "Математика"],
        staff_id=school.staff["nobody"],
        weekly_periods=1,
        first_day=first,
        last_day=last,
    )
    assert verdict(school.do(load, "deputy")) == expected


def test_year_class_group_and_journal_are_of_one_year(school: SmallSchool) -> None:
    year = school.must(
        OpenYear(name="2027", first_day=LAST_DAY + 90, last_day=LAST_DAY + 360, weekdays=5)
    )
    group = CreateGroup(
        year_id=year, name="5А", class_ids=(school.classes["5А"],), whole=1, first_day=FIRST_DAY
    )
    assert verdict(school.do(group)) == "data.field"
    journal = OpenJournal(
        year_id=year,
        group_id=school.groups["5А"],
        subject_id=school.subjects["Физика"],
        journal_kind=JournalKind.CLASS,
    )
    assert verdict(school.do(journal)) == "data.field"
    assert field_of(school) == "group_id"


def test_a_class_or_group_of_the_same_name_is_refused(school: SmallSchool) -> None:
    klass = CreateClass(year_id=school.year, name="5А", grade=5, schedule_id=school.bells["I"])
    assert verdict(school.do(klass)) == "school.class_exists"
    group = CreateGroup(
        year_id=school.year,
        name="5А/1",
        class_ids=(school.classes["5А"],),
        whole=0,
        first_day=FIRST_DAY,
    )
    assert verdict(school.do(group)) == "school.group_exists"
