"""Register of slips, batch for a class, lost secret, hand-over (3.1, 4.6.8, 4.7.6)."""

from __future__ import annotations

import pytest

from eschool_core.commands.access import EnrolDevice, IssueSlip, UseSlip
from eschool_core.commands.credentials import BlockAccess, HandOutSlip, HandOverClass
from eschool_core.domain.access import AccessBlock, HandOver
from eschool_core.domain.access_enums import BlockReason
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.office import Device, Notice, Slip
from eschool_core.domain.partition import ACCESS, PartitionKind, partition
from eschool_core.domain.school import Appointment
from tests.school import MONDAY, SmallSchool, clock, verdict

FAMILY, STAFF = "3.1/2/issuer", "3.1/1/issuer"
NOON = clock(MONDAY, 12)
DAY = 24 * 3600


def slip(person: int, number: int = 1, class_id: int = 0) -> IssueSlip:
    return IssueSlip(
        person_id=person,
        secret_hash=f"{number:064x}",
        expires_at=NOON + 7 * DAY,
        class_id=class_id,
    )


def sign_in(school: SmallSchool, person: int, number: int = 1) -> str:
    return verdict(school.do(UseSlip(person_id=person, secret_hash=f"{number:064x}")))


@pytest.mark.scenario("3.1/2:2")
@pytest.mark.clause("3.1/2")
@pytest.mark.clause("4.6.8")
def test_the_register_shows_by_whom_a_slip_was_handed_out_when_and_signed(
    school: SmallSchool,
) -> None:
    pupil = school.pupils["5А"][1]
    slip_id = school.must(slip(pupil), "russian")
    school.must(HandOutSlip(slip_id=slip_id), "russian", at=NOON + 60)
    entry = school.one(Slip)
    assert (entry.person_id, entry.pupil_id) == (pupil, pupil)
    assert (entry.handed_by_id, entry.handed_at, entry.signed) == (
        school.staff["russian"],
        NOON + 60,
        1,
    )
    assert sign_in(school, pupil) == "accepted"
    assert sign_in(school, pupil) == "3.1/2/slip"


@pytest.mark.clause("6.2")
def test_what_was_handed_out_is_not_handed_out_twice(school: SmallSchool) -> None:
    slip_id = school.must(slip(school.pupils["5А"][1]), "russian")
    school.must(HandOutSlip(slip_id=slip_id), "russian")
    assert verdict(school.do(HandOutSlip(slip_id=slip_id), "russian")) == "access.slip_gone"


@pytest.mark.clause("3.1/2")
def test_the_note_of_a_hand_out_may_come_after_the_slip_was_used(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][1]
    slip_id = school.must(slip(pupil), "russian")
    assert sign_in(school, pupil) == "accepted"
    assert verdict(school.do(HandOutSlip(slip_id=slip_id), "russian")) == "accepted"


@pytest.mark.scenario("4.7.6:1")
@pytest.mark.clause("4.7.6")
def test_the_officer_makes_a_batch_that_only_the_class_teacher_hands_out(
    school: SmallSchool,
) -> None:
    pupil, klass = school.pupils["5А"][0], school.classes["5А"]
    guardian = school.guardian(pupil)
    ids = [
        school.must(slip(person, number, klass), "officer")
        for number, person in enumerate((pupil, guardian))
    ]
    # They lie where the class teacher sees them, and nobody of another class.
    parts = {entry.part for entry in school.all(Slip)}
    assert parts == {partition(PartitionKind.PUPIL, pupil)}
    for actor in ("officer", "primary", "head", "maths"):
        assert verdict(school.do(HandOutSlip(slip_id=ids[1]), actor)) == FAMILY
    assert verdict(school.do(HandOutSlip(slip_id=ids[1]), "russian")) == "accepted"


