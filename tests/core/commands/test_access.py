from __future__ import annotations

import pytest

from eschool_core.commands.access import (
    BranchDevice,
    EnrolDevice,
    IssueSlip,
    ReadmitDevice,
    RevokeDevice,
)
from eschool_core.commands.guardians import AddGuardian, EndGuardianship, GuardianEntry
from eschool_core.commands.people import MovePupil
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.enums import Role
from eschool_core.domain.office import Device, Slip
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship
from tests.school import FIRST_DAY, MONDAY, SmallSchool, clock, offline, verdict

pytestmark = pytest.mark.clause("3.1")

STAFF, FAMILY, SLIP = "3.1/1/issuer", "3.1/2/issuer", "3.1/2/slip"
NOON = clock(MONDAY, 12)
DAY = 24 * 3600


def secret(number: int) -> str:
    return f"{number:064x}"


def slip(person: int, number: int = 1, expires: int = NOON + 7 * DAY) -> IssueSlip:
    return IssueSlip(person_id=person, secret_hash=secret(number), expires_at=expires)


def enrol(person: int, number: int = 1, device: int = 50) -> EnrolDevice:
    return EnrolDevice(
        person_id=person, secret_hash=secret(number), device=device, public_key=secret(7)
    )


def use(school: SmallSchool, person: int, at: int = NOON, **fields: int) -> str:
    return verdict(school.do(enrol(person, **fields), at=at))


@pytest.mark.threat("T16")
@pytest.mark.threat("T17")
def test_a_device_is_where_its_owner_and_the_officer_see_it_however_it_came(
    school: SmallSchool,
) -> None:
    """A row in a partition that is not sent with its table makes every sync of it fail."""
    person = school.staff["maths"]
    school.must(slip(person), "officer")
    school.must(enrol(person, device=50))
    school.must(ReadmitDevice(person_id=person, device=51, public_key=secret(8)))
    branch = BranchDevice(
        person_id=person, device=52, public_key=secret(9), origin=50, first_number=3
    )
    school.must(branch)
    rows = school.all(Device)
    assert [row.device for row in rows] == [50, 51, 52]
    assert {row.part for row in rows} == {partition(PartitionKind.ACCOUNT, person)}


@pytest.mark.clause("3.1/1")
@pytest.mark.clause("4.7.6")
def test_the_system_officer_gives_slips_to_staff(school: SmallSchool) -> None:
    assert verdict(school.do(slip(school.staff["maths"]), "officer")) == "accepted"
    entry = school.one(Slip)
    assert (entry.issued_by_id, entry.issued_at) == (school.staff["officer"], NOON)


@pytest.mark.scenario("3.1/1:1")
@pytest.mark.clause("3.1/1")
@pytest.mark.parametrize("actor", ["russian", "head", "deputy", "hr", "maths", "nobody"])
def test_nobody_else_gives_slips_to_staff(school: SmallSchool, actor: str) -> None:
    for person in ("maths", actor):
        assert verdict(school.do(slip(school.staff[person]), actor)) == STAFF


@pytest.mark.clause("3.1/2")
@pytest.mark.clause("4.6.8")
def test_the_class_teacher_gives_slips_to_own_pupils_and_their_guardians(
    school: SmallSchool,
) -> None:
    pupil = school.pupils["5А"][0]
    for person in (pupil, school.guardian(pupil)):
        assert verdict(school.do(slip(person), "russian")) == "accepted"


@pytest.mark.clause("3.1/2")
@pytest.mark.asvs("8.2.2")
@pytest.mark.parametrize("actor", ["russian", "officer", "head", "deputy", "hr", "english"])
def test_nobody_gives_slips_to_families_of_another_class(school: SmallSchool, actor: str) -> None:
    pupil = school.pupils["5Б"][0]
    for person in (pupil, school.guardian(pupil)):
        assert verdict(school.do(slip(person), actor)) == FAMILY


