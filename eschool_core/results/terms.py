"""Terms: which a journal has, whether they are closed, until when their marks are due."""

from __future__ import annotations

from collections.abc import Iterable

from eschool_core.domain.enums import JournalKind, TermKind
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment
from eschool_core.domain.result_enums import AssessmentMode, DateKind
from eschool_core.domain.results import AssessmentRule, OrderDate, TermClosing, TermScheme
from eschool_core.domain.school import AcademicYear, GroupClass, Journal, SchoolClass, Term
from eschool_core.results.values import policy_numbers
from eschool_core.store.store import Store

HALF_YEARS_FROM_GRADE = 10
WHOLE_YEAR = 0
"""Stands for a term where the year itself is meant."""

TERMS_REST_ON = (Journal, GroupClass, SchoolClass, TermScheme, Term)


def classes_of(store: Store, journal: Journal) -> list[SchoolClass]:
    """Return the classes whose pupils a journal lists, the highest grade first."""
    links = store.select(GroupClass, group_id=journal.group_id)
    found = [store.require(SchoolClass, link.class_id) for link in links]
    return sorted(found, key=lambda entry: (-entry.grade, entry.id))


def grade_of(store: Store, journal: Journal) -> int:
    """Return the highest grade of a journal's classes; 0 where it has none."""
    found = classes_of(store, journal)
    return found[0].grade if found else 0


def kind_of_grade(store: Store, year_id: int, grade: int) -> TermKind | None:
    """Return which terms a grade has in a year; None where the year has no terms at all."""
    scheme = store.first(TermScheme, year_id=year_id, grade=grade, journal_id=0) if grade else None
    if scheme is not None:
        return TermKind(scheme.kind)
    present = {TermKind(term.kind) for term in store.select(Term, year_id=year_id)}
    usual = (TermKind.QUARTER, TermKind.TRIMESTER, TermKind.HALF_YEAR)
    upper = (TermKind.HALF_YEAR, TermKind.QUARTER, TermKind.TRIMESTER)
    for kind in upper if grade >= HALF_YEARS_FROM_GRADE else usual:
        if kind in present:
            return kind
    return None


def kind_of_journal(store: Store, journal: Journal) -> TermKind | None:
    """Return which terms a journal has: its own scheme, else that of its highest grade."""
    own = store.first(TermScheme, year_id=journal.year_id, journal_id=journal.id)
    if own is not None:
        return TermKind(own.kind)
    return kind_of_grade(store, journal.year_id, grade_of(store, journal))


def terms_of(store: Store, journal: Journal) -> list[Term]:
    """Return the terms of a journal in order."""

    def read() -> list[Term]:
        kind = kind_of_journal(store, journal)
        found = [] if kind is None else store.select(Term, year_id=journal.year_id, kind=kind)
        return sorted(found, key=lambda term: term.ordinal)

    return list(store.reads.derived(("terms_of", journal.id), TERMS_REST_ON, read))


def period_of(store: Store, journal: Journal, term: Term | None) -> tuple[int, int]:
    """Return the first and last day of a term, or of the journal's year."""
    if term is not None:
        return term.first_day, term.last_day
    year = store.require(AcademicYear, journal.year_id)
    return year.first_day, year.last_day


def term_on(store: Store, journal: Journal, day: int) -> Term | None:
    """Return the term of a journal that holds a day, or None."""
    for term in terms_of(store, journal):
        if term.first_day <= day <= term.last_day:
            return term
    return None


def terms_of_class(store: Store, school_class: SchoolClass) -> list[Term]:
    """Return every term that a journal of a class has, by kind and order."""
    kinds = {kind_of_grade(store, school_class.year_id, school_class.grade)}
    kinds |= {
        TermKind(entry.kind)
        for entry in store.select(TermScheme, year_id=school_class.year_id)
        if entry.journal_id
    }
    found = store.select(Term, year_id=school_class.year_id)
    return sorted(
        (term for term in found if term.kind in kinds), key=lambda term: (term.kind, term.ordinal)
    )


