"""The rows of a class's summary register of progress: one pupil each, complete in itself (§5.4)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from eschool_core import calendar
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.domain.people import Enrolment, Pupil
from eschool_core.domain.result_enums import (
    AssessmentMode,
    CouncilDecisionKind,
    ExternalState,
    ResultKind,
)
from eschool_core.domain.results import CouncilDecision, TermMark
from eschool_core.domain.school import AcademicYear, Journal, School, SchoolClass, Subject, Term
from eschool_core.regulation.results import shown
from eschool_core.results import terms
from eschool_core.results.checklist import journals_of
from eschool_core.results.modes import Modes
from eschool_core.store.store import Store

NONE = "–"
"""Markless, or not studied here."""
MEMBERS = "class_id = ? ORDER BY pupil_id, first_day, id"
PUPILS = "id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY id"
DECISIONS = (
    "year_id = ? AND pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY id"
)
RESULTS = (
    "part IN (SELECT n.part FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "JOIN enrolment e ON e.pupil_id = n.pupil_id WHERE e.class_id = ? AND j.year_id = ?) "
    "ORDER BY id"
)
LINES = (
    "SELECT DISTINCT n.part, n.pupil_id, n.journal_id FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id JOIN enrolment e ON e.pupil_id = n.pupil_id "
    "WHERE e.class_id = ? AND j.year_id = ?"
)
EXTERNAL = (
    "SELECT x.part, x.kind, x.term_id, x.value FROM external_mark x WHERE x.state = ? "
    "AND x.kind <> 0 AND x.part IN (SELECT n.part FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id JOIN enrolment e ON e.pupil_id = n.pupil_id "
    "WHERE e.class_id = ? AND j.year_id = ?) ORDER BY x.id"
)
MISSED = (
    "SELECT n.pupil_id, l.day, l.id, a.stated_reason FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id JOIN attendance a ON a.part = n.part "
    "JOIN lesson l ON l.id = a.lesson_id WHERE j.year_id = ? AND a.presence = ? "
    "AND n.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY l.day, l.id"
)
EXCUSES = (
    "SELECT pupil_id, kind, first_day, last_day, lesson_id FROM absence_excuse "
    "WHERE pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY id"
)
MISSED_KEYS = ("all", *(kind.name.lower() for kind in ExcuseKind))
CORRECTIONS = (
    "SELECT h.part, h.content, h.reason, h.replaced_at FROM cell_history h "
    "WHERE h.table_number = ? AND h.part IN (SELECT n.part FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id JOIN enrolment e ON e.pupil_id = n.pupil_id "
    "WHERE e.class_id = ? AND j.year_id = ?) ORDER BY h.replaced_at, h.id"
)


@dataclass(frozen=True, slots=True)
class RegisterSubject:
    """One subject of one pupil: every cell as the register writes it.

    Attributes:
        terms: By the term's ordinal; «–» for one that was not studied here or not marked.
        document: Number and date of the protocol of a retake, in words; else empty.
    """

    subject: str
    terms: Mapping[int, str]
    year: str
    exam: str
    final: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One pupil of a register.

    Attributes:
        left: Last day and order of one who left, in words; else empty.
        missed: Lessons missed by reason: all, sick, valid, without, not known.
        decision: Of the teachers' council, with protocol; empty where there is none yet.
        corrections: Values that were changed, with reason and day.
    """

    pupil_id: int
    name: str
    grade: int
    subjects: tuple[RegisterSubject, ...]
    left: str = ""
    missed: Mapping[str, int] = field(default_factory=dict)
    decision: tuple[str, int, str, str] | tuple[()] = ()
    corrections: tuple[tuple[str, str, str], ...] = ()


