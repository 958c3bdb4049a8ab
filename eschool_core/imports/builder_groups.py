"""Subjects, classes, groups and journals of a batch: looked up by name, made where missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from eschool_core.commands.groups import CreateGroup
from eschool_core.commands.journals import OpenJournal
from eschool_core.commands.school import CreateClass, CreateSubject
from eschool_core.domain.enums import JournalKind
from eschool_core.imports.builder import BellsRef, CommandBatch, YearRef, make, take_for
from eschool_core.imports.builder_clashes import Pupils
from eschool_core.imports.builder_existing import (
    ExistingSchool,
    GroupRef,
    JournalRef,
    PupilRef,
    class_key,
    free_name,
    joint_name,
)
from eschool_core.imports.drafts import ClassDraft, GroupDraft, NameDraft

MOST_CLASSES = 60
"""Classes of one group, as ``CreateGroup`` takes them."""


class Registry:
    """The school as it will be once the batch is carried out.

    Args:
        batch: Where commands for what is missing are put.
        year: Of the classes, groups and journals.
        bells: Of new classes.
        existing: What the school has.
        first_day: From which new groups take in the pupils of their classes.
    """

    def __init__(
        self,
        batch: CommandBatch,
        year: YearRef,
        bells: BellsRef,
        existing: ExistingSchool,
        first_day: int,
    ) -> None:
        self._batch = batch
        self._year = year
        self._bells = bells
        self._first_day = first_day
        self.existing = existing
        self.subjects = dict(existing.subjects)
        self.classes = dict(existing.classes)
        self.groups = dict(existing.groups)
        self.journals = dict(existing.journals)
        self.members = {group: set(pupils) for group, pupils in existing.members.items()}
        self.pupils = dict(existing.pupils)
        self.schedules = {**existing.schedules, bells.schedule_id: bells.periods}
        self._schedule_of_class = dict(existing.schedule_of_class)
        self.class_teachers = set(existing.class_teachers)
        self.pupils_of_class: defaultdict[int, set[int]] = defaultdict(set)
        self.class_of_pupil: dict[int, int] = {}
        for pupil in (one for pupils in existing.pupils.values() for one in pupils):
            self.pupils_of_class[pupil.class_id].add(pupil.id)
            self.class_of_pupil[pupil.id] = pupil.class_id
        self._class_ids: dict[str, int] = {}
        self._alike: defaultdict[str, list[str]] = defaultdict(list)
        for name in existing.classes:
            self._alike[class_key(name)].append(name)
        self._whole: dict[frozenset[int], GroupRef] = {}
        self._by_id: dict[int, GroupRef] = {}
        self._joint: dict[frozenset[int], GroupRef] = {}
        self._whole_of_class: defaultdict[int, list[GroupRef]] = defaultdict(list)
        for ref in existing.groups.values():
            self._index(ref)

    def subject(self, name: str) -> int:
        """Return the id of a subject."""
        if name not in self.subjects:
            self.subjects[name] = self._batch.add(make(CreateSubject, name, name=name))
        return self.subjects[name]

    def add_classes(self, drafts: Iterable[ClassDraft]) -> dict[str, int]:
        """Return the ids of the classes of a draft by name; each has its whole-class group.

        Names that are written differently («5 «а»», «5А») join, unless the draft has both.
        """
        drafts = list(drafts)
        claimed = {draft.name for draft in drafts}
        for draft in drafts:
            name = draft.name
            if name not in self.classes:
                alike = self._only_alike(name)
                if alike is None or alike in claimed:
                    self._create_class(draft)
                else:
                    claimed.add(alike)
                    name = alike
            self._class_ids[draft.name] = self.classes[name]
            self.whole_group(draft.name, (self.classes[name],))
        return {draft.name: self._class_ids[draft.name] for draft in drafts}

    def class_of(self, name: str) -> int | None:
        """Return the id of a class by what this draft, or the school, calls it."""
        known = self._class_ids.get(name) or self.classes.get(name)
        return known or self.classes.get(self._only_alike(name) or "")

    def group(self, draft: GroupDraft) -> GroupRef | None:
        """Return a group of a draft; None where its classes are unknown or too many."""
        class_ids = [self.class_of(name) for name in draft.classes]
        known = [one for one in class_ids if one is not None]
        if len(known) < len(class_ids) or not 0 < len(known) <= MOST_CLASSES:
            return None
        if draft.whole:
            return self.whole_group(draft.name, known)
        return self._part_group(draft.name, known)

    def whole_group(self, name: str, class_ids: Sequence[int]) -> GroupRef:
        """Return the group of all pupils of some classes, whatever its name is."""
        key = frozenset(class_ids)
        if key not in self._whole:
            self._create_group(name, class_ids, whole=True)
        return self._whole[key]

    def whole_ids(self, class_ids: Mapping[str, int]) -> dict[str, int]:
        """Return the id of each class's own group by the class's name."""
        return {name: self._whole[frozenset([one])].id for name, one in class_ids.items()}

    def key_of(self, groups: Sequence[GroupRef]) -> frozenset[int]:
        """Return what tells whether other groups are the same pupils taught together.

        Whole classes are the same however they are grouped, else the groups themselves count.
        """
        if all(ref.whole for ref in groups):
            return _classes_of(groups)
        return frozenset(part for ref in groups for part in ref.parts or (ref.id,))

    def find_joint(self, groups: Sequence[GroupRef]) -> GroupRef | None:
        """Return the group that joins several, None where it is not made yet."""
        if len(groups) == 1:
            return groups[0]
        if all(ref.whole for ref in groups):
            return self._whole.get(_classes_of(groups))
        return self._joint.get(frozenset(ref.id for ref in groups))

    def joint_group(self, groups: Sequence[GroupRef]) -> GroupRef:
        """Return the group that joins several; whole where all are whole."""
        found = self.find_joint(groups)
        if found is not None:
            return found
        name = joint_name([ref.name for ref in groups])
        class_ids = list(dict.fromkeys(one for ref in groups for one in sorted(ref.class_ids)))
        if all(ref.whole for ref in groups):
            return self.whole_group(name, class_ids)
        return self._create_group(name, class_ids, parts=tuple(ref.id for ref in groups))

    def find_journal(self, groups: Sequence[GroupRef], subject_id: int) -> JournalRef | None:
        """Return the journal of groups that are taught together, None where there is none."""
        group = self.find_joint(groups)
        return None if group is None else self.journals.get((group.id, subject_id))

    def pupils_of_groups(self, groups: Iterable[GroupRef]) -> Pupils:
        """Return who is taught when these groups are."""
        asked = list(groups)
        refs = [self._by_id[part] for ref in asked for part in ref.parts or (ref.id,)]
        whole = _classes_of(ref for ref in refs if ref.whole)
        ids = frozenset(ref.id for ref in (*asked, *refs))
        return Pupils(
            ids,
            whole,
            _classes_of(refs) - whole,
            frozenset(one for ref_id in ids for one in self.members.get(ref_id, ())),
        )

    def clock_times(self, groups: Iterable[GroupRef], period: int) -> set[tuple[int, int]] | None:
        """Return first and last minute of a period by the bells of each class, None without."""
        schedules = {
            self._schedule_of_class.get(class_id, self._bells.schedule_id)
            for class_id in _classes_of(groups)
        }
        times = [self.schedules.get(schedule, {}).get(period) for schedule in schedules]
        return None if None in times else {time for time in times if time is not None}

    def journal(self, group: GroupRef, subject_id: int) -> JournalRef:
        """Return the journal of a subject in a group."""
        key = (group.id, subject_id)
        if key not in self.journals:
            one_class = group.whole and len(group.class_ids) == 1
            command = make(
                OpenJournal,
                group.name,
                year_id=self._year.id,
                group_id=group.id,
                subject_id=subject_id,
                journal_kind=JournalKind.CLASS if one_class else JournalKind.GROUP,
            )
            rows = 1 + len(self.members.get(group.id, ()))
            journal_id = self._batch.add(command, take_for(rows))
            self.journals[key] = JournalRef(journal_id, command.journal_kind)
        return self.journals[key]

    def admit(self, name: NameDraft, pupil: PupilRef) -> None:
        """Know a pupil of a class and of every group that is the whole of it."""
        key = (pupil.class_id, name)
        self.pupils[key] = (*self.pupils.get(key, ()), pupil)
        self.pupils_of_class[pupil.class_id].add(pupil.id)
        self.class_of_pupil[pupil.id] = pupil.class_id
        for ref in self.whole_groups_of(pupil.class_id):
            self.members.setdefault(ref.id, set()).add(pupil.id)

    def whole_groups_of(self, class_id: int) -> list[GroupRef]:
        """Return the groups that every pupil of a class belongs to."""
        return self._whole_of_class[class_id]

    def school(self) -> ExistingSchool:
        """Return the school with all that was made, for the next builder."""
        return replace(
            self.existing,
            subjects=dict(self.subjects),
            classes=dict(self.classes),
            groups=dict(self.groups),
            journals=dict(self.journals),
            members={group: frozenset(pupils) for group, pupils in self.members.items()},
            pupils=dict(self.pupils),
            class_teachers=frozenset(self.class_teachers),
            schedule_of_class=dict(self._schedule_of_class),
            schedules=dict(self.schedules),
        )

    def _create_class(self, draft: ClassDraft) -> None:
        command = make(
            CreateClass,
            draft.name,
            year_id=self._year.id,
            name=draft.name,
            grade=draft.grade or 0,
            schedule_id=self._bells.schedule_id,
        )
        class_id = self._batch.add(command)
        self.classes[draft.name] = class_id
        self._schedule_of_class[class_id] = self._bells.schedule_id

    def _part_group(self, name: str, class_ids: Sequence[int]) -> GroupRef:
        known = self.groups.get(name)
        if known is not None and not known.whole:
            return known
        return self._create_group(name, class_ids)

    def _create_group(
        self,
        name: str,
        class_ids: Sequence[int],
        *,
        whole: bool = False,
        parts: tuple[int, ...] = (),
    ) -> GroupRef:
        pupils = {one for class_id in class_ids for one in self.pupils_of_class[class_id]}
        free = free_name(name, self.groups)
        command = make(
            CreateGroup,
            name,
            year_id=self._year.id,
            name=free,
            class_ids=tuple(class_ids),
            whole=int(whole),
            first_day=self._first_day,
        )
        rows = 1 + len(class_ids) + (len(pupils) if whole else 0)
        group_id = self._batch.add(command, take_for(rows))
        ref = GroupRef(group_id, free, frozenset(class_ids), whole, parts)
        self.groups[free] = ref
        self.members[group_id] = pupils if whole else set()
        self._index(ref)
        return ref

    def _index(self, ref: GroupRef) -> None:
        self._by_id[ref.id] = ref
        if ref.parts:
            self._joint[frozenset(ref.parts)] = ref
        if ref.whole:
            self._whole[ref.class_ids] = ref
            for class_id in sorted(ref.class_ids):
                self._whole_of_class[class_id].append(ref)

    def _only_alike(self, name: str) -> str | None:
        alike = self._alike.get(class_key(name), [])
        return alike[0] if len(alike) == 1 else None


def _classes_of(groups: Iterable[GroupRef]) -> frozenset[int]:
    return frozenset().union(*(ref.class_ids for ref in groups))
