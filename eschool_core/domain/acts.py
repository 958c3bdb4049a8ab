"""Local acts of the school, and where the system officer finds the developers' support."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import FOREVER, Id, Row


class LocalAct(Row, table=True):
    """One version of a local act (4.4.1; partition SCHOOL); a new version ends the old one."""

    __tablename__ = "local_act"
    number: ClassVar[int] = 120
    title: str
    act_number: str
    """As it was registered: «45-о»."""
    act_day: int
    """Date of the order that approved it."""
    first_day: int
    """From which day on it holds."""
    last_day: int = FOREVER
    replaces_id: int = Field(default=0, sa_type=Id)
    """The version before it; 0 for the first."""


class SupportContact(Row, table=True):
    """Whom the system officer turns to (4.7.7; partition SCHOOL); one row."""

    __tablename__ = "support_contact"
    number: ClassVar[int] = 121
    name: str
    """Of the organisation or the service, not of a person."""
    phone: str = ""
    email: str = ""
    hours: str = ""
    contract: str = ""
    """Number and date of the agreement on support."""
