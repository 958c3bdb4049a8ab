"""What a school has already, by name, so that an import joins it instead of doubling it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from eschool_core.domain.enums import JournalKind, Role
from eschool_core.domain.journal import TimetableSlot
from eschool_core.domain.people import Enrolment, GroupMember, Guardianship, Pupil, PupilCard
from eschool_core.domain.school import (
    Appointment,
    BellPeriod,
    GroupClass,
    Journal,
    SchoolClass,
    Staff,
    StudyGroup,
    Subject,
    TeachingLoad,
)
from eschool_core.imports.drafts import NameDraft
from eschool_core.store.store import Store

JOINT_MARK = "+"
Slot = tuple[int, int, int, str]
"""Week of the cycle, weekday, period, room."""

LONGEST_NAME = 200
_NUMBER_ROOM = 12
"""Letters that a number at the end of a name may take."""
COVERS = "first_day <= ? AND last_day >= ? ORDER BY id"
_QUOTES = re.compile(r"[«»„“”\"']")
_GAP = re.compile(r"(?<=\d)[\s-]+(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class GroupRef:
    """A study group.

    Attributes:
        parts: Ids of the groups that it joins; empty where it joins none.
    """

    id: int
    name: str
    class_ids: frozenset[int]
    whole: bool
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadRef:
    """A teacher's hours in a journal; see ``TeachingLoad``."""

    staff_id: int
    weekly_periods: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class JournalRef:
    """A journal with all its loads, and the slots that are in force or will be."""

    id: int
    kind: int = JournalKind.GROUP
    loads: tuple[LoadRef, ...] = ()
    slots: frozenset[Slot] = frozenset()


@dataclass(frozen=True, slots=True)
class PupilRef:
    """A pupil of a class.

    Attributes:
        guardians: Ids by name.
    """

    id: int
    class_id: int
    birth_day: int = 0
    guardians: Mapping[NameDraft, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExistingSchool:
    """Ids by name; the empty one is a school that has only its year and bells.

    Attributes:
        schedule_of_class: Bell schedule by class.
        schedules: First and last minute by schedule and period.
        staff: Several people may have one name.
        staff_keys: Staff by what a file calls them: «Иванова А. П.».
        journals: By (group, subject).
        members: Pupils of each group.
        pupils: By (class, name).
        class_teachers: Pairs (staff, class) in force.
    """

    subjects: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, GroupRef] = field(default_factory=dict)
    staff: Mapping[NameDraft, tuple[int, ...]] = field(default_factory=dict)
    staff_keys: Mapping[str, int] = field(default_factory=dict)
    journals: Mapping[tuple[int, int], JournalRef] = field(default_factory=dict)
    members: Mapping[int, frozenset[int]] = field(default_factory=dict)
    pupils: Mapping[tuple[int, NameDraft], tuple[PupilRef, ...]] = field(default_factory=dict)
    class_teachers: frozenset[tuple[int, int]] = frozenset()
    schedule_of_class: Mapping[int, int] = field(default_factory=dict)
    schedules: Mapping[int, Mapping[int, tuple[int, int]]] = field(default_factory=dict)


def read_existing(store: Store, year_id: int, from_day: int) -> ExistingSchool:
    """Return what a school has in a year from a day on.

    Joint groups are known by their names: «5А.1+5Б.1» joins two groups of these names.
    """
    class_rows = store.select(SchoolClass, year_id=year_id)
    classes = {entry.name: entry.id for entry in class_rows}
    schedules: defaultdict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    for bell in store.select(BellPeriod):
        schedules[bell.schedule_id][bell.period] = (bell.start_minute, bell.end_minute)
    staff: defaultdict[NameDraft, list[int]] = defaultdict(list)
    for person in store.select(Staff):
        staff[NameDraft(person.family, person.given, person.patronymic)].append(person.id)
    members: defaultdict[int, set[int]] = defaultdict(set)
    for member in store.where(GroupMember, "last_day >= ? ORDER BY id", from_day):
        members[member.group_id].add(member.pupil_id)
    return ExistingSchool(
        subjects={entry.name: entry.id for entry in store.select(Subject)},
        classes=classes,
        groups=_groups(store, year_id),
        staff={name: tuple(ids) for name, ids in staff.items()},
        journals=_journals(store, year_id, from_day),
        members={group: frozenset(ids) for group, ids in members.items()},
        pupils=_pupils(store, frozenset(classes.values()), from_day),
        class_teachers=frozenset(
            (entry.person_id, entry.class_id)
            for entry in store.select(Appointment, role=Role.CLASS_TEACHER)
            if entry.last_day >= from_day
        ),
        schedule_of_class={entry.id: entry.schedule_id for entry in class_rows},
        schedules=dict(schedules),
    )


