"""«Работа с родителями» in the class teacher's summary, with who is behind each number (4.4.3/7).

It tells what the journal itself shows: notices of 4.5.4 and the weekly lists of 4.6.5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.domain.care_enums import ConcernKind, SlipState
from eschool_core.labels import Language, text
from eschool_core.queries.in_force import zone_of
from eschool_core.reports.control.families import GIVEN
from eschool_core.reports.frame import Asked
from eschool_core.reports.roll import Listed
from eschool_core.reports.table import Value
from eschool_core.store.store import Store

CONCERNS: Final = (
    "SELECT c.pupil_id, c.kind, s.name, (SELECT COUNT(*) FROM concern_delivery d "
    "JOIN guardianship g ON g.guardian_id = d.person_id AND g.pupil_id = c.pupil_id "
    "WHERE d.concern_id = c.id AND d.seen_at > 0) FROM concern c "
    "JOIN journal j ON j.id = c.journal_id JOIN subject s ON s.id = j.subject_id "
    "WHERE c.sent_at >= ? AND c.sent_at < ? "
    "AND c.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) "
    "ORDER BY c.sent_at, c.id"
)
SLIPS: Final = (
    "SELECT pupil_id, state, COUNT(*) FROM paper_slip WHERE day BETWEEN ? AND ? "
    "GROUP BY pupil_id, state"
)

Line = tuple[str, Value, str]
"""Key of the field, its number, the names behind it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to a family.

    Attributes:
        seen: A guardian has read it, or was handed it on paper.
    """

    pupil_id: int
    kind: ConcernKind
    subject: str
    seen: bool


def parents_work(store: Store, asked: Asked, pupils: Sequence[Listed]) -> Iterable[Line]:
    """Yield notices sent, reached and not reached, lists given out and those that were not."""
    language, names = asked.language, {pupil.pupil_id: pupil.name for pupil in pupils}
    told = [one for one in _told(store, asked) if one.pupil_id in names]
    reached = [one for one in told if one.seen]
    unread = [one for one in told if not one.seen]
    yield "parents_told", len(told), _noticed(told, names, language)
    yield "parents_reached", len(reached), _noticed(reached, names, language)
    yield "parents_unread", len(unread), _noticed(unread, names, language)
    slips = store.rows(SLIPS, *_days(asked))
    for key, states in (("parents_slips", GIVEN), ("parents_failed", (SlipState.FAILED,))):
        counts: dict[int, int] = defaultdict(int)
        for pupil_id, state, count in slips:
            if state in states and pupil_id in names:
                counts[pupil_id] += count
        said = ", ".join(f"{names[one]} – {counts[one]}" for one in names if counts[one])
        yield key, sum(counts.values()), said


def _told(store: Store, asked: Asked) -> list[Told]:
    first, last = _days(asked)
    zone = zone_of(store)
    begin, end = (calendar.moment_of(day, 0, zone) for day in (first, last + 1))
    return [
        Told(pupil_id, ConcernKind(kind), subject, seen > 0)
        for pupil_id, kind, subject, seen in store.rows(CONCERNS, begin, end, asked.class_id)
    ]


def _days(asked: Asked) -> tuple[int, int]:
    return asked.period.first_day, asked.period.last_day


def _noticed(told: Iterable[Told], names: Mapping[int, str], language: Language) -> str:
    """Return each pupil with what the family was told of: «Абрамов (Физика – неуспевающий)»."""
    subjects: dict[int, list[str]] = defaultdict(list)
    for one in told:
        kind = text(f"ConcernKind.{one.kind.name.lower()}", language)
        subjects[one.pupil_id].append(f"{one.subject} – {kind}")
    return "; ".join(
        f"{name} ({', '.join(subjects[pupil_id])})"
        for pupil_id, name in names.items()
        if subjects[pupil_id]
    )
