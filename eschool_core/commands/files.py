"""Files for a lesson or its homework (2.12): the rows; their bytes follow apart (ADR 0031)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, StringConstraints

from eschool_core.commands import facts
from eschool_core.commands.access import HexHash
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    Flag,
    ObjectId,
    Occasion,
)
from eschool_core.commands.links import require_homework, writes_lesson
from eschool_core.domain.files import LessonFile
from eschool_core.domain.journal import Lesson
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.file_kinds import media_type_of
from eschool_core.file_names import MOST_CHARACTERS, file_name
from eschool_core.store.store import Store

MAX_FILES: Final = 20
MEGABYTE: Final = 1024 * 1024
MAX_FILE_BYTES: Final = 2 * MEGABYTE
"""However large the school's policy would have them."""

TAKEN: Final = "SELECT COALESCE(SUM(size), 0) FROM lesson_file"


def _plain(value: str) -> str:
    if file_name(value) != value:
        raise ValueError("a name without path, control signs or outer dots is needed")
    return value


FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MOST_CHARACTERS),
    AfterValidator(_plain),
]


class AttachFile(Command):
    """Give a file with a lesson, or with its homework; the command carries what it is, not it."""

    kind: ClassVar[str] = "attach_file"
    lesson_id: ObjectId
    name: FileName
    size: Annotated[int, Field(strict=True, ge=1, le=MAX_FILE_BYTES)]
    content_hash: HexHash
    for_homework: Flag = 0


def attach_file(store: Store, command: AttachFile, occasion: Occasion) -> Findings:
    """Write the file's row; the same content of a lesson is written once, under its last name.

    Raises:
        InputError: The lesson has no homework yet, or too many files; the file is of no kind that
            is taken, or too large; the school has no room for it.
    """
    lesson = store.require(Lesson, command.lesson_id)
    if command.for_homework:
        require_homework(store, lesson.id)
    media_type = media_type_of(command.name)
    limit = facts.policy_number(store, "attachment_max_megabytes", lesson.day)
    if command.size > limit * MEGABYTE:
        raise InputError("file.too_large", megabytes=limit)
    content_hash = bytes.fromhex(command.content_hash)
    known = store.select(LessonFile, lesson_id=lesson.id)
    same = next((entry for entry in known if entry.hash == content_hash), None)
    if same is None:
        if len(known) >= MAX_FILES:
            raise InputError("file.too_many", limit=MAX_FILES)
        _require_room(store, command.size, lesson.day)
    store.put(
        LessonFile(
            id=occasion.new_id() if same is None else same.id,
            part=partition(PartitionKind.JOURNAL, lesson.journal_id),
            lesson_id=lesson.id,
            name=command.name,
            media_type=media_type,
            size=command.size,
            hash=content_hash,
            for_homework=command.for_homework,
            author_id=occasion.actor_id,
            made_at=occasion.interval.made_at,
        )
    )
    return []


def _require_room(store: Store, size: int, day: int) -> None:
    """Let pass what the school's room holds; a replica knows of its own journals' files alone.

    Raises:
        InputError: ``file.no_room``.
    """
    room = facts.policy_number(store, "attachments_total_megabytes", day)
    [[taken]] = store.rows(TAKEN)
    if int(taken) + size > room * MEGABYTE:
        raise InputError("file.no_room", megabytes=room)


class RemoveFile(Command):
    """Take a file away from a lesson."""

    kind: ClassVar[str] = "remove_file"
    file_id: ObjectId


def remove_file(store: Store, command: RemoveFile, occasion: Occasion) -> Findings:
    """Delete the file's row; its bytes go with the last row that names them."""
    store.delete(store.require(LessonFile, command.file_id))
    return []


def attaches(store: Store, command: AttachFile, occasion: Occasion) -> None:
    """Let pass who may write in the lesson's column (4.5.1)."""
    writes_lesson(store, command.lesson_id, occasion)


def removes(store: Store, command: RemoveFile, occasion: Occasion) -> None:
    """Let pass who may write in the lesson's column (4.5.1)."""
    writes_lesson(store, store.require(LessonFile, command.file_id).lesson_id, occasion)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(AttachFile, attaches, attach_file),
    CommandSpec(RemoveFile, removes, remove_file),
)
