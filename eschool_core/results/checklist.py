"""What a class still lacks before its term or year can be closed (4.5.5, 4.4.5/1)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.enums import FindingState
from eschool_core.domain.result_enums import AssessmentMode, ResultKind
from eschool_core.domain.school import Journal, SchoolClass, Term
from eschool_core.regulation import checks
from eschool_core.results import terms
from eschool_core.results.modes import Modes
from eschool_core.store.store import Store

BLOCKING = (checks.TOPIC_MISSING.id, checks.WORK_TOPIC_MISSING.id)
"""Findings of 4.5.6 that are filled or waived before a term closes."""
GAPS = (
    "SELECT DISTINCT f.id, f.staff_id, f.check_id, l.journal_id, f.lesson_id "
    "FROM finding_record f JOIN lesson l ON l.id = f.lesson_id "
    "JOIN journal j ON j.id = l.journal_id JOIN group_class g ON g.group_id = j.group_id "
    "WHERE g.class_id = ? AND f.state = ? AND f.check_id IN (?, ?) AND l.day BETWEEN ? AND ? "
    "ORDER BY f.id"
)
JOURNALS = (
    "id IN (SELECT j.id FROM journal j JOIN group_class g ON g.group_id = j.group_id "
    "WHERE g.class_id = ?) ORDER BY id"
)
# Pupils of the class, on the last day on which they are in a period, without the mark of it.
UNMARKED = (
    "SELECT DISTINCT n.pupil_id, e.grade FROM journal_line n "
    "JOIN enrolment e ON e.pupil_id = n.pupil_id AND e.class_id = ? "
    "AND e.first_day <= ? AND e.last_day >= ? "
    "WHERE n.journal_id = ? AND n.first_day <= ? AND n.last_day >= ? AND NOT EXISTS "
    "(SELECT 1 FROM term_mark m WHERE m.part = n.part AND m.kind = ? AND m.term_id = ? "
    "AND m.value <> 0) ORDER BY n.pupil_id"
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
    rows = store.rows(
        GAPS, of.school_class.id, FindingState.OPEN, *BLOCKING, of.first_day, of.last_day
    )
    return [OpenGap(*row) for row in rows]


def journals_of(store: Store, school_class: SchoolClass) -> list[Journal]:
    """Return every journal in which pupils of a class can stand."""
    return store.where(Journal, JOURNALS, school_class.id)


def unmarked(store: Store, of: ClassTerm) -> list[Unmarked]:
    """Return who has no mark of the term, or of the year, in a journal that gives marks.

    Who has left by the last day of the period is not asked for; neither is a journal that has
    other terms, nor one that is not marked.
    """
    found: list[Unmarked] = []
    modes = Modes(store, of.term_id)
    kind = ResultKind.YEAR if of.term is None else ResultKind.TERM
    for journal in journals_of(store, of.school_class):
        listed = {term.id for term in terms.terms_of(store, journal)}
        if of.term is not None and of.term.id not in listed:
            continue
        rows = store.rows(
            UNMARKED,
            of.school_class.id,
            of.last_day,
            of.last_day,
            journal.id,
            of.last_day,
            of.last_day,
            kind,
            of.term_id,
        )
        found += [
            Unmarked(journal.id, pupil_id)
            for pupil_id, grade in rows
            if modes.of(journal, pupil_id, grade) is not AssessmentMode.NONE
        ]
    return found