def register_lines(store: Store, school_class: SchoolClass) -> tuple[RegisterLine, ...]:
    """Return the register of a class as it stands now; no query is made for a single pupil.

    By the alphabet; those who left before the year's end stand below. Without names in the store
    (a replica that lacks them) nothing can be drawn up: the server holds all.
    """
    year = store.require(AcademicYear, school_class.year_id)
    members: dict[int, Enrolment] = {}
    for entry in store.where(Enrolment, MEMBERS, school_class.id):
        members[entry.pupil_id] = entry
    names = _names(store, school_class, members)
    cells = _cells(store, school_class)
    studies = _studies(store, school_class)
    modes = Modes(store, terms.WHOLE_YEAR)
    decisions = _decisions(store, school_class)
    missed = _missed(store, school_class)
    corrections = _corrections(store, school_class, year.last_day)
    lines = []
    for pupil_id, entry in members.items():
        left = entry.last_day < year.last_day
        lines.append(
            RegisterLine(
                pupil_id,
                names[pupil_id],
                entry.grade,
                _subjects(studies, modes, entry, cells),
                f"{_day(entry.last_day)} {entry.order_out}".strip() if left else "",
                missed.get(pupil_id, {}),
                decisions.get(pupil_id, ()),
                tuple(corrections.get(pupil_id, ())),
            )
        )
    return tuple(sorted(lines, key=lambda line: (bool(line.left), folded(line.name))))


def folded(name: str) -> str:
    """Return what names are sorted by: Ё after Е, as the alphabet has it."""
    return name.casefold().replace("ё", "е\uffff")


@dataclass(frozen=True, slots=True)
class _Cells:
    """Every result of a class's pupils: by (pupil, journal), kind and term."""

    marks: Mapping[tuple[int, int], dict[tuple[int, int], TermMark]]
    external: Mapping[tuple[int, int], dict[tuple[int, int], int]]
    journals: Mapping[int, list[int]]


def _cells(store: Store, school_class: SchoolClass) -> _Cells:
    about = (school_class.id, school_class.year_id)
    of_part: dict[int, tuple[int, int]] = {}
    journals: dict[int, list[int]] = defaultdict(list)
    for part, pupil_id, journal_id in sorted(store.rows(LINES, *about)):
        of_part[part] = (pupil_id, journal_id)
        journals[pupil_id].append(journal_id)
    marks: dict[tuple[int, int], dict[tuple[int, int], TermMark]] = defaultdict(dict)
    for row in store.where(TermMark, RESULTS, *about):
        marks[of_part[row.part]][row.kind, row.term_id] = row
    external: dict[tuple[int, int], dict[tuple[int, int], int]] = defaultdict(dict)
    for part, kind, term_id, value in store.rows(EXTERNAL, ExternalState.ACCEPTED, *about):
        external[of_part[part]][kind, term_id] = value
    return _Cells(marks, external, journals)


@dataclass(frozen=True, slots=True)
class _Study:
    """A journal of a class as the register names it."""

    journal: Journal
    subject: str
    terms: tuple[Term, ...]


def _studies(store: Store, school_class: SchoolClass) -> dict[int, _Study]:
    """Return the journals of a class by id."""
    subjects = {subject.id: subject.name for subject in store.select(Subject)}
    return {
        journal.id: _Study(
            journal,
            subjects.get(journal.subject_id, ""),
            tuple(terms.terms_of(store, journal)),
        )
        for journal in journals_of(store, school_class)
    }


