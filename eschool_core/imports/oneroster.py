"""Rosters as OneRoster 1.1 and 1.2 CSV bundles.

Homeroom classes are the school's classes, scheduled classes its study groups. A pupil belongs to
the homeroom of the first enrolment there (the primary one, if one is marked). Where a bundle has
no homerooms at all, the pupil's grade makes a class of that name, and for want of a grade the
first scheduled class of the pupil serves as the class; where it has some, a pupil without one is
left out. A study group with all pupils of its classes is those whole classes, unless the bundle
comes from this program, which says in columns of its own (``metadata.eschool``) what a group is.

Every row of ``users`` and ``enrollments`` is taken or left out with a reason. Rows that are not
active are left out; an empty status is active.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from eschool_core.errors import InputError
from eschool_core.imports.cells import clean, shown
from eschool_core.imports.drafts import (
    ClassDraft,
    GroupDraft,
    MembershipDraft,
    NotTaken,
    PupilDraft,
    RosterDraft,
    StaffDraft,
    TeachingDraft,
)
from eschool_core.imports.names import grade_of
from eschool_core.imports.oneroster_files import Bundle, Record, read_bundle
from eschool_core.imports.oneroster_people import (
    Demographics,
    Person,
    active,
    grade_name,
    guardians_of,
    read_demographics,
    read_people,
)
from eschool_core.imports.source import Source

_TEACHING = frozenset({"teacher", "aide"})
_HOMEROOM = "homeroom"
_PUPIL = "student"
_SHOWN_SCHOOLS = 10
_JOURNAL, _WHOLE = "journal", "whole"


@dataclass(slots=True)
class _Section:
    """A class of the bundle with the enrolments that are taken into it, by user."""

    record: Record
    name: str
    grade: int | None
    pupils: dict[str, Record] = field(default_factory=dict)
    teachers: dict[str, Record] = field(default_factory=dict)

    @property
    def is_homeroom(self) -> bool:
        return self.record["classtype"].lower() == _HOMEROOM

    @property
    def kind(self) -> str:
        """What this program says of a group of its own; empty in bundles of others."""
        return self.record["metadata.eschool.kind"]


def read_oneroster(source: Source, school: str | None = None) -> RosterDraft:
    """Return the people, classes and groups of one school.

    Args:
        source: A folder or a zip of CSV files.
        school: Its ``sourcedId``, where the bundle holds several schools.

    Raises:
        InputError: It is no bundle, is damaged or too large, or holds several schools and none
            is named.
    """
    bundle = read_bundle(source)
    left_out: list[NotTaken] = []
    sections = _read_sections(bundle, school or "", left_out)
    people = read_people(bundle, school or "", left_out)
    _enrol(bundle, sections, people, left_out)
    class_of = _place(people, sections, left_out)
    _drop_unplaced(sections, class_of, left_out)
    groups, memberships = _groups(sections, class_of, left_out)
    teachings = _teachings(sections, {group.name for group in groups}, left_out)
    pupils = _pupils(bundle, people, class_of, left_out)
    return RosterDraft(
        classes=_classes(sections, class_of),
        staff=tuple(StaffDraft(one.key, one.name) for one in people.values() if one.is_staff),
        pupils=pupils,
        groups=groups,
        memberships=memberships,
        not_taken=tuple(left_out),
        teachings=teachings,
    )


def _read_sections(bundle: Bundle, school: str, left_out: list[NotTaken]) -> dict[str, _Section]:
    """Return the classes of the school by id.

    Raises:
        InputError: There are several schools and none is named, or the named one is not there.
    """
    records = active(bundle["classes"], left_out)
    schools = dict.fromkeys(record["schoolsourcedid"] for record in records)
    if school and school not in schools:
        raise InputError("import.school_unknown", schools=_listing(schools))
    if not school and len(schools) > 1:
        raise InputError("import.several_schools", schools=_listing(schools))
    sections: dict[str, _Section] = {}
    for record in records:
        if school and record["schoolsourcedid"] != school:
            left_out.append(record.not_taken("import.other_school"))
            continue
        if record["metadata.eschool.kind"] == _JOURNAL:
            left_out.append(record.not_taken("import.class_is_journal"))
            continue
        try:
            sections[record["sourcedid"]] = _section(record)
        except InputError as reason:
            left_out.append(record.not_taken(reason.key, **reason.params))
    has_homerooms = any(section.is_homeroom for section in sections.values())
    grades = set() if has_homerooms else {grade_name(user) for user in bundle["users"]}
    _tell_apart(list(sections.values()), grades)
    return sections


def _section(record: Record) -> _Section:
    title = clean(record["title"] or record["classcode"], "title")
    if not title:
        raise InputError("import.class_missing")
    grades = record.listed("grades")
    stated = grade_of(grades[0]) if len(grades) == 1 else None
    return _Section(record, title, grade_of(title) if stated is None else stated)


def _tell_apart(sections: list[_Section], reserved: AbstractSet[str]) -> None:
    """Add the class code, or else the id, to names that several classes bear."""
    for column in ("classcode", "sourcedid"):
        names = Counter([*reserved, *(section.name for section in sections)])
        for section in sections:
            mark = clean(section.record[column], column)
            if names[section.name] > 1 and mark:
                section.name = f"{section.name} ({mark})"


def _listing(schools: Iterable[str]) -> str:
    return ", ".join(shown(school) for school in list(schools)[:_SHOWN_SCHOOLS])


def _enrol(
    bundle: Bundle,
    sections: Mapping[str, _Section],
    people: Mapping[str, Person],
    left_out: list[NotTaken],
) -> None:
    """Put every active enrolment into its class, or into ``left_out``."""
    for record in active(bundle["enrollments"], left_out):
        section = sections.get(record["classsourcedid"])
        person = people.get(record["usersourcedid"])
        role = record["role"].lower()
        if section is None:
            left_out.append(record.not_taken("import.enrollment_class_left_out"))
        elif person is None:
            left_out.append(record.not_taken("import.enrollment_user_left_out"))
        elif role == _PUPIL and person.is_pupil:
            _add(section.pupils, person, record, left_out)
        elif role in _TEACHING and person.is_staff:
            _add(section.teachers, person, record, left_out)
        else:
            left_out.append(record.not_taken("import.enrollment_role"))


def _add(
    members: dict[str, Record], person: Person, record: Record, left_out: list[NotTaken]
) -> None:
    if person.key in members:
        left_out.append(record.not_taken("import.row_twice"))
    else:
        members[person.key] = record


def _place(
    people: Mapping[str, Person], sections: Mapping[str, _Section], left_out: list[NotTaken]
) -> dict[str, str]:
    """Return the class of each pupil that has one; the others go to ``left_out``."""
    homerooms = [one for one in sections.values() if one.is_homeroom]
    home_of = _first_section(homerooms or list(sections.values()))
    class_of: dict[str, str] = {}
    for person in people.values():
        if not person.is_pupil:
            continue
        by_grade = "" if homerooms else person.grade
        home = home_of.get(person.key)
        name = by_grade or (home.name if home else "")
        if name:
            class_of[person.key] = name
        else:
            left_out.append(person.record.not_taken("import.pupil_without_class"))
    for section in homerooms:
        others = [key for key in section.pupils if home_of[key] is not section]
        left_out += [section.pupils.pop(key).not_taken("import.second_homeroom") for key in others]
    return class_of


def _first_section(sections: list[_Section]) -> dict[str, _Section]:
    """Return each pupil's section: the first one marked as primary, else the first."""
    first: dict[str, _Section] = {}
    primary: dict[str, _Section] = {}
    for section in sections:
        for key, record in section.pupils.items():
            first.setdefault(key, section)
            if record["primary"].lower() == "true":
                primary.setdefault(key, section)
    return first | primary


