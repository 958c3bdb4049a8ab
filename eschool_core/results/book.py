"""Term and year marks of pupils by subject: what stands, what is missing, what does not apply.

One calculation for reports, for the printed register and for the register that is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from eschool_core.domain.enums import ExemptionKind, JournalKind, TermKind
from eschool_core.domain.result_enums import (
    AssessmentMode,
    ExternalState,
    ResultKind,
    ResultValue,
)
from eschool_core.domain.results import AssessmentRule
from eschool_core.results.lines import Line
from eschool_core.store.store import Store

# The partition is reckoned on the mark's side: the other way SQLite finds no index for the line,
# and compares every mark with every line.
TERM_MARKS = (
    "SELECT l.part, t.kind, t.term_id, t.value, t.reason, t.document, t.document_day "
    "FROM journal j JOIN journal_line l ON l.journal_id = j.id "
    "JOIN term_mark t ON l.part = t.part - 12 "
    "WHERE j.year_id = ? AND t.value <> 0 ORDER BY t.id"
)
# From a class's few lines to their marks, by the partition of the mark.
TERM_MARKS_OF_CLASS = (
    "SELECT l.part, t.kind, t.term_id, t.value, t.reason, t.document, t.document_day "
    "FROM journal_line l JOIN journal j ON j.id = l.journal_id "
    "JOIN term_mark t ON t.part = l.part + 12 "
    "WHERE l.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) "
    "AND j.year_id = ? AND t.value <> 0 ORDER BY t.id"
)
RULES = "journal_id IN (SELECT id FROM journal WHERE year_id = ?) ORDER BY id"
RELEASES = "SELECT pupil_id, subject_id, first_day, last_day FROM exemption WHERE kind = ?"
ACCEPTED_ELSEWHERE = (
    "SELECT e.part, e.term_id, e.kind, e.value FROM external_mark e WHERE e.state = ? "
    "AND e.kind <> 0 ORDER BY e.id"
)


class Blank(Enum):
    """What stands where there is no mark."""

    MISSING = "missing"
    """The pupil is marked in the subject, and nothing is set yet."""
    NOT_STUDIED = "not_studied"
    """Not studied here in this term, or without marks: «–»."""


Outcome = ResultValue | Blank


@dataclass(frozen=True, slots=True)
class Moment:
    """What is summed up: a term, or year, exam and final marks.

    Attributes:
        term_id: 0 but for a term.
        first_day: Who stands in a journal on any day from here …
        last_day: … to here studied its subject.
    """

    kind: ResultKind
    term_id: int
    first_day: int
    last_day: int


class MarkedJournal(Protocol):
    """What marks are looked up by of a journal."""

    @property
    def id(self) -> int:
        """Of the journal."""

    @property
    def subject_id(self) -> int:
        """Of its subject."""

    @property
    def kind(self) -> JournalKind:
        """Class, group, individual, extracurricular."""

    @property
    def grade(self) -> int:
        """The highest of its classes; 0 without one."""

    @property
    def term_kind(self) -> TermKind:
        """Which terms it is marked by."""

    @property
    def is_taught(self) -> bool:
        """Whether it is a part of the curriculum."""


MomentOf = Callable[[MarkedJournal], Moment | None]
"""The moment that a journal is summed up at; None where its term does not end then."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a pupil has in a subject.

    Attributes:
        journal_id: Where it stands, or should.
        reason: Why not attested, or why it differs from what was proposed.
        document: Protocol of a retake or exam, with its day.
    """

    pupil_id: int
    journal_id: int
    outcome: Outcome
    reason: str = ""
    document: str = ""
    document_day: int = 0


@dataclass(frozen=True, slots=True)
class _Stored:
    value: ResultValue
    reason: str
    document: str
    document_day: int


class ResultBook:
    """The marks of a year, looked up by line; read in a few queries for the whole school.

    Args:
        store: Where they are.
        year_id: Of the journals.
        journals: Of the year.
        lines: Whom to look at.
        grades: The grade of each pupil on the last day.
        markless: Grades without marks (3.6).
        class_id: Reads only the marks of who is or was in this class; 0 for all.
    """

    def __init__(
        self,
        store: Store,
        year_id: int,
        journals: Mapping[int, MarkedJournal],
        lines: Iterable[Line],
        grades: Mapping[int, int],
        markless: tuple[int, ...],
        class_id: int = 0,
    ) -> None:
        self.journals = journals
        self._lines: dict[int, list[Line]] = defaultdict(list)
        for line in lines:
            if journals[line.journal_id].is_taught:
                self._lines[line.pupil_id].append(line)
        self._grades = grades
        self._markless = markless
        self._stored: dict[tuple[int, int, int], _Stored] = {}
        given = (
            store.rows(TERM_MARKS_OF_CLASS, class_id, year_id)
            if class_id
            else store.rows(TERM_MARKS, year_id)
        )
        for part, kind, term_id, value, reason, document, day in given:
            entry = _Stored(ResultValue(value), reason, document, day)
            self._stored[part, kind, term_id] = entry
        self._rules: dict[tuple[int, int, int], AssessmentMode] = {
            (rule.journal_id, rule.term_id, rule.pupil_id): AssessmentMode(rule.mode)
            for rule in store.where(AssessmentRule, RULES, year_id)
        }
        self._releases: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for pupil_id, subject_id, first, last in store.rows(RELEASES, ExemptionKind.SUBJECT):
            self._releases[pupil_id, subject_id].append((first, last))
        self._elsewhere = {
            (part, kind, term_id): ResultValue(value)
            for part, term_id, kind, value in store.rows(ACCEPTED_ELSEWHERE, ExternalState.ACCEPTED)
        }

    def of_pupil(self, pupil_id: int, moment_of: MomentOf) -> dict[int, Result]:
        """Return what a pupil has by subject, where the journal's term ends then.

        Of two lines in one subject – another subgroup before – the mark counts, else the line
        that the pupil stands in at the end.
        """
        by_subject: dict[int, list[Line]] = defaultdict(list)
        for line in self._lines.get(pupil_id, ()):
            by_subject[self.journals[line.journal_id].subject_id].append(line)
        found = {}
        for subject_id, lines in by_subject.items():
            latest_first = sorted(lines, key=lambda line: line.spans[-1][::-1], reverse=True)
            results = [self.of_line(line, moment_of) for line in latest_first]
            marked = [entry for entry in results if isinstance(entry.outcome, ResultValue)]
            wanted = [entry for entry in results if entry.outcome is Blank.MISSING]
            found[subject_id] = (marked or wanted or results)[0]
        return found

    def mode(self, journal: MarkedJournal, pupil_id: int, term_id: int) -> AssessmentMode:
        """Return how a pupil is marked in a journal: the nearest rule, else by grade and kind."""
        if self._grades.get(pupil_id, journal.grade) in self._markless:
            return AssessmentMode.NONE
        for key in (
            (journal.id, term_id, pupil_id),
            (journal.id, 0, pupil_id),
            (journal.id, term_id, 0),
            (journal.id, 0, 0),
        ):
            if key in self._rules:
                return self._rules[key]
        usual = journal.kind is not JournalKind.EXTRACURRICULAR
        return AssessmentMode.MARKS if usual else AssessmentMode.NONE

    def of_line(self, line: Line, moment_of: MomentOf) -> Result:
        """Return what a pupil has in one journal."""
        journal = self.journals[line.journal_id]
        moment = moment_of(journal)
        if moment is None:
            return Result(line.pupil_id, journal.id, Blank.NOT_STUDIED)
        stored = self._stored.get((line.part, moment.kind, moment.term_id))
        if stored is not None:
            return Result(
                line.pupil_id,
                journal.id,
                stored.value,
                stored.reason,
                stored.document,
                stored.document_day,
            )
        return Result(line.pupil_id, journal.id, self._unmarked(line, journal, moment))

    def _unmarked(self, line: Line, journal: MarkedJournal, moment: Moment) -> Outcome:
        elsewhere = self._elsewhere.get((line.part, moment.kind, moment.term_id))
        if elsewhere is not None:
            return elsewhere
        if moment.kind in (ResultKind.EXAM, ResultKind.FINAL):
            return Blank.NOT_STUDIED
        if not line.within(moment.first_day, moment.last_day):
            return Blank.NOT_STUDIED
        if self.mode(journal, line.pupil_id, moment.term_id) is AssessmentMode.NONE:
            return Blank.NOT_STUDIED
        if self._released(line.pupil_id, journal.subject_id, moment):
            return ResultValue.EXEMPT
        return Blank.MISSING

    def _released(self, pupil_id: int, subject_id: int, moment: Moment) -> bool:
        """Return whether a document releases a pupil from a subject for the whole time."""
        return any(
            first <= moment.first_day and moment.last_day <= last
            for first, last in self._releases.get((pupil_id, subject_id), ())
        )
