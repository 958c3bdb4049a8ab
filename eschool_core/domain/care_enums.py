"""Closed lists of the school's year and of informing; a number once given is never used again."""

from __future__ import annotations

from enum import IntEnum


class ClassCheckKind(IntEnum):
    """What a class teacher looks through at set intervals."""

    ATTENDANCE = 1
    """Missed lessons of a week (4.6.2)."""
    CARDS = 2
    """Pupils' data, every month (4.6.7)."""


class Section(IntEnum):
    """A part of the school's data that somebody answers for (4.3, 4.7.2)."""

    STAFF = 1
    EDUCATION = 2
    REGIME = 3
    """Calendar, bells and terms of the year."""
    UPBRINGING = 4
    SAFETY = 5
    FACILITIES = 6
