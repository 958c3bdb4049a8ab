"""What the forecast reads of one journal: marks, attendance, lessons, earlier term marks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.commands.rights import ADMINISTRATION
from eschool_core.domain.enums import Presence
from eschool_core.domain.partition import PartitionKind, object_of, partition
from eschool_core.domain.result_enums import AssessmentMode, ResultKind, ResultValue
from eschool_core.domain.school import Appointment, Journal, TeachingLoad, Term
from eschool_core.errors import InputError
from eschool_core.forecast.history import Event
from eschool_core.forecast.term import Rules, Standing
from eschool_core.queries.names import full_name
from eschool_core.results import terms
from eschool_core.results.counting import CountedMark, averages
from eschool_core.results.family_form import FamilyForm
from eschool_core.results.values import policy_number, policy_numbers
from eschool_core.store.store import Store

LINES = (
    "SELECT l.id, l.pupil_id, l.first_day, l.last_day, p.family, p.given, p.patronymic "
    "FROM journal_line l LEFT JOIN pupil p ON p.id = l.pupil_id "
    "WHERE l.journal_id = ? AND l.last_day >= ? ORDER BY l.id"
)
MARKS = (
    "SELECT m.part, l.day, m.lesson_id, m.value, m.kind FROM mark m "
    "JOIN lesson l ON l.id = m.lesson_id "
    "WHERE l.part = ? AND l.day <= ? AND m.value <> 0 ORDER BY l.day, m.lesson_id, m.id"
)
MISSED = (
    "SELECT a.part, COUNT(*) FROM attendance a JOIN lesson l ON l.id = a.lesson_id "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ? AND a.presence = ? GROUP BY a.part"
)
LESSON_DAYS = "SELECT day FROM lesson WHERE part = ? AND day BETWEEN ? AND ?"
EARLIER = (
    "SELECT l.part, t.ordinal, m.value FROM journal_line l "
    "JOIN term_mark m ON m.part = l.part + 12 JOIN term t ON t.id = m.term_id "
    "WHERE l.journal_id = ? AND m.kind = ? AND t.kind = ? AND t.ordinal < ? "
    "AND m.value BETWEEN ? AND ? ORDER BY t.ordinal, m.id"
)
# On a family's replica, which holds no others.
EARLIER_RELEASED = (
    "SELECT l.part, t.ordinal, m.value FROM journal_line l "
    "JOIN released_mark m ON m.part = l.part + 13 JOIN term t ON t.id = m.term_id "
    "WHERE l.journal_id = ? AND m.kind = ? AND t.kind = ? AND t.ordinal < ? "
    "AND m.value BETWEEN ? AND ? ORDER BY t.ordinal, m.id"
)
Counted = dict[int, list[CountedMark]]
KIND_BITS = 8
"""A lesson may hold several works; lesson and kind of work make one."""


@dataclass(frozen=True, slots=True)
class Line:
    """A pupil in the journal, with what stands in the term.

    Attributes:
        missed: Lessons of the term with «н» so far.
        lessons: Lessons of the term so far while the pupil stood in the journal.
        earlier: Marks of earlier terms of the year, the last one last.
    """

    line_id: int
    pupil_id: int
    name: str
    standing: Standing
    missed: int
    lessons: int
    earlier: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """A journal as it stood at the end of a day.

    Attributes:
        events: All marks of the year so far.
        lessons_left: Lessons of the term that are still to come.
        partial: True where this replica may lack lines of the journal.
    """

    journal: Journal
    term: Term
    lines: tuple[Line, ...]
    events: tuple[Event, ...]
    lessons_left: int
    mean_weight: int
    rules: Rules
    percent: int
    partial: bool


def read(store: Store, journal_id: int, as_of: int, person_id: int = 0) -> JournalFacts:
    """Return what stood in a journal at the end of a day.

    Args:
        store: To read from.
        journal_id: The journal.
        as_of: Later marks are not seen.
        person_id: Who asks, to tell whether all lines can be here.

    Raises:
        InputError: ``lookup.journal_not_here``; ``forecast.no_term``: the day lies in no term;
            ``forecast.no_marks``: the journal is not marked in it.
    """
    part = partition(PartitionKind.JOURNAL, journal_id)
    if not store.holds(part):
        raise InputError("lookup.journal_not_here")
    journal = store.require(Journal, journal_id)
    term = terms.term_on(store, journal, as_of)
    if term is None:
        raise InputError("forecast.no_term")
    if terms.mode_of(store, journal, term.id) is not AssessmentMode.MARKS:
        raise InputError("forecast.no_marks")
    marks = store.rows(MARKS, part, as_of)
    counted = _counted(store, journal, term, as_of)
    weights = [mark.weight for marks_of_one in counted.values() for mark in marks_of_one]
    period = (term.first_day, term.last_day)
    days = [int(row[0]) for row in store.rows(LESSON_DAYS, part, *period)]
    return JournalFacts(
        journal=journal,
        term=term,
        lines=_lines(store, journal, term, as_of, counted, days),
        events=tuple(
            Event(
                day=int(day),
                work=int(lesson_id) << KIND_BITS | int(kind),
                pupil=object_of(part),
                kind=int(kind),
                value=float(value),
            )
            for part, day, lesson_id, value, kind in marks
        ),
        lessons_left=sum(day > as_of for day in days),
        mean_weight=round(sum(weights) / len(weights)) if sum(weights) else 100,
        rules=Rules(
            policy_number(store, "lowest_mark", as_of), policy_numbers(store, "least_means", as_of)
        ),
        percent=policy_number(store, "forecast_interval_percent", as_of),
        partial=not _sees_all(store, journal_id, as_of, person_id),
    )


def _lines(
    store: Store,
    journal: Journal,
    term: Term,
    as_of: int,
    counted: Counted,
    days: list[int],
) -> tuple[Line, ...]:
    """Return the lines of those who stand in the journal on the day and are taught in lessons."""
    family = FamilyForm(store)
    part = partition(PartitionKind.JOURNAL, journal.id)
    missed = {
        object_of(part): int(count)
        for part, count in store.rows(MISSED, part, term.first_day, as_of, int(Presence.ABSENT))
    }
    earlier: dict[int, list[int]] = defaultdict(list)
    attested = (int(ResultValue.ONE), int(ResultValue.FIVE))
    about = (journal.id, int(ResultKind.TERM), term.kind, term.ordinal, *attested)
    for part, _, value in store.rows(EARLIER, *about) or store.rows(EARLIER_RELEASED, *about):
        earlier[object_of(part)].append(int(value))
    return tuple(
        Line(
            line_id=int(line_id),
            pupil_id=int(pupil_id),
            name=full_name(*name),
            standing=_standing(counted.get(int(pupil_id), [])),
            missed=missed.get(int(line_id), 0),
            lessons=sum(first_day <= day <= min(as_of, last_day) for day in days),
            earlier=tuple(earlier[int(line_id)]),
        )
        for line_id, pupil_id, first_day, last_day, *name in store.rows(LINES, journal.id, as_of)
        if first_day <= as_of and not family.on(int(pupil_id), as_of)
    )


def _counted(store: Store, journal: Journal, term: Term, as_of: int) -> Counted:
    """Return the marks that count in the term by pupil, those of an earlier group included."""
    found = averages(store, journal, term)
    return {
        pupil_id: [mark for mark in average.marks if mark.day <= as_of]
        for pupil_id, average in found.items()
    }


def _standing(marks: list[CountedMark]) -> Standing:
    return Standing(
        points=sum(mark.value * mark.weight for mark in marks),
        weight=sum(mark.weight for mark in marks),
        marks=len(marks),
    )


def _sees_all(store: Store, journal_id: int, day: int, person_id: int) -> bool:
    """Return whether every line of the journal is here: on the server, for its teacher, above."""
    if store.complete:
        return True
    loads = store.select(TeachingLoad, journal_id=journal_id, staff_id=person_id)
    posts = store.select(Appointment, person_id=person_id)
    return any(entry.first_day <= day <= entry.last_day for entry in loads) or any(
        entry.role in ADMINISTRATION and entry.first_day <= day <= entry.last_day for entry in posts
    )
