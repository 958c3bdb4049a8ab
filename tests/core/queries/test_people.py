from __future__ import annotations

import pytest

from eschool_core.commands.access import IssueSlip
from eschool_core.commands.people import Appoint, HireStaff
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.queries.lookup import LookupFailedError
from eschool_core.queries.people import AccessState, name_parts, people, person
from tests.core.queries.conftest import replica_of
from tests.school import MONDAY, SmallSchool


def test_everybody_is_listed_once_with_the_kind(school: SmallSchool) -> None:
    found = people(school.store, MONDAY, school.now)
    assert len({one.person_id for one in found}) == len(found)
    kinds = [one.kind for one in found]
    assert kinds == sorted(kinds)
    assert kinds.count(PersonKind.STAFF) == 12
    assert kinds.count(PersonKind.PUPIL) == kinds.count(PersonKind.GUARDIAN) == 20


def test_roles_in_force_and_to_come_are_told(school: SmallSchool) -> None:
    who = school.staff["nobody"]
    for first, last in ((MONDAY - 7, MONDAY - 1), (MONDAY + 1, MONDAY + 9)):
        school.must(Appoint(person_id=who, role=Role.HEAD, first_day=first, last_day=last))
    [held] = person(school.store, str(who), MONDAY).roles
    assert (held.role, held.first_day) == (Role.HEAD, MONDAY + 1)


def test_a_class_has_its_teacher_pupils_and_guardians(school: SmallSchool) -> None:
    found = people(school.store, MONDAY, school.now, class_name="5а")
    assert [one.person_id for one in found if one.kind is PersonKind.STAFF] == [
        school.staff["russian"]
    ]
    pupils = {one.person_id for one in found if one.kind is PersonKind.PUPIL}
    assert pupils == set(school.pupils["5А"])
    guardian = next(one for one in found if one.kind is PersonKind.GUARDIAN)
    assert guardian.children == ("Абрамов Саша (мать)",)
    assert guardian.classes == ("5А",)


@pytest.mark.clause("3.1")
def test_access_is_known_to_who_holds_the_accounts(school: SmallSchool) -> None:
    who = school.staff["nobody"]
    expires_at = school.now + 60
    school.must(
        IssueSlip(person_id=who, secret_hash="0" * 64, expires_at=expires_at),
        actor=school.staff["officer"],
    )

    def access(now: int) -> AccessState | None:
        return next(one.access for one in people(school.store, MONDAY, now) if one.person_id == who)

    assert access(expires_at) is AccessState.SLIP
    assert access(expires_at + 1) is AccessState.NOTHING


@pytest.mark.clause("1.4")
def test_a_replica_tells_only_of_what_it_holds(school: SmallSchool) -> None:
    own = school.pupils["5А"][0]
    store = replica_of(school, SCHOOL, partition(PartitionKind.NAME, own))
    found = people(store, MONDAY, school.now)
    assert [one.person_id for one in found if one.kind is not PersonKind.STAFF] == [own]
    assert {one.access for one in found} == {None}


@pytest.mark.parametrize("typed", ["0", "999", "Никто", ""])
def test_nobody_is_refused(school: SmallSchool, typed: str) -> None:
    with pytest.raises(LookupFailedError) as caught:
        person(school.store, typed or "?", MONDAY)
    assert caught.value.key == "lookup.unknown_person"


def test_a_name_that_fits_several_is_not_guessed(school: SmallSchool) -> None:
    for given in ("Анна", "Алла"):
        school.must(HireStaff(family="Двойникова", given=given), actor=school.staff["officer"])
    with pytest.raises(LookupFailedError) as caught:
        person(school.store, "Двойникова", MONDAY)
    assert caught.value.key == "lookup.ambiguous_person"
    assert [name.partition(" (")[0] for name in caught.value.candidates] == [
        "Двойникова Алла",
        "Двойникова Анна",
    ]
    assert person(school.store, "Двойникова Ан", MONDAY).name == "Двойникова Анна"


def test_a_full_name_has_two_or_three_words() -> None:
    assert name_parts("Иванова  Анна") == ("Иванова", "Анна", "")
    assert name_parts("Иванова Анна Петровна") == ("Иванова", "Анна", "Петровна")
    for typed in ("", "Иванова", "Иванова Анна Петровна Вторая"):
        with pytest.raises(InputError) as caught:
            name_parts(typed)
        assert caught.value.key == "people.full_name"
