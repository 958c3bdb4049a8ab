"""Tells a defect that one command meets from trouble that the next one would meet as well."""

from __future__ import annotations

from typing import Final

from eschool_core.errors import EschoolError

# What PEP 249 calls the errors that come from the database's surroundings, not from a statement.
_SURROUNDINGS: Final = frozenset({"OperationalError", "InternalError", "InterfaceError"})


def is_of_surroundings(error: Exception) -> bool:
    """Return whether the next command would fare no better: a full disk, a lost connection."""
    if isinstance(error, EschoolError | OSError | MemoryError):
        return True
    return any(kind.__name__ in _SURROUNDINGS for kind in type(error).__mro__)
