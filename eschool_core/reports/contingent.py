"""Classes of a year and the pupils in them, read in two queries for the school or one class."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from eschool_core.domain.school import SchoolClass
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

STAYS = (
    "SELECT e.pupil_id, e.class_id, e.grade, e.first_day, e.last_day, e.order_in, e.order_out, "
    "p.family, p.given, p.patronymic FROM enrolment e "
    "JOIN school_class c ON c.id = e.class_id LEFT JOIN pupil p ON p.id = e.pupil_id "
    "WHERE c.year_id = ? ORDER BY e.pupil_id, e.first_day, e.id"
)
STAYS_OF_CLASS = (
    "SELECT e.pupil_id, e.class_id, e.grade, e.first_day, e.last_day, e.order_in, e.order_out, "
    "p.family, p.given, p.patronymic FROM enrolment e "
    "JOIN school_class c ON c.id = e.class_id LEFT JOIN pupil p ON p.id = e.pupil_id "
    "WHERE +c.year_id = ? AND e.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) "
    "ORDER BY e.pupil_id, e.first_day, e.id"
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A pupil in a class from one day to another, both included; a change of grade is no end.

    Attributes:
        grade: The pupil's own, on the last day.
        came_from: Class of the year that the pupil came from without a gap; 0 for none.
        went_to: Class of the year that the pupil went to without a gap; 0 for none.
    """

    pupil_id: int
    class_id: int
    grade: int
    first_day: int
    last_day: int
    order_in: str
    order_out: str
    name: str
    came_from: int = 0
    went_to: int = 0

    def on(self, day: int) -> bool:
        """Return whether the pupil is in the class on a day."""
        return self.first_day <= day <= self.last_day

    def within(self, first_day: int, last_day: int) -> bool:
        """Return whether the pupil is in the class on any of some days."""
        return self.first_day <= last_day and first_day <= self.last_day


def classes_of(store: Store, year_id: int) -> list[SchoolClass]:
    """Return the classes of a year in the order of the school: 1А, 1Б … 11А."""
    found = store.select(SchoolClass, year_id=year_id)
    return sorted(found, key=lambda entry: (entry.grade, sort_key(entry.name)))


def stays_of(store: Store, year_id: int, class_id: int = 0) -> dict[int, list[Stay]]:
    """Return who is or was in each class of a year, by class, in the order of names.

    Args:
        store: Where they are; a replica gives the pupils it holds.
        year_id: Of the classes.
        class_id: Only who is or was in this class, with their stays in others; 0 for all.
    """
    rows = store.rows(STAYS_OF_CLASS, year_id, class_id) if class_id else store.rows(STAYS, year_id)
    found: list[Stay] = []
    for row in rows:
        pupil, klass, grade, first, last, order_in, order_out = row[:7]
        stay = Stay(pupil, klass, grade, first, last, order_in, order_out, full_name(*row[7:10]))
        before = found[-1] if found and found[-1].pupil_id == pupil else None
        if before is None or before.last_day + 1 != first:
            found.append(stay)
        elif before.class_id == klass:
            found[-1] = replace(before, grade=grade, last_day=last, order_out=order_out)
        else:
            found[-1] = replace(before, went_to=klass)
            found.append(replace(stay, came_from=before.class_id))
    by_class: dict[int, list[Stay]] = defaultdict(list)
    for stay in sorted(found, key=lambda entry: (sort_key(entry.name), entry.first_day)):
        by_class[stay.class_id].append(stay)
    return by_class
