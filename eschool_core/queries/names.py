"""Names of people, read in bulk."""

from __future__ import annotations

from collections.abc import Iterable

from eschool_core.store.store import Store

STAFF = "SELECT id, family, given, patronymic FROM staff"
GUARDIANS = "SELECT DISTINCT guardian_id, family, given, patronymic FROM guardianship"


def full_name(family: str | None, given: str | None, patronymic: str | None = "") -> str:
    """Return «Иванова Мария Петровна»; empty where the name is not here."""
    return " ".join(part for part in (family, given, patronymic) if part)


def short_name(family: str | None, given: str | None, patronymic: str | None = "") -> str:
    """Return «Иванова М. П.».

    >>> short_name("Иванова", "Мария", "Петровна")
    'Иванова М. П.'
    """
    initials = (f"{part[0]}." for part in (given, patronymic) if part)
    return " ".join(part for part in (family, *initials) if part)


def staff_names(store: Store) -> dict[int, str]:
    """Return the short name of every member of staff by id."""
    return {int(row[0]): short_name(*row[1:4]) for row in store.rows(STAFF)}


def people_names(store: Store) -> dict[int, str]:
    """Return the short names of staff, and of the guardians that the store knows."""
    guardians = {int(row[0]): short_name(*row[1:4]) for row in store.rows(GUARDIANS)}
    return guardians | staff_names(store)


def joined(names: Iterable[str]) -> str:
    """Return names one after another, without the empty ones."""
    return ", ".join(name for name in names if name)
