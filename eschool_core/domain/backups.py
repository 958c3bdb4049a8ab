"""That a backup was verified: what the duty of 1.2 looks at."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class BackupRecord(Row, table=True):
    """A backup that was restored for trial and found equal (1.2; partition SCHOOL)."""

    __tablename__ = "backup_record"
    number: ClassVar[int] = 122
    backup_seq: int = Field(sa_type=Id)
    """How many commands the journal had."""
    root: str
    """Of the tree over its log, hexadecimal."""
    made_at: int = Field(sa_type=Id)
    recorded_by_id: int = Field(sa_type=Id)
    recorded_at: int = Field(sa_type=Id)
