"""How a class is split: subgroups with their pupils, and what is to be approved (4.6.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.group_draft import PartGroup, group_draft
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

MEMBERS: Final = (
    "SELECT m.group_id, g.name, p.id, p.family, p.given, p.patronymic FROM group_member m "
    "JOIN study_group g ON g.id = m.group_id JOIN pupil p ON p.id = m.pupil_id "
    "JOIN enrolment e ON e.pupil_id = p.id AND e.class_id = ? "
    "AND e.first_day <= ? AND e.last_day >= ? "
    "WHERE m.first_day <= ? AND m.last_day >= ? AND g.whole = 0"
)
SPLIT: Final = (
    "SELECT DISTINCT s.id, s.name FROM group_class gc "
    "JOIN study_group g ON g.id = gc.group_id AND g.whole = 0 "
    "JOIN journal j ON j.group_id = g.id JOIN subject s ON s.id = j.subject_id "
    "WHERE gc.class_id = ?"
)


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A part of the class with its pupils, by name."""

    group_id: int
    name: str
    pupils: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class SplitSubject:
    """A subject that the class learns in parts.

    Attributes:
        unplaced: Pupils who are in no part, and not outside with a reason.
    """

    subject_id: int
    subject: str
    parts: tuple[PartGroup, ...]
    unplaced: tuple[str, ...]

    @property
    def approved(self) -> bool:
        """Whether the class teacher has approved every part."""
        return all(part.approved_at is not None for part in self.parts)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Teachers who have not agreed to an approved part."""
        return tuple(
            part.teachers for part in self.parts if part.approved_at and part.confirmed_at is None
        )

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.approved and not self.waits_for


def subgroups(store: Store, class_id: int, day: int) -> tuple[Subgroup, ...]:
    """Return the subgroups that pupils of a class are in, by name."""
    names: dict[int, str] = {}
    pupils: dict[int, list[tuple[int, str]]] = {}
    for group_id, name, pupil_id, *parts in store.rows(MEMBERS, class_id, day, day, day, day):
        names[group_id] = name
        pupils.setdefault(group_id, []).append((pupil_id, full_name(*parts)))
    return tuple(
        Subgroup(group_id, names[group_id], tuple(sorted(listed, key=lambda one: sort_key(one[1]))))
        for group_id, listed in sorted(pupils.items(), key=lambda pair: sort_key(names[pair[0]]))
    )


def splits(store: Store, class_id: int, day: int) -> tuple[SplitSubject, ...]:
    """Return the subjects that a class learns in parts, by name, and how each stands."""
    found = sorted(store.rows(SPLIT, class_id), key=lambda row: sort_key(row[1]))
    listed = []
    for subject_id, subject in found:
        draft = group_draft(store, class_id, int(subject_id), day)
        listed.append(SplitSubject(int(subject_id), str(subject), draft.parts, draft.unplaced))
    return tuple(listed)
