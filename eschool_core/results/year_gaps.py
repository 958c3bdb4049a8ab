"""What a year lacks before its journals go to the archive, and who has to fill it (4.4.5/1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eschool_core.domain.archive import SectionWaiver
from eschool_core.domain.enums import FindingState, JournalKind, Role
from eschool_core.domain.partition import KINDS, PartitionKind
from eschool_core.domain.result_enums import CorrectionState, YearSection
from eschool_core.domain.school import AcademicYear, Appointment, Journal, SchoolClass
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER, ROWS_PER_NUMBER, make_id
from eschool_core.regulation import checks
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm, unmarked
from eschool_core.store.store import Store

LAST_ID = make_id(MAX_DEVICE, MAX_NUMBER, ROWS_PER_NUMBER - 1)
FINDINGS = (
    "SELECT l.journal_id, f.check_id, COUNT(*) FROM finding_record f "
    "JOIN lesson l ON l.id = f.lesson_id JOIN journal j ON j.id = l.journal_id "
    "WHERE j.year_id = ? AND f.state = ? AND f.check_id IN (?, ?, ?) "
    "GROUP BY l.journal_id, f.check_id ORDER BY l.journal_id, f.check_id"
)
FINDINGS_OF_JOURNAL = (
    "SELECT f.check_id, COUNT(*) FROM lesson l JOIN finding_record f ON f.lesson_id = l.id "
    "WHERE l.journal_id = ? AND f.state = ? AND f.check_id IN (?, ?, ?) GROUP BY f.check_id"
)
UNPLANNED = (
    "SELECT j.id FROM journal j WHERE j.id BETWEEN ? AND ? AND j.year_id = ? AND j.kind <> ? "
    "AND EXISTS "
    "(SELECT 1 FROM lesson l WHERE l.journal_id = j.id) AND NOT EXISTS "
    "(SELECT 1 FROM plan_item i WHERE i.part = j.id * ? + ?) ORDER BY j.id"
)
UNDECIDED = (
    "SELECT e.class_id, COUNT(*) FROM enrolment e JOIN school_class c ON c.id = e.class_id "
    "WHERE c.year_id = ? AND e.first_day <= ? AND e.last_day >= ? AND NOT EXISTS "
    "(SELECT 1 FROM council_decision d WHERE d.pupil_id = e.pupil_id AND d.year_id = ?) "
    "GROUP BY e.class_id ORDER BY e.class_id"
)
UNBORN = (
    "SELECT e.class_id, COUNT(*) FROM enrolment e JOIN school_class c ON c.id = e.class_id "
    "WHERE c.year_id = ? AND e.first_day <= ? AND e.last_day >= ? AND NOT EXISTS "
    "(SELECT 1 FROM pupil_card p WHERE p.pupil_id = e.pupil_id AND p.birth_day <> 0) "
    "GROUP BY e.class_id ORDER BY e.class_id"
)
UNSETTLED = (
    "SELECT n.journal_id, COUNT(*) FROM correction c "
    "JOIN journal_line n ON n.part = c.part - 12 "
    "JOIN journal j ON j.id = n.journal_id WHERE n.journal_id BETWEEN ? AND ? "
    "AND j.year_id = ? AND c.state = ? GROUP BY n.journal_id ORDER BY n.journal_id"
)
TEACHERS = (
    "SELECT t.journal_id, t.staff_id FROM teaching_load t JOIN journal j ON j.id = t.journal_id "
    "WHERE j.year_id = ? AND t.last_day >= ? ORDER BY t.journal_id, t.staff_id"
)
CLASSES = (
    "SELECT j.id, g.class_id FROM journal j JOIN group_class g ON g.group_id = j.group_id "
    "WHERE j.year_id = ? ORDER BY j.id, g.class_id"
)
SECTION_OF = {
    checks.TOPIC_MISSING.id: YearSection.TOPICS,
    checks.WORK_TOPIC_MISSING.id: YearSection.WORKS,
    checks.ROLL_NOT_TAKEN.id: YearSection.ROLL,
}


@dataclass(frozen=True, slots=True)
class YearGap:
    """A section of a journal or class that is not filled.

    Attributes:
        object_id: The journal, or the class.
        class_ids: Classes whose register waits for it.
        person_ids: Who has to fill it: the journal's teachers, the class teacher, the deputy head.
        waived: True where it was let pass with a reason.
    """

    section: YearSection
    object_id: int
    class_ids: tuple[int, ...]
    person_ids: tuple[int, ...]
    count: int
    waived: bool


def journal_gaps(store: Store, year: AcademicYear, journal: Journal) -> list[YearGap]:
    """Return the gaps of one journal; nothing is read of those of other classes.

    A year's end seals hundreds of journals, each after this.
    """
    findings = store.rows(FINDINGS_OF_JOURNAL, journal.id, FindingState.OPEN, *SECTION_OF)
    found = [(SECTION_OF[check_id], journal.id, count) for check_id, count in findings]
    found += _of_journals(store, year, journal.id, journal.id)
    marks = _year_marks(store, year, terms.classes_of(store, journal))
    found += [gap for gap in marks if gap[1] == journal.id]
    return list(_with_people(store, year, found)) if found else []


def class_gaps(store: Store, year: AcademicYear) -> tuple[YearGap, ...]:
    """Return the gaps that are of classes and of no journal."""
    return _with_people(store, year, _of_classes(store, year))


def year_gaps(store: Store, year: AcademicYear) -> tuple[YearGap, ...]:
    """Return every gap of a year, by section.

    Year marks take a few queries for each class and journal of it; nothing takes one for a pupil.
    """
    found: list[tuple[YearSection, int, int]] = []
    wanted = tuple(SECTION_OF)
    for journal_id, check_id, count in store.rows(FINDINGS, year.id, FindingState.OPEN, *wanted):
        found.append((SECTION_OF[check_id], journal_id, count))
    found += _of_journals(store, year, 0, LAST_ID)
    found += _of_classes(store, year)
    found += _year_marks(store, year, store.select(SchoolClass, year_id=year.id))
    return _with_people(store, year, found)


def _of_classes(store: Store, year: AcademicYear) -> list[tuple[YearSection, int, int]]:
    """Return the classes in which somebody has no decision or no date of birth."""
    asked = (year.id, year.last_day, year.last_day)
    undecided = store.rows(UNDECIDED, *asked, year.id)
    return [(YearSection.DECISIONS, *row) for row in undecided] + [
        (YearSection.PERSONAL_DATA, *row) for row in store.rows(UNBORN, *asked)
    ]


def _of_journals(
    store: Store, year: AcademicYear, first_id: int, last_id: int
) -> list[tuple[YearSection, int, int]]:
    """Return the journals of an interval without a plan or with corrections not decided on."""
    kinds = (JournalKind.EXTRACURRICULAR, KINDS, PartitionKind.JOURNAL)
    unplanned = store.rows(UNPLANNED, first_id, last_id, year.id, *kinds)
    unsettled = store.rows(UNSETTLED, first_id, last_id, year.id, CorrectionState.PROPOSED)
    return [(YearSection.PLAN, row[0], 1) for row in unplanned] + [
        (YearSection.CORRECTIONS, *row) for row in unsettled
    ]


def _with_people(
    store: Store, year: AcademicYear, found: list[tuple[YearSection, int, int]]
) -> tuple[YearGap, ...]:
    """Return gaps with who has to fill them, in order."""
    waived = {(row.section, row.object_id) for row in store.select(SectionWaiver, year_id=year.id)}
    people = _People.of(store, year)
    return tuple(
        YearGap(
            section,
            object_id,
            people.classes.get(object_id, (object_id,)),
            people.of_section(section, object_id),
            count,
            (section.name.lower(), object_id) in waived,
        )
        for section, object_id, count in sorted(found)
    )


def _year_marks(
    store: Store, year: AcademicYear, classes: Sequence[SchoolClass]
) -> list[tuple[YearSection, int, int]]:
    """Return the journals in which somebody has no year mark."""
    found: dict[int, int] = defaultdict(int)
    for school_class in classes:
        of = ClassTerm(school_class, None, year.first_day, year.last_day)
        for entry in unmarked(store, of):
            found[entry.journal_id] += 1
    return [(YearSection.YEAR_MARKS, journal_id, count) for journal_id, count in found.items()]


@dataclass(frozen=True, slots=True)
class _People:
    """Who answers for journals, classes and the school's studies at the year's end."""

    teachers: dict[int, tuple[int, ...]]
    classes: dict[int, tuple[int, ...]]
    class_teachers: dict[int, tuple[int, ...]]
    deputies: tuple[int, ...]

    @classmethod
    def of(cls, store: Store, year: AcademicYear) -> _People:
        held = [
            entry
            for entry in store.select(Appointment)
            if entry.first_day <= year.last_day <= entry.last_day
        ]
        return cls(
            _grouped(store.rows(TEACHERS, year.id, year.last_day)),
            _grouped(store.rows(CLASSES, year.id)),
            _grouped((e.class_id, e.person_id) for e in held if e.role == Role.CLASS_TEACHER),
            tuple(e.person_id for e in held if e.role == Role.DEPUTY_STUDIES),
        )

    def of_section(self, section: YearSection, object_id: int) -> tuple[int, ...]:
        """Return who has to fill a section."""
        if section is YearSection.PERSONAL_DATA:
            return self.class_teachers.get(object_id, ())
        if section in (YearSection.DECISIONS, YearSection.CORRECTIONS):
            return self.deputies
        return self.teachers.get(object_id, ())


def _grouped(pairs: Iterable[tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, value in pairs:
        found[int(key)].append(int(value))
    return {key: tuple(dict.fromkeys(values)) for key, values in found.items()}
