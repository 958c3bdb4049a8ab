"""Who has looked at pupils' personal data, and what guardians have consented to (1.4)."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import FOREVER, Id, Row


class PersonalRead(Row, table=True):
    """Somebody opened personal data, or was refused; once a day (partition ACCOUNT of the reader).

    Whoever reads does not see the log of others; the system officer sees all of it.
    """

    __tablename__ = "personal_read"
    number: ClassVar[int] = 150
    person_id: int = Field(sa_type=Id, index=True)
    """Who looked."""
    class_id: int = Field(default=0, sa_type=Id)
    """Every card of this class; 0 where one pupil's was opened, or those of the whole school."""
    pupil_id: int = Field(default=0, sa_type=Id)
    """0 for a whole class, for the whole school and for conversations."""
    day: int
    denied: int = 0
    """1 where the attempt was refused."""
    first_at: int = Field(sa_type=Id)
    """When it was on that day for the first time."""
    conversations: int = 0
    """1 where the reader's list of conversations was opened, with the guardians in them."""


class ProcessingConsent(Row, table=True):
    """A consent to the processing of a pupil's data, with its end (partition PUPIL)."""

    __tablename__ = "processing_consent"
    number: ClassVar[int] = 151
    pupil_id: int = Field(sa_type=Id, index=True)
    given_by_id: int = Field(sa_type=Id, index=True)
    """A guardian, or the pupil from 18 on."""
    first_day: int
    document: str
    last_day: int = FOREVER
    """The last day on which it was in force."""
    withdrawal: str = ""
    """Number of the paper that withdrew it."""
    recorded_by_id: int = Field(sa_type=Id)
    recorded_at: int = Field(sa_type=Id)
