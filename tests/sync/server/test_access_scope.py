"""What grants, decisions on guardians and dismissals do to what somebody sees."""

from __future__ import annotations

import pytest

from eschool_core import calendar
from eschool_core.commands.grants import DismissStaff, GrantAccess
from eschool_core.commands.guardians import (
    AddGuardian,
    DecideGuardianAccess,
    EndGuardianship,
    GuardianEntry,
)
from eschool_core.commands.school import SetPolicy, TurnDay
from eschool_core.domain.access_enums import Authority, GrantKind
from eschool_core.domain.partition import SCHOOL, PartitionKind, kind_of, partition
from eschool_core.domain.people import Guardianship, PupilCard
from eschool_sync.server.scope import scope_of
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school


@pytest.fixture
def school() -> SmallSchool:
    made = built_school()
    made.must(TurnDay(day=MONDAY))
    return made


def sees(school: SmallSchool, person: int) -> set[int]:
    return set(scope_of(school.store, person))


@pytest.mark.scenario("2.10:3", "guardians:1")
@pytest.mark.clause("2.10")
@pytest.mark.clause("4.6.8")
@pytest.mark.threat("T3")
def test_a_decision_closes_one_parents_sight_and_not_the_others(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    entry = GuardianEntry(family="Абрамов", given="Пётр", relation="отец")
    add = AddGuardian(pupil_id=pupil, guardian=entry, first_day=FIRST_DAY, ground="отец")
    school.must(add, "officer")
    mother, father = school.all(Guardianship, pupil_id=pupil)
    name = partition(PartitionKind.NAME, pupil)
    assert name in sees(school, mother.guardian_id) & sees(school, father.guardian_id)
    end = EndGuardianship(
        guardianship_id=father.id,
        last_day=MONDAY - 1,
        document="2-117",
        document_day=MONDAY - 3,
        authority=Authority.COURT,
    )
    school.must(end, "officer")
    own = {
        partition(kind, father.guardian_id)
        for kind in (PartitionKind.PERSON, PartitionKind.ACCOUNT)
    }
    assert sees(school, father.guardian_id) == {SCHOOL, *own}
    assert name in sees(school, mother.guardian_id)


@pytest.mark.clause("2.10")
def test_from_eighteen_on_a_guardian_reads_along_as_the_pupil_decides(school: SmallSchool) -> None:
    pupil = school.pupils["10А"][0]
    guardian, name = school.guardian(pupil), partition(PartitionKind.NAME, pupil)
    card = school.one(PupilCard, pupil_id=pupil)
    birthday = calendar.date_of(MONDAY + 1).replace(year=2008)
    school.store.put(card.replace(birth_day=calendar.day_number(birthday)))
    assert name in sees(school, guardian)
    school.must(TurnDay(day=MONDAY + 1))
    assert name not in sees(school, guardian)
    decide = DecideGuardianAccess(guardian_id=guardian, granted=1)
    school.must(decide, pupil)
    assert name in sees(school, guardian)
    policy = SetPolicy(name="adult_pupil_access", value="ends", first_day=MONDAY, act="№ 3")
    school.must(policy, "deputy")
    assert name not in sees(school, guardian)
    assert name in sees(school, pupil)


@pytest.mark.scenario("4.7.1:1")
@pytest.mark.clause("4.7.1")
@pytest.mark.asvs("8.3.2")
def test_a_grant_opens_a_journal_for_its_days_and_then_is_gone(school: SmallSchool) -> None:
    nobody, journal = school.staff["nobody"], school.journals["5А", "Математика"]
    before = sees(school, nobody)
    grant = GrantAccess(
        person_id=nobody,
        grant_kind=GrantKind.JOURNAL,
        object_id=journal,
        first_day=MONDAY,
        last_day=MONDAY,
        reason="Посещение уроков",
    )
    school.must(grant, "officer")
    opened = sees(school, nobody) - before
    assert partition(PartitionKind.JOURNAL, journal) in opened
    kinds = {kind_of(part) for part in opened}
    assert PartitionKind.PUPIL not in kinds
    assert PartitionKind.PUPIL_DAY not in kinds
    school.must(TurnDay(day=MONDAY + 1))
    assert sees(school, nobody) == before


@pytest.mark.clause("4.7.1")
def test_a_grant_of_a_class_shows_its_lines_and_no_card(school: SmallSchool) -> None:
    nobody, pupil = school.staff["nobody"], school.pupils["5А"][0]
    grant = GrantAccess(
        person_id=nobody,
        grant_kind=GrantKind.SCHOOL_CLASS,
        object_id=school.classes["5А"],
        first_day=MONDAY,
        last_day=MONDAY + 2,
        reason="Психолог",
    )
    school.must(grant, "officer")
    opened = sees(school, nobody)
    assert school.line("5А", "Математика", pupil).part in opened
    assert partition(PartitionKind.PUPIL, pupil) not in opened
    assert partition(PartitionKind.NAME, school.pupils["5Б"][0]) not in opened


@pytest.mark.asvs("7.4.2")
def test_who_was_dismissed_sees_nothing_after_the_last_day(school: SmallSchool) -> None:
    maths = school.staff["maths"]
    school.must(DismissStaff(person_id=maths, last_day=MONDAY, order="9-к"), "hr")
    assert sees(school, maths)
    school.must(TurnDay(day=MONDAY + 1))
    assert sees(school, maths) == set()


@pytest.mark.asvs("row 30")
def test_a_stranger_sees_nothing_at_all(school: SmallSchool) -> None:
    assert sees(school, 999) == set()
