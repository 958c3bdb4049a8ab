"""Closed lists of inspections; a number once given is never used again."""

from __future__ import annotations

from enum import IntEnum


class InspectionState(IntEnum):
    """Life of a check by the deputy head (5.1); each state follows the one before."""

    DRAFT = 1
    NOTED = 2
    """The note (справка) is registered: what it says stands."""
    ORDERED = 3
    """The head's order is registered."""
    RELEASED = 4
    """Each person sees the own items."""


class ResultState(IntEnum):
    """Life of an item after its release."""

    RELEASED = 1
    SIGNED = 2
    OBJECTED = 3
    REMEDIED = 4
