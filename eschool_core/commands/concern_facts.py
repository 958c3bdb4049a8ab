"""Marks and missed lessons of a term by journal and pupil, read in two queries (4.5.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
from eschool_core.results.family_form import FamilyForm
from eschool_core.store.store import Store

MARKS = (
    "SELECT n.journal_id, n.pupil_id, l.day, m.value, m.weight FROM journal_line n "
    "JOIN mark m ON m.part = n.part JOIN lesson l ON l.id = m.lesson_id "
    "WHERE n.journal_id IN (*) AND n.last_day >= ? AND l.day BETWEEN ? AND ? AND m.value <> 0 "
    "ORDER BY l.day, m.id"
)
MISSES = (
    "SELECT n.journal_id, n.pupil_id, l.day FROM journal_line n "
    "JOIN attendance a ON a.part = n.part JOIN lesson l ON l.id = a.lesson_id "
    "WHERE n.journal_id IN (*) AND n.last_day >= ? AND l.day BETWEEN ? AND ? AND a.presence = ? "
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


def cases_of(store: Store, begun: Mapping[int, int], day: int) -> dict[int, list[Case]]:
    """Return the cases of journals by the entries from each one's term to ``day``.

    Pupils who have left a journal, or are taught in the family, are no case any more.

    Args:
        store: To read from.
        begun: First day of the present term, by the id of its journal.
        day: The last day that counts.
    """
    if not begun:
        return {}
    threshold = facts.policy_number(store, "failing_mean", day)
    limit = facts.policy_number(store, "missed_lessons_notice", day)
    span = (day, min(begun.values()), day)
    marks: dict[tuple[int, int], list[DatedMark]] = defaultdict(list)
    for journal_id, pupil_id, *values in store.rows_among(MARKS, begun, *span):
        if values[0] >= begun[journal_id]:
            marks[int(journal_id), int(pupil_id)].append(DatedMark(*map(int, values)))
    misses: dict[tuple[int, int], list[int]] = defaultdict(list)
    for journal_id, pupil_id, on_day in store.rows_among(MISSES, begun, *span, Presence.ABSENT):
        if on_day >= begun[journal_id]:
            misses[int(journal_id), int(pupil_id)].append(int(on_day))
    family = FamilyForm(store)
    found: dict[int, list[Case]] = {journal_id: [] for journal_id in begun}
    for (journal_id, pupil_id), own in sorted(marks.items()):
        since, mean = failing_since(own, threshold), mean_hundredths(own)
        if since is not None and mean is not None and not family.on(pupil_id, day):
            found[journal_id].append(Case(pupil_id, ConcernKind.FAILING, mean, since))
    for (journal_id, pupil_id), days in sorted(misses.items()):
        since = missing_since(days, limit)
        if since is not None and not family.on(pupil_id, day):
            found[journal_id].append(Case(pupil_id, ConcernKind.MISSING, len(days), since))
    return found
