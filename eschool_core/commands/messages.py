"""Conversations between staff and families: opening, writing, reading (2.11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import message_rights, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    EntryText,
    Findings,
    Flag,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
)
from eschool_core.domain.enums import PersonKind
from eschool_core.domain.informing import Message, MessageRead, Thread, ThreadMember
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.school import Staff
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

MAX_STAFF = 20
IN_FORCE = "pupil_id = ? AND first_day <= ? AND last_day >= ? ORDER BY guardian_id, id"


class OpenThread(Command):
    """Open a conversation with a first message.

    Attributes:
        staff_ids: Members of staff who take part, besides the one who opens it.
        pupil_id: The pupil it is about, where a family takes part.
        to_pupil: 1 where the pupil takes part.
        to_guardians: 1 for a conversation of its own with each guardian of the pupil.
    """

    kind: ClassVar[str] = "open_thread"
    title: Name
    text: EntryText
    staff_ids: Annotated[tuple[ObjectId, ...], Field(max_length=MAX_STAFF)] = ()
    pupil_id: OptionalId = 0
    to_pupil: Flag = 0
    to_guardians: Flag = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is to take part."""

    person_id: int
    kind: PersonKind
    name: str
    pupil_id: int = 0


def open_thread(store: Store, command: OpenThread, occasion: Occasion) -> Findings:
    """Write one conversation for each family member, or one among staff, with the message.

    Raises:
        InputError: Nobody is addressed, or a family without its pupil.
        UnknownFactError: On a replica that does not know the guardians: the server opens it.
    """
    days = rights.act_days(store, occasion)
    staff = [_employee(store, one) for one in dict.fromkeys(command.staff_ids)]
    if command.pupil_id:
        store.require(Pupil, command.pupil_id)
    kind = message_rights.kind_of(store, occasion.actor_id)
    if kind is PersonKind.STAFF:
        own = _employee(store, occasion.actor_id)
        others = [one for one in staff if one.person_id != own.person_id]
        family = _family(store, command, days[1])
        if not others and not family:
            raise InputError("informing.nobody")
        circles = [[own, *others, one] for one in family] or [[own, *others]]
    else:
        if not staff or not command.pupil_id:
            raise InputError("informing.nobody")
        writer = _writer(store, occasion.actor_id, kind, command.pupil_id)
        circles = [[*staff, writer]]
    for circle in circles:
        _write_thread(store, command, occasion, circle)
    return []


def _employee(store: Store, person_id: int) -> Person:
    row = store.require(Staff, person_id)
    return Person(person_id, PersonKind.STAFF, _spelled(row.family, row.given, row.patronymic))


def _family(store: Store, command: OpenThread, day: int) -> list[Person]:
    if not command.to_pupil and not command.to_guardians:
        return []
    if not command.pupil_id:
        raise InputError("data.field", field="pupil_id")
    pupil = store.require(Pupil, command.pupil_id)
    name = _spelled(pupil.family, pupil.given)
    found = []
    if command.to_pupil:
        found.append(Person(pupil.id, PersonKind.PUPIL, name, pupil.id))
    if command.to_guardians:
        part = partition(PartitionKind.PUPIL, pupil.id)
        if not store.holds(part):
            raise store.absent("data.missing", table="guardianship", id=pupil.id)
        for entry in store.where(Guardianship, IN_FORCE, pupil.id, day, day):
            guardian = _spelled(entry.family, entry.given, entry.patronymic)
            found.append(Person(entry.guardian_id, PersonKind.GUARDIAN, guardian, pupil.id))
    return found


def _writer(store: Store, person_id: int, kind: PersonKind, pupil_id: int) -> Person:
    """Return the pupil or guardian who writes; the name is the server's to know."""
    if kind is PersonKind.PUPIL:
        pupil = store.require(Pupil, person_id)
        return Person(person_id, kind, _spelled(pupil.family, pupil.given), person_id)
    entry = store.first(Guardianship, pupil_id=pupil_id, guardian_id=person_id)
    name = "" if entry is None else _spelled(entry.family, entry.given, entry.patronymic)
    return Person(person_id, kind, name, pupil_id)


