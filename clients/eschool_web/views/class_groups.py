"""How a class is split: subgroups with their pupils, what is to be approved, who is to move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eschool_core.commands.group_drafts import groups_of_class, split_subjects
from eschool_core.domain.care import GroupDraft
from eschool_core.domain.school import Subject
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.consents import class_consents
from eschool_core.queries.group_draft import PartGroup, PlacedPupil, group_draft
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

MEMBERS: Final = (
    "SELECT m.group_id, g.name, p.id, p.family, p.given, p.patronymic FROM group_member m "
    "JOIN study_group g ON g.id = m.group_id JOIN pupil p ON p.id = m.pupil_id "
    "JOIN enrolment e ON e.pupil_id = p.id AND e.class_id = ? "
    "AND e.first_day <= ? AND e.last_day >= ? "
    "WHERE m.first_day <= ? AND m.last_day >= ? AND g.whole = 0"
)


@dataclass(frozen=True, slots=True)
class Subgroup:
    """A part of the class with its pupils, by name."""

    group_id: int
    name: str
    pupils: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class WaitingMove:
    """A pupil who is to learn in another part, once there is a written application (4.6.4/2).

    Attributes:
        signers: Who may sign it: guardians by id and name, from 18 the pupil.
    """

    pupil_id: int
    name: str
    from_group_id: int
    from_group: str
    to_group_id: int
    to_group: str
    signers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class SplitSubject:
    """A subject that the class learns in parts.

    Attributes:
        waits_for: Teachers who have not agreed to an approved part.
        waiting: Moves that the draft has and the lists do not.
    """

    subject_id: int
    subject: str
    parts: tuple[PartGroup, ...]
    pupils: tuple[PlacedPupil, ...]
    waits_for: tuple[str, ...]
    waiting: tuple[WaitingMove, ...]

    @property
    def unplaced(self) -> tuple[PlacedPupil, ...]:
        """Who is in no part, and not outside with a reason."""
        return tuple(entry for entry in self.pupils if not entry.placed)

    @property
    def outside(self) -> tuple[PlacedPupil, ...]:
        """Who learns the subject in no part, with the reason."""
        return tuple(entry for entry in self.pupils if entry.outside)

    @property
    def groups(self) -> tuple[tuple[int, str], ...]:
        """The parts by id and name, each once."""
        return tuple({part.group_id: part.group for part in self.parts}.items())

    @property
    def ways(self) -> tuple[tuple[int, int, str], ...]:
        """From which part to which one may move: both ids, and both names."""
        return tuple(
            (old, new, f"{old_name} → {new_name}")
            for old, old_name in self.groups
            for new, new_name in self.groups
            if old != new
        )

    @property
    def approved(self) -> bool:
        """Whether the class teacher has approved every part."""
        return all(part.approved_at is not None for part in self.parts)

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
    subjects = [store.require(Subject, one) for one in split_subjects(store, class_id)]
    signers = {one.pupil_id: one.givers for one in class_consents(store, class_id, day)}
    belongs = groups_of_class(store, class_id, day)
    listed = []
    for subject in sorted(subjects, key=lambda one: sort_key(one.name)):
        draft = group_draft(store, class_id, subject.id, day)
        names = {part.group_id: part.group for part in draft.parts}
        moves = _moves(store, class_id, subject.id, belongs, names)
        waiting = [
            WaitingMove(
                entry.pupil_id,
                entry.name,
                old,
                names[old],
                new,
                names[new],
                signers.get(entry.pupil_id, ()),
            )
            for entry in draft.pupils
            for old, new in moves.get(entry.pupil_id, ())
        ]
        listed.append(
            SplitSubject(
                subject.id,
                subject.name,
                draft.parts,
                draft.pupils,
                draft.unconfirmed,
                tuple(waiting),
            )
        )
    return tuple(listed)


def signers_of(store: Store, class_id: int, day: int) -> list[tuple[int, int, str]]:
    """Return who may sign an application about whom: signer, pupil, both names."""
    return [
        (signer, one.pupil_id, f"{name} ({one.name})")
        for one in class_consents(store, class_id, day)
        for signer, name in one.givers
    ]


def _moves(
    store: Store,
    class_id: int,
    subject_id: int,
    belongs: dict[int, list[int]],
    names: dict[int, str],
) -> dict[int, list[tuple[int, int]]]:
    """Return from which part to which one the draft would move whom, by pupil."""
    found: dict[int, list[tuple[int, int]]] = {}
    for draft in store.select(GroupDraft, class_id=class_id, subject_id=subject_id):
        current = [group_id for group_id in belongs.get(draft.pupil_id, ()) if group_id in names]
        if draft.group_id in names and current and draft.group_id not in current:
            found[draft.pupil_id] = [(current[0], draft.group_id)]
    return found