def _subjects(
    studies: Mapping[int, _Study], modes: Modes, entry: Enrolment, cells: _Cells
) -> tuple[RegisterSubject, ...]:
    """Return the subjects of a pupil; a grade without marks has none but attendance."""
    found = []
    pupil_id = entry.pupil_id
    for journal_id in cells.journals.get(pupil_id, ()):
        study = studies.get(journal_id)
        if study is None:
            continue
        if modes.of(study.journal, pupil_id, entry.grade) is AssessmentMode.NONE:
            continue
        key = (pupil_id, journal_id)
        marks, external = cells.marks.get(key, {}), cells.external.get(key, {})

        def cell(
            kind: ResultKind,
            term_id: int,
            marks: Mapping[tuple[int, int], TermMark] = marks,
            external: Mapping[tuple[int, int], int] = external,
        ) -> str:
            row = marks.get((kind, term_id))
            if row is not None and row.value:
                return shown(row.value)
            return shown(external[kind, term_id]) if (kind, term_id) in external else NONE

        year = marks.get((ResultKind.YEAR, 0))
        document = ""
        if year is not None and year.document:
            document = f"{year.document}, {_day(year.document_day)}"
        found.append(
            RegisterSubject(
                study.subject,
                {term.ordinal: cell(ResultKind.TERM, term.id) for term in study.terms},
                cell(ResultKind.YEAR, 0),
                cell(ResultKind.EXAM, 0),
                cell(ResultKind.FINAL, 0),
                document,
            )
        )
    return tuple(sorted(found, key=lambda entry: folded(entry.subject)))


def _missed(store: Store, school_class: SchoolClass) -> dict[int, dict[str, int]]:
    """Return missed lessons by reason: the class teacher's word prevails over the teacher's."""
    excuses: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for pupil_id, kind, first, last, lesson_id in store.rows(EXCUSES, school_class.id):
        excuses[pupil_id].append((kind, first, last, lesson_id))
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MISSED_KEYS, 0))
    rows = store.rows(MISSED, school_class.year_id, Presence.ABSENT, school_class.id)
    for pupil_id, day, lesson_id, stated in rows:
        kind = _reason(excuses[pupil_id], day, lesson_id) or stated or ExcuseKind.UNKNOWN
        found[pupil_id]["all"] += 1
        found[pupil_id][ExcuseKind(kind).name.lower()] += 1
    return found


def _reason(excuses: list[tuple[int, int, int, int]], day: int, lesson_id: int) -> int:
    of_lesson = [kind for kind, _, _, lesson in excuses if lesson == lesson_id]
    of_days = [kind for kind, first, last, lesson in excuses if not lesson and first <= day <= last]
    return (of_lesson or of_days or [0])[-1]


def _corrections(
    store: Store, school_class: SchoolClass, year_end: int
) -> dict[int, list[tuple[str, str, str]]]:
    """Return the earlier values of results that were changed: value, reason, day."""
    zone = store.select(School)[0].zone
    about = (school_class.id, school_class.year_id)
    pupil_of = {part: pupil_id for part, pupil_id, _ in store.rows(LINES, *about)}
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for part, content, reason, at in store.rows(CORRECTIONS, TermMark.number, *about):
        value = int(json.loads(content).get("value", 0))
        day = _day(calendar.local_day(at, zone))
        found[pupil_of[part]].append((shown(value), reason, day))
    return found


def _decisions(store: Store, school_class: SchoolClass) -> dict[int, tuple[str, int, str, str]]:
    """Return the council's first decision of the year on each pupil."""
    found: dict[int, tuple[str, int, str, str]] = {}
    for row in store.where(CouncilDecision, DECISIONS, school_class.year_id, school_class.id):
        kind = CouncilDecisionKind(row.kind).name.lower()
        decision = (kind, row.next_grade, row.protocol, _day(row.protocol_day))
        found.setdefault(row.pupil_id, decision)
    return found


def _names(
    store: Store, school_class: SchoolClass, members: Mapping[int, Enrolment]
) -> dict[int, str]:
    """Return the pupils' names.

    Raises:
        InputError: A name is not in the store.
    """
    here = {pupil.id: pupil for pupil in store.where(Pupil, PUPILS, school_class.id)}
    for pupil_id in members:
        if pupil_id not in here:
            here[pupil_id] = store.require(Pupil, pupil_id)
    return {pupil_id: _name(here[pupil_id]) for pupil_id in members}


def _name(pupil: Pupil) -> str:
    return " ".join(part for part in (pupil.family, pupil.given, pupil.patronymic) if part)


def _day(day: int) -> str:
    return calendar.date_of(day).isoformat() if day else ""