def class_key(name: str) -> str:
    """Return a class's name without what writers leave out: quotes, gaps, case.

    >>> class_key("5 «а»") == class_key("5А"), class_key("1-1") == class_key("11")
    (True, False)
    """
    return _GAP.sub("", " ".join(_QUOTES.sub("", name).casefold().split()))


def joint_name(names: Sequence[str]) -> str:
    """Return the names joined; a name too long for a group ends with how many are left out.

    >>> joint_name(["5А", "5Б"])
    '5А+5Б'
    """
    whole = JOINT_MARK.join(names)
    if len(whole) <= LONGEST_NAME - _NUMBER_ROOM:
        return whole
    kept = list(names)
    while kept and len(JOINT_MARK.join(kept)) > LONGEST_NAME - 2 * _NUMBER_ROOM:
        kept.pop()
    return f"{JOINT_MARK.join(kept)}{JOINT_MARK}… ({len(names) - len(kept)})"


def free_name(name: str, used: Container[str]) -> str:
    """Return the name, with a number where it is used."""
    number, free = 1, name
    while free in used:
        number += 1
        free = f"{name} ({number})"
    return free


def _groups(store: Store, year_id: int) -> dict[str, GroupRef]:
    class_ids: defaultdict[int, set[int]] = defaultdict(set)
    for link in store.select(GroupClass):
        class_ids[link.group_id].add(link.class_id)
    rows = {entry.name: entry for entry in store.select(StudyGroup, year_id=year_id)}
    found = {}
    for name, row in rows.items():
        parts = tuple(rows[part].id if part in rows else 0 for part in name.split(JOINT_MARK))
        joins = len(parts) > 1 and 0 not in parts
        found[name] = GroupRef(
            row.id, name, frozenset(class_ids[row.id]), bool(row.whole), parts if joins else ()
        )
    return found


def _journals(store: Store, year_id: int, from_day: int) -> dict[tuple[int, int], JournalRef]:
    loads: defaultdict[int, list[LoadRef]] = defaultdict(list)
    for load in store.select(TeachingLoad):
        loads[load.journal_id].append(
            LoadRef(load.staff_id, load.weekly_periods, load.first_day, load.last_day)
        )
    slots: defaultdict[int, set[Slot]] = defaultdict(set)
    for slot in store.where(TimetableSlot, "last_day >= ? ORDER BY id", from_day):
        slots[slot.journal_id].add((slot.week, slot.weekday, slot.period, slot.room))
    return {
        (row.group_id, row.subject_id): JournalRef(
            row.id, row.kind, tuple(loads[row.id]), frozenset(slots[row.id])
        )
        for row in reversed(store.select(Journal, year_id=year_id))
    }


def _pupils(
    store: Store, class_ids: frozenset[int], from_day: int
) -> dict[tuple[int, NameDraft], tuple[PupilRef, ...]]:
    birth_days = {card.pupil_id: card.birth_day for card in store.select(PupilCard)}
    names = {
        pupil.id: NameDraft(pupil.family, pupil.given, pupil.patronymic)
        for pupil in store.select(Pupil)
    }
    guardians: defaultdict[int, dict[NameDraft, int]] = defaultdict(dict)
    for entry in store.where(Guardianship, "last_day >= ? ORDER BY id", from_day):
        name = NameDraft(entry.family, entry.given, entry.patronymic)
        guardians[entry.pupil_id][name] = entry.guardian_id
    found: defaultdict[tuple[int, NameDraft], list[PupilRef]] = defaultdict(list)
    for enrolment in store.where(Enrolment, COVERS, from_day, from_day):
        pupil_id, class_id = enrolment.pupil_id, enrolment.class_id
        if class_id in class_ids:
            found[class_id, names[pupil_id]].append(
                PupilRef(pupil_id, class_id, birth_days.get(pupil_id, 0), guardians[pupil_id])
            )
    return {key: tuple(refs) for key, refs in found.items()}
