"""The people of a sample school: who could sit in the classes of a timetable. All invented."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from eschool_core.domain.enums import Sex
from eschool_core.imports.drafts import (
    ClassDraft,
    GroupDraft,
    GuardianDraft,
    MembershipDraft,
    NameDraft,
    PupilDraft,
    RosterDraft,
    StaffDraft,
    TimetableDraft,
)
from eschool_core.sample.names import Father, NameSource, name_lists
from eschool_core.sample.splits import split_sets

DEFAULT_CLASS_SIZE = 25
LARGEST_CLASS_SIZE = 35

_SIBLING_SHARE = 0.15
_MOST_CHILDREN = 3
_LEAST_GRADES_APART = 2
_BOTH_PARENTS_SHARE, _MOTHER_ALONE_SHARE, _FATHER_ALONE_SHARE = 0.65, 0.25, 0.05
_AGE_IN_GRADE_ONE_YEARS = 7
_NAME_ATTEMPTS = 1000
_FULL_NAME = re.compile(r"(\w[\w-]*) (\w[\w-]+) (\w+(?:вич|ьич|вна|чна))")
_INITIALS_LAST = re.compile(r"(\w[\w-]*) (\w\.) ?(\w\.)")
_INITIAL_FIRST = re.compile(r"(\w{1,3}\.) ?(\w[\w-]+)")
_FEMALE_ENDINGS = ("ова", "ева", "ёва", "ина", "ына", "ая")


@dataclass(slots=True)
class _Family:
    """Parents and the children they have in the school so far."""

    father: Father
    guardians: tuple[GuardianDraft, ...]
    children: list[tuple[int | None, str]]


def sample_roster(draft: TimetableDraft, seed: int, start_year: int) -> RosterDraft:
    """Return pupils, guardians, staff and group memberships that fit a timetable.

    A class has the size that the draft gives, ``DEFAULT_CLASS_SIZE`` where it gives none, and
    ``LARGEST_CLASS_SIZE`` at most. No two pupils of a class share surname and given name. No
    pupil is in two groups of one split set (see ``splits``). Pupils come class by class in
    alphabetical order, with birth dates where the class has a grade.

    Args:
        draft: Its teachers become the staff, under the names they have there.
        seed: Same arguments, same roster.
        start_year: The year in whose September the pupils are in their grade.
    """
    invention = _Invention(seed, start_year)
    pupils = tuple(pupil for item in draft.classes for pupil in invention.pupils_of(item))
    memberships = _memberships(draft, pupils, seed)
    return RosterDraft(
        classes=tuple(replace(item, size=_size(item)) for item in draft.classes),
        staff=tuple(invention.staff_member(teacher) for teacher in draft.teachers),
        pupils=pupils,
        groups=_groups_with_sizes(draft, memberships),
        memberships=memberships,
        not_taken=(),
    )


class _Invention:
    """Makes people up, one after the other."""

    def __init__(self, seed: int, start_year: int) -> None:
        self._random = Random(f"people/{seed}")
        self._names = NameSource(f"roster/{seed}")
        self._start_year = start_year
        self._families: list[_Family] = []
        self._last_pupil = 0
        self._last_guardian = 0

    def pupils_of(self, school_class: ClassDraft) -> list[PupilDraft]:
        """Return a whole class in alphabetical order; keys go on from the last class."""
        pupils: list[PupilDraft] = []
        seen: set[tuple[str, str]] = set()
        for _ in range(_size(school_class)):
            sex = self._random.choice((Sex.FEMALE, Sex.MALE))
            family = self._family(school_class)
            name = self._unused_name(family, sex, seen)
            seen.add((name.family, name.given))
            family.children.append((school_class.grade, name.given))
            birth_date = self._birth_date(school_class.grade)
            pupils.append(
                PupilDraft("", name, school_class.name, birth_date, sex, family.guardians)
            )
        pupils.sort(key=_alphabetical)
        first = self._last_pupil + 1
        self._last_pupil += len(pupils)
        return [
            replace(pupil, key=f"pupil-{number:04}")
            for number, pupil in enumerate(pupils, start=first)
        ]

    def staff_member(self, teacher: str) -> StaffDraft:
        """Return the teacher of that name; what the name does not tell is made up."""
        text = " ".join(teacher.split())
        if match := _FULL_NAME.fullmatch(text) or _INITIALS_LAST.fullmatch(text):
            return StaffDraft(teacher, NameDraft(*match.groups()))
        if match := _INITIAL_FIRST.fullmatch(text):
            return StaffDraft(teacher, NameDraft(match[2], match[1]))
        woman = text.endswith(_FEMALE_ENDINGS)
        made_up = self._names.adult(Sex.FEMALE if woman else Sex.MALE)
        return StaffDraft(teacher, replace(made_up, family=text))

    def _family(self, school_class: ClassDraft) -> _Family:
        """Return a family with a child some grades away, or a new one."""
        if self._random.random() < _SIBLING_SHARE:
            able = [item for item in self._families if _may_have_sibling(item, school_class)]
            if able:
                return self._random.choice(able)
        family = self._new_family()
        self._families.append(family)
        return family

    def _new_family(self) -> _Family:
        father = self._names.father()
        words = name_lists()
        mother = (words.mother, self._names.adult(Sex.FEMALE, father.family))
        own_name = replace(self._names.adult(Sex.MALE, father.family), given=father.given)
        parent = (words.father, own_name)
        chance = self._random.random()
        if chance < _BOTH_PARENTS_SHARE:
            people = [mother, parent]
        elif chance < _BOTH_PARENTS_SHARE + _MOTHER_ALONE_SHARE:
            people = [mother]
        elif chance < _BOTH_PARENTS_SHARE + _MOTHER_ALONE_SHARE + _FATHER_ALONE_SHARE:
            people = [parent]
        else:
            people = [(words.grandmother, self._names.adult(Sex.FEMALE))]
        return _Family(father, tuple(self._guardian(*person) for person in people), [])

    def _guardian(self, relation: str, name: NameDraft) -> GuardianDraft:
        self._last_guardian += 1
        return GuardianDraft(
            f"guardian-{self._last_guardian:04}", name, relation, _phone(self._random)
        )

    def _unused_name(self, family: _Family, sex: Sex, seen: set[tuple[str, str]]) -> NameDraft:
        given_names = {given for _, given in family.children}
        for _ in range(_NAME_ATTEMPTS):
            name = self._names.child(family.father, sex)
            if (name.family, name.given) not in seen and name.given not in given_names:
                return name
        raise RuntimeError("the name lists are too short")

    def _birth_date(self, grade: int | None) -> date | None:
        """Return a day that makes the pupil 6¾ to 7¾ in September of grade 1, and so on."""
        if grade is None:
            return None
        year = self._start_year - grade + 1 - _AGE_IN_GRADE_ONE_YEARS
        return date(year - 1, 12, 1) + timedelta(days=self._random.randrange(365))


def _size(school_class: ClassDraft) -> int:
    return min(school_class.size or DEFAULT_CLASS_SIZE, LARGEST_CLASS_SIZE)


def _alphabetical(pupil: PupilDraft) -> tuple[str, ...]:
    name = pupil.name
    words = (name.family, name.given, name.patronymic)
    return tuple(word.replace("ё", "е").replace("Ё", "Е") for word in words)


def _may_have_sibling(family: _Family, school_class: ClassDraft) -> bool:
    grade = school_class.grade
    if grade is None or len(family.children) >= _MOST_CHILDREN:
        return False
    return all(
        other is not None and abs(other - grade) >= _LEAST_GRADES_APART
        for other, _ in family.children
    )


def _phone(random: Random) -> str:
    """Return a number that no subscriber can have: no Russian area code is 000."""
    digits = f"{random.randrange(10**7):07}"
    return f"+7 000 {digits[:3]}-{digits[3:5]}-{digits[5:]}"


def _memberships(
    draft: TimetableDraft, pupils: Sequence[PupilDraft], seed: int
) -> tuple[MembershipDraft, ...]:
    """Divide every class among its groups of each split set; a lone group gets one half."""
    random = Random(f"memberships/{seed}")
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for pupil in pupils:
        keys[pupil.class_name].append(pupil.key)
    groups = {group.name: group for group in draft.groups}
    members: defaultdict[str, list[str]] = defaultdict(list)
    for names in split_sets(draft):
        for class_name in dict.fromkeys(item for name in names for item in groups[name].classes):
            sharing = [name for name in names if class_name in groups[name].classes]
            shuffled = random.sample(keys[class_name], len(keys[class_name]))
            parts = max(2, len(sharing))
            for number, name in enumerate(sharing):
                members[name].extend(shuffled[number::parts])
    return tuple(
        MembershipDraft(group.name, key)
        for group in draft.groups
        for key in sorted(members[group.name])
    )


def _groups_with_sizes(
    draft: TimetableDraft, memberships: Sequence[MembershipDraft]
) -> tuple[GroupDraft, ...]:
    sizes: defaultdict[str, int] = defaultdict(int)
    for membership in memberships:
        sizes[membership.group] += 1
    class_sizes = {item.name: _size(item) for item in draft.classes}
    return tuple(
        replace(
            group,
            size=sum(class_sizes[name] for name in group.classes)
            if group.whole
            else sizes[group.name],
        )
        for group in draft.groups
    )
