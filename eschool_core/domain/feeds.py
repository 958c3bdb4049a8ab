"""Addresses under which calendar programs fetch somebody's lessons and deadlines."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class CalendarFeed(Row, table=True):
    """An address that shows a calendar to whoever knows it, until revoked (partition ACCOUNT)."""

    __tablename__ = "calendar_feed"
    number: ClassVar[int] = 185
    person_id: int = Field(sa_type=Id, index=True)
    """Who opened it; it ends with that person's access."""
    pupil_id: int = Field(default=0, sa_type=Id)
    """The ward whose calendar it is; 0 for the person's own."""
    secret_hash: bytes = Field(index=True)
    opened_at: int = Field(sa_type=Id)
    revoked_at: int = Field(default=0, sa_type=Id)
