"""Conversations of a person: what is new, what was written, who has read it (2.11)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from eschool_core.domain.enums import PersonKind
from eschool_core.domain.informing import Message, MessageRead, Thread, ThreadMember
from eschool_core.errors import InputError
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.store.store import Store

MAX_THREADS = 200
THREADS = (
    "SELECT t.id, t.title, COUNT(m.id), MAX(m.made_at), COALESCE(SUM(CASE "
    "WHEN m.sender_id <> ? AND m.made_at > COALESCE(r.read_to, 0) THEN 1 ELSE 0 END), 0) "
    "FROM thread_member own JOIN thread t ON t.id = own.thread_id "
    "LEFT JOIN message m ON m.thread_id = t.id "
    "LEFT JOIN message_read r ON r.thread_id = t.id AND r.person_id = own.person_id "
    "WHERE own.person_id = ? GROUP BY t.id, t.title ORDER BY 4 DESC, t.id DESC LIMIT 200"
)


@dataclass(frozen=True, slots=True)
class Member(Answer):
    """Somebody who takes part."""

    person_id: int
    name: str
    kind: PersonKind


@dataclass(frozen=True, slots=True)
class ThreadAnswer(Answer):
    """A conversation in the list.

    Attributes:
        unread: Messages of others that the person has not read.
    """

    thread_id: int
    title: str
    members: tuple[Member, ...]
    messages: int
    unread: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageAnswer(Answer):
    """A message, the time at which it was written, and who else has read it."""

    message_id: int
    sender_id: int
    sender: str
    text: str
    made_at: datetime | None
    read_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation(Answer):
    """A conversation from its first message to its last."""

    thread_id: int
    title: str
    members: tuple[Member, ...]
    messages: tuple[MessageAnswer, ...]


def threads(store: Store, person_id: int) -> tuple[ThreadAnswer, ...]:
    """Return a person's conversations, the one with the newest message first."""
    zone = zone_of(store)
    members: dict[int, list[Member]] = defaultdict(list)
    for entry in store.select(ThreadMember):
        members[entry.thread_id].append(_member(entry))
    return tuple(
        ThreadAnswer(
            thread_id=int(row[0]),
            title=str(row[1]),
            members=tuple(members[int(row[0])]),
            messages=int(row[2]),
            unread=int(row[4]),
            last_at=local(int(row[3] or 0), zone),
        )
        for row in store.rows(THREADS, person_id, person_id)
    )


def conversation(store: Store, thread_id: int, person_id: int) -> Conversation:
    """Return a conversation in which a person takes part.

    Raises:
        InputError: ``informing.no_thread``: there is none, or the person is no member of it.
    """
    found = store.get(Thread, thread_id)
    members = store.select(ThreadMember, thread_id=thread_id)
    if found is None or person_id not in {entry.person_id for entry in members}:
        raise InputError("informing.no_thread")
    zone, names = zone_of(store), {entry.person_id: entry.name for entry in members}
    reads = store.select(MessageRead, thread_id=thread_id)
    messages = sorted(
        store.select(Message, thread_id=thread_id), key=lambda entry: (entry.made_at, entry.id)
    )
    return Conversation(
        thread_id=found.id,
        title=found.title,
        members=tuple(_member(entry) for entry in members),
        messages=tuple(
            MessageAnswer(
                message_id=entry.id,
                sender_id=entry.sender_id,
                sender=names.get(entry.sender_id, ""),
                text=entry.text,
                made_at=local(entry.made_at, zone),
                read_by=tuple(
                    names.get(read.person_id, "")
                    for read in reads
                    if read.read_to >= entry.made_at and read.person_id != entry.sender_id
                ),
            )
            for entry in messages
        ),
    )


def _member(entry: ThreadMember) -> Member:
    return Member(entry.person_id, entry.name, PersonKind(entry.kind))
