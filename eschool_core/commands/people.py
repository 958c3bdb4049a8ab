"""Staff, pupils and guardians: who comes, who goes, on what ground (4.3, 4.6.6, 6.x)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

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
from eschool_core.commands.membership import end_memberships, join_class
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.office import Person
from eschool_core.domain.partition import ACCESS, SCHOOL, PartitionKind, partition
from eschool_core.domain.people import Enrolment, Guardianship, Pupil, PupilCard
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import AcademicYear, Appointment, SchoolClass, Staff
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

MAX_GUARDIANS = 6
ROWS_BEFORE_GUARDIANS = 3
"""Ids that ``admit_pupil`` takes first: pupil, enrolment, card."""


class HireStaff(Command):
    """Enter a member of staff (4.7.4)."""

    kind: ClassVar[str] = "hire_staff"
    family: Name
    given: Name
    patronymic: ShortText = ""


def hire_staff(store: Store, command: HireStaff, occasion: Occasion) -> Findings:
    """Write the person and the name that the school sees."""
    person_id = occasion.new_id()
    store.put(Person(id=person_id, part=ACCESS, kind=PersonKind.STAFF))
    store.put(Staff(id=person_id, part=SCHOOL, **command.model_dump()))
    return []


class Appoint(Command):
    """Give a person a role from one day to another, by an act (4.1)."""

    kind: ClassVar[str] = "appoint"
    person_id: ObjectId
    role: Annotated[Role, WHOLE]
    class_id: OptionalId = 0
    first_day: Day
    last_day: Day = FOREVER
    act: ShortText = ""


def appoint(store: Store, command: Appoint, occasion: Occasion) -> Findings:
    """Write the appointment.

    Raises:
        InputError: A class teacher needs a class, and nobody else has one; it ends before it
            begins.
    """
    store.require(Staff, command.person_id)
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    if (command.role is Role.CLASS_TEACHER) != (command.class_id != 0):
        raise InputError("data.field", field="class_id")
    if command.class_id:
        store.require(SchoolClass, command.class_id)
    store.put(Appointment(id=occasion.new_id(), part=SCHOOL, **command.model_dump()))
    return []


class EndAppointment(Command):
    """End an appointment on a day."""

    kind: ClassVar[str] = "end_appointment"
    appointment_id: ObjectId
    last_day: Day
    act: ShortText = ""


def end_appointment(store: Store, command: EndAppointment, occasion: Occasion) -> Findings:
    """Write the last day; the appointment itself stays."""
    entry = store.require(Appointment, command.appointment_id)
    store.put(entry.replace(last_day=command.last_day))
    return []


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


class AdmitPupil(Command):
    """Admit a pupil to a class by an order, with guardians (4.6.6)."""

    kind: ClassVar[str] = "admit_pupil"
    family: Name
    given: Name
    patronymic: ShortText = ""
    class_id: ObjectId
    grade: Annotated[int, Field(strict=True, ge=0, le=12)] | None = None
    first_day: Day
    order: ShortText
    birth_day: Day = 0
    sex: Annotated[int, Field(strict=True, ge=0, le=2)] = 0
    guardians: Annotated[tuple[GuardianEntry, ...], Field(max_length=MAX_GUARDIANS)] = ()


def admit_pupil(store: Store, command: AdmitPupil, occasion: Occasion) -> Findings:
    """Write the pupil, the enrolment, the card, the guardians, and the lines in journals.

    The first id is the pupil's, so that a group of commands can name it beforehand.

    Raises:
        InputError: The class's year is over by then, the pupil is not born yet, or a guardian
            who should be known is none.
    """
    school_class = store.require(SchoolClass, command.class_id)
    year = store.require(AcademicYear, school_class.year_id)
    if command.first_day > year.last_day:
        raise InputError("data.field", field="first_day")
    if command.birth_day >= command.first_day:
        raise InputError("data.field", field="birth_day")
    pupil_id = occasion.new_id()
    name_part = partition(PartitionKind.NAME, pupil_id)
    store.put(Person(id=pupil_id, part=ACCESS, kind=PersonKind.PUPIL))
    store.put(
        Pupil(
            id=pupil_id,
            part=name_part,
            family=command.family,
            given=command.given,
            patronymic=command.patronymic,
        )
    )
    store.put(
        Enrolment(
            id=occasion.new_id(),
            part=name_part,
            pupil_id=pupil_id,
            class_id=school_class.id,
            grade=school_class.grade if command.grade is None else command.grade,
            first_day=command.first_day,
            order_in=command.order,
        )
    )
    store.put(
        PupilCard(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, pupil_id),
            pupil_id=pupil_id,
            birth_day=command.birth_day,
            sex=command.sex,
        )
    )
    for entry in command.guardians:
        add_guardianship(store, occasion, pupil_id, entry, command.first_day, command.order)
    join_class(store, occasion, pupil_id, school_class.id, command.first_day)
    return []


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


def guardian_ids(command: AdmitPupil, pupil_id: int) -> tuple[int, ...]:
    """Return the id of each guardian that ``admit_pupil`` knows or makes, in order.

    So that a younger child's command can name the guardian of an elder one before either is
    carried out.

    Args:
        command: The admission.
        pupil_id: The first id of the command.
    """
    next_id = pupil_id + ROWS_BEFORE_GUARDIANS
    ids: list[int] = []
    for entry in command.guardians:
        ids.append(entry.guardian_id or next_id)
        next_id += 1 if entry.guardian_id else 2
    return tuple(ids)


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


class MovePupil(Command):
    """Move a pupil to another class by an order; the old lines stay where they are.

    Attributes:
        grade: The pupil's own, where it is not the class's (a combined class); without it a
            pupil who moves within the year keeps it.
    """

    kind: ClassVar[str] = "move_pupil"
    pupil_id: ObjectId
    class_id: ObjectId
    first_day: Day
    order: Name
    grade: Annotated[int, Field(strict=True, ge=0, le=12)] | None = None


def move_pupil(store: Store, command: MovePupil, occasion: Occasion) -> Findings:
    """End the old enrolment and memberships the day before; begin the new ones.

    Raises:
        InputError: The pupil is in that class already, or the day lies outside its year.
    """
    store.require(Pupil, command.pupil_id)
    school_class = store.require(SchoolClass, command.class_id)
    year = store.require(AcademicYear, school_class.year_id)
    if not year.first_day <= command.first_day <= year.last_day:
        raise InputError("data.field", field="first_day")
    present = facts.enrolment_on(store, command.pupil_id, command.first_day)
    if present is not None and present.class_id == school_class.id:
        raise InputError("data.field", field="class_id")
    grade = _grade_after(store, present, school_class) if command.grade is None else command.grade
    end_memberships(store, command.pupil_id, command.first_day - 1, command.order)
    store.put(
        Enrolment(
            id=occasion.new_id(),
            part=partition(PartitionKind.NAME, command.pupil_id),
            pupil_id=command.pupil_id,
            class_id=school_class.id,
            grade=grade,
            first_day=command.first_day,
            order_in=command.order,
        )
    )
    join_class(store, occasion, command.pupil_id, school_class.id, command.first_day)
    return []


def _grade_after(store: Store, present: Enrolment | None, school_class: SchoolClass) -> int:
    """Return the grade a pupil moves with: the own one within a year, else the class's (3.6)."""
    if present is None:
        return school_class.grade
    old = store.require(SchoolClass, present.class_id)
    return present.grade if old.year_id == school_class.year_id else school_class.grade


