"""Who may write to whom (2.11), as data: whatever is not named is denied.

Families write to nobody but those who teach, lead or administer their child; they never share a
conversation with another family, so that no guardian sees another's messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """What somebody is in a conversation."""

    ADMINISTRATION = "administration"
    CLASS_TEACHER = "class_teacher"
    TEACHER = "teacher"
    STAFF = "staff"
    FAMILY = "family"


class Over(Enum):
    """Which families a member of staff may exchange messages with."""

    SCHOOL = "school"
    LED_CLASS = "led_class"
    TAUGHT_JOURNAL = "taught_journal"


@dataclass(frozen=True, slots=True)
class MayWrite:
    """One permission; it holds in both directions."""

    staff_side: Side
    other_side: Side
    over: Over


MAY_WRITE: tuple[MayWrite, ...] = (
    MayWrite(Side.STAFF, Side.STAFF, Over.SCHOOL),
    MayWrite(Side.ADMINISTRATION, Side.FAMILY, Over.SCHOOL),
    MayWrite(Side.CLASS_TEACHER, Side.FAMILY, Over.LED_CLASS),
    MayWrite(Side.TEACHER, Side.FAMILY, Over.TAUGHT_JOURNAL),
)


def families_of(side: Side) -> tuple[Over, ...]:
    """Return over which families somebody of a side may exchange messages.

    >>> families_of(Side.STAFF)
    ()
    """
    return tuple(
        rule.over
        for rule in MAY_WRITE
        if rule.staff_side is side and rule.other_side is Side.FAMILY
    )
