"""The journals of a year with what is said of them in reports, read in bulk."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.domain.enums import JournalKind, TermKind
from eschool_core.domain.results import TermScheme
from eschool_core.domain.school import Term
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.in_force import HALF_YEARS_FROM_GRADE
from eschool_core.store.store import Store

JOURNALS = (
    "SELECT j.id, j.group_id, g.name, j.subject_id, s.name, j.kind FROM journal j "
    "LEFT JOIN study_group g ON g.id = j.group_id LEFT JOIN subject s ON s.id = j.subject_id "
    "WHERE j.year_id = ?"
)
CLASSES_OF_GROUPS = (
    "SELECT gc.group_id, c.id, c.grade FROM group_class gc "
    "JOIN school_class c ON c.id = gc.class_id WHERE c.year_id = ? ORDER BY c.id"
)
LOADS = (
    "SELECT l.journal_id, l.staff_id, l.weekly_periods, l.first_day, l.last_day "
    "FROM teaching_load l JOIN journal j ON j.id = l.journal_id WHERE j.year_id = ? "
    "ORDER BY l.first_day, l.id"
)


@dataclass(frozen=True, slots=True)
class Load:
    """A teacher's hours in a journal, over the whole cycle of weeks."""

    staff_id: int
    weekly_periods: int
    first_day: int
    last_day: int

    def within(self, first_day: int, last_day: int) -> bool:
        """Return whether it holds on any of some days."""
        return self.first_day <= last_day and first_day <= self.last_day


@dataclass(frozen=True, slots=True)
class JournalInfo:
    """A journal.

    Attributes:
        classes: Ids of the classes whose pupils it lists.
        grade: The highest of them; 0 without one.
        term_kind: Which terms it is marked by: its own scheme, else that of the grade.
        loads: Who teaches it, in order of time.
    """

    id: int
    group_id: int
    group: str
    subject_id: int
    subject: str
    kind: JournalKind
    classes: tuple[int, ...]
    grade: int
    term_kind: TermKind
    loads: tuple[Load, ...]

    @property
    def is_taught(self) -> bool:
        """Whether it is a part of the curriculum; внеурочная is not."""
        return self.kind is not JournalKind.EXTRACURRICULAR

    def teachers(self, first_day: int, last_day: int) -> list[int]:
        """Return who teaches it on any of some days, without repeats."""
        found = [load.staff_id for load in self.loads if load.within(first_day, last_day)]
        return list(dict.fromkeys(found))

    def teacher_on(self, day: int) -> int:
        """Return who teaches it on a day by load; 0 for nobody."""
        found = [load.staff_id for load in self.loads if load.within(day, day)]
        return found[-1] if found else 0

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts journals by grade, class, subject."""
        return (self.grade, sort_key(self.group), sort_key(self.subject), self.id)


def journals_of(store: Store, year_id: int) -> dict[int, JournalInfo]:
    """Return the journals of a year by id, in the order of grade, class and subject."""
    classes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for group_id, class_id, grade in store.rows(CLASSES_OF_GROUPS, year_id):
        classes[group_id].append((class_id, grade))
    loads: dict[int, list[Load]] = defaultdict(list)
    for journal_id, *load in store.rows(LOADS, year_id):
        loads[journal_id].append(Load(*load))
    schemes = Schemes.of(store, year_id)
    found = []
    for journal_id, group_id, group, subject_id, subject, kind in store.rows(JOURNALS, year_id):
        listed = classes[group_id]
        grade = max((entry[1] for entry in listed), default=0)
        found.append(
            JournalInfo(
                journal_id,
                group_id,
                group or "",
                subject_id,
                subject or "",
                JournalKind(kind),
                tuple(entry[0] for entry in listed),
                grade,
                schemes.kind_of(grade, journal_id),
                tuple(loads[journal_id]),
            )
        )
    return {entry.id: entry for entry in sorted(found, key=lambda entry: entry.order)}


@dataclass(frozen=True, slots=True)
class Schemes:
    """Which terms grades and journals have in a year (``TermScheme``)."""

    of_grade: dict[int, TermKind]
    of_journal: dict[int, TermKind]
    known: frozenset[int]

    @classmethod
    def of(cls, store: Store, year_id: int) -> Schemes:
        """Return the schemes of a year."""
        rows = store.select(TermScheme, year_id=year_id)
        return cls(
            {row.grade: TermKind(row.kind) for row in rows if not row.journal_id},
            {row.journal_id: TermKind(row.kind) for row in rows if row.journal_id},
            frozenset(term.kind for term in store.select(Term, year_id=year_id)),
        )

    def kind_of(self, grade: int, journal_id: int = 0) -> TermKind:
        """Return the kind of terms of a journal, else of its grade, else the usual one."""
        if journal_id in self.of_journal:
            return self.of_journal[journal_id]
        if grade in self.of_grade:
            return self.of_grade[grade]
        usual = TermKind.HALF_YEAR if grade >= HALF_YEARS_FROM_GRADE else TermKind.QUARTER
        if (
            usual is TermKind.QUARTER
            and usual not in self.known
            and TermKind.TRIMESTER in self.known
        ):
            return TermKind.TRIMESTER
        return usual
