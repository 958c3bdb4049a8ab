"""What class teachers and owners of sections keep: checks, confirmations, changed data."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class ClassCheck(Row, table=True):
    """A class teacher has looked through a week or a month (4.6.2, 4.6.7; CLASS_CARE)."""

    __tablename__ = "class_check"
    number: ClassVar[int] = 90
    class_id: int = Field(sa_type=Id, index=True)
    kind: int
    """``ClassCheckKind``."""
    first_day: int
    """Monday of the week, or first day of the month."""
    checked_by_id: int = Field(sa_type=Id)
    checked_at: int = Field(sa_type=Id)
    note: str = ""


class SectionConfirmation(Row, table=True):
    """The owner of a section has found it complete and true (4.3, 4.7.2; partition SCHOOL)."""

    __tablename__ = "section_confirmation"
    number: ClassVar[int] = 91
    year_id: int = Field(sa_type=Id, index=True)
    section: int
    """``Section``."""
    confirmed_by_id: int = Field(sa_type=Id)
    confirmed_at: int = Field(sa_type=Id)


class CardChange(Row, table=True):
    """A value of a pupil's data that was corrected, and the one before (4.6.7; PUPIL)."""

    __tablename__ = "card_change"
    number: ClassVar[int] = 92
    pupil_id: int = Field(sa_type=Id, index=True)
    guardianship_id: int = Field(default=0, sa_type=Id)
    """Whose data it is, where it is a guardian's; 0 for the pupil's own."""
    field: str
    old: str
    new: str
    changed_by_id: int = Field(sa_type=Id)
    changed_at: int = Field(sa_type=Id)
