"""Where a person wants to hear that there is a new notice."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class NoticeChannel(Row, table=True):
    """One way to reach a person outside the journal (partition ACCOUNT); one row a service."""

    __tablename__ = "notice_channel"
    number: ClassVar[int] = 186
    person_id: int = Field(sa_type=Id, index=True)
    service: str
    """``email``, or a service that the server's operator has named."""
    address: str = ""
    """Empty while it is switched off."""
    changed_at: int = Field(sa_type=Id)
