"""Closed lists of the chain of credentials; a number once given is never used again."""

from __future__ import annotations

from enum import IntEnum


class GrantKind(IntEnum):
    """What a grant lets somebody read beyond the own role (4.7.1)."""

    JOURNAL = 1
    SCHOOL_CLASS = 2


class BlockReason(IntEnum):
    """Why somebody's access was shut."""

    LOST = 1
    BREACH = 2
    DISMISSED = 3


class BreachKind(IntEnum):
    """What is no longer secret (6.3)."""

    PASSWORD = 1
    DEVICE = 2
    SLIP = 3
    OTHER = 4


class Authority(IntEnum):
    """Who decided that a guardian's access ends (specification §6, guardians)."""

    NONE = 0
    COURT = 1
    GUARDIANSHIP_OFFICE = 2


class AlertKind(IntEnum):
    """What made the server look twice at a sign-in (6.1)."""

    UNKNOWN_DEVICE = 1
    SHARED_DEVICE = 2
