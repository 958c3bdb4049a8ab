"""The rows of a class's summary register of progress: one pupil each, complete in itself (§5.4)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from eschool_core import calendar
from eschool_core.domain.enums import ExcuseKind, JournalKind, Presence, TermKind
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.people import Enrolment, Pupil
from eschool_core.domain.result_enums import CouncilDecisionKind, ResultKind, ResultValue
from eschool_core.domain.results import CouncilDecision, TermMark
from eschool_core.domain.school import AcademicYear, Journal, School, SchoolClass, Subject, Term
from eschool_core.regulation.results import shown
from eschool_core.results import terms
from eschool_core.results.absences import seen_in
from eschool_core.results.book import Blank, MarkedJournal, Moment, MomentOf, Result, ResultBook
from eschool_core.results.lines import Line, lines_of
from eschool_core.results.values import policy_numbers
from eschool_core.store.store import Store

NONE = "–"
"""Markless, or not studied here."""
MEMBERS = "class_id = ? ORDER BY pupil_id, first_day, id"
PUPILS = "id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY id"
DECISIONS = (
    "+year_id = ? AND pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY id"
)
LINES = (
    "SELECT DISTINCT n.part, n.pupil_id, n.journal_id FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id JOIN enrolment e ON e.pupil_id = n.pupil_id "
    "WHERE e.class_id = ? AND j.year_id = ?"
)
MISSED_KEYS = ("all", *(kind.name.lower() for kind in ExcuseKind))
CORRECTIONS = (
    "SELECT h.part, h.content, h.reason, h.replaced_at FROM cell_history h "
    "WHERE h.table_number = ? AND h.part IN "
    "(SELECT n.part + 12 FROM journal_line n "
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
    stays: dict[int, list[Enrolment]] = defaultdict(list)
    for entry in store.where(Enrolment, MEMBERS, school_class.id):
        stays[entry.pupil_id].append(entry)
    members = {pupil_id: listed[-1] for pupil_id, listed in stays.items()}
    names = _names(store, school_class, members)
    marks = _Marks(store, year, school_class, members.values())
    decisions = _decisions(store, school_class)
    missed = _missed(store, year, school_class, stays)
    corrections = _corrections(store, school_class, year.last_day)
    lines = []
    for pupil_id, entry in members.items():
        left = entry.last_day < year.last_day
        lines.append(
            RegisterLine(
                pupil_id,
                names[pupil_id],
                entry.grade,
                marks.subjects_of(pupil_id),
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
class _Study:
    """A journal as the register names it; see ``MarkedJournal``."""

    id: int
    subject_id: int
    subject: str
    kind: JournalKind
    grade: int
    term_kind: TermKind
    terms: tuple[Term, ...]

    @property
    def is_taught(self) -> bool:
        """Whether it is a part of the curriculum."""
        return self.kind is not JournalKind.EXTRACURRICULAR


def _studies(store: Store, year_id: int, lines: Iterable[Line]) -> dict[int, _Study]:
    """Return the journals of some lines by id."""
    subjects = {subject.id: subject.name for subject in store.select(Subject)}
    wanted = {line.journal_id for line in lines}
    found = {}
    for journal in store.select(Journal, year_id=year_id):
        if journal.id in wanted:
            found[journal.id] = _Study(
                journal.id,
                journal.subject_id,
                subjects.get(journal.subject_id, ""),
                JournalKind(journal.kind),
                terms.grade_of(store, journal),
                terms.kind_of_journal(store, journal) or TermKind.QUARTER,
                tuple(terms.terms_of(store, journal)),
            )
    return found


class _Marks:
    """What every pupil of a class has in every subject of the year."""

    def __init__(
        self,
        store: Store,
        year: AcademicYear,
        school_class: SchoolClass,
        members: Iterable[Enrolment],
    ) -> None:
        lines = lines_of(store, year.id, school_class.id)
        self._studies = _studies(store, year.id, lines)
        self._book = ResultBook(
            store,
            year.id,
            self._studies,
            lines,
            {entry.pupil_id: entry.grade for entry in members},
            policy_numbers(store, "markless_grades", year.last_day),
            school_class.id,
        )
        known = {term.id: term for study in self._studies.values() for term in study.terms}
        self._terms = {term.id: _of_term(term) for term in known.values()}
        span = (year.first_day, year.last_day)
        self._whole = {
            kind: _of_year(Moment(kind, 0, *span))
            for kind in (ResultKind.YEAR, ResultKind.EXAM, ResultKind.FINAL)
        }

    def subjects_of(self, pupil_id: int) -> tuple[RegisterSubject, ...]:
        """Return the subjects in which a pupil has or should have a mark, by name."""
        of_terms = {
            term_id: self._book.of_pupil(pupil_id, moment)
            for term_id, moment in self._terms.items()
        }
        whole = {
            kind: self._book.of_pupil(pupil_id, moment) for kind, moment in self._whole.items()
        }
        found = []
        for subject_id, year in whole[ResultKind.YEAR].items():
            study = self._studies[year.journal_id]
            results = [part[subject_id] for part in (*of_terms.values(), *whole.values())]
            if all(result.outcome is Blank.NOT_STUDIED for result in results):
                continue
            found.append(
                RegisterSubject(
                    study.subject,
                    {term.ordinal: _cell(of_terms[term.id][subject_id]) for term in study.terms},
                    _cell(year),
                    _cell(whole[ResultKind.EXAM][subject_id]),
                    _cell(whole[ResultKind.FINAL][subject_id]),
                    f"{year.document}, {_day(year.document_day)}" if year.document else "",
                )
            )
        return tuple(sorted(found, key=lambda entry: folded(entry.subject)))


def _of_term(term: Term) -> MomentOf:
    moment = Moment(ResultKind.TERM, term.id, term.first_day, term.last_day)

    def of_journal(journal: MarkedJournal) -> Moment | None:
        return moment if journal.term_kind == term.kind else None

    return of_journal


def _of_year(moment: Moment) -> MomentOf:
    return lambda journal: moment


def _cell(result: Result) -> str:
    return shown(result.outcome) if isinstance(result.outcome, ResultValue) else NONE


def _missed(
    store: Store,
    year: AcademicYear,
    school_class: SchoolClass,
    stays: Mapping[int, list[Enrolment]],
) -> dict[int, dict[str, int]]:
    """Return the lessons missed by reason on the days on which each pupil was in the class."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MISSED_KEYS, 0))
    for seen in seen_in(store, year.id, year.first_day, year.last_day, school_class.id):
        here = any(
            entry.first_day <= seen.day <= entry.last_day for entry in stays.get(seen.pupil_id, ())
        )
        if here and seen.presence is Presence.ABSENT:
            found[seen.pupil_id]["all"] += 1
            found[seen.pupil_id][seen.reason.name.lower()] += 1
    return found


def _corrections(
    store: Store, school_class: SchoolClass, year_end: int
) -> dict[int, list[tuple[str, str, str]]]:
    """Return the earlier values of results that were changed: value, reason, day."""
    zone = store.select(School)[0].zone
    about = (school_class.id, school_class.year_id)
    pupil_of = {part + TO_RESULT: pupil_id for part, pupil_id, _ in store.rows(LINES, *about)}
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
