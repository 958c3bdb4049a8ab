"""People of a OneRoster bundle: who is staff, pupil or guardian, and whose guardian."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from eschool_core.domain.enums import Sex
from eschool_core.errors import InputError
from eschool_core.imports.cells import as_date, clean
from eschool_core.imports.drafts import GuardianDraft, NameDraft, NotTaken
from eschool_core.imports.oneroster_files import Bundle, Record

_ACTIVE = ("", "active")
_PUPIL = "student"
_GUARDIANS = frozenset({"parent", "guardian", "relative"})
_STAFF = frozenset(
    {
        "teacher", "administrator", "aide", "counselor", "districtadministrator", "principal",
        "proctor", "siteadministrator", "systemadministrator",
    }
)  # fmt: skip
_SEXES = {"female": Sex.FEMALE, "male": Sex.MALE}
_MOST_AGENTS = 20


@dataclass(frozen=True, slots=True)
class Person:
    """One user who can be taken; a guardian may be staff as well."""

    record: Record
    name: NameDraft
    is_pupil: bool
    is_staff: bool
    guardian_role: str
    grade: str
    phone: str

    @property
    def key(self) -> str:
        """Return the user's id in the bundle."""
        return self.record["sourcedid"]


@dataclass(frozen=True, slots=True)
class Demographics:
    """What ``demographics.csv`` tells of a pupil."""

    birth_date: date | None = None
    sex: Sex | None = None


def active(records: tuple[Record, ...], left_out: list[NotTaken]) -> list[Record]:
    """Return the records that count; the others go to ``left_out`` with their reasons."""
    taken = []
    seen: set[str] = set()
    for record in records:
        try:
            key = _id_of(record)
            if key in seen:
                raise InputError("import.record_id_twice")
        except InputError as reason:
            left_out.append(record.not_taken(reason.key, **reason.params))
        else:
            seen.add(key)
            taken.append(record)
    return taken


def _id_of(record: Record) -> str:
    if record["status"].lower() not in _ACTIVE:
        raise InputError("import.record_inactive")
    if record.too_wide:
        raise InputError("import.record_too_wide")
    if not record["sourcedid"]:
        raise InputError("import.record_without_id")
    return clean(record["sourcedid"], "sourcedId")


def read_people(bundle: Bundle, school: str, left_out: list[NotTaken]) -> dict[str, Person]:
    """Return the users by id.

    Args:
        bundle: All tables.
        school: Id of the only school whose users are taken; empty for all.
        left_out: Users that cannot be taken are added.
    """
    roles = _roles(bundle, school, left_out)
    people: dict[str, Person] = {}
    for record in active(bundle["users"], left_out):
        orgs = (*record.listed("orgsourcedids"), *record.listed("primaryorgsourcedid"))
        own_roles = roles.get(record["sourcedid"], [])
        if school and orgs and school not in orgs and not own_roles:
            left_out.append(record.not_taken("import.other_school"))
            continue
        try:
            person = _person(record, own_roles or [record["role"].lower()])
        except InputError as reason:
            left_out.append(record.not_taken(reason.key, **reason.params))
        else:
            people[person.key] = person
    return people


def _roles(bundle: Bundle, school: str, left_out: list[NotTaken]) -> dict[str, list[str]]:
    """Return the roles of ``roles.csv`` (OneRoster 1.2) by user, the primary one first."""
    roles: dict[str, list[str]] = {}
    for record in active(bundle["roles"], left_out):
        if school and record["orgsourcedid"] not in ("", school):
            left_out.append(record.not_taken("import.other_school"))
            continue
        of_user = roles.setdefault(record["usersourcedid"], [])
        place = 0 if record["roletype"].lower() == "primary" else len(of_user)
        of_user.insert(place, record["role"].lower())
    return roles


def _person(record: Record, roles: list[str]) -> Person:
    known = {_PUPIL} | _STAFF | _GUARDIANS
    if known.isdisjoint(roles):
        raise InputError("import.user_role_unknown")
    given, family, patronymic, phone = (
        clean(record[column], column)
        for column in ("givenname", "familyname", "middlename", "phone")
    )
    if not given or not family:
        raise InputError("import.name_incomplete", place="givenName, familyName")
    return Person(
        record=record,
        name=NameDraft(family, given, patronymic),
        is_pupil=_PUPIL in roles,
        is_staff=not _STAFF.isdisjoint(roles) and _PUPIL not in roles,
        guardian_role=next((role for role in roles if role in _GUARDIANS), ""),
        grade=clean(grade_name(record), "grades"),
        phone=phone or clean(record["sms"], "sms"),
    )


def grade_name(record: Record) -> str:
    """Return the one grade of a user, empty where there are none or several."""
    grades = record.listed("grades")
    return grades[0].lstrip("0") if len(grades) == 1 else ""


def guardians_of(
    people: Mapping[str, Person], left_out: list[NotTaken]
) -> dict[str, tuple[GuardianDraft, ...]]:
    """Return each pupil's guardians, named as agents on either side.

    A relation to somebody who is not there, or who is no guardian (a teacher, say), is left out
    without the pupil.
    """
    found: dict[str, dict[str, GuardianDraft]] = {}
    for person in people.values():
        for agent in person.record.listed("agentsourcedids")[:_MOST_AGENTS]:
            other = people.get(agent)
            pupil, guardian = (person, other) if person.is_pupil else (other, person)
            if pupil and pupil.is_pupil and guardian and guardian.guardian_role:
                found.setdefault(pupil.key, {})[guardian.key] = _guardian(guardian)
            else:
                left_out.append(person.record.not_taken("import.agent_not_guardian"))
    return {key: tuple(guardians.values()) for key, guardians in found.items()}


def _guardian(person: Person) -> GuardianDraft:
    return GuardianDraft(person.key, person.name, person.guardian_role, person.phone)


def read_demographics(
    bundle: Bundle, pupils: Collection[str], left_out: list[NotTaken]
) -> dict[str, Demographics]:
    """Return birth dates and sexes by pupil; a row with a senseless date is left out."""
    found: dict[str, Demographics] = {}
    for record in active(bundle["demographics"], left_out):
        if record["sourcedid"] not in pupils:
            continue
        try:
            born = as_date(record["birthdate"], "birthDate")
        except InputError as reason:
            left_out.append(record.not_taken(reason.key, **reason.params))
        else:
            found[record["sourcedid"]] = Demographics(born, _SEXES.get(record["sex"].lower()))
    return found