class WithdrawPupil(Command):
    """End a pupil's enrolment by an order; nothing is deleted (4.6.6)."""

    kind: ClassVar[str] = "withdraw_pupil"
    pupil_id: ObjectId
    last_day: Day
    order: Name


def withdraw_pupil(store: Store, command: WithdrawPupil, occasion: Occasion) -> Findings:
    """Write the last day on the enrolment, memberships and lines in force.

    Raises:
        InputError: The pupil is in no class by then.
    """
    store.require(Pupil, command.pupil_id)
    if facts.enrolment_on(store, command.pupil_id, command.last_day) is None:
        raise InputError("school.not_enrolled")
    end_memberships(store, command.pupil_id, command.last_day, command.order)
    return []


ENTERS_USERS = rights.by_role(Role.SYSTEM_OFFICER, check=checks.ACCOUNT_CREATOR)


def may_appoint(store: Store, command: Appoint, occasion: Occasion) -> None:
    """Let pass the head and the system officer (4.7.1); the personnel officer for teachers only.

    A role brings rights of access, so the staff section (4.2/2) gives none but teaching, and
    nobody gives a role to himself.

    Raises:
        RightsError: Anybody else.
    """
    if occasion.actor_id and command.person_id == occasion.actor_id:
        raise RightsError(checks.ROLE_DENIED)
    personnel = (Role.HR_SPECIALIST,) if command.role is Role.TEACHER else ()
    rights.require_role(store, occasion, Role.SYSTEM_OFFICER, Role.HEAD, *personnel)


def may_end_appointment(store: Store, command: EndAppointment, occasion: Occasion) -> None:
    """Let pass whoever may give the role; see ``may_appoint``.

    Raises:
        RightsError: Anybody else.
    """
    entry = store.require(Appointment, command.appointment_id)
    personnel = (Role.HR_SPECIALIST,) if entry.role == Role.TEACHER else ()
    rights.require_role(store, occasion, Role.SYSTEM_OFFICER, Role.HEAD, *personnel)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(HireStaff, ENTERS_USERS, hire_staff),
    CommandSpec(Appoint, may_appoint, appoint),
    CommandSpec(EndAppointment, may_end_appointment, end_appointment),
    CommandSpec(AdmitPupil, ENTERS_USERS, admit_pupil),
    CommandSpec(AddGuardian, ENTERS_USERS, add_guardian),
    CommandSpec(EndGuardianship, rights.by_role(Role.SYSTEM_OFFICER), end_guardianship),
    CommandSpec(MovePupil, rights.by_role(Role.SYSTEM_OFFICER), move_pupil),
    CommandSpec(WithdrawPupil, rights.by_role(Role.SYSTEM_OFFICER), withdraw_pupil),
)
