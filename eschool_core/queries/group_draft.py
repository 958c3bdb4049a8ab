"""How a class is, or is to be, split for a subject (4.6.4/1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eschool_core.commands.group_drafts import parts_of, placement
from eschool_core.domain.care import GroupApproval, GroupDraft
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import StudyGroup
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name, joined, staff_names
from eschool_core.store.store import Store

IN_CLASS = (
    "SELECT p.id, p.family, p.given, p.patronymic FROM enrolment e "
    "JOIN pupil p ON p.id = e.pupil_id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ?"
)
TEACHERS = (
    "SELECT staff_id FROM teaching_load WHERE journal_id = ? AND first_day <= ? AND last_day >= ? "
    "ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class PlacedPupil(Answer):
    """One pupil.

    Attributes:
        group: Name of the group; empty where the pupil is in none.
        outside: Why the pupil is «вне подгрупп»; empty where that is not said.
        placed: In a group, or outside with a reason.
    """

    pupil_id: int
    name: str
    group: str
    outside: str
    placed: bool


@dataclass(frozen=True, slots=True)
class PartGroup(Answer):
    """One part of the class.

    Attributes:
        approved_at: When the class teacher approved it; None while it is a draft.
        confirmed_at: When its teacher agreed; None while the teacher has not.
    """

    group_id: int
    group: str
    journal_id: int
    teachers: str
    pupils: int
    approved_at: datetime | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupDraftAnswer(Answer):
    """The split of a class for a subject.

    Attributes:
        unplaced: Names of pupils who are neither placed nor outside with a reason.
        unconfirmed: Teachers of approved parts who have not agreed yet.
        partial: True where this replica lacks the class's draft.
    """

    pupils: tuple[PlacedPupil, ...]
    parts: tuple[PartGroup, ...]
    unplaced: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    partial: bool


def group_draft(store: Store, class_id: int, subject_id: int, day: int) -> GroupDraftAnswer:
    """Return how the pupils of a class on a day are placed, the draft before what is in force."""
    parts = parts_of(store, class_id, subject_id)
    placed = placement(store, class_id, subject_id, parts, day)
    reasons = {
        entry.pupil_id: entry.reason
        for entry in store.select(GroupDraft, class_id=class_id, subject_id=subject_id)
    }
    names = {group_id: store.require(StudyGroup, group_id).name for group_id in parts}
    pupils = [
        PlacedPupil(
            pupil_id=int(row[0]),
            name=full_name(*row[1:4]),
            group=names.get(placed.get(int(row[0]), 0), ""),
            outside="" if placed.get(int(row[0]), 1) else reasons.get(int(row[0]), ""),
            placed=int(row[0]) in placed,
        )
        for row in store.rows(IN_CLASS, class_id, day, day)
    ]
    pupils.sort(key=lambda entry: sort_key(entry.name))
    listed = tuple(_parts(store, class_id, day, parts, names, placed))
    return GroupDraftAnswer(
        pupils=tuple(pupils),
        parts=listed,
        unplaced=tuple(entry.name for entry in pupils if not entry.placed),
        unconfirmed=tuple(
            part.teachers
            for part in listed
            if part.approved_at is not None and part.confirmed_at is None
        ),
        partial=not store.holds(partition(PartitionKind.CLASS_CARE, class_id)),
    )


def _parts(
    store: Store,
    class_id: int,
    day: int,
    parts: dict[int, list[int]],
    names: dict[int, str],
    placed: dict[int, int],
) -> list[PartGroup]:
    zone, staff = zone_of(store), staff_names(store)
    counts = list(placed.values())
    found = []
    for group_id, journal_ids in parts.items():
        for journal_id in journal_ids:
            approval = store.first(GroupApproval, journal_id=journal_id, class_id=class_id)
            teachers = store.rows(TEACHERS, journal_id, day, day)
            found.append(
                PartGroup(
                    group_id=group_id,
                    group=names[group_id],
                    journal_id=journal_id,
                    teachers=joined(staff.get(int(row[0]), "") for row in teachers),
                    pupils=counts.count(group_id),
                    approved_at=local(approval.approved_at, zone) if approval else None,
                    confirmed_at=local(approval.confirmed_at, zone) if approval else None,
                )
            )
    return found
