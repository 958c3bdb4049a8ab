"""Which of a timetabling file's student sets are school classes, and which are study groups.

Schools use the three levels Year, Group and Subgroup in different ways, so names alone do not
tell. The rule, for each Year and in the same way for each Group below it:

1. A set without sets inside is a class.
2. A set named as one class is («5А») is a class, unless the sets inside are taught many times
   as much; the sets inside are its study groups.
3. A set with at least as many weekly periods of its own as any set inside it is a class: a class
   is what learns together most of the time.
4. Otherwise the set is a grade, a stream or the whole school («8», «2008-2009»), and the sets
   inside are judged one by one, the busiest first. A set that shares a subgroup with a class
   found before is no class but a group across classes. Where nothing is taught to either level,
   only a bare grade («5») with class-like sets inside («5а») is taken apart.
5. A set without pupils of its own whose name goes on from a class's («1aDS» after «1a») is a part
   of that class.
6. Where the file states numbers of pupils, a set without any to which nothing is taught is no
   class: it is a heading or a leftover.

A set that holds exactly the pupils of one class is that class by another name; one that holds
all pupils of several classes is their joint lesson; any other set is a study group.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eschool_core.errors import InputError
from eschool_core.imports.drafts import ClassDraft, GroupDraft
from eschool_core.imports.limits import TIMETABLE_SETS
from eschool_core.imports.names import grade_of, is_class_like, unique_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_LEVELS = ("Year", "Group", "Subgroup")
_SIZE_DIGITS = 6
_CLASS_NAME_WORTH = 8
"""A set named as a class may have so many times fewer periods of its own than its groups."""
_STEM_LENGTH = 60
"""Names of classes are shorter; a longer one is not looked at for rule 5."""
_MOST_ADOPTERS = 50
"""Classes that a subgroup of no class may belong to."""


@dataclass(slots=True)
class StudentSet:
    """One set as the file lists it.

    Attributes:
        raw: Name as activities call it.
        atoms: Names of the smallest sets inside, or its own.
        grade: Read from the name, or from the set around it.
    """

    raw: str
    size: int
    grade: int | None
    inside: list[StudentSet] = field(default_factory=list)
    atoms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StudentSets:
    """The classes of a file, and the group that each set's name stands for."""

    classes: tuple[ClassDraft, ...]
    groups: dict[str, GroupDraft]


def read_sets(students_list: Element, load: Counter[str]) -> StudentSets:
    """Return the classes and groups.

    Args:
        students_list: Element ``Students_List``.
        load: Weekly periods taught to each set, by its name in the file.

    Raises:
        InputError: There are more sets than any school has, or a name cannot be shown.
    """
    years = _read_level(students_list, 0, None)
    sets: dict[str, StudentSet] = {}
    for one in _all(years):
        sets.setdefault(one.raw, one)
    if len(sets) > TIMETABLE_SETS:
        raise InputError("import.fet_too_many", section="Students_List", limit=TIMETABLE_SETS)
    return _Sorting(load, sets).sort(years)


def _read_level(around: Element, level: int, grade: int | None) -> list[StudentSet]:
    elements = around.findall(_LEVELS[level])
    return [_read(each, level, grade) for each in elements if (each.findtext("Name") or "").strip()]


def _read(element: Element, level: int, grade: int | None) -> StudentSet:
    raw = element.findtext("Name") or ""
    stated = (element.findtext("Number_of_Students") or "").strip()
    size = int(stated) if stated.isdecimal() and len(stated) <= _SIZE_DIGITS else 0
    own_grade = grade_of(raw)
    result = StudentSet(raw, size, grade if own_grade is None else own_grade)
    if level + 1 < len(_LEVELS):
        result.inside = _read_level(element, level + 1, result.grade)
    result.atoms = frozenset().union(*(one.atoms for one in result.inside)) or frozenset([raw])
    return result


def _all(sets: Iterable[StudentSet]) -> Iterable[StudentSet]:
    for one in sets:
        yield one
        yield from _all(one.inside)


