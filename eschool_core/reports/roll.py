"""The pupils of one class over a period, as every list of a class shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from eschool_core.domain.enums import Role
from eschool_core.domain.school import Appointment, SchoolClass
from eschool_core.labels import Language, text
from eschool_core.queries.names import joined, staff_names
from eschool_core.reports.contingent import Stay, stays_of
from eschool_core.reports.table import About, Note, Row, RowKind, Value
from eschool_core.results.family_form import family_documents
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Listed:
    """A pupil of a class.

    Attributes:
        stays: When in this class, in order of time.
        left: Whether the pupil is gone by the last day of the period.
    """

    pupil_id: int
    name: str
    grade: int
    stays: tuple[Stay, ...]
    left: bool

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """First and last days in the class."""
        return tuple((stay.first_day, stay.last_day) for stay in self.stays)

    def on(self, day: int) -> bool:
        """Return whether the pupil is in the class on a day."""
        return any(stay.on(day) for stay in self.stays)

    def row(self, number: int, *values: Value) -> Row:
        """Return the pupil's row: number, name, values; who left stands below the line."""
        kind = RowKind.LEFT if self.left else RowKind.ITEM
        shown = None if self.left else number
        return Row((shown, self.name, *values), kind, About("pupil", self.pupil_id))


def roll_of(store: Store, school_class: SchoolClass, first_day: int, last_day: int) -> list[Listed]:
    """Return who is or was in a class between two days: by names, those who left at the end."""
    by_pupil: dict[int, list[Stay]] = defaultdict(list)
    for stay in stays_of(store, school_class.year_id, school_class.id)[school_class.id]:
        if stay.within(first_day, last_day):
            by_pupil[stay.pupil_id].append(stay)
    found = [
        Listed(
            pupil_id,
            stays[-1].name,
            stays[-1].grade,
            tuple(stays),
            not any(stay.on(last_day) for stay in stays),
        )
        for pupil_id, stays in by_pupil.items()
    ]
    return sorted(found, key=lambda entry: entry.left)


def family_note(store: Store, pupils: Iterable[Listed], day: int, language: Language) -> Note:
    """Return who of some pupils is taught in the family on a day, and by which order.

    The regulation is silent on how they count: as pupils of the class, with marks of terms and
    without attendance (specification §6, journal kinds).
    """
    orders = family_documents(store, day)
    lines = tuple(
        text("report.family.order", language, name=pupil.name, document=orders[pupil.pupil_id])
        for pupil in pupils
        if pupil.pupil_id in orders
    )
    return Note(text("report.family.title", language), lines)


def class_teachers(store: Store, class_id: int, day: int) -> str:
    """Return the names of those who lead a class on a day."""
    names = staff_names(store)
    return joined(
        names.get(entry.person_id, "")
        for entry in store.select(Appointment, role=Role.CLASS_TEACHER, class_id=class_id)
        if entry.first_day <= day <= entry.last_day
    )
