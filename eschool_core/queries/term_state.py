"""How the terms of a year stand: dates of orders, closings, releases, what is missing (4.5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.domain.archive import MarksRelease, MarksSeen
from eschool_core.domain.enums import TermKind
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.results import TermClosing
from eschool_core.domain.school import AcademicYear, SchoolClass, Term
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, year_on, zone_of
from eschool_core.queries.names import full_name, joined, short_name, staff_names
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm, open_gaps, unmarked
from eschool_core.results.values import policy_number
from eschool_core.store.store import Store

IN_CLASS = (
    "SELECT p.id, p.family, p.given, p.patronymic FROM pupil p JOIN enrolment e "
    "ON e.pupil_id = p.id WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ?"
)
PLACE = (
    "SELECT g.name, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id WHERE j.id = ?"
)
TEACHERS = (
    "SELECT DISTINCT staff_id FROM teaching_load WHERE journal_id = ? AND first_day <= ? "
    "AND last_day >= ? ORDER BY staff_id"
)


@dataclass(frozen=True, slots=True)
class ClassState(Answer):
    """How a term stands for one class.

    Attributes:
        due: By the order for its grade.
        released_at: When its families learnt the marks.
    """

    class_id: int
    school_class: str
    due: date | None
    closed_at: datetime | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class TermState(Answer):
    """One term with its classes, or the year (``term_id`` and ``ordinal`` 0, no kind)."""

    term_id: int
    kind: TermKind | None
    ordinal: int
    first_day: date
    last_day: date
    classes: tuple[ClassState, ...]


def term_states(store: Store, day: int) -> tuple[TermState, ...]:
    """Return the terms of the year of a day, then the year itself, each with its classes."""
    year = year_on(store, day)
    if year is None:
        return ()
    zone = zone_of(store)
    classes = sorted(store.select(SchoolClass, year_id=year.id), key=lambda e: sort_key(e.name))
    of_class = {entry.id: {t.id for t in terms.terms_of_class(store, entry)} for entry in classes}
    closings = {
        (row.term_id, row.class_id): row.closed_at
        for row in store.select(TermClosing, year_id=year.id, reopened_at=0)
    }
    releases = {
        (row.term_id, row.class_id): row.released_at
        for row in store.select(MarksRelease, year_id=year.id)
    }

    def states(term_id: int) -> tuple[ClassState, ...]:
        found = []
        for entry in classes:
            if term_id and term_id not in of_class[entry.id]:
                continue
            due = terms.due_date(store, year.id, term_id, entry.grade, 0)
            key = (term_id, entry.id)
            found.append(
                ClassState(
                    entry.id,
                    entry.name,
                    None if due is None else calendar.date_of(due.day),
                    local(closings.get(key, 0), zone),
                    local(releases.get(key, 0), zone),
                )
            )
        return tuple(found)

    listed = sorted(store.select(Term, year_id=year.id), key=lambda t: (t.kind, t.ordinal))
    made = [
        TermState(
            term.id,
            TermKind(term.kind),
            term.ordinal,
            calendar.date_of(term.first_day),
            calendar.date_of(term.last_day),
            states(term.id),
        )
        for term in listed
    ]
    whole = (calendar.date_of(year.first_day), calendar.date_of(year.last_day))
    return (*made, TermState(0, None, 0, *whole, states(0)))


@dataclass(frozen=True, slots=True)
class Missing(Answer):
    """What one journal lacks before a class's term can be closed, and who has to fill it.

    Attributes:
        topics: Open findings of 4.5.6.
        pupils: Names of those without the mark.
    """

    journal_id: int
    group: str
    subject: str
    teachers: str
    topics: int
    pupils: tuple[str, ...]


def missing(store: Store, class_id: int, term_id: int) -> tuple[Missing, ...]:
    """Return what a class still lacks to close a term, or the year (0), by journal."""
    school_class = store.require(SchoolClass, class_id)
    term = store.require(Term, term_id) if term_id else None
    first, last = (
        days_of_year(store, school_class) if term is None else (term.first_day, term.last_day)
    )
    of = ClassTerm(school_class, term, first, last)
    gaps = open_gaps(store, of)
    without = unmarked(store, of)
    staff = staff_names(store)
    found = []
    for journal_id in sorted({g.journal_id for g in gaps} | {u.journal_id for u in without}):
        rows = store.rows(PLACE, journal_id)
        names = [
            pupil_name(store, entry.pupil_id) for entry in without if entry.journal_id == journal_id
        ]
        teachers = store.rows(TEACHERS, journal_id, last, first)
        found.append(
            Missing(
                journal_id,
                rows[0][0],
                rows[0][1],
                joined(staff.get(row[0], "") for row in teachers),
                sum(entry.journal_id == journal_id for entry in gaps),
                tuple(sorted(names, key=sort_key)),
            )
        )
    return tuple(found)


def days_of_year(store: Store, school_class: SchoolClass) -> tuple[int, int]:
    """Return the first and last day of a class's year."""
    year = store.require(AcademicYear, school_class.year_id)
    return year.first_day, year.last_day


@dataclass(frozen=True, slots=True)
class Unseen(Answer):
    """A pupil's family that has not opened released marks in time (2.9).

    Attributes:
        people: Names of the guardians with access who have not looked.
        days: Since the release.
    """

    release_id: int
    pupil_id: int
    pupil: str
    people: tuple[str, ...]
    days: int


def unseen_marks(store: Store, class_id: int, today: int) -> tuple[Unseen, ...]:
    """Return who of a class's families has not seen released marks after the policy's days.

    For the class teacher: another replica holds no receipts and must not be asked.
    """
    zone = zone_of(store)
    limit = policy_number(store, "unseen_marks_days", today)
    pupils = store.rows(IN_CLASS, class_id, today, today)
    found = []
    for release in store.select(MarksRelease, class_id=class_id):
        days = today - calendar.local_day(release.released_at, zone)
        if days <= limit:
            continue
        seen = {(r.pupil_id, r.person_id) for r in store.select(MarksSeen, release_id=release.id)}
        for pupil_id, *names in pupils:
            guardians = store.select(Guardianship, pupil_id=pupil_id)
            absent = [
                short_name(entry.family, entry.given, entry.patronymic)
                for entry in guardians
                if entry.first_day <= today <= entry.last_day
                and (pupil_id, entry.guardian_id) not in seen
            ]
            if absent:
                name = full_name(*names)
                found.append(Unseen(release.id, pupil_id, name, tuple(absent), days))
    return tuple(sorted(found, key=lambda entry: (entry.release_id, sort_key(entry.pupil))))


def pupil_name(store: Store, pupil_id: int) -> str:
    """Return a pupil's whole name; empty where it is not here."""
    pupil = store.get(Pupil, pupil_id)
    return "" if pupil is None else full_name(pupil.family, pupil.given, pupil.patronymic)
