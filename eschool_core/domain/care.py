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


class GroupDraft(Row, table=True):
    """Where a pupil is to go when a class is split for a subject (4.6.4/1; CLASS_CARE)."""

    __tablename__ = "group_draft"
    number: ClassVar[int] = 93
    class_id: int = Field(sa_type=Id, index=True)
    subject_id: int = Field(sa_type=Id)
    pupil_id: int = Field(sa_type=Id)
    group_id: int = Field(sa_type=Id)
    """0 for «вне подгрупп», which needs a reason."""
    reason: str = ""


class GroupApproval(Row, table=True):
    """A class's part of a group is settled, and the journal's teacher has agreed (JOURNAL)."""

    __tablename__ = "group_approval"
    number: ClassVar[int] = 94
    journal_id: int = Field(sa_type=Id, index=True)
    class_id: int = Field(sa_type=Id, index=True)
    approved_by_id: int = Field(sa_type=Id)
    approved_at: int = Field(sa_type=Id)
    confirmed_by_id: int = Field(default=0, sa_type=Id)
    confirmed_at: int = Field(default=0, sa_type=Id)


class PupilRequest(Row, table=True):
    """A class teacher asks that a pupil be entered or removed (4.6.6; CLASS_CARE)."""

    __tablename__ = "pupil_request"
    number: ClassVar[int] = 95
    class_id: int = Field(sa_type=Id, index=True)
    pupil_id: int = Field(sa_type=Id, index=True)
    kind: int
    """``RequestKind``."""
    state: int
    """``RequestState``."""
    day: int
    """First day of the one who comes, last day of the one who goes."""
    note: str = ""
    asked_by_id: int = Field(sa_type=Id)
    asked_at: int = Field(sa_type=Id)
    closed_by_id: int = Field(default=0, sa_type=Id)
    closed_at: int = Field(default=0, sa_type=Id)
    answer: str = ""
    """Number of the order, or why it was rejected."""


class ControlCheck(Row, table=True):
    """A deputy head has looked into the keeping of journals (3.5; partition OFFICE)."""

    __tablename__ = "control_check"
    number: ClassVar[int] = 108
    day: int
    topic: str
    result: str = ""
    document: str = ""
    """Number of the act of the check, where there is one."""
    checked_by_id: int = Field(sa_type=Id)
    checked_at: int = Field(sa_type=Id)


class SchoolDetails(Row, table=True):
    """What stands on papers of the school; one row (2.1, 4.7.2; partition SCHOOL)."""

    __tablename__ = "school_details"
    number: ClassVar[int] = 109
    full_name: str
    address: str
    phone: str = ""
    email: str = ""
    website: str = ""
    tax_number: str = ""
    """ИНН."""
    state_number: str = ""
    """ОГРН."""
    licence: str = ""
