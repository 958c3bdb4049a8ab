"""Data of the personal file: number, address, health group, work, the other school (4.4.3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Findings,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.commands.class_care import corrects_pupil, note_changes
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, Guardianship, Pupil
from eschool_core.domain.personal_file import (
    HEALTH_GROUPS,
    ChangeDirection,
    ChangePlace,
    GuardianWork,
    PhysicalGroup,
    PupilFile,
    PupilHealth,
    SchoolChange,
)
from eschool_core.domain.row import FOREVER
from eschool_core.errors import InputError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

PLACES = {
    ChangeDirection.ARRIVED: frozenset(ChangePlace) - {ChangePlace.COLLEGE},
    ChangeDirection.LEFT: frozenset(ChangePlace),
}
"""Nobody comes to a school from a college."""


class KeepPupilFile(Command):
    """Write the number of a pupil's personal file and the address (4.4.3/1)."""

    kind: ClassVar[str] = "keep_pupil_file"
    pupil_id: ObjectId
    file_number: ShortText = ""
    address: ShortText = ""


def keep_pupil_file(store: Store, command: KeepPupilFile, occasion: Occasion) -> Findings:
    """Write both; each changed value is kept with the one before (4.6.7)."""
    pupil = store.require(Pupil, command.pupil_id)
    row = store.first(PupilFile, pupil_id=pupil.id) or PupilFile(
        id=occasion.new_id(), part=partition(PartitionKind.PUPIL, pupil.id), pupil_id=pupil.id
    )
    values = command.model_dump(exclude={"pupil_id"})
    if note_changes(store, occasion, pupil.id, 0, row, values):
        store.put(row.replace(**values))
    return []


class KeepHealthGroup(Command):
    """Write a pupil's health group and group of physical education (4.4.3/1).

    Attributes:
        health_group: 1 to 5; 0 for not known.
        physical_group: ``PhysicalGroup``; 0 for not known.
    """

    kind: ClassVar[str] = "keep_health_group"
    pupil_id: ObjectId
    health_group: Annotated[int, Field(strict=True, ge=0, le=HEALTH_GROUPS)] = 0
    physical_group: Annotated[int, Field(strict=True, ge=0, le=max(PhysicalGroup))] = 0


def keep_health_group(store: Store, command: KeepHealthGroup, occasion: Occasion) -> Findings:
    """Write both in place of the ones before.

    Earlier values are special data that nobody needs: no row keeps them (1.4).
    """
    pupil = store.require(Pupil, command.pupil_id)
    row = store.first(PupilHealth, pupil_id=pupil.id) or PupilHealth(
        id=occasion.new_id(), part=partition(PartitionKind.HEALTH, pupil.id), pupil_id=pupil.id
    )
    store.put(row.replace(**command.model_dump(exclude={"pupil_id"})))
    return []


class KeepGuardianWork(Command):
    """Write where a guardian works; an empty text takes it away (4.4.3/1)."""

    kind: ClassVar[str] = "keep_guardian_work"
    guardianship_id: ObjectId
    workplace: ShortText = ""


def keep_guardian_work(store: Store, command: KeepGuardianWork, occasion: Occasion) -> Findings:
    """Write it, or delete the row."""
    entry = store.require(Guardianship, command.guardianship_id)
    row = store.first(GuardianWork, guardianship_id=entry.id)
    if not command.workplace:
        if row is not None:
            store.delete(row)
        return []
    kept = row or GuardianWork(
        id=occasion.new_id(),
        part=partition(PartitionKind.PUPIL, entry.pupil_id),
        pupil_id=entry.pupil_id,
        guardianship_id=entry.id,
        workplace="",
    )
    store.put(kept.replace(workplace=command.workplace))
    return []


class NoteSchoolChange(Command):
    """Write where a pupil came from, or went to (4.4.3/2).

    Attributes:
        enrolment_id: Its beginning is the arrival, its end the departure.
    """

    kind: ClassVar[str] = "note_school_change"
    enrolment_id: ObjectId
    direction: Annotated[ChangeDirection, WHOLE]
    place: Annotated[ChangePlace, WHOLE]
    school: ShortText = ""


def note_school_change(store: Store, command: NoteSchoolChange, occasion: Occasion) -> Findings:
    """Write it in place of what was written before.

    Raises:
        InputError: Who has not left went nowhere; nobody comes from a college.
    """
    entry = store.require(Enrolment, command.enrolment_id)
    if command.direction is ChangeDirection.LEFT and entry.last_day == FOREVER:
        raise InputError("school.not_left")
    if command.place not in PLACES[command.direction]:
        raise InputError("data.field", field="place")
    row = store.first(SchoolChange, enrolment_id=entry.id, direction=command.direction)
    kept = row or SchoolChange(
        id=occasion.new_id(),
        part=partition(PartitionKind.PUPIL, entry.pupil_id),
        pupil_id=entry.pupil_id,
        enrolment_id=entry.id,
        direction=command.direction,
        place=command.place,
    )
    store.put(kept.replace(place=command.place, school=command.school))
    return []


def may_keep_file(store: Store, command: KeepPupilFile, occasion: Occasion) -> None:
    """See ``corrects_pupil``."""
    corrects_pupil(store, command.pupil_id, occasion)


def may_keep_work(store: Store, command: KeepGuardianWork, occasion: Occasion) -> None:
    """See ``corrects_pupil``."""
    corrects_pupil(store, store.require(Guardianship, command.guardianship_id).pupil_id, occasion)


def may_keep_health(store: Store, command: KeepHealthGroup, occasion: Occasion) -> None:
    """Let pass the pupil's class teacher alone: nobody else enters special data (1.4).

    Raises:
        RightsError: Anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    if occasion.actor_id:
        cover = rights.class_cover(store, occasion, command.pupil_id)
        rights.settle(cover, checks.CLASS_TEACHER_ONLY)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(KeepPupilFile, may_keep_file, keep_pupil_file),
    CommandSpec(KeepHealthGroup, may_keep_health, keep_health_group),
    CommandSpec(KeepGuardianWork, may_keep_work, keep_guardian_work),
    CommandSpec(NoteSchoolChange, rights.by_role(Role.SYSTEM_OFFICER), note_school_change),
)
