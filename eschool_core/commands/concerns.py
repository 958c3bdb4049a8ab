"""Telling class teacher and guardians of failing and absent pupils, with receipts (4.5.4)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Findings,
    ObjectId,
    Occasion,
)
from eschool_core.commands.concern_facts import cases_of, term_of
from eschool_core.commands.telling import tell
from eschool_core.domain.care_enums import ConcernKind, DeliveryWay
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.informing import Concern, ConcernDelivery, PaperApplication
from eschool_core.domain.office import Notice
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.school import Appointment, Journal, Subject
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

IN_FORCE = "pupil_id = ? AND first_day <= ? AND last_day >= ? ORDER BY guardian_id, id"
CLASS_TEACHERS = "role = ? AND class_id = ? AND first_day <= ? AND last_day >= ? ORDER BY id"


class SendConcern(Command):
    """Tell class teacher and guardians of a pupil: failing, or lessons missed."""

    kind: ClassVar[str] = "send_concern"
    journal_id: ObjectId
    pupil_id: ObjectId
    concern_kind: Annotated[ConcernKind, WHOLE]


def send_concern(store: Store, command: SendConcern, occasion: Occasion) -> Findings:
    """Write the concern and tell everybody whom it is for; once a term, however often given.

    Guardians on paper (4.6.5) find it on their next printed list.

    Raises:
        InputError: The pupil never stood in the journal, or neither fails nor misses lessons.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    day = rights.made_day(store, occasion)
    first_day, _ = term_of(store, journal, day)
    known = store.first(Concern, part=line.part, kind=command.concern_kind, first_day=first_day)
    if known is not None:
        return []
    amounts = [
        case.amount
        for case in cases_of(store, {journal.id: first_day}, day)[journal.id]
        if (case.pupil_id, case.kind) == (command.pupil_id, command.concern_kind)
    ]
    if not amounts:
        raise InputError("informing.no_case")
    concern = Concern(
        id=occasion.new_id(),
        part=line.part,
        pupil_id=command.pupil_id,
        journal_id=journal.id,
        kind=command.concern_kind,
        first_day=first_day,
        amount=amounts[0],
        sent_by_id=occasion.actor_id,
        sent_at=occasion.interval.made_at,
    )
    store.put(concern)
    _deliver(store, occasion, concern, day)
    return []


def _deliver(store: Store, occasion: Occasion, concern: Concern, day: int) -> None:
    """Write one delivery for each person; on a teacher's replica the guardians are unknown."""
    part = partition(PartitionKind.PUPIL, concern.pupil_id)
    if not store.holds(part):
        return
    paper = {
        entry.guardian_id
        for entry in store.where(PaperApplication, IN_FORCE, concern.pupil_id, day, day)
    }
    guardians = store.where(Guardianship, IN_FORCE, concern.pupil_id, day, day)
    people = [*_class_teachers(store, concern.pupil_id, day)]
    people += [entry.guardian_id for entry in guardians]
    for person_id in dict.fromkeys(people):
        on_paper = person_id in paper
        store.put(
            ConcernDelivery(
                id=occasion.new_id(),
                part=part,
                concern_id=concern.id,
                pupil_id=concern.pupil_id,
                person_id=person_id,
                way=DeliveryWay.PAPER if on_paper else DeliveryWay.ELECTRONIC,
            )
        )
        if not on_paper:
            key = f"notice.concern_{ConcernKind(concern.kind).name.lower()}"
            params = _words(store, concern)
            tell(store, occasion, person_id, NoticeKind.CONCERN, key, params, concern.id)


def _words(store: Store, concern: Concern) -> dict[str, str | int]:
    journal = store.require(Journal, concern.journal_id)
    pupil = store.require(Pupil, concern.pupil_id)
    mean = f"{concern.amount // 100},{concern.amount % 100:02d}"
    return {
        "pupil": f"{pupil.family} {pupil.given}",
        "subject": store.require(Subject, journal.subject_id).name,
        "amount": mean if concern.kind == ConcernKind.FAILING else concern.amount,
    }


def _class_teachers(store: Store, pupil_id: int, day: int) -> list[int]:
    enrolment = facts.enrolment_on(store, pupil_id, day)
    if enrolment is None:
        return []
    found = store.where(
        Appointment, CLASS_TEACHERS, Role.CLASS_TEACHER, enrolment.class_id, day, day
    )
    return [entry.person_id for entry in found]


def sends_concern(store: Store, command: SendConcern, occasion: Occasion) -> None:
    """Let pass who teaches the journal (4.5.1)."""
    rights.writes_journal(store, occasion, store.require(Journal, command.journal_id), None)


class SeeConcern(Command):
    """Say that one has read a concern: the receipt of a class teacher or guardian."""

    kind: ClassVar[str] = "see_concern"
    concern_id: ObjectId


def see_concern(store: Store, command: SeeConcern, occasion: Occasion) -> Findings:
    """Write when it was seen first: at the delivery, and in the notice that its reader holds."""
    seen_at = occasion.interval.made_at
    delivery = _own_delivery(store, command, occasion)
    if delivery is not None and not delivery.seen_at:
        store.put(delivery.replace(seen_at=seen_at))
    own = partition(PartitionKind.PERSON, occasion.actor_id)
    told = {"object_id": command.concern_id, "kind": int(NoticeKind.CONCERN), "seen_at": 0}
    for notice in store.select(Notice, part=own, **told):
        store.put(notice.replace(seen_at=seen_at))
    return []


def sees_concern(store: Store, command: SeeConcern, occasion: Occasion) -> None:
    """Let pass to whom it was sent.

    Raises:
        RightsError: It was sent to others (2.10).
        UnknownFactError: On a family's replica, which holds no deliveries: the server decides.
    """
    if _own_delivery(store, command, occasion) is None:
        if not store.complete:
            raise store.absent("data.missing", table="concern_delivery", id=command.concern_id)
        raise RightsError(checks.OTHER_CHILD)


def _own_delivery(store: Store, command: SeeConcern, occasion: Occasion) -> ConcernDelivery | None:
    return store.first(ConcernDelivery, concern_id=command.concern_id, person_id=occasion.actor_id)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(SendConcern, sends_concern, send_concern),
    CommandSpec(SeeConcern, sees_concern, see_concern),
)
