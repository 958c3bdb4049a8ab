from __future__ import annotations

from datetime import date

import pytest

from eschool_core.calendar import day_number
from eschool_core.commands.groups import ChangeGroup, CreateGroup
from eschool_core.commands.guardians import EndGuardianship
from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.enums import GroupChangeGround
from eschool_core.domain.journal import Mark
from eschool_core.domain.people import GroupMember, GroupTransfer, Guardianship
from tests.core.commands.acts import mark
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, verdict

pytestmark = pytest.mark.clause("4.6.4/2")

NOVEMBER = day_number(date(2026, 11, 10))
REFUSED = "4.6.4/2/application"


def change(school: SmallSchool, **fields: object) -> ChangeGroup:
    """Return a lawful move of a pupil of 5А to the other half, by the guardian's application."""
    pupil = school.pupils["5А"][0]
    values: dict[str, object] = {
        "pupil_id": pupil,
        "from_group_id": school.groups["5А/1"],
        "to_group_id": school.groups["5А/2"],
        "first_day": NOVEMBER,
        "ground": GroupChangeGround.APPLICATION,
        "document": "вх. 17",
        "document_day": NOVEMBER - 4,
        "applicant_id": school.guardian(pupil),
    }
    return ChangeGroup.model_validate({**values, **fields})


def attempt(school: SmallSchool, actor: str = "russian", /, **fields: object) -> str:
    at = clock(NOVEMBER, 9)
    return verdict(school.do(change(school, **fields), actor, at=at))


@pytest.mark.scenario("4.6.4/2:1")
@pytest.mark.clause("4.6.4/2/application")
@pytest.mark.parametrize(
    "missing",
    [
        {"document": ""},
        {"document_day": 0},
        {"document_day": NOVEMBER + 1},
        {"applicant_id": 0},
        {"ground": GroupChangeGround.FIRST_PLACING},
        {"ground": GroupChangeGround.ORDER, "document": ""},
        {"ground": GroupChangeGround.ORDER, "document_day": 0},
    ],
)
def test_a_transfer_without_its_paper_is_refused(
    school: SmallSchool, missing: dict[str, object]
) -> None:
    before = school.dump()
    assert attempt(school, **missing) == REFUSED
    assert school.dump() == before


@pytest.mark.scenario("4.6.4/2:1")
@pytest.mark.clause("4.6.4/2/application")
@pytest.mark.parametrize("day", [NOVEMBER - 60, NOVEMBER])
def test_with_the_guardians_application_it_is_accepted_and_recorded(
    school: SmallSchool, day: int
) -> None:
    assert attempt(school, document_day=day) == "accepted"
    [transfer] = school.all(GroupTransfer)
    assert (transfer.document, transfer.document_day, transfer.applicant_id) == (
        "вх. 17",
        day,
        school.guardian(school.pupils["5А"][0]),
    )


@pytest.mark.scenario("4.6.4/2:2")
@pytest.mark.clause("4.6.4")
def test_earlier_marks_stay_on_the_old_line(school: SmallSchool) -> None:
    pupil, subject = school.pupils["5А"][0], "Английский язык"
    school.must(mark(school.lesson("5А/1", subject), pupil, 4), "english")
    old_line = school.line("5А/1", subject, pupil)
    assert attempt(school) == "accepted"
    assert school.one(Mark).part == old_line.part
    closed = school.line("5А/1", subject, pupil)
    assert (closed.first_day, closed.last_day) == (FIRST_DAY, NOVEMBER - 1)
    assert school.line("5А/2", subject, pupil).first_day == NOVEMBER


