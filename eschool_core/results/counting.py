"""Which marks of a term count, and how much: the same for those who judge and those who show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eschool_core.domain.enums import WorkKind
from eschool_core.domain.result_enums import ExternalState, OwedState
from eschool_core.domain.school import Journal, Term
from eschool_core.regulation.results import Sum, Weighed, weigh
from eschool_core.results.values import policy_numbers, policy_value
from eschool_core.store.store import Store

Source = Literal["lesson", "earlier_group", "external", "owed"]

EXPIRED_VALUE = 2
"""What an expired work counts as, where the school's act says so."""
OWN_MARKS = (
    "SELECT n.pupil_id, m.lesson_id, l.day, m.value, m.kind, m.weight, m.seq, m.device "
    "FROM journal_line n JOIN mark m ON m.part = n.part JOIN lesson l ON l.id = m.lesson_id "
    "WHERE n.journal_id = ? AND (? = 0 OR n.pupil_id = ?) AND l.day BETWEEN ? AND ? "
    "AND m.value <> 0 ORDER BY n.pupil_id, l.day, l.period, m.position, m.id"
)
# Marks on the page of the group that a pupil left within the year (4.6.4/2).
EARLIER_MARKS = (
    "SELECT n.pupil_id, m.lesson_id, l.day, m.value, m.kind, m.weight, m.seq, m.device "
    "FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "JOIN journal_line o ON o.pupil_id = n.pupil_id AND o.last_day < n.first_day "
    "JOIN journal e ON e.id = o.journal_id AND e.subject_id = j.subject_id "
    "AND e.year_id = j.year_id "
    "JOIN mark m ON m.part = o.part JOIN lesson l ON l.id = m.lesson_id "
    "WHERE n.journal_id = ? AND (? = 0 OR n.pupil_id = ?) AND l.day BETWEEN ? AND ? "
    "AND m.value <> 0 ORDER BY n.pupil_id, l.day, l.period, m.position, m.id"
)
EXTERNAL_MARKS = (
    "SELECT n.pupil_id, x.day, x.value, x.weight FROM journal_line n "
    "JOIN external_mark x ON x.part = n.part "
    "WHERE n.journal_id = ? AND (? = 0 OR n.pupil_id = ?) AND x.term_id = ? AND x.kind = 0 "
    "AND x.state = ? ORDER BY n.pupil_id, x.day, x.id"
)
EXPIRED_WORKS = (
    "SELECT n.pupil_id, o.lesson_id, l.day, o.kind FROM journal_line n "
    "JOIN owed_work o ON o.part = n.part JOIN lesson l ON l.id = o.lesson_id "
    "WHERE n.journal_id = ? AND (? = 0 OR n.pupil_id = ?) AND l.day BETWEEN ? AND ? "
    "AND o.state = ? AND NOT EXISTS (SELECT 1 FROM mark m WHERE m.part = o.part "
    "AND m.lesson_id = o.lesson_id AND m.value <> 0) ORDER BY n.pupil_id, l.day, o.id"
)


@dataclass(frozen=True, slots=True)
class CountedMark:
    """A mark that counts, with the reason why it counts as much.

    Attributes:
        source: ``lesson`` of this journal; ``earlier_group`` the page of the group that the
            pupil came from; ``external`` another school; ``owed`` an expired work.
        lesson_id: 0 for an external mark.
        weight: Hundredths, the weight of its kind of work included.
        seq: Of its last change; 0 where that is not confirmed.
        device: On which it was written; 0 where that does not matter.
    """

    source: Source
    lesson_id: int
    day: int
    value: int
    work_kind: WorkKind | None
    weight: int
    seq: int = 0
    device: int = 0


@dataclass(frozen=True, slots=True)
class Average:
    """The marks of one pupil that count in a period, and what they make."""

    marks: tuple[CountedMark, ...]
    sum: Sum

    @property
    def mean_hundredths(self) -> int | None:
        """The weighted mean; None without marks."""
        return self.sum.mean_hundredths


def averages(store: Store, journal: Journal, term: Term, pupil_id: int = 0) -> dict[int, Average]:
    """Return the average of each pupil of a journal who has marks in a term, in five queries."""
    wanted = (journal.id, pupil_id, pupil_id)
    weights = policy_numbers(store, "work_weights", term.last_day)
    found: dict[int, list[CountedMark]] = defaultdict(list)
    sources: tuple[tuple[Source, str], ...] = (
        ("earlier_group", EARLIER_MARKS),
        ("lesson", OWN_MARKS),
    )
    for source, sql in sources:
        for pupil, lesson, day, value, kind, weight, seq, device in store.rows(
            sql, *wanted, term.first_day, term.last_day
        ):
            found[pupil].append(
                CountedMark(
                    source,
                    lesson,
                    day,
                    value,
                    WorkKind(kind),
                    weight * weights[kind - 1],
                    seq,
                    device,
                )
            )
    _add_external(store, found, wanted, term)
    _add_expired(store, found, wanted, term, weights)
    return {pupil: average_of(marks) for pupil, marks in found.items()}


def average_of(marks: Sequence[CountedMark]) -> Average:
    """Return marks with what they make."""
    return Average(tuple(marks), weigh([Weighed(mark.value, mark.weight) for mark in marks]))


def _add_external(
    store: Store,
    found: dict[int, list[CountedMark]],
    wanted: tuple[int, int, int],
    term: Term,
) -> None:
    """Add accepted marks of a former school, where the school's act counts them."""
    if policy_value(store, "external_marks", term.last_day) != "counted":
        return
    for pupil, day, value, weight in store.rows(
        EXTERNAL_MARKS, *wanted, term.id, ExternalState.ACCEPTED
    ):
        found[pupil].append(CountedMark("external", 0, day, value, None, weight))


def _add_expired(
    store: Store,
    found: dict[int, list[CountedMark]],
    wanted: tuple[int, int, int],
    term: Term,
    weights: Sequence[int],
) -> None:
    """Add works that were never handed in, where the school's act makes them a «2»."""
    if policy_value(store, "owed_expired", term.last_day) != "two":
        return
    for pupil, lesson, day, kind in store.rows(
        EXPIRED_WORKS, *wanted, term.first_day, term.last_day, OwedState.EXPIRED
    ):
        weight = 100 * weights[kind - 1]
        found[pupil].append(CountedMark("owed", lesson, day, EXPIRED_VALUE, WorkKind(kind), weight))
