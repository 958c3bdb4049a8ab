"""Who represents a pupil, on what ground, from when to when (specification §6, guardians)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.office import Person
from eschool_core.domain.partition import ACCESS, PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.errors import InputError
from eschool_core.store.store import Store

MAX_GUARDIANS = 6


class GuardianEntry(BaseModel):
    """A guardian of the pupil to be admitted.

    Attributes:
        guardian_id: Of one who is known already (an elder child's); 0 for a new person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    guardian_id: OptionalId = 0
    family: Name
    given: Name
    patronymic: ShortText = ""
    relation: ShortText = ""
    phone: ShortText = ""


def add_guardianship(
    store: Store, occasion: Occasion, pupil_id: int, entry: GuardianEntry, day: int, ground: str
) -> None:
    """Write a guardianship, and the guardian where the person is new.

    A member of staff who is a parent has an account of each kind: one that the class teacher may
    give slips for must never open the staff's journal (3.1/1).

    Raises:
        InputError: Who should be known is no guardian, or represents the pupil already.
    """
    guardian_id = entry.guardian_id or occasion.new_id()
    if not entry.guardian_id:
        store.put(Person(id=guardian_id, part=ACCESS, kind=PersonKind.GUARDIAN))
    elif store.require(Person, guardian_id).kind != PersonKind.GUARDIAN:
        raise InputError("data.field", field="guardian_id")
    for known in store.select(Guardianship, pupil_id=pupil_id, guardian_id=guardian_id):
        if known.first_day <= day <= known.last_day:
            raise InputError("data.field", field="guardian_id")
    store.put(
        Guardianship(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, pupil_id),
            pupil_id=pupil_id,
            guardian_id=guardian_id,
            first_day=day,
            ground=ground,
            **entry.model_dump(exclude={"guardian_id"}),
        )
    )


class AddGuardian(Command):
    """Enter a further guardian of a pupil, on a ground."""

    kind: ClassVar[str] = "add_guardian"
    pupil_id: ObjectId
    guardian: GuardianEntry
    first_day: Day
    ground: Name


def add_guardian(store: Store, command: AddGuardian, occasion: Occasion) -> Findings:
    """Write the guardianship."""
    store.require(Pupil, command.pupil_id)
    add_guardianship(
        store, occasion, command.pupil_id, command.guardian, command.first_day, command.ground
    )
    return []


class EndGuardianship(Command):
    """Close a guardian's access on a document; the other guardian's stays (6, guardians)."""

    kind: ClassVar[str] = "end_guardianship"
    guardianship_id: ObjectId
    last_day: Day
    document: Name


def end_guardianship(store: Store, command: EndGuardianship, occasion: Occasion) -> Findings:
    """Write the last day and the document."""
    entry = store.require(Guardianship, command.guardianship_id)
    store.put(entry.replace(last_day=command.last_day, ground=command.document))
    return []


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(AddGuardian, rights.ENTERS_USERS, add_guardian),
    CommandSpec(EndGuardianship, rights.by_role(Role.SYSTEM_OFFICER), end_guardianship),
)