@pytest.mark.clause("4.6.6")
def test_each_teacher_writes_on_the_own_side_of_the_day_of_transfer(school: SmallSchool) -> None:
    pupil, subject = school.pupils["5А"][0], "Английский язык"
    thursday = MONDAY + 3
    assert (
        verdict(school.do(change(school, first_day=thursday, document_day=MONDAY), "russian"))
        == "accepted"
    )
    at = clock(thursday, 12)
    for group, teacher, day, expected in (
        ("5А/1", "english", MONDAY, "accepted"),
        ("5А/1", "english", thursday, "4.6.6/enrolment"),
        ("5А/2", "english_2", MONDAY, "4.6.6/enrolment"),
        ("5А/2", "english_2", thursday, "accepted"),
    ):
        lesson = school.lesson(group, subject, day)
        assert verdict(school.do(mark(lesson, pupil), teacher, at=at)) == expected


@pytest.mark.scenario("4.6.4/2:3")
def test_a_reorganisation_by_order_needs_no_application(school: SmallSchool) -> None:
    order = {"ground": GroupChangeGround.ORDER, "document": "Приказ 44", "applicant_id": 0}
    assert attempt(school, "deputy", **order) == "accepted"


@pytest.mark.clause("4.6.4/1")
@pytest.mark.parametrize("actor", ["russian", "officer", "deputy"])
def test_the_first_placing_of_a_newcomer_needs_no_paper(school: SmallSchool, actor: str) -> None:
    newcomer = school.add_pupil("5А", "Жилин", first_day=NOVEMBER)
    placing = {"pupil_id": newcomer, "from_group_id": 0, "document": "", "document_day": 0,
               "ground": GroupChangeGround.FIRST_PLACING}  # fmt: skip
    assert attempt(school, actor, **placing) == "accepted"
    assert school.all(GroupTransfer) == []


@pytest.mark.asvs("2.3.1")
@pytest.mark.clause("4.6.4/2/application")
def test_a_transfer_does_not_pass_as_a_first_placing(school: SmallSchool) -> None:
    placing = {"from_group_id": 0, "ground": GroupChangeGround.FIRST_PLACING, "document": ""}
    for actor in ("russian", "officer", "deputy"):
        assert attempt(school, actor, **placing) == "data.field"


@pytest.mark.parametrize(
    ("actor", "fields", "expected"),
    [
        ("maths", {}, "4.1/role"),
        ("officer", {}, "4.1/role"),
        ("deputy", {}, "4.1/role"),
        ("english", {}, "4.1/role"),
        ("english", {"from_group_id": 0}, "4.1/role"),
    ],
)
def test_an_application_is_the_class_teachers_to_enter(
    school: SmallSchool, actor: str, fields: dict[str, object], expected: str
) -> None:
    assert attempt(school, actor, **fields) == expected


def test_the_applicant_must_be_a_guardian_of_that_very_pupil(school: SmallSchool) -> None:
    other = school.guardian(school.pupils["5А"][1])
    assert attempt(school, applicant_id=other) == REFUSED


def test_whose_guardianship_had_ended_may_not_apply(school: SmallSchool) -> None:
    [entry] = school.all(Guardianship, pupil_id=school.pupils["5А"][0])
    end = EndGuardianship(
        guardianship_id=entry.id,
        last_day=NOVEMBER - 5,
        document="Решение 7",
        document_day=MONDAY,
        authority=Authority.COURT,
    )
    school.must(end, "officer")
    assert attempt(school, document_day=NOVEMBER - 4) == REFUSED
    assert attempt(school, document_day=NOVEMBER - 5) == "accepted"


@pytest.mark.scenario("guardians:3")
@pytest.mark.parametrize(
    ("birthday", "by_pupil", "by_guardian"),
    [
        (date(2008, 11, 6), "accepted", REFUSED),
        (date(2008, 11, 7), REFUSED, "accepted"),
        (None, REFUSED, "accepted"),
    ],
)
def test_from_eighteen_the_pupil_signs_and_nobody_else(
    school: SmallSchool, birthday: date | None, by_pupil: str, by_guardian: str
) -> None:
    """The application is of 6 November."""
    born = {} if birthday is None else {"birth_day": day_number(birthday)}
    pupil = school.add_pupil("5А", "Зуев", **born)
    school.must(
        change(
            school, pupil_id=pupil, from_group_id=0, to_group_id=school.groups["5А/1"],
            first_day=FIRST_DAY, ground=GroupChangeGround.FIRST_PLACING,
        ),
        "officer",
    )  # fmt: skip
    assert attempt(school, pupil_id=pupil, applicant_id=pupil) == by_pupil
    guardian = school.guardian(pupil)
    if by_guardian == "accepted" or by_pupil != "accepted":
        assert attempt(school, pupil_id=pupil, applicant_id=guardian) == by_guardian
    back = {"from_group_id": school.groups["5А/2"], "to_group_id": school.groups["5А/1"]}
    if by_pupil == "accepted":
        assert attempt(school, pupil_id=pupil, applicant_id=guardian, **back) == by_guardian


