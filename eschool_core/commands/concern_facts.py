"""Marks and missed lessons of a term by journal and pupil, read in two queries (4.5.4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.commands import facts
from eschool_core.domain.care_enums import ConcernKind
from eschool_core.domain.enums import Presence
from eschool_core.domain.school import Journal
from eschool_core.regulation.concerns import (
    DatedMark,
    failing_since,
    mean_hundredths,
    missing_since,
)
from eschool_core.results import terms
from eschool_core.store.store import Store

MARKS = (
    "SELECT n.pupil_id, l.day, m.value, m.weight FROM journal_line n "
    "JOIN mark m ON m.part = n.part JOIN lesson l ON l.id = m.lesson_id "
    "WHERE n.journal_id = ? AND n.last_day >= ? AND l.day BETWEEN ? AND ? AND m.value <> 0 "
    "ORDER BY l.day, m.id"
)
MISSES = (
    "SELECT n.pupil_id, l.day FROM journal_line n "
    "JOIN attendance a ON a.part = n.part JOIN lesson l ON l.id = a.lesson_id "
    "WHERE n.journal_id = ? AND n.last_day >= ? AND l.day BETWEEN ? AND ? AND a.presence = ? "
    "ORDER BY l.day, a.id"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A pupil of whom class teacher and guardians are to be told.

    Attributes:
        amount: Mean mark in hundredths, or lessons missed.
        since: Day on which it came to that.
    """

    pupil_id: int
    kind: ConcernKind
    amount: int
    since: int


def term_of(store: Store, journal: Journal, day: int) -> tuple[int, int]:
    """Return first and last day of a journal's term that holds a day; of the year without one."""
    return terms.period_of(store, journal, terms.term_on(store, journal, day))


def cases_of(store: Store, journal_id: int, first_day: int, day: int) -> list[Case]:
    """Return the cases of a journal by the entries from the term's first day to ``day``.

    Pupils who have left the journal are no case any more.
    """
    threshold = facts.policy_number(store, "failing_mean", day)
    limit = facts.policy_number(store, "missed_lessons_notice", day)
    marks: dict[int, list[DatedMark]] = defaultdict(list)
    for pupil_id, *values in store.rows(MARKS, journal_id, day, first_day, day):
        marks[int(pupil_id)].append(DatedMark(*map(int, values)))
    misses: dict[int, list[int]] = defaultdict(list)
    for pupil_id, on_day in store.rows(MISSES, journal_id, day, first_day, day, Presence.ABSENT):
        misses[int(pupil_id)].append(int(on_day))
    found = []
    for pupil_id, own in sorted(marks.items()):
        since, mean = failing_since(own, threshold), mean_hundredths(own)
        if since is not None and mean is not None:
            found.append(Case(pupil_id, ConcernKind.FAILING, mean, since))
    for pupil_id, days in sorted(misses.items()):
        since = missing_since(days, limit)
        if since is not None:
            found.append(Case(pupil_id, ConcernKind.MISSING, len(days), since))
    return found
