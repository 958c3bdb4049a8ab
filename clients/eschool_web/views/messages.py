"""Conversations between families and staff (2.11): the list, one of them, a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import validated
from eschool_core.commands.messages import OpenThread, ReadThread, SendMessage
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import Staff
from eschool_core.errors import EschoolError, InputError
from eschool_core.queries.addressees import Addressee, addressees
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.me import Ward, me
from eschool_core.queries.messages import Conversation, conversation, threads
from eschool_core.queries.names import full_name
from eschool_core.queries.personal_reads import reading_of_thread, reading_of_threads
from eschool_core.store.store import Store
from eschool_web.asking import MAX_ID_DIGITS, Asked, Elsewhere, Page, Reply
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.noting import log_shown
from eschool_web.views.saying import refusal_said

MAX_CHOICE: Final = 2_000
TO_PUPIL: Final = "pupil"
TO_GUARDIANS: Final = "guardians"


@dataclass(frozen=True, slots=True)
class Child:
    """One's own child with those whom one may write to about it."""

    ward: Ward
    staff: tuple[Addressee, ...]


def messages_page(asked: Asked) -> Page:
    """Return own conversations, the one with the newest message first."""
    person_id = asked.source.person_id
    found = asked.read(lambda store: threads(store, person_id))
    log_shown(asked, asked.read(lambda store: reading_of_threads(store, person_id, asked.today())))
    return Page("messages.html", {"threads": found, "done": asked.query.get("done") == "1"})


def thread_page(asked: Asked) -> Page:
    """Return a conversation.

    Raises:
        InputError: ``web.not_found``: there is none, or the person takes no part in it.
    """
    return _thread(asked)


def send(asked: Asked) -> Reply:
    """Write in a conversation; what is refused stays in the form, with the reason."""
    thread_id, text = asked.path["thread"], _text(asked, "text")
    _conversation(asked)
    try:
        _do(asked, SendMessage, thread_id=thread_id, text=text)
    except EschoolError as error:
        return _thread(asked, error, text)
    return Elsewhere(f"/messages/{thread_id}")


def read(asked: Asked) -> Elsewhere:
    """Tell the others how far one has read."""
    answer, own = _conversation(asked), asked.source.person_id
    others = [one for one in answer.messages if one.sender_id != own]
    if others:
        last = others[-1].message_id
        _do(asked, ReadThread, thread_id=answer.thread_id, message_id=last)
    return Elsewhere(f"/messages/{answer.thread_id}")


def new_page(asked: Asked) -> Page:
    """Return the form of a new conversation."""
    return _new(asked)


def open_thread(asked: Asked) -> Reply:
    """Begin a conversation; what is refused stays in the form, with the reason."""
    try:
        _do(asked, OpenThread, **_fields(asked))
    except EschoolError as error:
        return _new(asked, error)
    return Elsewhere("/messages?done=1")


def _thread(asked: Asked, error: EschoolError | None = None, draft: str = "") -> Page:
    answer, own = _conversation(asked), asked.source.person_id
    today = asked.today()
    log_shown(
        asked, asked.read(lambda store: reading_of_thread(store, own, answer.thread_id, today))
    )
    listed = asked.read(lambda store: threads(store, own))
    unread = sum(one.unread for one in listed if one.thread_id == answer.thread_id)
    said = None if error is None else refusal_said(error, asked.language)
    return Page(
        "thread.html",
        {"answer": answer, "own": own, "unread": unread, "said": said, "draft": draft},
    )


def _conversation(asked: Asked) -> Conversation:
    """Return the conversation in the address.

    Raises:
        InputError: ``web.not_found``.
    """
    thread_id, person_id = asked.path["thread"], asked.source.person_id
    try:
        return asked.read(lambda store: conversation(store, thread_id, person_id))
    except InputError:
        raise InputError(NOT_FOUND) from None


def _new(asked: Asked, error: EschoolError | None = None) -> Page:
    today, person_id = asked.today(), asked.source.person_id

    def question(store: Store) -> dict[str, Any]:
        person = me(store, person_id, today)
        if not person.is_staff:
            wards = person.wards
            children = [Child(one, addressees(store, one.pupil_id, today)) for one in wards]
            return {"children": children, "staff": [], "pupils": []}
        staff = [one for one in store.select(Staff) if one.last_day >= today]
        return {
            "children": [],
            "staff": _named([(s.id, s.family, s.given, s.patronymic) for s in staff], person_id),
            "pupils": _named(
                [(p.id, p.family, p.given, p.patronymic) for p in store.select(Pupil)], person_id
            ),
        }

    said = None if error is None else refusal_said(error, asked.language)
    draft = {name: _text(asked, name) for name in ("title", "text", "to", "pupil", "family")}
    return Page("message_new.html", {**asked.read(question), "said": said, "draft": draft})


def _named(people: list[tuple[int, str, str, str]], own: int) -> list[tuple[int, str]]:
    """Return people with their names, by the alphabet, without oneself."""
    named = [(one[0], full_name(*one[1:])) for one in people if one[0] != own]
    return sorted(named, key=lambda one: sort_key(one[1]))[:MAX_CHOICE]


def _fields(asked: Asked) -> dict[str, Any]:
    """Return the command that the form means: ``to`` is «staff-pupil» or a member of staff.

    Raises:
        InputError: ``informing.nobody``.
    """
    staff, _, pupil = _text(asked, "to").partition("-")
    pupil = pupil or _text(asked, "pupil")
    family = _text(asked, "family")
    return {
        "title": _text(asked, "title"),
        "text": _text(asked, "text"),
        "staff_ids": (_id(staff),) if staff else (),
        "pupil_id": _id(pupil) if pupil else 0,
        "to_pupil": int(family == TO_PUPIL),
        "to_guardians": int(family == TO_GUARDIANS),
    }


def _do(asked: Asked, model: type[Command], **fields: Any) -> None:
    asked.source.do(validated(model, fields))


def _text(asked: Asked, name: str) -> str:
    value = asked.body.get(name)
    return value if isinstance(value, str) else ""


def _id(given: str) -> int:
    """Return an id of a form.

    Raises:
        InputError: ``informing.nobody``.
    """
    if not given.isascii() or not given.isdigit() or len(given) > MAX_ID_DIGITS:
        raise InputError("informing.nobody")
    return int(given)
