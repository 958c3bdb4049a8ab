"""Newcomers and leavers: the class teacher asks, the system officer enters the order (4.6.6)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.admission import join_lists, write_pupil
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.commands.class_care import leads_class
from eschool_core.commands.membership import end_memberships, join_class
from eschool_core.commands.telling import record_finding, tell
from eschool_core.domain.care import PupilRequest
from eschool_core.domain.care_enums import RequestKind, RequestState
from eschool_core.domain.enums import NoticeKind, PersonKind, Role
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.office import Person
from eschool_core.domain.partition import ACCESS, PartitionKind, partition
from eschool_core.domain.people import Enrolment, GroupMember, Pupil
from eschool_core.domain.school import AcademicYear, SchoolClass
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding
from eschool_core.store.store import Store

# Who wrote about a pupil in which lesson.
WRITTEN_ABOUT = (
    "SELECT m.author_id, m.lesson_id FROM journal_line n JOIN mark m ON m.part = n.part "
    "WHERE n.pupil_id = ? UNION "
    "SELECT a.author_id, a.lesson_id FROM journal_line n JOIN attendance a ON a.part = n.part "
    "WHERE n.pupil_id = ? ORDER BY 2, 1"
)


class RequestPupil(Command):
    """Ask that a newcomer be entered; the pupil stands in the lists at once, without an order."""

    kind: ClassVar[str] = "request_pupil"
    class_id: ObjectId
    family: Name
    given: Name
    patronymic: ShortText = ""
    grade: Annotated[int, Field(strict=True, ge=0, le=12)] | None = None
    first_day: Day
    birth_day: Day = 0
    sex: Annotated[int, Field(strict=True, ge=0, le=2)] = 0
    note: ShortText = ""


def request_pupil(store: Store, command: RequestPupil, occasion: Occasion) -> Findings:
    """Write the pupil «приказ ожидается», with lines in the journals and without an account.

    The first id is the pupil's.

    Raises:
        InputError: The class's year is over by then, or the pupil is not born yet.
    """
    pupil_id = write_pupil(store, occasion, command, None)
    _ask(
        store, occasion, command.class_id, pupil_id, RequestKind.ENTER, command.first_day,
        command.note,
    )  # fmt: skip
    join_lists(store, occasion, pupil_id, command)
    return []


class RequestRemoval(Command):
    """Ask that a pupil who leaves be removed from the lists."""

    kind: ClassVar[str] = "request_removal"
    class_id: ObjectId
    pupil_id: ObjectId
    last_day: Day
    note: ShortText = ""


def request_removal(store: Store, command: RequestRemoval, occasion: Occasion) -> Findings:
    """Write the request; until it is confirmed the pupil stays in the lists.

    Raises:
        InputError: The pupil is not in that class by then.
    """
    enrolment = facts.enrolment_on(store, command.pupil_id, command.last_day)
    if enrolment is None or enrolment.class_id != command.class_id:
        if store.holds(partition(PartitionKind.NAME, command.pupil_id)):
            # Every enrolment of the pupil is here: the server would say nothing else.
            raise InputError("school.not_enrolled")
        raise store.absent("school.not_enrolled")
    _ask(
        store, occasion, command.class_id, command.pupil_id, RequestKind.REMOVE, command.last_day,
        command.note,
    )  # fmt: skip
    return []


def _ask(
    store: Store,
    occasion: Occasion,
    class_id: int,
    pupil_id: int,
    kind: RequestKind,
    day: int,
    note: str,
) -> None:
    store.put(
        PupilRequest(
            id=occasion.new_id(),
            part=partition(PartitionKind.CLASS_CARE, class_id),
            class_id=class_id,
            pupil_id=pupil_id,
            kind=kind,
            state=RequestState.OPEN,
            day=day,
            note=note,
            asked_by_id=occasion.actor_id,
            asked_at=occasion.interval.made_at,
        )
    )


class ConfirmRequest(Command):
    """Carry out a request by an order: the pupil is enrolled, or leaves, from its day on."""

    kind: ClassVar[str] = "confirm_request"
    request_id: ObjectId
    day: Day
    order: Name


def confirm_request(store: Store, command: ConfirmRequest, occasion: Occasion) -> Findings:
    """Write order and date; a newcomer gets an account, a leaver's enrolment ends.

    Raises:
        InputError: It is closed already, or the pupil is in no class by then.
    """
    request = _open_request(store, command.request_id)
    if request.kind == RequestKind.ENTER:
        _enter(store, request, command)
    else:
        if facts.enrolment_on(store, request.pupil_id, command.day) is None:
            raise InputError("school.not_enrolled")
        end_memberships(store, request.pupil_id, command.day, command.order)
    _close(store, occasion, request, RequestState.CONFIRMED, command.order)
    return []


def _enter(store: Store, request: PupilRequest, command: ConfirmRequest) -> None:
    """Write the order on the enrolment and its day, also where it is another than was asked for."""
    for enrolment in store.select(Enrolment, pupil_id=request.pupil_id, provisional=1):
        year = store.require(AcademicYear, store.require(SchoolClass, enrolment.class_id).year_id)
        if command.day > year.last_day:
            raise InputError("data.field", field="day")
        store.put(enrolment.replace(first_day=command.day, order_in=command.order, provisional=0))
    for table in (GroupMember, JournalLine):
        for row in store.select(table, pupil_id=request.pupil_id, first_day=request.day):
            store.put(row.replace(first_day=command.day))
    store.put(Person(id=request.pupil_id, part=ACCESS, kind=PersonKind.PUPIL))


class RejectRequest(Command):
    """Decline a request, with the reason."""

    kind: ClassVar[str] = "reject_request"
    request_id: ObjectId
    reason: Name


def reject_request(store: Store, command: RejectRequest, occasion: Occasion) -> Findings:
    """Close it; what was written about a provisional pupil goes to the deputy head's review.

    The pupil leaves the lists as if never enrolled; nothing that was written is deleted.

    Raises:
        InputError: It is closed already.
    """
    request = _open_request(store, command.request_id)
    _close(store, occasion, request, RequestState.REJECTED, command.reason)
    if request.kind == RequestKind.ENTER:
        for author_id, lesson_id in store.rows(WRITTEN_ABOUT, request.pupil_id, request.pupil_id):
            finding = Finding(checks.PROVISIONAL_REJECTED, {})
            record_finding(store, occasion, int(author_id), finding, int(lesson_id))
        end_memberships(store, request.pupil_id, request.day - 1, "")
    return []


def _open_request(store: Store, request_id: int) -> PupilRequest:
    request = store.require(PupilRequest, request_id)
    if request.state != RequestState.OPEN:
        raise InputError("care.request_closed")
    return request


def _close(
    store: Store, occasion: Occasion, request: PupilRequest, state: RequestState, answer: str
) -> None:
    store.put(
        request.replace(
            state=state,
            closed_by_id=occasion.actor_id,
            closed_at=occasion.interval.made_at,
            answer=answer,
        )
    )
    key = f"notice.request_{state.name.lower()}"
    tell(
        store, occasion, request.asked_by_id, NoticeKind.REQUEST, key, {"answer": answer},
        request.id,
    )  # fmt: skip


class ReadmitPupil(Command):
    """Enrol a pupil who had left, by an order: the same pupil, with all earlier marks (4.6.6)."""

    kind: ClassVar[str] = "readmit_pupil"
    pupil_id: ObjectId
    class_id: ObjectId
    first_day: Day
    order: Name
    grade: Annotated[int, Field(strict=True, ge=0, le=12)] | None = None


def readmit_pupil(store: Store, command: ReadmitPupil, occasion: Occasion) -> Findings:
    """Write a further enrolment; lines of the class's journals open again.

    Raises:
        InputError: The pupil is enrolled by then, or the day lies outside the class's year.
    """
    store.require(Pupil, command.pupil_id)
    school_class = store.require(SchoolClass, command.class_id)
    year = store.require(AcademicYear, school_class.year_id)
    if not year.first_day <= command.first_day <= year.last_day:
        raise InputError("data.field", field="first_day")
    if any(
        entry.last_day >= command.first_day
        for entry in store.select(Enrolment, pupil_id=command.pupil_id)
    ):
        raise InputError("care.enrolled_already")
    store.put(
        Enrolment(
            id=occasion.new_id(),
            part=partition(PartitionKind.NAME, command.pupil_id),
            pupil_id=command.pupil_id,
            class_id=school_class.id,
            grade=school_class.grade if command.grade is None else command.grade,
            first_day=command.first_day,
            order_in=command.order,
        )
    )
    join_class(store, occasion, command.pupil_id, school_class.id, command.first_day)
    return []


def refuse_provisional_account(store: Store, person_id: int) -> None:
    """Refuse access to a pupil whose order is awaited (4.6.6).

    Raises:
        RegulationError: Every enrolment of that pupil is provisional.
    """
    enrolments = store.select(Enrolment, pupil_id=person_id)
    if enrolments and all(entry.provisional for entry in enrolments):
        raise RegulationError(checks.PROVISIONAL_ACCOUNT)


OFFICER = rights.by_role(Role.SYSTEM_OFFICER)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(RequestPupil, leads_class, request_pupil),
    CommandSpec(RequestRemoval, leads_class, request_removal),
    CommandSpec(ConfirmRequest, OFFICER, confirm_request),
    CommandSpec(RejectRequest, OFFICER, reject_request),
    CommandSpec(ReadmitPupil, OFFICER, readmit_pupil),
)