class _Sorting:
    """Finds the classes, then what every set is to them."""

    def __init__(self, load: Counter[str], sets: dict[str, StudentSet]) -> None:
        self._load = load
        self._sets = sets
        self._order = {raw: position for position, raw in enumerate(sets)}
        self._classes: dict[str, StudentSet] = {}
        self._owners: dict[str, tuple[str, ...]] = {}

    def sort(self, years: list[StudentSet]) -> StudentSets:
        self._take(years)
        self._give_back_parts()
        self._drop_leftovers()
        for one in self._sets.values():
            self._adopt(one)
        shown = unique_names(self._sets, "Students_List")
        classes = (self._classes[raw] for raw in self._sets if raw in self._classes)
        return StudentSets(
            tuple(ClassDraft(shown[one.raw], one.grade, one.size) for one in classes),
            {raw: self._group(one, shown) for raw, one in self._sets.items()},
        )

    def _take(self, siblings: list[StudentSet]) -> None:
        for one in sorted(siblings, key=self._heaviest, reverse=True):
            if one.raw in self._classes or any(atom in self._owners for atom in one.atoms):
                continue
            if self._is_class(one):
                self._classes[one.raw] = one
                self._owners.update(dict.fromkeys(one.atoms, (one.raw,)))
            else:
                self._take(one.inside)

    def _heaviest(self, one: StudentSet) -> int:
        return max(self._load[each.raw] for each in _all([one]))

    def _is_class(self, one: StudentSet) -> bool:
        if not one.inside:
            return True
        own, below = self._load[one.raw], max(self._heaviest(each) for each in one.inside)
        if own or below:
            return own * (_CLASS_NAME_WORTH if is_class_like(one.raw) else 1) >= below
        if is_class_like(one.raw):
            return True
        return one.raw.strip() != str(one.grade) or not all(
            is_class_like(each.raw) for each in one.inside
        )

    def _give_back_parts(self) -> None:
        """Rule 5: take the pupilless sets out of the classes and give them to theirs."""
        peopled = {raw for raw, one in self._classes.items() if one.size}
        for part in [one for one in self._classes.values() if not one.size]:
            lengths = range(min(len(part.raw) - 1, _STEM_LENGTH), 0, -1)
            stem = next((length for length in lengths if part.raw[:length] in peopled), None)
            if stem is not None and not part.raw[stem].isdecimal():
                del self._classes[part.raw]
                self._owners.update(dict.fromkeys(part.atoms, (part.raw[:stem],)))

    def _drop_leftovers(self) -> None:
        if not any(one.size for one in self._classes.values()):
            return
        taught = {atom for one in self._sets.values() if self._load[one.raw] for atom in one.atoms}
        for one in list(self._classes.values()):
            if not one.size and taught.isdisjoint(one.atoms):
                del self._classes[one.raw]
                self._owners.update(dict.fromkeys(one.atoms, ()))

    def _adopt(self, one: StudentSet) -> None:
        """Give subgroups that no class owns to the classes of the set around them."""
        owners = self._owners_of(one)[:_MOST_ADOPTERS]
        if owners:
            for atom in one.atoms:
                self._owners.setdefault(atom, owners)

    def _owners_of(self, one: StudentSet) -> tuple[str, ...]:
        lists = {self._owners[atom] for atom in one.atoms if atom in self._owners}
        return tuple(
            sorted({raw for owners in lists for raw in owners}, key=self._order.__getitem__)
        )

    def _group(self, one: StudentSet, shown: dict[str, str]) -> GroupDraft:
        classes = [self._classes[raw] for raw in self._owners_of(one)]
        atoms = [(atom, self._owners[atom]) for atom in one.atoms if self._owners.get(atom)]
        whole = len(atoms) == sum(len(each.atoms) for each in classes) and all(
            atom in self._classes[owners[0]].atoms for atom, owners in atoms
        )
        if len(classes) == 1 and one.size and classes[0].size not in (0, one.size):
            whole = False
        names = tuple(shown[each.raw] for each in classes)
        alias = whole and len(names) == 1
        return GroupDraft(names[0] if alias else shown[one.raw], names, whole, one.size)
