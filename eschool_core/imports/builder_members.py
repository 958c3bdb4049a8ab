"""Who is in which study group: first placings of a roster (4.6.4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from eschool_core.commands.groups import ChangeGroup
from eschool_core.domain.enums import GroupChangeGround
from eschool_core.imports.builder import CommandBatch, make, take_for
from eschool_core.imports.builder_existing import GroupRef
from eschool_core.imports.builder_groups import Registry
from eschool_core.imports.drafts import MembershipDraft, NotTaken

UNKNOWN_MEMBER = "import.membership_unknown"
OTHER_CLASS = "import.membership_other_class"
RIVAL_GROUP = "import.membership_rival"


class Memberships:
    """Places pupils into groups, as far as ``ChangeGroup`` lets them in."""

    def __init__(self, batch: CommandBatch, registry: Registry, first_day: int) -> None:
        self._batch = batch
        self._registry = registry
        self._first_day = first_day
        self._journals_of = Counter(group_id for group_id, _ in registry.journals)
        self._rivals: dict[int, frozenset[int]] = {}
        self._refs = {ref.id: ref for ref in registry.groups.values()}
        self._groups_of_subject: defaultdict[int, set[int]] = defaultdict(set)
        self._subjects_of: defaultdict[int, set[int]] = defaultdict(set)
        for group_id, subject_id in registry.journals:
            self._groups_of_subject[subject_id].add(group_id)
            self._subjects_of[group_id].add(subject_id)
        self._current: defaultdict[int, set[int]] = defaultdict(set)
        for group_id, pupils in registry.members.items():
            for pupil_id in pupils:
                self._current[pupil_id].add(group_id)

    def place_all(
        self,
        memberships: Iterable[MembershipDraft],
        groups: Mapping[str, GroupRef | None],
        pupil_ids: Mapping[str, int],
    ) -> list[NotTaken]:
        """Place pupils as a roster says; return the rows that cannot be.

        Args:
            memberships: The rows.
            groups: By the draft's name.
            pupil_ids: By key.
        """
        left_out: list[NotTaken] = []
        for member in memberships:
            where = f"{member.group}: {member.pupil_key}"
            group = groups.get(member.group)
            pupil_id = pupil_ids.get(member.pupil_key)
            if group is None or pupil_id is None:
                left_out.append(NotTaken(where, UNKNOWN_MEMBER))
            elif refused := self._place(pupil_id, group, where):
                left_out.append(refused)
        return left_out

    def fill_joint_groups(self) -> list[NotTaken]:
        """Place into each joint group whoever is in one of the groups that it joins."""
        left_out: list[NotTaken] = []
        for group in [ref for ref in self._refs.values() if ref.parts and not ref.whole]:
            members = self._registry.members
            pupils = {one for part in group.parts for one in members.get(part, ())}
            placed = [self._place(pupil_id, group, group.name) for pupil_id in sorted(pupils)]
            left_out.extend(refused for refused in placed if refused is not None)
        return left_out

    def _place(self, pupil_id: int, group: GroupRef, where: str) -> NotTaken | None:
        """Place a pupil who is not there yet, or return why not."""
        current = self._current[pupil_id]
        if group.id in current:
            return None
        if group.whole or self._registry.class_of_pupil.get(pupil_id) not in group.class_ids:
            return NotTaken(where, OTHER_CLASS)
        rivals = sorted(current & self._rivals_of(group))
        if rivals:
            return NotTaken(where, RIVAL_GROUP, (("group", self._refs[rivals[0]].name),))
        command = make(
            ChangeGroup,
            group.name,
            pupil_id=pupil_id,
            to_group_id=group.id,
            first_day=self._first_day,
            ground=GroupChangeGround.FIRST_PLACING,
        )
        self._batch.add(command, take_for(1 + self._journals_of[group.id]))
        current.add(group.id)
        self._registry.members.setdefault(group.id, set()).add(pupil_id)
        return None

    def _rivals_of(self, group: GroupRef) -> frozenset[int]:
        """Return the groups of which a pupil may be in one only, as ``ChangeGroup`` has it.

        They are parts that teach a subject of this group to pupils of the same classes.
        """
        if group.id not in self._rivals:
            candidates = {
                other
                for subject_id in self._subjects_of[group.id]
                for other in self._groups_of_subject[subject_id]
                if other != group.id and other in self._refs
            }
            self._rivals[group.id] = frozenset(
                other
                for other in candidates
                if not self._refs[other].whole and self._refs[other].class_ids & group.class_ids
            )
        return self._rivals[group.id]
