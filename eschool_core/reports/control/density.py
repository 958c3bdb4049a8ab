"""Control 4.4.4/2: whether each pupil has enough current marks (наполняемость отметок)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from eschool_core.domain.enums import ExcuseKind, ExemptionKind, JournalKind, TermKind
from eschool_core.domain.result_enums import AssessmentMode
from eschool_core.domain.school import Term
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import joined, staff_names
from eschool_core.reports.contingent import Stay, classes_of, stays_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, policy_list, policy_number
from eschool_core.reports.journals import JournalInfo, journals_of
from eschool_core.reports.norms import Norms
from eschool_core.reports.school_days import SchoolDays, lessons_of
from eschool_core.reports.table import About, Row, Table, Unit
from eschool_core.results.book import ResultBook
from eschool_core.results.lines import Line, lines_of
from eschool_core.store.store import Store

NAME: Final = "density"
CLAUSE: Final = "4.4.4/2"

MARKS = (
    "SELECT m.part, COUNT(*), SUM(CASE WHEN l.day >= ? THEN 1 ELSE 0 END) "
    "FROM lesson l JOIN mark m ON m.lesson_id = l.id "
    "WHERE l.day BETWEEN ? AND ? AND m.value <> 0 GROUP BY m.part"
)
LONG_ILLNESS = (
    "SELECT pupil_id, first_day, last_day FROM absence_excuse WHERE kind = ? AND lesson_id = 0 "
    "AND last_day - first_day + 1 >= ? AND first_day <= ? AND last_day >= ?"
)
RELEASED = (
    "SELECT pupil_id, subject_id, first_day, last_day FROM exemption WHERE kind = ? "
    "AND first_day <= ? AND last_day >= ?"
)


TREND_DAYS: Final = 14
"""How things go is told by the last two weeks beside what was before them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Marks of some days of a term, and as many as the norm asks for them.

    Attributes:
        asked: The norm's share of the lessons that the pupil could be at.
    """

    marks: int
    asked: Fraction


@dataclass(frozen=True, slots=True)
class Density:
    """The current marks of a pupil in a journal, over one term.

    Attributes:
        norm: Least number by hours a week, prorated for the lessons the pupil could be at.
        days_left: To the end of the term; negative once it is over.
        warned: Few marks, and the end is near (policy ``density_warning_days``).
        lately: Of the last two weeks.
        before: Of the term before them.
    """

    stay: Stay
    journal: JournalInfo
    marks: int
    norm: int
    days_left: int
    warned: bool
    lately: Pace
    before: Pace


def density_of(store: Store, asked: Asked) -> list[Density]:
    """Return the density of every pupil who is marked in a journal in the term of the day.

    Left out: extracurricular journals, journals without marks, markless grades, subjects that a
    pupil is released from or has an individual journal in, pupils taught in the family
    (specification §6, journal kinds).
    """
    return list(_Densities(store, asked).found())


def density_report(store: Store, asked: Asked) -> Table:
    """Return who has fewer marks than the norm, with a warning near the end of the term."""
    language = asked.language
    names = staff_names(store)
    classes = {entry.id: entry.name for entry in classes_of(store, asked.period.year_id)}
    few = [
        entry
        for entry in density_of(store, asked)
        if entry.marks < entry.norm
        and (not asked.staff_id or asked.staff_id in entry.journal.teachers(asked.day, asked.day))
    ]
    ordered = sorted(few, key=lambda one: (one.journal.order, sort_key(one.stay.name)))
    rows = [
        Row(
            (
                classes.get(entry.stay.class_id, ""),
                entry.stay.name,
                entry.journal.subject,
                joined(names.get(one, "") for one in entry.journal.teachers(asked.day, asked.day)),
                entry.marks,
                entry.norm,
                max(0, entry.days_left),
                "!" if entry.warned else "",
            ),
            about=About("pupil", entry.stay.pupil_id),
        )
        for entry in ordered
    ]
    columns = (
        column(language, "class", Unit.TEXT, 8),
        column(language, "name", Unit.TEXT, 30),
        column(language, "subject", Unit.TEXT, 22),
        column(language, "teacher", Unit.TEXT, 22),
        column(language, "marks", width=8),
        column(language, "norm", width=8),
        column(language, "days_left", width=8),
        column(language, "warning", Unit.TEXT, 8),
    )
    about = names.get(asked.staff_id, "")
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows), about)


class _Densities:
    """Reads a term in bulk and counts line by line."""

    def __init__(self, store: Store, asked: Asked) -> None:
        self._store, self._asked = store, asked
        year_id, day = asked.period.year_id, asked.day
        self._journals = journals_of(store, year_id)
        self._lines = lines_of(store, year_id, asked.class_id)
        self._terms = {
            term.kind: term
            for term in store.where(
                Term, "year_id = ? AND first_day <= ? ORDER BY first_day", year_id, day
            )
        }
        self._stays = {
            stay.pupil_id: stay
            for listed in stays_of(store, year_id).values()
            for stay in listed
            if stay.on(day)
        }
        grades = {pupil_id: stay.grade for pupil_id, stay in self._stays.items()}
        markless = policy_list(store, "markless_grades", day)
        self._book = ResultBook(store, year_id, self._journals, (), grades, markless)
        self._warning_days = policy_number(store, "density_warning_days", day)
        self._days = SchoolDays(store, year_id, classes_of(store, year_id))
        self._norms = Norms.of(store, day, self._days.cycle_weeks)
        self._individual = {
            (line.pupil_id, self._journals[line.journal_id].subject_id)
            for line in self._lines
            if self._journals[line.journal_id].kind is JournalKind.INDIVIDUAL and line.on(day)
        }

    def found(self) -> Iterator[Density]:
        """Yield the lines that are marked, term by term."""
        for kind, term in self._terms.items():
            yield from self._in_term(TermKind(kind), term)

    def _in_term(self, kind: TermKind, term: Term) -> Iterator[Density]:
        first, last = term.first_day, term.last_day
        since = self._asked.day - TREND_DAYS
        marks = {row[0]: (row[1], row[2]) for row in self._store.rows(MARKS, since, first, last)}
        lessons: dict[int, list[int]] = defaultdict(list)
        for lesson in lessons_of(
            self._store, self._asked.period.year_id, self._journals, self._days, first, last
        ):
            if lesson.held:
                lessons[lesson.journal_id].append(lesson.day)
        ill = self._ill(first, last)
        released = self._released(first, last)
        left = last - self._asked.day
        for line in self._lines:
            journal = self._journals[line.journal_id]
            stay = self._stays.get(line.pupil_id)
            if journal.term_kind is not kind or stay is None or not self._counts(line, journal):
                continue
            if (line.pupil_id, journal.subject_id) in released:
                continue
            if not self._asked.shows(journal.id, stay.class_id):
                continue
            days = lessons.get(journal.id, [])
            away, full = ill[line.pupil_id], self._norms.of_journal(journal)
            norm = full * _available(line, days, away) // max(1, len(days))
            given, late = marks.get(line.part, (0, 0))
            near = left <= self._warning_days
            until, so_far = bisect_left(days, since), bisect_right(days, self._asked.day)
            lately, before = (
                Pace(count, Fraction(full * _available(line, some, away), max(1, len(days))))
                for count, some in ((late, days[until:so_far]), (given - late, days[:until]))
            )
            yield Density(stay, journal, given, norm, left, near and given < norm, lately, before)

    def _counts(self, line: Line, journal: JournalInfo) -> bool:
        """Return whether a pupil is given current marks in a journal on the day."""
        if not journal.is_taught or not line.attends(self._asked.day):
            return False
        own = (line.pupil_id, journal.subject_id) in self._individual
        if own and journal.kind is not JournalKind.INDIVIDUAL:
            return False
        term = self._terms[journal.term_kind]
        return self._book.mode(journal, line.pupil_id, term.id) is AssessmentMode.MARKS

    def _ill(self, first: int, last: int) -> dict[int, list[tuple[int, int]]]:
        least = policy_number(self._store, "long_illness_days", self._asked.day)
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for pupil_id, begin, end in self._store.rows(
            LONG_ILLNESS, ExcuseKind.SICK, least, last, first
        ):
            found[pupil_id].append((begin, end))
        return found

    def _released(self, first: int, last: int) -> set[tuple[int, int]]:
        day = min(max(self._asked.day, first), last)
        return {
            (pupil_id, subject_id)
            for pupil_id, subject_id, begin, end in self._store.rows(
                RELEASED, ExemptionKind.SUBJECT, last, first
            )
            if begin <= day <= end
        }


def _available(line: Line, days: list[int], ill: list[tuple[int, int]]) -> int:
    """Return at how many lessons a pupil could be: listed, not long ill nor in the family."""
    listed = sum(bisect_right(days, end) - bisect_left(days, begin) for begin, end in line.spans)
    elsewhere = [*ill, *line.in_family]
    if not elsewhere:
        return listed
    away = sum(
        line.on(day) and any(begin <= day <= end for begin, end in elsewhere) for day in days
    )
    return listed - away
