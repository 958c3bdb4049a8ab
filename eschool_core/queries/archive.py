"""The year's end and the archive as people see them (4.4.5/1, 5.3, 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from eschool_core import calendar
from eschool_core.domain.archive import ArchiveEntry, ArchivePackage, RegisterRow, SectionWaiver
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState, YearSection
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.in_force import year_on
from eschool_core.queries.names import staff_names
from eschool_core.results.year_gaps import year_gaps
from eschool_core.store.store import Store

PLACES = (
    "SELECT j.id, g.name, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id WHERE j.year_id = ?"
)

OVER = (ArchiveState.DESTROYED, ArchiveState.ERASED)
"""An act was approved: nobody reads it any more."""


@dataclass(frozen=True, slots=True)
class Gap(Answer):
    """A section that is not filled.

    Attributes:
        object_id: Journal or class; names it to ``archive waive``.
        people: Who has to fill it.
        waived: The reason for which it was let pass; empty while it blocks the archive.
    """

    section: YearSection
    object_id: int
    place: str
    people: tuple[str, ...]
    count: int
    waived: str


def gaps(store: Store, day: int) -> tuple[Gap, ...]:
    """Return what the year of a day still lacks, by section and place, with who has to fill it."""
    year = year_on(store, day)
    if year is None:
        return ()
    staff = staff_names(store)
    places = {row[0]: f"{row[1]} · {row[2]}" for row in store.rows(PLACES, year.id)}
    places |= {entry.id: entry.name for entry in store.select(SchoolClass, year_id=year.id)}
    reasons = {
        (row.section, row.object_id): row.reason
        for row in store.select(SectionWaiver, year_id=year.id)
    }
    return tuple(
        Gap(
            gap.section,
            gap.object_id,
            places.get(gap.object_id, ""),
            tuple(staff.get(person, "") for person in gap.person_ids),
            gap.count,
            reasons.get((gap.section.name.lower(), gap.object_id), ""),
        )
        for gap in year_gaps(store, year)
    )


@dataclass(frozen=True, slots=True)
class Kept(Answer):
    """A journal, register or package in the archive.

    Attributes:
        keep_until: Last day of keeping; after it an act may destroy it.
        digest: Of a package; empty for others.
    """

    entry_id: int
    kind: ArchiveKind
    title: str
    keep_until: date
    state: ArchiveState
    act: str
    digest: str = ""


def archive(
    store: Store, day: int, *, due_only: bool = False, year_id: int = 0
) -> tuple[Kept, ...]:
    """Return what is in the archive, the oldest first.

    Args:
        store: Where the archive is.
        day: The school's date.
        due_only: Only what may be destroyed by the day.
        year_id: Only of this academic year; 0 for all.
    """
    entries = sorted(store.select(ArchiveEntry), key=lambda entry: (entry.keep_until, entry.id))
    digests = {package.entry_id: package.digest for package in store.select(ArchivePackage)}
    return tuple(
        Kept(
            entry.id,
            ArchiveKind(entry.kind),
            entry.title,
            calendar.date_of(entry.keep_until),
            ArchiveState(entry.state),
            entry.act,
            digests.get(entry.id, ""),
        )
        for entry in entries
        if year_id in (0, entry.year_id)
        and (not due_only or (entry.keep_until < day and entry.state not in OVER))
    )


def register(store: Store, entry_id: int) -> tuple[str, tuple[dict[str, Any], ...]]:
    """Return the title and rows of a summary register; no other table is asked (5.3/2).

    Raises:
        InputError: There is none of that number, or it is destroyed.
    """
    entry = store.get(ArchiveEntry, entry_id)
    if entry is None or entry.kind != ArchiveKind.REGISTER:
        raise InputError("archive.no_register")
    if entry.state in OVER:
        raise InputError("archive.no_register")
    rows = sorted(store.select(RegisterRow, entry_id=entry.id), key=lambda row: row.ordinal)
    return entry.title, tuple(decoded(row.content) for row in rows)
