"""Learning resources on the network for a lesson or its homework (2.12)."""

from __future__ import annotations

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    Flag,
    Name,
    ObjectId,
    Occasion,
)
from eschool_core.domain.enums import HomeworkState
from eschool_core.domain.informing import ResourceLink
from eschool_core.domain.journal import Homework, Lesson
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError
from eschool_core.store.store import Store

MAX_URL = 500
MAX_LINKS = 20


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    shown = all(letter.isprintable() and not letter.isspace() for letter in value)
    if parts.scheme not in ("http", "https") or not parts.hostname or not shown:
        raise ValueError("an address that begins with http:// or https:// is needed")
    return value


Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_URL),
    AfterValidator(_web_address),
]


class AttachLink(Command):
    """Add an address to a lesson, or to its homework."""

    kind: ClassVar[str] = "attach_link"
    lesson_id: ObjectId
    url: Url
    title: Name
    for_homework: Flag = 0


def attach_link(store: Store, command: AttachLink, occasion: Occasion) -> Findings:
    """Write the link; the same address of a lesson is written once.

    Raises:
        InputError: The lesson has no homework yet, or too many links.
    """
    lesson = store.require(Lesson, command.lesson_id)
    if command.for_homework:
        require_homework(store, lesson.id)
    known = store.select(ResourceLink, lesson_id=lesson.id)
    if len(known) >= MAX_LINKS:
        raise InputError("informing.too_many_links", limit=MAX_LINKS)
    same = next((entry for entry in known if entry.url == command.url), None)
    store.put(
        ResourceLink(
            id=occasion.new_id() if same is None else same.id,
            part=partition(PartitionKind.JOURNAL, lesson.journal_id),
            author_id=occasion.actor_id,
            made_at=occasion.interval.made_at,
            **command.model_dump(),
        )
    )
    return []


class DetachLink(Command):
    """Take a link away from a lesson."""

    kind: ClassVar[str] = "detach_link"
    link_id: ObjectId


def detach_link(store: Store, command: DetachLink, occasion: Occasion) -> Findings:
    """Delete the link."""
    store.delete(store.require(ResourceLink, command.link_id))
    return []


def require_homework(store: Store, lesson_id: int) -> None:
    """Let pass a lesson that has homework.

    Raises:
        InputError: ``informing.no_homework``.
    """
    if not any(
        entry.state == HomeworkState.SET for entry in store.select(Homework, lesson_id=lesson_id)
    ):
        raise InputError("informing.no_homework")


def attaches(store: Store, command: AttachLink, occasion: Occasion) -> None:
    """Let pass who may write in the lesson's column (4.5.1)."""
    writes_lesson(store, command.lesson_id, occasion)


def detaches(store: Store, command: DetachLink, occasion: Occasion) -> None:
    """Let pass who may write in the lesson's column (4.5.1)."""
    writes_lesson(store, store.require(ResourceLink, command.link_id).lesson_id, occasion)


def writes_lesson(store: Store, lesson_id: int, occasion: Occasion) -> None:
    """Let pass who may write in a lesson's column (4.5.1).

    Raises:
        RegulationError: As ``rights.writes_journal``.
    """
    lesson = store.require(Lesson, lesson_id)
    rights.writes_journal(store, occasion, store.require(Journal, lesson.journal_id), lesson)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(AttachLink, attaches, attach_link),
    CommandSpec(DetachLink, detaches, detach_link),
)
