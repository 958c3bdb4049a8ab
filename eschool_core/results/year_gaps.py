"""What a year lacks before its journals go to the archive, and who has to fill it (4.4.5/1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from eschool_core.domain.enums import FindingState, JournalKind, Role
from eschool_core.domain.partition import KINDS, PartitionKind
from eschool_core.domain.result_enums import CorrectionState, YearSection
from eschool_core.domain.school import AcademicYear, Appointment, Journal, SchoolClass
from eschool_core.regulation import checks
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm, journals_of, unmarked_of_classes
from eschool_core.store.store import Store

# A unary plus keeps SQLite from an index that has the whole school's year under one value.
FINDINGS = (
    "SELECT j.id, f.check_id, COUNT(*) FROM journal j CROSS JOIN lesson l "
    "JOIN finding_record f ON f.lesson_id = l.id "
    "WHERE j.id IN (*) AND l.part = j.id * ? + ? AND f.state = ? AND f.check_id IN (?, ?, ?) "
    "GROUP BY j.id, f.check_id"
)
UNPLANNED = (
    "SELECT j.id FROM journal j WHERE j.id IN (*) AND j.kind <> ? AND EXISTS "
    "(SELECT 1 FROM lesson l WHERE l.part = j.id * ? + ?) AND NOT EXISTS "
    "(SELECT 1 FROM plan_item i WHERE i.part = j.id * ? + ?)"
)
UNSETTLED = (
    "SELECT n.journal_id, COUNT(*) FROM journal_line n JOIN correction c ON c.part = n.part + 12 "
    "WHERE n.journal_id IN (*) AND +c.state = ? GROUP BY n.journal_id"
)
UNDECIDED = (
    "SELECT e.class_id, COUNT(*) FROM enrolment e "
    "WHERE e.class_id IN (*) AND e.first_day <= ? AND e.last_day >= ? AND NOT EXISTS "
    "(SELECT 1 FROM council_decision d WHERE d.pupil_id = e.pupil_id AND +d.year_id = ?) "
    "GROUP BY e.class_id"
)
UNBORN = (
    "SELECT e.class_id, COUNT(*) FROM enrolment e "
    "WHERE e.class_id IN (*) AND e.first_day <= ? AND e.last_day >= ? AND NOT EXISTS "
    "(SELECT 1 FROM pupil_card p WHERE p.pupil_id = e.pupil_id AND p.birth_day <> 0) "
    "GROUP BY e.class_id"
)
WAIVED = (
    "SELECT w.section, w.object_id FROM section_waiver w WHERE w.object_id IN (*) AND w.year_id = ?"
)
TEACHERS = (
    "SELECT t.journal_id, t.staff_id FROM teaching_load t "
    "WHERE t.journal_id IN (*) AND t.last_day >= ? ORDER BY t.journal_id, t.staff_id"
)
CLASSES = (
    "SELECT j.id, g.class_id FROM journal j JOIN group_class g ON g.group_id = j.group_id "
    "WHERE j.id IN (*) ORDER BY j.id, g.class_id"
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


def journal_gaps(store: Store, year: AcademicYear, journal: Journal) -> tuple[YearGap, ...]:
    """Return the gaps of one journal; nothing is read of those of other classes.

    A year's end seals hundreds of journals, each after this.
    """
    if journal.year_id != year.id:
        return ()
    found = _of_journals(store, [journal.id])
    found += _year_marks(store, year, terms.classes_of(store, journal), {journal.id})
    return _with_people(store, year, found) if found else ()


def class_gaps(store: Store, year: AcademicYear, school_class: SchoolClass) -> tuple[YearGap, ...]:
    """Return the gaps that are of one class and of none of its journals."""
    if school_class.year_id != year.id:
        return ()
    return _with_people(store, year, _of_classes(store, year, [school_class.id]))


def register_gaps(
    store: Store, year: AcademicYear, school_class: SchoolClass
) -> tuple[YearGap, ...]:
    """Return the gaps that a class's register waits for: its own and those of its journals.

    A journal of several classes waits for the year marks of them all.
    """
    listed = [one for one in journals_of(store, school_class) if one.year_id == year.id]
    ids = {journal.id for journal in listed}
    classes = sorted({class_id for _, class_id in store.rows_among(CLASSES, ids)})
    found = _of_journals(store, ids)
    found += _of_classes(store, year, [school_class.id])
    found += _year_marks(store, year, [store.require(SchoolClass, one) for one in classes], ids)
    return _with_people(store, year, found)


def year_gaps(store: Store, year: AcademicYear) -> tuple[YearGap, ...]:
    """Return every gap of a year, by section; nothing takes a query for a pupil, class or mark."""
    ids = {journal.id for journal in store.select(Journal, year_id=year.id)}
    classes = store.select(SchoolClass, year_id=year.id)
    found = _of_journals(store, ids)
    found += _of_classes(store, year, [school_class.id for school_class in classes])
    found += _year_marks(store, year, classes, ids)
    return _with_people(store, year, found)


def _of_classes(
    store: Store, year: AcademicYear, class_ids: Collection[int]
) -> list[tuple[YearSection, int, int]]:
    """Return the classes in which somebody has no decision or no date of birth."""
    day = year.last_day
    undecided = store.rows_among(UNDECIDED, class_ids, day, day, year.id)
    unborn = store.rows_among(UNBORN, class_ids, day, day)
    return [(YearSection.DECISIONS, *row) for row in undecided] + [
        (YearSection.PERSONAL_DATA, *row) for row in unborn
    ]


def _of_journals(store: Store, journal_ids: Collection[int]) -> list[tuple[YearSection, int, int]]:
    """Return the journals with open findings, corrections not decided on, or without a plan."""
    own = (KINDS, PartitionKind.JOURNAL)
    open_ones = store.rows_among(FINDINGS, journal_ids, *own, FindingState.OPEN, *SECTION_OF)
    kind = JournalKind.EXTRACURRICULAR
    unplanned = store.rows_among(UNPLANNED, journal_ids, kind, *own, *own)
    unsettled = store.rows_among(UNSETTLED, journal_ids, CorrectionState.PROPOSED)
    found = [(SECTION_OF[check_id], journal_id, count) for journal_id, check_id, count in open_ones]
    found += [(YearSection.PLAN, row[0], 1) for row in unplanned]
    found += [(YearSection.CORRECTIONS, *row) for row in unsettled]
    return found


def _with_people(
    store: Store, year: AcademicYear, found: list[tuple[YearSection, int, int]]
) -> tuple[YearGap, ...]:
    """Return gaps with who has to fill them, in order."""
    ids = {object_id for _, object_id, _ in found}
    waived = set(store.rows_among(WAIVED, ids, year.id))
    people = _People.of(store, year, ids)
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
    store: Store,
    year: AcademicYear,
    classes: Sequence[SchoolClass],
    journal_ids: Collection[int],
) -> list[tuple[YearSection, int, int]]:
    """Return the journals, of some, in which somebody of some classes has no year mark."""
    if not classes:
        return []
    ids = [school_class.id for school_class in classes]
    of = ClassTerm(classes[0], None, year.first_day, year.last_day)
    found: dict[int, int] = defaultdict(int)
    for listed in unmarked_of_classes(store, ids, of, journal_ids).values():
        for entry in listed:
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
    def of(cls, store: Store, year: AcademicYear, ids: Collection[int]) -> _People:
        """Return who answers for some journals and for all classes."""
        held = [
            entry
            for entry in store.select(Appointment)
            if entry.first_day <= year.last_day <= entry.last_day
        ]
        return cls(
            _grouped(store.rows_among(TEACHERS, ids, year.last_day)),
            _grouped(store.rows_among(CLASSES, ids)),
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
