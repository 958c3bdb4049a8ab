"""Who may read which report, and what a replica's owner sees of it (4.1, 4.6.1, 1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eschool_core.domain.enums import Role, SubstitutionKind
from eschool_core.domain.school import Appointment, Substitution, TeachingLoad
from eschool_core.store.store import Store

ADMINISTRATION = frozenset(
    {
        Role.HEAD,
        Role.DEPUTY_STUDIES,
        Role.DEPUTY_UPBRINGING,
        Role.DEPUTY_SAFETY,
        Role.DEPUTY_FACILITIES,
    }
)

Reader = Literal["administration", "officer", "class_teacher", "teacher"]


@dataclass(frozen=True, slots=True)
class Audience:
    """What a person's appointments and loads open on a day.

    Attributes:
        classes: Classes led.
        journals: Journals taught, by load or by an acting substitution.
    """

    person_id: int
    roles: frozenset[Role]
    classes: frozenset[int]
    journals: frozenset[int]

    @property
    def whole_school(self) -> bool:
        """Whether the person sees every class."""
        return bool(self.roles & ADMINISTRATION)

    @property
    def only_class(self) -> int:
        """The class that a report is of where none is named: a class teacher's only one, or 0."""
        return min(self.classes) if len(self.classes) == 1 and not self.whole_school else 0

    def sees_health(self, class_id: int) -> bool:
        """Return whether the person sees the health groups of a class: its teacher, the head."""
        return Role.HEAD in self.roles or class_id in self.classes

    def is_one_of(self, readers: frozenset[Reader]) -> bool:
        """Return whether the person is among those a report is for."""
        return (
            ("administration" in readers and self.whole_school)
            or ("officer" in readers and Role.SYSTEM_OFFICER in self.roles)
            or ("class_teacher" in readers and bool(self.classes))
            or ("teacher" in readers and bool(self.journals))
        )

    def sees_all(self, readers: frozenset[Reader]) -> bool:
        """Return whether the person sees a report of such readers for the whole school."""
        return self.whole_school or ("officer" in readers and Role.SYSTEM_OFFICER in self.roles)


def audience_of(store: Store, person_id: int, day: int) -> Audience:
    """Return what a person may see on a day, from the rows in force."""
    held = [
        entry
        for entry in store.select(Appointment, person_id=person_id)
        if entry.first_day <= day <= entry.last_day
    ]
    taught = {
        load.journal_id
        for load in store.select(TeachingLoad, staff_id=person_id)
        if load.first_day <= day <= load.last_day
    }
    acting = {
        entry.journal_id
        for entry in store.select(Substitution, substitute_id=person_id)
        if entry.kind == SubstitutionKind.ACTING and entry.first_day <= day <= entry.last_day
    }
    return Audience(
        person_id,
        frozenset(Role(entry.role) for entry in held),
        frozenset(entry.class_id for entry in held if entry.role == Role.CLASS_TEACHER),
        frozenset(taught | acting),
    )
