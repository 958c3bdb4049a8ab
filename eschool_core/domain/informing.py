"""Informing families: concerns, paper lists, messages, links to resources (2.11, 2.12, 4.5.4)."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import FOREVER, Id, Row


class Concern(Row, table=True):
    """A teacher has told of a failing pupil or of missed lessons, once a term (4.5.4; LINE)."""

    number: ClassVar[int] = 96
    pupil_id: int = Field(sa_type=Id, index=True)
    journal_id: int = Field(sa_type=Id)
    kind: int
    """``ConcernKind``."""
    first_day: int
    """Of the term that it is about."""
    amount: int
    """Mean mark in hundredths, or lessons missed, when it was sent."""
    sent_by_id: int = Field(sa_type=Id)
    sent_at: int = Field(sa_type=Id)


class ConcernDelivery(Row, table=True):
    """How a concern reached one person (4.5.4; PUPIL, which no guardian holds)."""

    __tablename__ = "concern_delivery"
    number: ClassVar[int] = 97
    concern_id: int = Field(sa_type=Id, index=True)
    pupil_id: int = Field(sa_type=Id, index=True)
    person_id: int = Field(sa_type=Id)
    way: int
    """``DeliveryWay``."""
    seen_at: int = Field(default=0, sa_type=Id)


class PaperApplication(Row, table=True):
    """A guardian has asked to be informed on paper (4.6.5; PUPIL)."""

    __tablename__ = "paper_application"
    number: ClassVar[int] = 98
    pupil_id: int = Field(sa_type=Id, index=True)
    guardian_id: int = Field(sa_type=Id, index=True)
    document: str
    first_day: int
    last_day: int = FOREVER
    filed_by_id: int = Field(sa_type=Id)


class PaperSlip(Row, table=True):
    """What became of the printed list of one week (4.6.5; PUPIL)."""

    __tablename__ = "paper_slip"
    number: ClassVar[int] = 99
    application_id: int = Field(sa_type=Id, index=True)
    pupil_id: int = Field(sa_type=Id, index=True)
    monday: int
    state: int
    """``SlipState``."""
    day: int
    """When it was handed, sent, or could not be."""
    recorded_by_id: int = Field(sa_type=Id)
    recorded_at: int = Field(sa_type=Id)
    note: str = ""


class Thread(Row, table=True):
    """A conversation; at most one of its members belongs to a family (2.11; THREAD)."""

    number: ClassVar[int] = 100
    title: str
    pupil_id: int = Field(default=0, sa_type=Id)
    """The pupil it is about; 0 between members of staff."""
    opened_by_id: int = Field(sa_type=Id)
    opened_at: int = Field(sa_type=Id)


class ThreadMember(Row, table=True):
    """Who takes part, by a name that the other members may read (THREAD)."""

    __tablename__ = "thread_member"
    number: ClassVar[int] = 101
    thread_id: int = Field(sa_type=Id, index=True)
    person_id: int = Field(sa_type=Id, index=True)
    kind: int
    """``PersonKind``."""
    pupil_id: int = Field(default=0, sa_type=Id)
    """The child of a guardian: whose access ends reads no further."""
    name: str


class Message(Row, table=True):
    """What somebody wrote, with the time at which it was written (THREAD)."""

    number: ClassVar[int] = 102
    thread_id: int = Field(sa_type=Id, index=True)
    sender_id: int = Field(sa_type=Id)
    text: str
    made_at: int = Field(sa_type=Id)


class MessageRead(Row, table=True):
    """How far a member has read (THREAD)."""

    __tablename__ = "message_read"
    number: ClassVar[int] = 103
    thread_id: int = Field(sa_type=Id, index=True)
    person_id: int = Field(sa_type=Id)
    read_to: int = Field(sa_type=Id)
    """Time of the latest message that was read."""
    read_at: int = Field(sa_type=Id)


class ResourceLink(Row, table=True):
    """An address on the network for a lesson or its homework (2.12; JOURNAL)."""

    __tablename__ = "resource_link"
    number: ClassVar[int] = 104
    lesson_id: int = Field(sa_type=Id, index=True)
    url: str
    title: str
    for_homework: int = 0
    author_id: int = Field(sa_type=Id)
    made_at: int = Field(sa_type=Id)
