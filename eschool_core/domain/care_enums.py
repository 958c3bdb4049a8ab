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


class RequestKind(IntEnum):
    """What a class teacher asks the system officer for (4.6.6)."""

    ENTER = 1
    REMOVE = 2


class RequestState(IntEnum):
    """Life of such a request."""

    OPEN = 1
    CONFIRMED = 2
    REJECTED = 3


class ConcernKind(IntEnum):
    """What a teacher tells class teacher and guardians of (4.5.4)."""

    FAILING = 1
    MISSING = 2


class DeliveryWay(IntEnum):
    """How a concern goes to a person."""

    ELECTRONIC = 1
    PAPER = 2


class SlipState(IntEnum):
    """What became of a printed list (4.6.5)."""

    HANDED = 1
    SENT = 2
    FAILED = 3
    """«Не удалось вручить»."""
