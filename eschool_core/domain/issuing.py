"""The log of issued papers: what was printed to count, by whom, over which content."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class IssuedDocument(Row, table=True):
    """A paper that was issued (5.2; design §6: ``DocumentIssued``).

    Of what stands on it there is a hash and no more. A weekly list lives in its pupil's partition,
    the paper of a class in CLASS_CARE, any other in ARCHIVE; nothing ever changes it.
    """

    __tablename__ = "issued_document"
    number: ClassVar[int] = 175
    form: str
    """A report's name, ``journal`` or ``weekly_slip``."""
    sheet_hash: str
    """SHA-256 of the canonical bytes of what the paper says, hexadecimal."""
    class_id: int = Field(default=0, sa_type=Id)
    """Whom it is about; 0 for the whole school."""
    object_id: int = Field(default=0, sa_type=Id)
    """Application, member of staff or journal, by ``form``; 0 for none."""
    first_day: int
    last_day: int
    day: int
    """The date that the paper bears."""
    as_of: int = Field(sa_type=Id)
    """The moment whose data it shows, seconds UTC."""
    certified: int = 0
    """1 for a certified copy («Копия верна»)."""
    issued_by_id: int = Field(sa_type=Id)
    post: int
    """``Role`` in which it was issued."""
    issued_at: int = Field(sa_type=Id)
