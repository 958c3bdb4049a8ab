"""Study groups and who belongs to them (4.6.4)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    WHOLE,
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
from eschool_core.commands.membership import join_group, join_whole_class, leave_group
from eschool_core.domain.enums import GroupChangeGround, Role
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.domain.people import (
    GroupMember,
    GroupTransfer,
    Guardianship,
    Pupil,
    PupilCard,
)
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import AcademicYear, GroupClass, SchoolClass, StudyGroup
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.interval import best
from eschool_core.store.store import Store

AGE_OF_MAJORITY = 18
PLACES_BY_ORDER = (Role.SYSTEM_OFFICER, Role.DEPUTY_STUDIES, Role.HEAD)


class CreateGroup(Command):
    """Enter a study group: a class as a whole, a part of it, or several classes together."""

    kind: ClassVar[str] = "create_group"
    year_id: ObjectId
    name: Name
    class_ids: Annotated[tuple[ObjectId, ...], Field(min_length=1, max_length=60)]
    whole: Annotated[int, Field(strict=True, ge=0, le=1)]
    first_day: Day


def create_group(store: Store, command: CreateGroup, occasion: Occasion) -> Findings:
    """Write the group; a whole one takes in every pupil of its classes.

    Raises:
        InputError: The year has a group of that name, or a class is of another year or comes
            twice.
    """
    store.require(AcademicYear, command.year_id)
    if len(set(command.class_ids)) < len(command.class_ids):
        raise InputError("data.field", field="class_ids")
    if store.first(StudyGroup, year_id=command.year_id, name=command.name) is not None:
        raise InputError("school.group_exists", group=command.name)
    group_id = occasion.new_id()
    store.put(
        StudyGroup(
            id=group_id,
            part=SCHOOL,
            year_id=command.year_id,
            name=command.name,
            whole=command.whole,
        )
    )
    for class_id in command.class_ids:
        if store.require(SchoolClass, class_id).year_id != command.year_id:
            raise InputError("data.field", field="class_ids")
        store.put(
            GroupClass(id=occasion.new_id(), part=SCHOOL, group_id=group_id, class_id=class_id)
        )
        if command.whole:
            join_whole_class(store, occasion, class_id, group_id, command.first_day)
    return []


class ChangeGroup(Command):
    """Put a pupil into a study group, or move from one to another (4.6.4).

    Attributes:
        from_group_id: 0 where the pupil is placed for the first time.
        ground: A move needs a written application or an order; the first placing needs neither.
        document: Register number of the application or order.
        applicant_id: The guardian (from 18 the pupil) who signed the application.
    """

    kind: ClassVar[str] = "change_group"
    pupil_id: ObjectId
    from_group_id: OptionalId = 0
    to_group_id: ObjectId
    first_day: Day
    ground: Annotated[GroupChangeGround, WHOLE]
    document: ShortText = ""
    document_day: Day = 0
    applicant_id: OptionalId = 0


def change_group(store: Store, command: ChangeGroup, occasion: Occasion) -> Findings:
    """Write the move with its ground; earlier marks stay on the old line.

    Raises:
        InputError: The pupil is not in the old group, or is in the new one already, or the new
            one is of another class, or is one that all pupils of a class belong to.
        RegulationError: A move without application or order (4.6.4/2).
    """
    store.require(Pupil, command.pupil_id)
    _check_groups(store, command)
    current = {
        member.group_id
        for member in store.select(GroupMember, pupil_id=command.pupil_id)
        if member.last_day >= command.first_day
    }
    if command.to_group_id in current:
        raise InputError("group.already_there")
    if command.from_group_id and command.from_group_id not in current:
        raise InputError("group.not_there")
    rivals = current & _same_lessons(store, command.to_group_id)
    if rivals and rivals != {command.from_group_id}:
        raise InputError("data.field", field="from_group_id")
    if command.from_group_id:
        _check_ground(store, command)
        leave_group(store, command.pupil_id, command.from_group_id, command.first_day - 1)
        store.put(
            GroupTransfer(
                id=occasion.new_id(),
                part=partition(PartitionKind.PUPIL, command.pupil_id),
                pupil_id=command.pupil_id,
                from_group_id=command.from_group_id,
                to_group_id=command.to_group_id,
                day=command.first_day,
                ground=command.ground,
                document=command.document,
                document_day=command.document_day,
                applicant_id=command.applicant_id,
            )
        )
    join_group(store, occasion, command.pupil_id, command.to_group_id, command.first_day)
    return []


def _check_groups(store: Store, command: ChangeGroup) -> None:
    """Let pupils change between parts of their own class; a whole class is never left so."""
    for field in ("from_group_id", "to_group_id"):
        group_id = int(getattr(command, field))
        if group_id and store.require(StudyGroup, group_id).whole:
            raise InputError("data.field", field=field)
    enrolment = facts.enrolment_on(store, command.pupil_id, command.first_day)
    classes = {entry.class_id for entry in store.select(GroupClass, group_id=command.to_group_id)}
    if enrolment is None or enrolment.class_id not in classes:
        raise InputError("group.other_class")
    if enrolment.last_day < FOREVER:
        # Who leaves is placed nowhere: a membership would outlive the enrolment (4.6.6).
        raise InputError("group.leaver")


def _check_ground(store: Store, command: ChangeGroup) -> None:
    """Ask for a dated application of who may sign it, or a dated order (4.6.4/2)."""
    documented = bool(command.document) and 0 < command.document_day <= command.first_day
    if command.ground is GroupChangeGround.APPLICATION:
        if documented and _may_sign(store, command):
            return
    elif command.ground is GroupChangeGround.ORDER and documented:
        return
    raise RegulationError(checks.GROUP_CHANGE_APPLICATION)


def _may_sign(store: Store, command: ChangeGroup) -> bool:
    """Tell a guardian of that day, from 18 the pupil alone (specification §6, guardians)."""
    if _is_of_age(store, command.pupil_id, command.document_day):
        return command.applicant_id == command.pupil_id
    return any(
        entry.guardian_id == command.applicant_id
        and entry.first_day <= command.document_day <= entry.last_day
        for entry in store.select(Guardianship, pupil_id=command.pupil_id)
    )


def _is_of_age(store: Store, pupil_id: int, day: int) -> bool:
    card = store.first(PupilCard, pupil_id=pupil_id)
    return (
        card is not None
        and card.birth_day > 0
        and calendar.full_years(card.birth_day, day) >= AGE_OF_MAJORITY
    )


def _same_lessons(store: Store, group_id: int) -> set[int]:
    """Return the part groups that teach a subject of this group to pupils of the same classes.

    A class as a whole is no rival: all of it may have a subject together and in parts as well.
    """
    return {
        int(row[0])
        for row in store.rows(
            "SELECT DISTINCT other.group_id FROM journal mine "
            "JOIN journal other ON other.subject_id = mine.subject_id "
            "AND other.year_id = mine.year_id AND other.group_id <> mine.group_id "
            "JOIN study_group part ON part.id = other.group_id AND part.whole = 0 "
            "JOIN group_class a ON a.group_id = mine.group_id "
            "JOIN group_class b ON b.group_id = other.group_id AND b.class_id = a.class_id "
            "WHERE mine.group_id = ?",
            group_id,
        )
    }


def may_change_group(store: Store, command: ChangeGroup, occasion: Occasion) -> None:
    """Let pass the pupil's class teacher; officer, deputy and head for a placing or by order.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    if occasion.actor_id == 0:
        return
    answers = [rights.class_cover(store, occasion, command.pupil_id)]
    if command.from_group_id == 0 or command.ground is GroupChangeGround.ORDER:
        answers.append(rights.role_cover(store, occasion, *PLACES_BY_ORDER))
    rights.settle(best(answers), checks.ROLE_DENIED)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(
        CreateGroup,
        rights.by_role(Role.SYSTEM_OFFICER, Role.HEAD, Role.DEPUTY_STUDIES),
        create_group,
    ),
    CommandSpec(ChangeGroup, may_change_group, change_group),
)
