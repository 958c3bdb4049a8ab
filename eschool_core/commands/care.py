"""What the class teacher keeps: reasons of absence beside the teacher's entry, exemptions."""

from __future__ import annotations

from typing import Annotated, ClassVar

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
from eschool_core.commands.cells import write_cell
from eschool_core.domain.enums import ExcuseKind, ExemptionKind, Role
from eschool_core.domain.journal import Lesson
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import AbsenceExcuse, Enrolment, Exemption, Pupil
from eschool_core.domain.school import Appointment, Subject
from eschool_core.errors import InputError
from eschool_core.regulation import checks
from eschool_core.regulation.interval import best
from eschool_core.store.store import Store


class ExcuseAbsence(Command):
    """State why a pupil was away: whole days, or one lesson."""

    kind: ClassVar[str] = "excuse_absence"
    pupil_id: ObjectId
    excuse: Annotated[ExcuseKind, WHOLE]
    first_day: Day
    last_day: Day
    lesson_id: OptionalId = 0
    document: ShortText = ""


def excuse_absence(store: Store, command: ExcuseAbsence, occasion: Occasion) -> Findings:
    """Write the excuse; it prevails in reports, the teacher's «н» stays untouched.

    Raises:
        InputError: The dates are in the wrong order, or the lesson is none of the pupil's within
            them.
    """
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    store.require(Pupil, command.pupil_id)
    if command.lesson_id:
        _check_lesson(store, command)
    part = partition(PartitionKind.PUPIL_DAY, command.pupil_id)
    earlier = store.first(
        AbsenceExcuse,
        part=part,
        first_day=command.first_day,
        last_day=command.last_day,
        lesson_id=command.lesson_id,
    )
    entry = AbsenceExcuse(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=part,
        author_id=occasion.actor_id,
        device=occasion.device,
        made_at=occasion.interval.made_at,
        pupil_id=command.pupil_id,
        kind=command.excuse,
        first_day=command.first_day,
        last_day=command.last_day,
        lesson_id=command.lesson_id,
        document=command.document,
    )
    write_cell(store, occasion, earlier, entry)
    return []


def _check_lesson(store: Store, command: ExcuseAbsence) -> None:
    lesson = store.require(Lesson, command.lesson_id)
    if not command.first_day <= lesson.day <= command.last_day:
        raise InputError("data.field", field="lesson_id")
    facts.require_line(store, lesson.journal_id, command.pupil_id)


def excuses(store: Store, command: ExcuseAbsence, occasion: Occasion) -> None:
    """Let pass the class teacher: of now, or of the class in which the pupil was on those days.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The appointment covers only a part of the judged interval.
    """
    led = store.select(Appointment, person_id=occasion.actor_id, role=Role.CLASS_TEACHER)
    were_there = {
        entry.class_id
        for entry in store.select(Enrolment, pupil_id=command.pupil_id)
        if entry.first_day <= command.last_day and command.first_day <= entry.last_day
    }
    periods = [(entry.first_day, entry.last_day) for entry in led if entry.class_id in were_there]
    then = rights.covered(periods, rights.act_days(store, occasion))
    now = rights.class_cover(store, occasion, command.pupil_id)
    rights.settle(best([now, then]), checks.ROLE_DENIED)


class ExemptPupil(Command):
    """Release a pupil from a subject or its practice, with dates and a document («осв.»).

    Or from the class's lessons of a subject that the pupil learns by an individual curriculum, or
    from all lessons, without a subject, where the pupil is taught in the family: teachers see its
    order and dates in the journal, the cause is written nowhere.
    """

    kind: ClassVar[str] = "exempt_pupil"
    pupil_id: ObjectId
    subject_id: OptionalId = 0
    exemption_kind: Annotated[ExemptionKind, WHOLE]
    first_day: Day
    last_day: Day
    document: Name


def exempt_pupil(store: Store, command: ExemptPupil, occasion: Occasion) -> Findings:
    """Write the exemption; its document is a number, never a diagnosis.

    The same order of teaching in the family, given again, changes its dates: a pupil who comes
    back to the class must not wait for its end.

    Raises:
        InputError: It ends before it begins, has no subject, or has one though it is of all.
    """
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    store.require(Pupil, command.pupil_id)
    earlier = None
    if command.exemption_kind is ExemptionKind.FAMILY:
        if command.subject_id:
            raise InputError("data.field", field="subject_id")
        earlier = store.first(
            Exemption,
            pupil_id=command.pupil_id,
            kind=command.exemption_kind,
            document=command.document,
        )
    else:
        store.require(Subject, command.subject_id)
    store.put(
        Exemption(
            id=occasion.new_id() if earlier is None else earlier.id,
            part=partition(PartitionKind.NAME, command.pupil_id),
            pupil_id=command.pupil_id,
            subject_id=command.subject_id,
            kind=command.exemption_kind,
            first_day=command.first_day,
            last_day=command.last_day,
            document=command.document,
        )
    )
    return []


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(ExcuseAbsence, excuses, excuse_absence),
    CommandSpec(
        ExemptPupil,
        rights.class_teacher_of_pupil(lambda command: int(command.pupil_id)),
        exempt_pupil,
    ),
)