@pytest.mark.clause("3.1/2")
@pytest.mark.asvs("row 30")
def test_a_person_who_does_not_exist_looks_like_one_of_another_class(school: SmallSchool) -> None:
    for actor in ("russian", "officer"):
        assert verdict(school.do(slip(999), actor)) == FAMILY


@pytest.mark.clause("3.1/2")
def test_the_former_class_teacher_gives_no_slips(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    move = MovePupil(pupil_id=pupil, class_id=school.classes["5Б"], first_day=MONDAY, order="3-п")
    school.must(move, "officer")
    for person in (pupil, school.guardian(pupil)):
        assert verdict(school.do(slip(person), "russian")) == FAMILY
        assert verdict(school.do(slip(person), "maths")) == "accepted"


@pytest.mark.clause("3.1/2")
def test_slips_are_given_before_the_first_of_september(school: SmallSchool) -> None:
    school.appoint("substitute", Role.CLASS_TEACHER, "10А", first_day=FIRST_DAY - 20)
    august = clock(FIRST_DAY - 5, 12)
    early = slip(school.pupils["10А"][0], expires=august + DAY)
    assert verdict(school.do(early, "substitute", at=august)) == "accepted"


@pytest.mark.clause("3.1/2")
def test_a_class_teacher_of_a_part_of_the_interval_waits_for_a_decision(
    school: SmallSchool,
) -> None:
    school.appoint("substitute", Role.CLASS_TEACHER, "10А", last_day=MONDAY)
    at = offline(clock(MONDAY, 9), None, clock(MONDAY + 1, 9))
    outcome = school.do(slip(school.pupils["10А"][0]), "substitute", at=at)
    assert verdict(outcome) == f"held {FAMILY}"


@pytest.mark.clause("3.1/2")
@pytest.mark.clause("2.10")
def test_whose_access_was_closed_gets_no_slip_and_the_other_parent_does(
    school: SmallSchool,
) -> None:
    pupil = school.pupils["5А"][0]
    father = GuardianEntry(family="Абрамов", given="Пётр", relation="отец")
    school.must(
        AddGuardian(pupil_id=pupil, guardian=father, first_day=FIRST_DAY, ground="отец"), "officer"
    )
    mother_entry, father_entry = school.all(Guardianship, pupil_id=pupil)
    end = EndGuardianship(
        guardianship_id=father_entry.id,
        last_day=MONDAY - 1,
        document="Решение 7",
        document_day=MONDAY - 2,
        authority=Authority.COURT,
    )
    assert verdict(school.do(end, "russian")) == "4.1/role"
    school.must(end, "officer")
    assert verdict(school.do(slip(father_entry.guardian_id), "russian")) == FAMILY
    assert verdict(school.do(slip(mother_entry.guardian_id), "russian")) == "accepted"


@pytest.mark.clause("3.1/1")
@pytest.mark.asvs("8.2.2")
def test_a_teacher_who_is_a_parent_has_another_account_for_the_family(school: SmallSchool) -> None:
    """Else the class teacher could hand out the key to a colleague's journal."""
    pupil, teacher = school.pupils["5А"][0], school.staff["maths"]
    entry = GuardianEntry(guardian_id=teacher, family="Иванова", given="Анна")
    add = AddGuardian(pupil_id=pupil, guardian=entry, first_day=FIRST_DAY, ground="мать")
    outcome = school.do(add, "officer")
    assert dict(outcome.params) == {"field": "guardian_id"}
    assert verdict(school.do(slip(teacher), "russian")) == STAFF


@pytest.mark.scenario("3.1/2:1")
@pytest.mark.clause("3.1/2")
@pytest.mark.asvs("6.5.1")
def test_a_slip_works_once(school: SmallSchool) -> None:
    person = school.staff["maths"]
    school.must(slip(person), "officer")
    assert use(school, person) == "accepted"
    assert use(school, person, device=51) == SLIP
    assert [entry.device for entry in school.all(Device)] == [50]
    assert school.one(Slip).used_at == NOON


@pytest.mark.clause("3.1/2")
@pytest.mark.parametrize(("late", "expected"), [(0, "accepted"), (1, SLIP)])
def test_a_slip_works_until_the_second_it_ends(
    school: SmallSchool, late: int, expected: str
) -> None:
    person = school.staff["maths"]
    school.must(slip(person, expires=NOON + DAY), "officer")
    assert use(school, person, NOON + DAY + late) == expected


@pytest.mark.scenario("4.6.8:1")
@pytest.mark.clause("4.6.8")
def test_a_new_slip_kills_the_lost_one_at_once(school: SmallSchool) -> None:
    person = school.staff["maths"]
    for number in (1, 2):
        school.must(slip(person, number), "officer")
    assert use(school, person, number=1) == SLIP
    assert use(school, person, number=2) == "accepted"


@pytest.mark.clause("3.1/2")
def test_a_slip_is_for_its_person_alone(school: SmallSchool) -> None:
    school.must(slip(school.staff["maths"]), "officer")
    assert use(school, school.staff["english"]) == SLIP
    assert use(school, school.staff["maths"], number=2) == SLIP


@pytest.mark.clause("3.1/2")
@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (NOON + 7 * DAY, "accepted"),
        (NOON + 7 * DAY + 1, "data.field"),
        (NOON + 1, "accepted"),
        (NOON, "data.field"),
    ],
)
def test_a_slip_lives_a_week_at_most(school: SmallSchool, expires: int, expected: str) -> None:
    command = slip(school.staff["maths"], expires=expires)
    assert verdict(school.do(command, "officer")) == expected


