"""Plans that are approved and timetables that are drafted (2.3, 4.4.2)."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class TimetableDraft(Row, table=True):
    """A timetable that may hold clashes until it is published (4.4.2; partition OFFICE)."""

    __tablename__ = "timetable_draft"
    number: ClassVar[int] = 105
    year_id: int = Field(sa_type=Id)
    name: str
    first_day: int
    published_at: int = Field(default=0, sa_type=Id)


class DraftSlot(Row, table=True):
    """A weekly lesson of a drafted timetable (partition OFFICE)."""

    __tablename__ = "draft_slot"
    number: ClassVar[int] = 106
    draft_id: int = Field(sa_type=Id, index=True)
    journal_id: int = Field(sa_type=Id)
    week: int
    weekday: int
    period: int
    room: str = ""


class PlanApproval(Row, table=True):
    """The calendar plan of a journal is approved as it stands (2.3; partition JOURNAL)."""

    __tablename__ = "plan_approval"
    number: ClassVar[int] = 107
    journal_id: int = Field(sa_type=Id, index=True)
    planned_hours: int
    expected_hours: int
    """Hours of the curriculum over the teaching weeks of the year."""
    reason: str = ""
    """Why the two differ."""
    approved_by_id: int = Field(sa_type=Id)
    approved_at: int = Field(sa_type=Id)