def _write_thread(
    store: Store, command: OpenThread, occasion: Occasion, circle: list[Person]
) -> None:
    thread_id = occasion.new_id()
    part = partition(PartitionKind.THREAD, thread_id)
    store.put(
        Thread(
            id=thread_id,
            part=part,
            title=command.title,
            pupil_id=command.pupil_id,
            opened_by_id=occasion.actor_id,
            opened_at=occasion.interval.made_at,
        )
    )
    for one in circle:
        store.put(
            ThreadMember(
                id=occasion.new_id(),
                part=part,
                thread_id=thread_id,
                person_id=one.person_id,
                kind=one.kind,
                pupil_id=one.pupil_id,
                name=one.name,
            )
        )
    _write_message(store, occasion, thread_id, command.text)


class SendMessage(Command):
    """Write in a conversation."""

    kind: ClassVar[str] = "send_message"
    thread_id: ObjectId
    text: EntryText


def send_message(store: Store, command: SendMessage, occasion: Occasion) -> Findings:
    """Write the message with the time at which it was written, also where it arrives later."""
    store.require(Thread, command.thread_id)
    _write_message(store, occasion, command.thread_id, command.text)
    return []


def _write_message(store: Store, occasion: Occasion, thread_id: int, text: str) -> None:
    store.put(
        Message(
            id=occasion.new_id(),
            part=partition(PartitionKind.THREAD, thread_id),
            thread_id=thread_id,
            sender_id=occasion.actor_id,
            text=text,
            made_at=occasion.interval.made_at,
        )
    )


class ReadThread(Command):
    """Say how far one has read: the receipt that the other members see."""

    kind: ClassVar[str] = "read_thread"
    thread_id: ObjectId
    message_id: ObjectId


def read_thread(store: Store, command: ReadThread, occasion: Occasion) -> Findings:
    """Write the receipt; it never goes back.

    Raises:
        InputError: The message is of another conversation.
    """
    message = store.require(Message, command.message_id)
    if message.thread_id != command.thread_id:
        raise InputError("data.field", field="message_id")
    known = store.first(MessageRead, thread_id=command.thread_id, person_id=occasion.actor_id)
    if known is None or known.read_to < message.made_at:
        store.put(
            MessageRead(
                id=occasion.new_id() if known is None else known.id,
                part=message.part,
                thread_id=message.thread_id,
                person_id=occasion.actor_id,
                read_to=message.made_at,
                read_at=occasion.interval.made_at,
            )
        )
    return []


def _spelled(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def may_open(store: Store, command: OpenThread, occasion: Occasion) -> None:
    """Let pass whom the table lets write to all who are addressed.

    Raises:
        RightsError, RegulationError: 2.11.
        UnknownFactError: The replica lacks what the relation rests on.
    """
    actor, days = occasion.actor_id, rights.act_days(store, occasion)
    kind = message_rights.kind_of(store, actor)
    for staff_id in command.staff_ids:
        message_rights.require_employed(store, staff_id, days)
    if kind is PersonKind.STAFF:
        message_rights.require_employed(store, actor, days)
        if command.to_pupil or command.to_guardians:
            message_rights.require_may_write(store, actor, command.pupil_id, days)
        return
    if command.to_pupil or command.to_guardians:
        # Families write to staff alone, never to another family, nor to the other guardian.
        raise RightsError(checks.MESSAGE_ADDRESSEE)
    message_rights.require_family(store, actor, command.pupil_id, days)
    for staff_id in command.staff_ids:
        message_rights.require_may_write(store, staff_id, command.pupil_id, days)


def takes_part(store: Store, command: SendMessage | ReadThread, occasion: Occasion) -> None:
    """Let pass the members of the conversation, while they have access.

    Raises:
        RightsError: 2.11.
    """
    message_rights.require_member(store, command.thread_id, occasion)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(OpenThread, may_open, open_thread),
    CommandSpec(SendMessage, takes_part, send_message),
    CommandSpec(ReadThread, takes_part, read_thread),
)
