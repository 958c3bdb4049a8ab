"""Staff and pupils: who comes, who goes, by which order (4.3, 4.6.6)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.admission import join_lists, write_pupil
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    Flag,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.commands.guardians import MAX_GUARDIANS, GuardianEntry, add_guardianship
from eschool_core.commands.membership import end_memberships, join_class
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.office import Person
from eschool_core.domain.partition import ACCESS, SCHOOL, PartitionKind, partition
from eschool_core.domain.people import Enrolment, Pupil
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import AcademicYear, Appointment, SchoolClass, Staff
from eschool_core.errors import InputError, RegulationError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

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
    """Give a person a role from one day to another, by an act (4.1).

    Attributes:
        acting: 1 for «и.о.»: whoever stands in for the holder of a post has the post's rights
            within the dates of the order, and none before or after.
    """

    kind: ClassVar[str] = "appoint"
    person_id: ObjectId
    role: Annotated[Role, WHOLE]
    class_id: OptionalId = 0
    first_day: Day
    last_day: Day = FOREVER
    act: ShortText = ""
    acting: Flag = 0


def appoint(store: Store, command: Appoint, occasion: Occasion) -> Findings:
    """Write the appointment.

    Raises:
        InputError: A class teacher needs a class, and nobody else has one; it ends before it
            begins; exam marks are entered by a person named by an order (2.6).
        RegulationError: Who acts for another does so by an order that says until when (4.1).
    """
    store.require(Staff, command.person_id)
    if command.acting and (not command.act or command.last_day == FOREVER):
        raise RegulationError(checks.ACTING_ORDER)
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    if command.role is Role.EXAM_SECRETARY and not command.act:
        raise InputError("data.field", field="act")
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
    pupil_id = write_pupil(store, occasion, command, command.order)
    store.put(Person(id=pupil_id, part=ACCESS, kind=PersonKind.PUPIL))
    for entry in command.guardians:
        add_guardianship(store, occasion, pupil_id, entry, command.first_day, command.order)
    join_lists(store, occasion, pupil_id, command)
    return []


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
    CommandSpec(HireStaff, rights.ENTERS_USERS, hire_staff),
    CommandSpec(Appoint, may_appoint, appoint),
    CommandSpec(EndAppointment, may_end_appointment, end_appointment),
    CommandSpec(AdmitPupil, rights.ENTERS_USERS, admit_pupil),
    CommandSpec(MovePupil, rights.by_role(Role.SYSTEM_OFFICER), move_pupil),
    CommandSpec(WithdrawPupil, rights.by_role(Role.SYSTEM_OFFICER), withdraw_pupil),
)