@pytest.mark.clause("4.7.6")
@pytest.mark.clause("3.1/2")
def test_a_batch_is_of_the_class_that_it_names(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    assert verdict(school.do(slip(pupil, class_id=school.classes["5Б"]), "officer")) == FAMILY
    assert verdict(school.do(slip(pupil), "officer")) == FAMILY


@pytest.mark.scenario("3.1/1:1")
@pytest.mark.clause("3.1/1")
def test_slips_of_staff_are_the_officers_alone(school: SmallSchool) -> None:
    slip_id = school.must(slip(school.staff["maths"]), "officer")
    assert school.one(Slip).part == ACCESS
    assert verdict(school.do(HandOutSlip(slip_id=slip_id), "russian")) == STAFF
    assert verdict(school.do(HandOutSlip(slip_id=slip_id), "officer")) == "accepted"


@pytest.mark.clause("3.1/2")
def test_a_parent_of_two_has_the_slip_where_the_class_teacher_sees_it(
    school: SmallSchool,
) -> None:
    """An elder child's class has another teacher, who could not see it there."""
    elder = school.pupils["5А"][0]
    guardian = school.guardian(elder)
    younger = school.add_pupil(
        "1А",
        "Абрамов",
        guardians=({"guardian_id": guardian, "family": "Абрамова", "given": "Мария"},),
    )
    school.must(slip(guardian), "primary")
    assert school.one(Slip).pupil_id == younger
    school.must(slip(guardian, 2), "russian")
    assert school.one(Slip, revoked_at=0).pupil_id == elder


@pytest.mark.scenario("4.6.8:1")
@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("7.4.2")
@pytest.mark.parametrize("actor", ["russian", "officer"])
def test_a_lost_secret_is_dead_at_once_with_everything_it_opened(
    school: SmallSchool, actor: str
) -> None:
    pupil = school.pupils["5А"][1]
    school.must(slip(pupil), "russian")
    school.must(
        EnrolDevice(person_id=pupil, secret_hash=f"{1:064x}", device=50, public_key="7" * 64)
    )
    school.must(slip(pupil, 2), "russian")
    school.must(BlockAccess(person_id=pupil, note="потерян"), actor, at=NOON + 60)
    assert sign_in(school, pupil, 2) == "3.1/2/slip"
    assert school.one(Device).revoked_at == NOON + 60
    block = school.one(AccessBlock)
    assert (block.reason, block.blocked_at) == (BlockReason.LOST, NOON + 60)
    assert school.one(Notice, kind=NoticeKind.ACCESS_BLOCKED).person_id == pupil
    school.must(slip(pupil, 3), "russian", at=NOON + 120)
    assert sign_in(school, pupil, 3) == "accepted"


@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("actor", ["primary", "maths", "head", "deputy", "hr", "nobody"])
def test_nobody_shuts_out_families_of_another_class(school: SmallSchool, actor: str) -> None:
    block = BlockAccess(person_id=school.pupils["5А"][1])
    assert verdict(school.do(block, actor)) == FAMILY
    assert school.all(AccessBlock) == []


@pytest.mark.clause("4.6.8")
def test_the_class_teacher_shuts_no_colleague_out(school: SmallSchool) -> None:
    assert verdict(school.do(BlockAccess(person_id=school.staff["maths"]), "russian")) == "4.1/role"


@pytest.mark.clause("3.1/2")
@pytest.mark.clause("4.6.2")
@pytest.mark.clause("4.6.7")
def test_a_class_passes_with_its_unissued_slips_by_an_act(school: SmallSchool) -> None:
    pupils = school.pupils["5А"]
    ids = [school.must(slip(pupil, number), "russian") for number, pupil in enumerate(pupils)]
    school.must(HandOutSlip(slip_id=ids[0]), "russian")
    act = HandOverClass(
        class_id=school.classes["5А"], to_id=school.staff["physics"], day=MONDAY + 1, act="10-к"
    )
    school.must(act, "officer")
    assert school.one(HandOver).unissued_slips == len(pupils) - 1
    tomorrow = clock(MONDAY + 1, 9)
    hand = HandOutSlip(slip_id=ids[1])
    assert verdict(school.do(hand, "russian", at=tomorrow)) == FAMILY
    assert verdict(school.do(hand, "physics", at=tomorrow)) == "accepted"
    led = school.all(Appointment, class_id=school.classes["5А"], role=Role.CLASS_TEACHER)
    assert [(entry.person_id, entry.last_day) for entry in led[:1]] == [
        (school.staff["russian"], MONDAY)
    ]


def test_a_class_is_not_handed_to_its_own_teacher(school: SmallSchool) -> None:
    act = HandOverClass(
        class_id=school.classes["5А"], to_id=school.staff["russian"], day=MONDAY + 1, act="10-к"
    )
    assert dict(school.do(act, "officer").params) == {"field": "to_id"}
