"""4.5.5: term and year marks stand by the date of the head's order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.result_enums import AssessmentMode, ResultKind
from eschool_core.domain.results import OrderDate
from eschool_core.domain.school import AcademicYear, Journal, Subject, Term
from eschool_core.queries.duties.duty import Done, Duty, Missing
from eschool_core.queries.duties.view import View
from eschool_core.queries.lookup import journals
from eschool_core.queries.names import full_name
from eschool_core.results import terms

CLAUSE = "4.5.5"
# With the days in which the pupil has an individual journal of the subject (kind 3), and the mark
# there.
LISTED = (
    "SELECT n.journal_id, n.part, p.family, p.given, n.first_day, n.last_day, "
    "MIN(o.first_day), MAX(o.last_day) FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "LEFT JOIN pupil p ON p.id = n.pupil_id "
    "LEFT JOIN journal i ON i.year_id = j.year_id AND i.subject_id = j.subject_id "
    "AND i.id <> j.id AND i.kind = 3 "
    "LEFT JOIN journal_line o ON o.journal_id = i.id AND o.pupil_id = n.pupil_id "
    "WHERE n.journal_id IN (*) GROUP BY n.journal_id, n.part, p.family, p.given, n.first_day, "
    "n.last_day ORDER BY p.family, p.given"
)
MARKS = (
    "SELECT n.part, m.kind, m.term_id, m.made_at, m.author_id FROM journal_line n "
    "JOIN term_mark m ON m.part = n.part + 12 WHERE n.journal_id IN (*) AND m.kind IN (?, ?) "
    "AND m.value <> 0 ORDER BY m.id"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A journal and a term, or None for the year, whose date an order has set."""

    journal: Journal
    term: Term | None
    date: OrderDate

    @property
    def key(self) -> tuple[int, int]:
        """Kind and term of the marks that are due."""
        kind = ResultKind.YEAR if self.term is None else ResultKind.TERM
        return (kind, terms.WHOLE_YEAR if self.term is None else self.term.id)


@dataclass(frozen=True, slots=True)
class Listed:
    """A pupil's line in a journal, and when its marks were set and by whom, by kind and term.

    Attributes:
        alone: First and last day of the pupil's individual journal of the subject, if any.
    """

    name: str
    first_day: int
    last_day: int
    alone: tuple[int, int] | None
    marks: dict[tuple[int, int], Done]

    def is_asked_on(self, day: int) -> bool:
        """Whether the mark of a period that ends on a day is asked for in this very journal."""
        elsewhere = self.alone is not None and self.alone[0] <= day <= self.alone[1]
        return self.first_day <= day <= self.last_day and not elsewhere


def term_mark_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each journal and term whose date an order has set."""
    if view.year is None:
        return
    groups = {place.journal_id: place.group for place in journals(view.store, view.day)}
    subjects = {entry.id: entry.name for entry in view.store.select(Subject)}
    asked = list(_asked(view, view.year))
    lines = _lines(view, {each.journal.id for each in asked})
    for each in asked:
        journal = each.journal
        names = (groups.get(journal.id, ""), subjects.get(journal.subject_id, ""))
        yield from _duties(view, each, lines[journal.id], names)


def _asked(view: View, year: AcademicYear) -> Iterator[Asked]:
    """Yield what marks are due of whom the view wants, in journals that give marks."""
    for journal in view.store.select(Journal, year_id=year.id):
        if journal.kind == JournalKind.EXTRACURRICULAR:
            continue
        grade = terms.grade_of(view.store, journal)
        for term in (*terms.terms_of(view.store, journal), None):
            term_id = terms.WHOLE_YEAR if term is None else term.id
            date = terms.due_date(view.store, year.id, term_id, grade, 0)
            if date is None or view.day < date.act_day:
                continue
            if not any(map(view.wants, view.teachers(journal.id, date.day))):
                continue
            mode = terms.mode_of(view.store, journal, term_id, 0, grade)
            if mode is not AssessmentMode.NONE and view.knows(PartitionKind.JOURNAL, [journal.id]):
                yield Asked(journal, term, date)


def _lines(view: View, journal_ids: set[int]) -> dict[int, list[Listed]]:
    """Return the lines of journals with their marks, each list by names."""
    marks: dict[int, dict[tuple[int, int], Done]] = defaultdict(dict)
    kinds = (ResultKind.TERM, ResultKind.YEAR)
    for part, kind, term_id, made_at, author_id in view.store.rows_among(
        MARKS, journal_ids, *kinds
    ):
        marks[part][int(kind), int(term_id)] = Done(int(made_at), int(author_id))
    lines: dict[int, list[Listed]] = defaultdict(list)
    for journal_id, part, family, given, *days in view.store.rows_among(LISTED, journal_ids):
        first_day, last_day, begins, ends = days
        alone = None if begins is None else (int(begins), int(ends))
        own, name = marks.get(part, {}), full_name(family, given)
        lines[journal_id].append(Listed(name, first_day, last_day, alone, own))
    return lines


def _duties(
    view: View, asked: Asked, lines: list[Listed], names: tuple[str, str]
) -> Iterator[Duty]:
    """Yield a teacher's duty each: done when every pupil on the last day's list has the mark."""
    journal, term, date = asked.journal, asked.term, asked.date
    _, last_day = terms.period_of(view.store, journal, term)
    present = [line for line in lines if line.is_asked_on(last_day)]
    given = [line.marks[asked.key] for line in present if asked.key in line.marks]
    missing = [
        Missing("gap.term_mark", {"pupil": line.name})
        for line in present
        if asked.key not in line.marks
    ]
    latest = max(given, key=lambda done: (done.at, done.by_id), default=None)
    for teacher in view.teachers(journal.id, date.day):
        if not view.wants(teacher):
            continue
        yield view.duty(
            CLAUSE,
            f"{journal.id}:{asked.key[1]}",
            teacher,
            date.day,
            {
                "group": names[0],
                "subject": names[1],
                "ordinal": 0 if term is None else term.ordinal,
                "act": date.act,
                "until": calendar.date_of(date.day).isoformat(),
            },
            done=None if missing else latest,
            missing=missing,
            object_id=journal.id,
            text="duty.4.5.5.year" if term is None else "duty.4.5.5",
        )
