"""What the forecast reads of one journal: marks, attendance, lessons, earlier term marks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.commands.facts import policy_number
from eschool_core.commands.rights import ADMINISTRATION
from eschool_core.domain.enums import Presence
from eschool_core.domain.partition import PartitionKind, object_of, partition
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.domain.school import Appointment, Journal, TeachingLoad, Term
from eschool_core.errors import InputError
from eschool_core.forecast.history import Event
from eschool_core.forecast.term import Rules, Standing
from eschool_core.queries import in_force
from eschool_core.queries.names import full_name
from eschool_core.store.database import Values
from eschool_core.store.store import Store

GRADE = (
    "SELECT MAX(c.grade) FROM group_class g JOIN school_class c ON c.id = g.class_id "
    "WHERE g.group_id = ?"
)
LINES = (
    "SELECT l.id, l.pupil_id, l.first_day, l.last_day, p.family, p.given, p.patronymic "
    "FROM journal_line l LEFT JOIN pupil p ON p.id = l.pupil_id "
    "WHERE l.journal_id = ? AND l.last_day >= ? ORDER BY l.id"
)
MARKS = (
    "SELECT m.part, l.day, m.lesson_id, m.value, m.kind, m.weight FROM mark m "
    "JOIN lesson l ON l.id = m.lesson_id "
    "WHERE l.journal_id = ? AND l.day <= ? AND m.value <> 0 ORDER BY l.day, m.lesson_id, m.id"
)
MISSED = (
    "SELECT a.part, COUNT(*) FROM attendance a JOIN lesson l ON l.id = a.lesson_id "
    "WHERE l.journal_id = ? AND l.day BETWEEN ? AND ? AND a.presence = ? GROUP BY a.part"
)
LESSON_DAYS = "SELECT day FROM lesson WHERE journal_id = ? AND day BETWEEN ? AND ?"
EARLIER = (
    "SELECT m.part, t.ordinal, m.value FROM term_mark m JOIN term t ON t.id = m.term_id "
    "JOIN journal_line l ON l.part = m.part "
    "WHERE l.journal_id = ? AND m.kind = ? AND t.kind = ? AND t.ordinal < ? "
    "AND m.value BETWEEN ? AND ? ORDER BY t.ordinal, m.id"
)
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
        InputError: ``lookup.journal_not_here``; ``forecast.no_term``: the day lies in no term.
    """
    if not store.holds(partition(PartitionKind.JOURNAL, journal_id)):
        raise InputError("lookup.journal_not_here")
    journal = store.require(Journal, journal_id)
    grade = int(store.rows(GRADE, journal.group_id)[0][0] or 0)
    term = in_force.term_on(store, as_of, grade)
    if term is None:
        raise InputError("forecast.no_term")
    marks = store.rows(MARKS, journal_id, as_of)
    weights = [int(row[5]) for row in marks]
    period = (term.first_day, term.last_day)
    days = [int(row[0]) for row in store.rows(LESSON_DAYS, journal_id, *period)]
    return JournalFacts(
        journal=journal,
        term=term,
        lines=_lines(store, journal, term, as_of, marks, days),
        events=tuple(
            Event(
                day=int(day),
                work=int(lesson_id) << KIND_BITS | int(kind),
                pupil=object_of(part),
                kind=int(kind),
                value=float(value),
            )
            for part, day, lesson_id, value, kind, _ in marks
        ),
        lessons_left=sum(day > as_of for day in days),
        mean_weight=round(sum(weights) / len(weights)) if sum(weights) else 100,
        rules=Rules(
            policy_number(store, "lowest_mark", as_of), policy_number(store, "round_up_from", as_of)
        ),
        percent=policy_number(store, "forecast_interval_percent", as_of),
        partial=not _sees_all(store, journal_id, as_of, person_id),
    )


def _lines(
    store: Store,
    journal: Journal,
    term: Term,
    as_of: int,
    marks: list[Values],
    days: list[int],
) -> tuple[Line, ...]:
    """Return the lines of those who stand in the journal on the day."""
    standings = _standings(marks, term)
    missed = {
        object_of(part): int(count)
        for part, count in store.rows(
            MISSED, journal.id, term.first_day, as_of, int(Presence.ABSENT)
        )
    }
    earlier: dict[int, list[int]] = defaultdict(list)
    attested = (int(ResultValue.ONE), int(ResultValue.FIVE))
    for part, _, value in store.rows(
        EARLIER, journal.id, int(ResultKind.TERM), term.kind, term.ordinal, *attested
    ):
        earlier[object_of(part)].append(int(value))
    return tuple(
        Line(
            line_id=int(line_id),
            pupil_id=int(pupil_id),
            name=full_name(*name),
            standing=standings.get(int(line_id), Standing()),
            missed=missed.get(int(line_id), 0),
            lessons=sum(first_day <= day <= min(as_of, last_day) for day in days),
            earlier=tuple(earlier[int(line_id)]),
        )
        for line_id, pupil_id, first_day, last_day, *name in store.rows(LINES, journal.id, as_of)
        if first_day <= as_of
    )


def _standings(marks: list[Values], term: Term) -> dict[int, Standing]:
    """Return what stands in the term for each line."""
    found: dict[int, Standing] = {}
    for part, day, _, value, _, weight in marks:
        if day >= term.first_day:
            old = found.get(object_of(part), Standing())
            found[object_of(part)] = Standing(
                old.points + int(value) * int(weight), old.weight + int(weight), old.marks + 1
            )
    return found


def _sees_all(store: Store, journal_id: int, day: int, person_id: int) -> bool:
    """Return whether every line of the journal is here: on the server, for its teacher, above."""
    if store.complete:
        return True
    loads = store.select(TeachingLoad, journal_id=journal_id, staff_id=person_id)
    posts = store.select(Appointment, person_id=person_id)
    return any(entry.first_day <= day <= entry.last_day for entry in loads) or any(
        entry.role in ADMINISTRATION and entry.first_day <= day <= entry.last_day for entry in posts
    )
