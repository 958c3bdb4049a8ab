"""The chain of credentials beyond slips and devices: grants, blocks, breaches, decisions."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class AccessGrant(Row, table=True):
    """A right to read beyond the own role, with reason and end (4.7.1; partition ACCESS)."""

    __tablename__ = "access_grant"
    number: ClassVar[int] = 80
    person_id: int = Field(sa_type=Id, index=True)
    kind: int
    object_id: int = Field(sa_type=Id)
    first_day: int
    last_day: int
    reason: str
    granted_by_id: int = Field(sa_type=Id)


class AccessBlock(Row, table=True):
    """From then on nothing issued before opens anything (4.6.8, 6.3; ACCESS or PUPIL)."""

    __tablename__ = "access_block"
    number: ClassVar[int] = 81
    person_id: int = Field(sa_type=Id, index=True)
    reason: int
    blocked_at: int = Field(sa_type=Id)
    blocked_by_id: int = Field(sa_type=Id)
    note: str = ""


class Acknowledgement(Row, table=True):
    """A person has read the duties of a user and taken them on (3.2; partition ACCOUNT)."""

    number: ClassVar[int] = 82
    person_id: int = Field(sa_type=Id, index=True)
    edition: int
    made_at: int = Field(sa_type=Id)


class BreachReport(Row, table=True):
    """Somebody told of a leak (6.3; partition ACCESS)."""

    __tablename__ = "breach_report"
    number: ClassVar[int] = 83
    reporter_id: int = Field(sa_type=Id, index=True)
    person_id: int = Field(sa_type=Id, index=True)
    """Whose secret it was."""
    kind: int
    learned_day: int
    due_at: int = Field(sa_type=Id)
    """The last second in time: the end of the office's next working day."""
    reported_at: int = Field(sa_type=Id)
    timeliness: int
    text: str = ""


class GuardianDecision(Row, table=True):
    """Why a guardian's access was closed, or that it was asked for (partition PUPIL)."""

    __tablename__ = "guardian_decision"
    number: ClassVar[int] = 84
    pupil_id: int = Field(sa_type=Id, index=True)
    guardianship_id: int = Field(sa_type=Id, index=True)
    authority: int
    """0 for a request of the class teacher, which closes nothing."""
    document: str
    document_day: int
    made_by_id: int = Field(sa_type=Id)
    made_at: int = Field(sa_type=Id)


class PupilConsent(Row, table=True):
    """From 18 on a pupil decides who reads along (specification §6; partition PUPIL)."""

    __tablename__ = "pupil_consent"
    number: ClassVar[int] = 85
    pupil_id: int = Field(sa_type=Id, index=True)
    guardian_id: int = Field(sa_type=Id, index=True)
    granted: int
    made_at: int = Field(sa_type=Id)


class HandOver(Row, table=True):
    """The act by which a class passes to the next class teacher (§2; partition SCHOOL).

    The list of what passes is made from the rows at the moment and kept as it was: counts only,
    since everybody reads the partition.
    """

    __tablename__ = "hand_over"
    number: ClassVar[int] = 86
    class_id: int = Field(sa_type=Id, index=True)
    from_id: int = Field(sa_type=Id)
    to_id: int = Field(sa_type=Id)
    day: int
    unissued_slips: int
    act: str
