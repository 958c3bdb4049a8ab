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


class Device(Row, table=True):
    """An enrolled device (partition ACCESS)."""

    number: ClassVar[int] = 62
    device: int = Field(index=True)
    person_id: int = Field(sa_type=Id, index=True)
    public_key: bytes
    enrolled_at: int = Field(sa_type=Id)
    revoked_at: int = Field(default=0, sa_type=Id)
    label: str = ""


class Slip(Row, table=True):
    """A one-time secret that lets a person enrol (3.1; partition ACCESS); only its hash."""

    number: ClassVar[int] = 63
    person_id: int = Field(sa_type=Id, index=True)
    secret_hash: bytes = Field(index=True)
    issued_by_id: int = Field(sa_type=Id)
    issued_at: int = Field(sa_type=Id)
    expires_at: int = Field(sa_type=Id)
    used_at: int = Field(default=0, sa_type=Id)
    revoked_at: int = Field(default=0, sa_type=Id)


class Person(Row, table=True):
    """Somebody who may have access, and what kind of person it is (partition ACCESS)."""

    number: ClassVar[int] = 64
    kind: int
