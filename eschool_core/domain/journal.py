"""Timetable, lessons and what is written in a journal."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from eschool_core.domain.row import FOREVER, Cell, Id, Row


class TimetableSlot(Row, table=True):
    """A weekly lesson of one class; a joint lesson has one slot for each class."""

    __tablename__ = "timetable_slot"
    number: ClassVar[int] = 20
    class_id: int = Field(sa_type=Id)
    journal_id: int = Field(sa_type=Id, index=True)
    week: int
    """Week of the cycle, from 0."""
    weekday: int
    """0 = Monday."""
    period: int
    room: str = ""
    first_day: int
    last_day: int = FOREVER


class Lesson(Row, table=True):
    """One lesson on one date, with its clock times as planned by the bells of that date."""

    number: ClassVar[int] = 21
    journal_id: int = Field(sa_type=Id)
    day: int = Field(index=True)
    period: int
    start_minute: int
    end_minute: int
    room: str = ""
    planned: int = 1
    """0 where the teacher recorded it outside the timetable (4.4.2)."""


class PlanItem(Row, table=True):
    """One row of the calendar plan (КТП)."""

    __tablename__ = "plan_item"
    number: ClassVar[int] = 22
    ordinal: int
    section: str
    topic: str
    hours: int = 1
    planned_day: int = 0
    work_kind: int = 0
    homework: str = ""


class Topic(Cell, table=True):
    """What a lesson was about (4.5.6)."""

    number: ClassVar[int] = 23
    lesson_id: int = Field(sa_type=Id, index=True)
    text: str
    plan_item_id: int = Field(default=0, sa_type=Id)


class LessonWork(Cell, table=True):
    """A work done in a lesson: its kind and topic (4.5.6)."""

    __tablename__ = "lesson_work"
    number: ClassVar[int] = 24
    lesson_id: int = Field(sa_type=Id, index=True)
    kind: int
    topic: str


class Homework(Cell, table=True):
    """The homework of a lesson (4.5.3); a blank one has no row."""

    number: ClassVar[int] = 25
    lesson_id: int = Field(sa_type=Id, index=True)
    grade: int = 0
    """Grade it is addressed to in a mixed group; 0 for all."""
    state: int
    text: str
    timeliness: int
    """``Timeliness`` of the first entry: stays when the text is changed."""
    changed_late: int = 0
    """1 where the content was changed after the deadline."""


class RollTaken(Cell, table=True):
    """The teacher has called the roll (4.5.2)."""

    __tablename__ = "roll_taken"
    number: ClassVar[int] = 26
    lesson_id: int = Field(sa_type=Id, index=True)


class JournalLine(Row, table=True):
    """One pupil in one journal; marks and attendance live in its partition."""

    __tablename__ = "journal_line"
    number: ClassVar[int] = 27
    journal_id: int = Field(sa_type=Id, index=True)
    pupil_id: int = Field(sa_type=Id, index=True)
    first_day: int
    last_day: int = FOREVER


class Mark(Cell, table=True):
    """A mark of the line its partition belongs to."""

    number: ClassVar[int] = 28
    lesson_id: int = Field(sa_type=Id, index=True)
    position: int = 0
    """0 for the first mark of the lesson, 1 for the second («4/5»)."""
    value: int
    """2 to 5, or 1 where the school's scale has it; 0 once taken back."""
    kind: int
    weight: int
    """Hundredths: 100 counts once."""
    comment: str = ""


class Attendance(Cell, table=True):
    """What the teacher saw; the class teacher's excuse is a record of its own."""

    number: ClassVar[int] = 29
    lesson_id: int = Field(sa_type=Id, index=True)
    presence: int
    """``Presence``; 0 once taken back."""
    stated_reason: int = 0
    """``ExcuseKind`` that the teacher proposes («б», «у»)."""


class CellHistory(Row, table=True):
    """An earlier value of a cell, in the cell's own partition (2.2)."""

    __tablename__ = "cell_history"
    # One index serves a cell's history and a whole partition: a page less in every edit.
    __table_args__ = (Index("ix_cell_history_part", "part", "row_id"),)
    number: ClassVar[int] = 30
    part: int = Field(sa_type=Id)
    table_number: int
    row_id: int = Field(sa_type=Id)
    content: str
    """JSON object of the earlier values."""
    author_id: int = Field(sa_type=Id)
    device: int
    made_at: int = Field(sa_type=Id)
    replaced_by_id: int = Field(sa_type=Id)
    replaced_at: int = Field(sa_type=Id)
    reason: str = ""
    conflict: int = 0
    """1 where the one who replaced it had not seen it."""
    other_id: int = Field(default=0, sa_type=Id)
    """Cell at the other end, where a mark was moved (``MoveMark``)."""
