"""Checks by the deputy head: drafts and notes until release, results of each person after (5.1)."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class Inspection(Row, table=True):
    """A check of how journals are kept (partition OFFICE: the head and the deputy for studies)."""

    number: ClassVar[int] = 110
    aim: str
    first_day: int
    last_day: int
    """The period that was checked."""
    state: int
    """``InspectionState``."""
    author_id: int = Field(sa_type=Id)
    drafted_at: int = Field(sa_type=Id)
    note_number: str = ""
    note_day: int = 0
    conclusions: str = ""
    recommendations: str = ""
    due_day: int = 0
    """By when what can be remedied is to be; 0 for no term."""
    order_number: str = ""
    order_day: int = 0
    ordered_by_id: int = Field(default=0, sa_type=Id)
    """Who signed the order: the head, or who acts as head by order."""
    released_at: int = Field(default=0, sa_type=Id)
    released_by_id: int = Field(default=0, sa_type=Id)


class InspectionItem(Row, table=True):
    """One thing that a check has found on a person, before release (partition OFFICE)."""

    __tablename__ = "inspection_item"
    number: ClassVar[int] = 111
    inspection_id: int = Field(sa_type=Id, index=True)
    staff_id: int = Field(sa_type=Id)
    finding_id: int = Field(default=0, sa_type=Id)
    """The finding it was drawn from; 0 where the deputy head wrote it."""
    check_id: str = ""
    lesson_id: int = Field(default=0, sa_type=Id)
    params: str = ""
    """JSON object that fills the text of the check."""
    text: str = ""
    """In the deputy head's words; empty where the check says it."""
    remediable: int
    """0 for a fact, such as «late»: it is acknowledged, never remedied."""


class InspectionResult(Row, table=True):
    """An item made known to its person, with the answer (partition STAFF of that person)."""

    __tablename__ = "inspection_result"
    number: ClassVar[int] = 112
    inspection_id: int = Field(sa_type=Id, index=True)
    staff_id: int = Field(sa_type=Id)
    check_id: str = ""
    lesson_id: int = Field(default=0, sa_type=Id)
    params: str = ""
    text: str = ""
    remediable: int
    aim: str
    note_number: str
    note_day: int
    order_number: str
    order_day: int
    due_day: int = 0
    state: int
    """``ResultState``."""
    released_at: int = Field(sa_type=Id)
    answered_at: int = Field(default=0, sa_type=Id)
    objection: str = ""
    remedied_at: int = Field(default=0, sa_type=Id)
    remedy: str = ""
