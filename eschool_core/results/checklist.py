"""What a class still lacks before its term or year can be closed (4.5.5, 4.4.5/1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from eschool_core.domain.enums import FindingState, JournalKind
from eschool_core.domain.result_enums import AssessmentMode, ResultKind
from eschool_core.domain.results import AssessmentRule
from eschool_core.domain.row import Row
from eschool_core.domain.school import AcademicYear, Journal, PolicyValue, SchoolClass, Term
from eschool_core.regulation import checks
from eschool_core.results import terms
from eschool_core.results.modes import Modes
from eschool_core.store.snapshot import Snapshot
from eschool_core.store.store import Store

BLOCKING = (checks.TOPIC_MISSING.id, checks.WORK_TOPIC_MISSING.id)
"""Findings of 4.5.6 that are filled or waived before a term closes."""
GAPS = (
    "SELECT DISTINCT g.class_id, f.id, f.staff_id, f.check_id, l.journal_id, f.lesson_id "
    "FROM finding_record f JOIN lesson l ON l.id = f.lesson_id "
    "JOIN journal j ON j.id = l.journal_id JOIN group_class g ON g.group_id = j.group_id "
    "WHERE g.class_id IN (*) AND f.state = ? AND f.check_id IN (?, ?) AND l.day BETWEEN ? AND ? "
    "ORDER BY f.id"
)
JOURNALS = (
    "id IN (SELECT j.id FROM journal j JOIN group_class g ON g.group_id = j.group_id "
    "WHERE g.class_id = ?) ORDER BY id"
)
# Pupils of a class, on the last day on which they are in a period, without the mark of it. Who has
# an individual journal of the subject has the mark there and not in the class's. A line has a few
# marks, a term those of the whole school: the unary plus keeps SQLite from the term's index.
UNMARKED = (
    "SELECT DISTINCT e.class_id, n.journal_id, n.pupil_id, e.grade FROM enrolment e "
    "JOIN journal_line n ON n.pupil_id = e.pupil_id JOIN journal j ON j.id = n.journal_id "
    "JOIN group_class g ON g.group_id = j.group_id AND g.class_id = e.class_id "
    "WHERE e.class_id IN (*) AND e.first_day <= ? AND e.last_day >= ? "
    "AND n.first_day <= ? AND n.last_day >= ? AND NOT EXISTS "
    "(SELECT 1 FROM term_mark m WHERE m.part = n.part + 12 AND m.kind = ? AND +m.term_id = ? "
    "AND m.value <> 0) AND NOT EXISTS (SELECT 1 FROM journal_line o JOIN journal i "
    "ON i.id = o.journal_id AND i.kind = ? AND i.year_id = j.year_id "
    "AND i.subject_id = j.subject_id AND i.id <> j.id "
    "WHERE o.pupil_id = n.pupil_id AND o.first_day <= ? AND o.last_day >= ?) "
    "ORDER BY n.journal_id, n.pupil_id"
)
ONCE: frozenset[type[Row]] = frozenset(
    {*terms.TERMS_REST_ON, AcademicYear, AssessmentRule, PolicyValue}
)


@dataclass(frozen=True, slots=True)
class ClassTerm:
    """A class with one of its terms, or None for the whole year."""

    school_class: SchoolClass
    term: Term | None
    first_day: int
    last_day: int

    @property
    def term_id(self) -> int:
        """The term's id; 0 for the year."""
        return terms.WHOLE_YEAR if self.term is None else self.term.id


@dataclass(frozen=True, slots=True)
class OpenGap:
    """A finding that has to be filled or waived, on whom and where."""

    finding_id: int
    staff_id: int
    check_id: str
    journal_id: int
    lesson_id: int


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A pupil without the mark of a term or year in a journal."""

    journal_id: int
    pupil_id: int


def open_gaps(store: Store, of: ClassTerm) -> list[OpenGap]:
    """Return the findings of 4.5.6 on lessons of a class's journals that are still open."""
    return gaps_of_classes(store, [of.school_class.id], of)[of.school_class.id]


def gaps_of_classes(
    store: Store, class_ids: Collection[int], of: ClassTerm
) -> dict[int, list[OpenGap]]:
    """Return what ``open_gaps`` returns, of several classes for the days of one."""
    found: dict[int, list[OpenGap]] = {class_id: [] for class_id in class_ids}
    for class_id, *gap in store.rows_among(
        GAPS, class_ids, FindingState.OPEN, *BLOCKING, of.first_day, of.last_day
    ):
        found[class_id].append(OpenGap(*gap))
    return found


def journals_of(store: Store, school_class: SchoolClass) -> list[Journal]:
    """Return every journal in which pupils of a class can stand."""
    return store.where(Journal, JOURNALS, school_class.id)


def unmarked(store: Store, of: ClassTerm) -> list[Unmarked]:
    """Return who has no mark of the term, or of the year, in a journal that gives marks.

    Who has left by the last day of the period is not asked for; neither is a journal that has
    other terms, nor one that is not marked.
    """
    return unmarked_of_classes(store, [of.school_class.id], of)[of.school_class.id]


def unmarked_of_classes(
    store: Store,
    class_ids: Collection[int],
    of: ClassTerm,
    journal_ids: Collection[int] | None = None,
) -> dict[int, list[Unmarked]]:
    """Return what ``unmarked`` returns, of several classes for the term of one.

    Args:
        store: To read from.
        class_ids: The classes.
        of: One of them, with the term.
        journal_ids: Only in these; None for every journal.
    """
    once = Snapshot(store, ONCE)
    modes = Modes(once, of.term_id)
    kind = ResultKind.YEAR if of.term is None else ResultKind.TERM
    last = of.last_day
    alone = (JournalKind.INDIVIDUAL, last, last)
    rows = store.rows_among(UNMARKED, class_ids, last, last, last, last, kind, of.term_id, *alone)
    if journal_ids is not None:
        rows = [row for row in rows if row[1] in journal_ids]
    journals = {row[1]: once.require(Journal, row[1]) for row in rows}
    asked = {
        journal.id
        for journal in journals.values()
        if of.term is None or of.term.id in {term.id for term in terms.terms_of(once, journal)}
    }
    found: dict[int, list[Unmarked]] = {class_id: [] for class_id in class_ids}
    for class_id, journal_id, pupil_id, grade in rows:
        marked = modes.of(journals[journal_id], pupil_id, grade) is not AssessmentMode.NONE
        if journal_id in asked and marked:
            found[class_id].append(Unmarked(journal_id, pupil_id))
    return found
