"""Files given with lessons and homework: what is known of each; bytes travel apart (ADR 0031)."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class LessonFile(Row, table=True):
    """A file for a lesson or its homework (2.12; JOURNAL)."""

    __tablename__ = "lesson_file"
    number: ClassVar[int] = 196
    lesson_id: int = Field(sa_type=Id, index=True)
    name: str
    media_type: str
    size: int
    """Bytes."""
    hash: bytes = Field(index=True)
    """SHA-256 of the content."""
    for_homework: int = 0
    author_id: int = Field(sa_type=Id)
    made_at: int = Field(sa_type=Id)