def class_of(store: Store, pupil_id: int, first_day: int, last_day: int) -> Enrolment | None:
    """Return the enrolment that a pupil's marks of a period belong to: the last one within it."""
    within = [
        entry
        for entry in store.select(Enrolment, pupil_id=pupil_id)
        if entry.first_day <= last_day and first_day <= entry.last_day
    ]
    return max(within, key=lambda entry: (entry.first_day, entry.id), default=None)


def closing_of(store: Store, year_id: int, term_id: int, class_id: int) -> TermClosing | None:
    """Return the closing that is in force for a class: of the term, or of the whole year."""

    def read() -> TermClosing | None:
        for wanted in (term_id, WHOLE_YEAR):
            found = store.first(
                TermClosing, year_id=year_id, term_id=wanted, class_id=class_id, reopened_at=0
            )
            if found is not None:
                return found
        return None

    return store.reads.derived(("closing_of", year_id, term_id, class_id), (TermClosing,), read)


def closing_of_day(
    store: Store, journal: Journal, day: int, pupil_id: int = 0
) -> TermClosing | None:
    """Return the closing that a day of a journal lies behind, or None while it is open.

    For a pupil the pupil's class counts; for what concerns all pupils every class of the journal
    has to be closed.
    """
    term = term_on(store, journal, day)
    term_id = WHOLE_YEAR if term is None else term.id
    if pupil_id:
        enrolment = class_of(store, pupil_id, day, day)
        ids: Iterable[int] = [] if enrolment is None else [enrolment.class_id]
    else:
        ids = [entry.id for entry in classes_of(store, journal)]
    found = [closing_of(store, journal.year_id, term_id, class_id) for class_id in ids]
    return found[-1] if found and all(found) else None


def due_date(
    store: Store, year_id: int, term_id: int, grade: int, pupil_id: int
) -> OrderDate | None:
    """Return the order's date for a pupil's term or year mark, or None where no order sets one.

    An earlier date of one's own goes before that of the grade, that before the date for all.
    """
    own = _dates(store, DateKind.EARLY, year_id, term_id, partition(PartitionKind.NAME, pupil_id))
    if own:
        return own[-1]
    dates = _dates(store, DateKind.DUE, year_id, term_id, partition(PartitionKind.SCHOOL))
    fitting = [entry for entry in dates if entry.grade in (0, grade)]
    return fitting[-1] if fitting else None


def deferral(store: Store, line: JournalLine, year_id: int, term_id: int) -> OrderDate | None:
    """Return the date to which a pupil's mark of a closed term is put off, or None."""
    found = _dates(store, DateKind.DEFERRAL, year_id, term_id, line.part)
    return found[-1] if found else None


def _dates(store: Store, kind: DateKind, year_id: int, term_id: int, part: int) -> list[OrderDate]:
    found = store.select(OrderDate, kind=kind, year_id=year_id, term_id=term_id, part=part)
    return sorted(found, key=lambda entry: (entry.grade, entry.pupil_id, entry.id))


def mode_of(
    store: Store, journal: Journal, term_id: int, pupil_id: int = 0, grade: int | None = None
) -> AssessmentMode:
    """Return how a journal is marked in a term, for all or for one pupil.

    The nearest rule prevails: the pupil's, then the journal's; of a term, then of the year.

    Args:
        store: To read from.
        journal: The journal.
        term_id: 0 for the year.
        pupil_id: 0 for all.
        grade: The pupil's own; None for the journal's highest.
    """
    year = store.require(AcademicYear, journal.year_id)
    term = store.get(Term, term_id) if term_id else None
    day = year.last_day if term is None else term.last_day
    known = grade_of(store, journal) if grade is None else grade
    if known in policy_numbers(store, "markless_grades", day):
        return AssessmentMode.NONE
    rules = store.select(AssessmentRule, journal_id=journal.id)
    for wanted in ((pupil_id, term_id), (pupil_id, WHOLE_YEAR), (0, term_id), (0, WHOLE_YEAR)):
        for rule in rules:
            if (rule.pupil_id, rule.term_id) == wanted:
                return AssessmentMode(rule.mode)
    extracurricular = journal.kind == JournalKind.EXTRACURRICULAR
    return AssessmentMode.NONE if extracurricular else AssessmentMode.MARKS