def _drop_unplaced(
    sections: Mapping[str, _Section], class_of: Mapping[str, str], left_out: list[NotTaken]
) -> None:
    for section in sections.values():
        records = [section.pupils.pop(key) for key in [*section.pupils] if key not in class_of]
        left_out += [one.not_taken("import.enrollment_user_left_out") for one in records]


def _classes(
    sections: Mapping[str, _Section], class_of: Mapping[str, str]
) -> tuple[ClassDraft, ...]:
    sizes = Counter(class_of.values())
    grades = {one.name: one.grade for one in sections.values()}
    homerooms = dict.fromkeys(one.name for one in sections.values() if one.is_homeroom)
    names = [*homerooms, *(name for name in sizes if name not in homerooms)]
    return tuple(
        ClassDraft(name, grades[name] if name in grades else grade_of(name), sizes[name])
        for name in names
    )


def _groups(
    sections: Mapping[str, _Section], class_of: Mapping[str, str], left_out: list[NotTaken]
) -> tuple[tuple[GroupDraft, ...], tuple[MembershipDraft, ...]]:
    sizes = Counter(class_of.values())
    groups: list[GroupDraft] = []
    memberships: list[MembershipDraft] = []
    for section in sections.values():
        if section.is_homeroom:
            continue
        stated = section.record.listed("metadata.eschool.classes")
        named = [sections[one].name for one in stated if one in sections]
        classes = tuple(dict.fromkeys([*named, *(class_of[key] for key in section.pupils)]))
        if not classes:
            left_out.append(section.record.not_taken("import.group_without_pupils"))
            continue
        whole = section.kind == _WHOLE
        if not section.kind:
            whole = len(section.pupils) == sum(sizes[name] for name in classes)
        groups.append(GroupDraft(section.name, classes, whole, len(section.pupils)))
        if not whole:
            memberships += [MembershipDraft(section.name, key) for key in section.pupils]
    return tuple(groups), tuple(memberships)


def _pupils(
    bundle: Bundle,
    people: Mapping[str, Person],
    class_of: Mapping[str, str],
    left_out: list[NotTaken],
) -> tuple[PupilDraft, ...]:
    """Return the placed pupils with their guardians; guardians of nobody are left out."""
    guardians = guardians_of(people, left_out)
    demographics = read_demographics(bundle, class_of.keys(), left_out)
    known = Demographics()
    pupils = tuple(
        PupilDraft(
            key=key,
            name=people[key].name,
            class_name=class_name,
            birth_date=demographics.get(key, known).birth_date,
            sex=demographics.get(key, known).sex,
            guardians=guardians.get(key, ()),
        )
        for key, class_name in class_of.items()
    )
    needed = {guardian.key for pupil in pupils for guardian in pupil.guardians}
    for person in people.values():
        idle = person.guardian_role and not person.is_staff and not person.is_pupil
        if idle and person.key not in needed:
            left_out.append(person.record.not_taken("import.guardian_without_pupil"))
    return pupils


def _teachings(
    sections: Mapping[str, _Section], groups: AbstractSet[str], left_out: list[NotTaken]
) -> tuple[TeachingDraft, ...]:
    teachings: list[TeachingDraft] = []
    for section in sections.values():
        for key, record in section.teachers.items():
            if section.is_homeroom or section.name in groups:
                teachings.append(TeachingDraft(key, section.name, section.is_homeroom))
            else:
                left_out.append(record.not_taken("import.enrollment_class_left_out"))
    return tuple(teachings)
