"""Findings, notices, devices, slips."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class FindingRecord(Row, table=True):
    """A recorded breach (partition STAFF of the person it is about)."""

    __tablename__ = "finding_record"
    number: ClassVar[int] = 60
    staff_id: int = Field(sa_type=Id)
    check_id: str
    lesson_id: int = Field(default=0, sa_type=Id, index=True)
    params: str
    """JSON object that fills the text."""
    evidence: str = ""
    """JSON object: the judged interval, for undetermined acts."""
    state: int
    found_at: int = Field(sa_type=Id)
    closed_at: int = Field(default=0, sa_type=Id)
    closed_by_id: int = Field(default=0, sa_type=Id)


class Notice(Row, table=True):
    """Something a person is told (partition PERSON)."""

    number: ClassVar[int] = 61
    person_id: int = Field(sa_type=Id)
    kind: int
    key: str
    params: str
    """JSON object that fills the text."""
    object_id: int = Field(default=0, sa_type=Id)
    made_at: int = Field(sa_type=Id)
    seen_at: int = Field(default=0, sa_type=Id)
    """When the person confirmed it, where that is asked for; 0 until then."""


class Device(Row, table=True):
    """An enrolled device (partition ACCOUNT of its person)."""

    number: ClassVar[int] = 62
    device: int = Field(index=True)
    person_id: int = Field(sa_type=Id, index=True)
    public_key: bytes
    enrolled_at: int = Field(sa_type=Id)
    revoked_at: int = Field(default=0, sa_type=Id)
    label: str = ""


class Slip(Row, table=True):
    """A one-time secret that lets a person enrol (3.1), as a line of the register; only its hash.

    A slip of a pupil or a guardian lives with the pupil (partition PUPIL), where the class teacher
    sees it and the next one after; those of staff in ACCESS.
    """

    number: ClassVar[int] = 63
    person_id: int = Field(sa_type=Id, index=True)
    secret_hash: bytes = Field(index=True)
    issued_by_id: int = Field(sa_type=Id)
    issued_at: int = Field(sa_type=Id)
    expires_at: int = Field(sa_type=Id)
    used_at: int = Field(default=0, sa_type=Id)
    revoked_at: int = Field(default=0, sa_type=Id)
    pupil_id: int = Field(default=0, sa_type=Id)
    """Of the family it is for; 0 for staff."""
    class_id: int = Field(default=0, sa_type=Id)
    """The class whose teacher hands it out, where the system officer made it in a batch."""
    handed_at: int = Field(default=0, sa_type=Id)
    handed_by_id: int = Field(default=0, sa_type=Id)
    signed: int = 0
    """1 where the receiver signed for it on paper."""


class Person(Row, table=True):
    """Somebody who may have access, and what kind of person it is (partition ACCESS)."""

    number: ClassVar[int] = 64
    kind: int