def test_the_pupil_must_be_in_the_old_group_and_not_in_the_new_one(school: SmallSchool) -> None:
    one, two = school.groups["5А/1"], school.groups["5А/2"]
    assert attempt(school, from_group_id=two, to_group_id=one) == "group.already_there"
    school.add_group("5А/3", ("5А",))
    assert attempt(school, from_group_id=school.groups["5А/3"]) == "group.not_there"


@pytest.mark.asvs("2.2.3")
def test_nobody_is_placed_in_a_group_of_another_class(school: SmallSchool) -> None:
    stranger = school.pupils["5Б"][0]
    fields = {"pupil_id": stranger, "from_group_id": 0, "document": ""}
    placing = {**fields, "ground": GroupChangeGround.FIRST_PLACING}
    assert attempt(school, "officer", **placing) == "group.other_class"


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize("field", ["from_group_id", "to_group_id"])
def test_the_whole_class_is_neither_left_nor_joined_this_way(
    school: SmallSchool, field: str
) -> None:
    outcome = school.do(change(school, **{field: school.groups["5А"]}), "russian")
    assert dict(outcome.params) == {"field": field}


@pytest.mark.asvs("2.2.3")
def test_a_group_has_classes_of_its_own_year_once_each(school: SmallSchool) -> None:
    klass = school.classes["5А"]
    twice = CreateGroup(
        year_id=school.year, name="?", class_ids=(klass, klass), whole=0, first_day=FIRST_DAY
    )
    assert verdict(school.do(twice)) == "data.field"


@pytest.mark.clause("4.6.6")
def test_a_whole_group_takes_in_a_newcomer_from_the_day_of_coming(school: SmallSchool) -> None:
    newcomer = school.add_pupil("5А", "Жилин", first_day=MONDAY + 7)
    school.add_group("5А весь", ("5А",), whole=1)
    [member] = school.all(GroupMember, pupil_id=newcomer, group_id=school.groups["5А весь"])
    assert member.first_day == MONDAY + 7


def test_the_former_class_teacher_moves_nobody_any_more(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    move = MovePupil(
        pupil_id=pupil, class_id=school.classes["5Б"], first_day=MONDAY + 1, order="3-п"
    )
    school.must(move, "officer")
    school.add_group("5Б/1", ("5Б",))
    placing = {"from_group_id": 0, "to_group_id": school.groups["5Б/1"]}
    assert attempt(school, "russian", **placing) == "4.1/role"
    assert attempt(school, "maths", **placing) == "accepted"


@pytest.mark.clause("4.6.4/2")
def test_an_earlier_date_does_not_make_a_second_first_placing(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    command = ChangeGroup(
        pupil_id=pupil,
        to_group_id=school.groups["5А/2"],
        first_day=FIRST_DAY,
        ground=GroupChangeGround.FIRST_PLACING,
    )
    before = school.dump()
    assert verdict(school.do(command, "russian")) == "data.field"
    assert school.dump() == before


@pytest.mark.clause("4.6.6")
def test_who_is_leaving_is_placed_in_no_group(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    school.must(WithdrawPupil(pupil_id=pupil, last_day=NOVEMBER, order="9-п"), "officer")
    assert verdict(school.do(change(school), "russian")) == "group.leaver"
