"""The files of a lesson and of its homework (2.12), as the list numbers them."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.files import LessonFile
from eschool_core.queries.answer import Answer
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


def lesson_files(store: Store, lesson_id: int) -> LessonFiles:
    """Return the files of a lesson."""
    rows = sorted(
        store.select(LessonFile, lesson_id=lesson_id), key=lambda row: (row.made_at, row.id)
    )
    return LessonFiles(tuple(shown_file(row) for row in rows))


def shown_file(row: LessonFile) -> FileOfLesson:
    """Return a file as it is shown."""
    return FileOfLesson(row.id, row.name, row.media_type, row.size, bool(row.for_homework))
