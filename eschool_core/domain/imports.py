"""Imports of files, and what the rows were that they changed."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class ImportSource(IntEnum):
    """What a file held."""

    TIMETABLE = 1
    ROSTER = 2
    STAFF = 3
    PLAN = 4
    MARKS = 5


class ImportRecord(Row, table=True):
    """A group of commands that came out of a file (partition ACCOUNT of who gave it).

    Its id is the first of the group; the rows that the group made have ids up to ``last_id``.
    """

    __tablename__ = "import_record"
    number: ClassVar[int] = 229
    person_id: int = Field(sa_type=Id, index=True)
    source: int
    journal_id: int = Field(default=0, sa_type=Id)
    """Of a plan and of marks."""
    commands: int
    """Of the group, the one that made this row among them: their seqs follow each other."""
    last_id: int = Field(sa_type=Id)
    made_at: int = Field(sa_type=Id)
    undone_at: int = Field(default=0, sa_type=Id)
    undone_by_id: int = Field(default=0, sa_type=Id)


class ImportImage(Row, table=True):
    """What a row was before an import changed or deleted it (in the row's own partition)."""

    __tablename__ = "import_image"
    number: ClassVar[int] = 230
    import_id: int = Field(sa_type=Id, index=True)
    table_number: int
    row_id: int = Field(sa_type=Id, index=True)
    content: str
    """JSON object of its columns, but for id, partition and seq."""
