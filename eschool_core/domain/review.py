"""What waits for the deputy head's decision, and declared outages."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class HeldState(IntEnum):
    """What has become of a held command."""

    OPEN = 1
    APPLIED = 2
    DECLINED = 3
    REPLACED = 4


class HeldCommand(Row, table=True):
    """A command that waits for a person, with all that carrying it out needs (partition ARCHIVE).

    The partition is the administration's alone: the payload may speak of anybody.
    """

    __tablename__ = "held_command"
    number: ClassVar[int] = 130
    device: int = Field(index=True)
    command_number: int = Field(sa_type=Id)
    take: int
    ids_from: int = Field(sa_type=Id)
    """Number whose row ids it uses: its own, or that of the first command it resends."""
    group_number: int = Field(sa_type=Id)
    """First command of the group that it stands or falls with; 0 for none."""
    kind: str
    version: int
    payload: bytes
    actor_id: int = Field(sa_type=Id)
    base_seq: int = Field(sa_type=Id)
    earliest: int = Field(sa_type=Id)
    latest: int = Field(sa_type=Id)
    estimate: int | None = Field(default=None, sa_type=Id)
    claimed: int = Field(sa_type=Id)
    key: str
    """Of the text that says why."""
    params: str
    """JSON object that fills the text."""
    state: int
    closed_at: int = Field(default=0, sa_type=Id)
    closed_by_id: int = Field(default=0, sa_type=Id)
    reason: str = ""


class Outage(Row, table=True):
    """A time without network, by an act of the school (partition SCHOOL)."""

    number: ClassVar[int] = 131
    first_day: int
    last_day: int
    device: int = 0
    """0 for the whole school."""
    act: str
    declared_by_id: int = Field(sa_type=Id)
    declared_at: int = Field(sa_type=Id)
