"""Who leads a class and who teaches a group, as a roster says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from eschool_core.commands.journals import SetLoad
from eschool_core.commands.people import Appoint
from eschool_core.domain.enums import Role
from eschool_core.imports.builder import CommandBatch, make
from eschool_core.imports.builder_existing import GroupRef, LoadRef
from eschool_core.imports.builder_groups import Registry
from eschool_core.imports.drafts import NotTaken, TeachingDraft

UNKNOWN_TEACHING = "import.teaching_unknown"
WHICH_JOURNAL = "import.teaching_which_journal"
BY_DEPUTY = "import.teaching_by_deputy"


class Teachings:
    """Appoints class teachers and gives loads.

    Args:
        batch: Where the commands go.
        registry: The school.
        days: First and last day of loads; class teachers are appointed from the first.
        order: Act of the appointments.
        gives_loads: Whether the actor may give loads; else new ones are left out.
    """

    def __init__(
        self,
        batch: CommandBatch,
        registry: Registry,
        days: tuple[int, int],
        order: str,
        *,
        gives_loads: bool = True,
    ) -> None:
        self._batch = batch
        self._registry = registry
        self._days = days
        self._order = order
        self._gives_loads = gives_loads

    def give_all(
        self,
        teachings: Iterable[TeachingDraft],
        groups: Mapping[str, GroupRef | None],
        staff_ids: Mapping[str, int],
    ) -> list[NotTaken]:
        """Do what the rows say; return those that cannot be done.

        A roster names no subject, so a teacher of a group gets its journal only where the group
        has one.
        """
        left_out: list[NotTaken] = []
        for teaching in teachings:
            staff_id = staff_ids.get(teaching.staff_key)
            class_id = self._registry.class_of(teaching.group)
            group = groups.get(teaching.group)
            where = f"{teaching.group}: {teaching.staff_key}"
            if staff_id is None or (class_id if teaching.class_teacher else group) is None:
                left_out.append(NotTaken(where, UNKNOWN_TEACHING))
            elif teaching.class_teacher and class_id is not None:
                self._appoint(staff_id, class_id)
            elif group is not None and (reason := self._teach(staff_id, group)):
                left_out.append(NotTaken(where, reason))
        return left_out

    def _appoint(self, staff_id: int, class_id: int) -> None:
        if (staff_id, class_id) in self._registry.class_teachers:
            return
        command = make(
            Appoint,
            "",
            person_id=staff_id,
            role=Role.CLASS_TEACHER,
            class_id=class_id,
            first_day=self._days[0],
            act=self._order,
        )
        self._batch.add(command)
        self._registry.class_teachers.add((staff_id, class_id))

    def _teach(self, staff_id: int, group: GroupRef) -> str:
        """Give the group's journal to a teacher; return why not, empty where it is done."""
        keys = [key for key in self._registry.journals if key[0] == group.id]
        if len(keys) != 1:
            return WHICH_JOURNAL
        journal = self._registry.journals[keys[0]]
        if any(
            load.staff_id == staff_id and load.last_day >= self._days[0] for load in journal.loads
        ):
            return ""
        if not self._gives_loads:
            return BY_DEPUTY
        load = LoadRef(staff_id, 0, *self._days)
        command = make(
            SetLoad,
            group.name,
            journal_id=journal.id,
            staff_id=staff_id,
            weekly_periods=load.weekly_periods,
            first_day=load.first_day,
            last_day=load.last_day,
        )
        self._batch.add(command)
        self._registry.journals[keys[0]] = replace(journal, loads=(*journal.loads, load))
        return ""