@pytest.mark.clause("3.1/2")
def test_the_schools_act_may_shorten_that(school: SmallSchool) -> None:
    act = SetPolicy(name="slip_valid_days", value="1", first_day=FIRST_DAY, act="№ 8")
    school.must(act, "deputy")
    person = school.staff["maths"]
    assert verdict(school.do(slip(person, expires=NOON + DAY + 1), "officer")) == "data.field"
    assert verdict(school.do(slip(person, expires=NOON + DAY), "officer")) == "accepted"


@pytest.mark.parametrize("actor", ["officer", "head", "maths"])
def test_only_the_server_binds_a_device(school: SmallSchool, actor: str) -> None:
    school.must(slip(school.staff["maths"]), "officer")
    assert verdict(school.do(enrol(school.staff["maths"]), actor)) == "4.1/role"


@pytest.mark.asvs("2.2.3")
def test_a_device_number_is_given_once(school: SmallSchool) -> None:
    for number, name in ((1, "maths"), (2, "english")):
        school.must(slip(school.staff[name], number), "officer")
    assert use(school, school.staff["maths"], number=1) == "accepted"
    assert use(school, school.staff["english"], number=2) == "access.device_exists"
    assert use(school, school.staff["english"], number=2, device=51) == "accepted"


@pytest.mark.threat("T15")
def test_a_device_stays_shut_out_from_the_first_time_on(school: SmallSchool) -> None:
    school.must(slip(school.staff["maths"]), "officer")
    assert use(school, school.staff["maths"]) == "accepted"
    assert verdict(school.do(RevokeDevice(device=50), "russian")) == "4.1/role"
    school.must(RevokeDevice(device=50), "officer", at=NOON + 60)
    school.must(RevokeDevice(device=50), "officer", at=NOON + DAY)
    assert school.one(Device).revoked_at == NOON + 60


@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("7.5.2")
def test_everybody_shuts_an_own_device_out(school: SmallSchool) -> None:
    school.must(slip(school.staff["maths"]), "officer")
    assert use(school, school.staff["maths"]) == "accepted"
    assert verdict(school.do(RevokeDevice(device=50), "maths")) == "accepted"
    assert school.one(Device).revoked_at == NOON


def test_a_device_that_nobody_knows_cannot_be_shut_out(school: SmallSchool) -> None:
    outcome = school.do(RevokeDevice(device=50), "officer")
    assert (outcome.key, dict(outcome.params)) == ("access.no_device", {"device": 50})
