"""What a pupil's personal file holds besides the card, and where pupils come from and go to."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar, Final

from sqlmodel import Field

from eschool_core.domain.row import Id, Row


class PhysicalGroup(IntEnum):
    """For which physical education a pupil is fit; a number once given is never used again."""

    BASIC = 1
    PREPARATORY = 2
    SPECIAL_A = 3
    SPECIAL_B = 4


class ChangeDirection(IntEnum):
    """Whether a pupil came to the school or left it."""

    ARRIVED = 1
    LEFT = 2


class ChangePlace(IntEnum):
    """Where a pupil came from or went to (4.4.3/2)."""

    CITY_SCHOOL = 1
    DISTRICT_SCHOOL = 2
    OTHER_REGION = 3
    COLLEGE = 4
    OTHER = 5


HEALTH_GROUPS: Final = 5
"""Health groups are I to V."""


class PupilFile(Row, table=True):
    """Number of the personal file, and address (4.4.3/1; partition PUPIL)."""

    __tablename__ = "pupil_file"
    number: ClassVar[int] = 213
    pupil_id: int = Field(sa_type=Id, index=True)
    file_number: str = ""
    address: str = ""


class PupilHealth(Row, table=True):
    """Health group and group of physical education, without a word of why (partition HEALTH)."""

    __tablename__ = "pupil_health"
    number: ClassVar[int] = 214
    pupil_id: int = Field(sa_type=Id, index=True)
    health_group: int = 0
    """1 to 5; 0 for not known."""
    physical_group: int = 0
    """``PhysicalGroup``; 0 for not known."""


class SchoolChange(Row, table=True):
    """Where a pupil came from, or went to (4.4.3/2; partition PUPIL)."""

    __tablename__ = "school_change"
    number: ClassVar[int] = 215
    pupil_id: int = Field(sa_type=Id, index=True)
    enrolment_id: int = Field(sa_type=Id, index=True)
    direction: int
    """``ChangeDirection``: the beginning of the enrolment or its end."""
    place: int
    """``ChangePlace``."""
    school: str = ""
    """Name of the other school or town."""


class GuardianWork(Row, table=True):
    """Where a guardian works, in schools whose local act asks for it (partition PUPIL)."""

    __tablename__ = "guardian_work"
    number: ClassVar[int] = 216
    pupil_id: int = Field(sa_type=Id, index=True)
    guardianship_id: int = Field(sa_type=Id, index=True)
    workplace: str
