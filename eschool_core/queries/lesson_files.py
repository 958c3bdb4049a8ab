"""The files of a lesson and of its homework (2.12), as the list numbers them."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.files import LessonFile
from eschool_core.queries.answer import Answer
from eschool_core.queries.shown_homework import Sight, shows_lesson
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class FileOfLesson(Answer):
    """A file that belongs to a lesson.

    Attributes:
        size: Bytes.
    """

    file_id: int
    name: str
    media_type: str
    size: int
    for_homework: bool


@dataclass(frozen=True, slots=True)
class LessonFiles(Answer):
    """The files of a lesson, in the order in which they were given."""

    files: tuple[FileOfLesson, ...]


def lesson_files(store: Store, lesson_id: int, sight: Sight) -> LessonFiles:
    """Return the files of a lesson; those with its homework where that is shown."""
    rows = sorted(
        store.select(LessonFile, lesson_id=lesson_id), key=lambda row: (row.made_at, row.id)
    )
    of_homework = shows_lesson(store, sight, lesson_id)
    return LessonFiles(
        tuple(shown_file(row) for row in rows if of_homework or not row.for_homework)
    )


def shown_file(row: LessonFile) -> FileOfLesson:
    """Return a file as it is shown."""
    return FileOfLesson(row.id, row.name, row.media_type, row.size, bool(row.for_homework))
