"""Changes of closed terms that one person proposed and another decides (2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.domain.result_enums import CorrectionState, CorrectionTarget
from eschool_core.domain.results import Correction
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import staff_names
from eschool_core.queries.term_state import pupil_name
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class CorrectionAnswer(Answer):
    """A proposed change in a closed term with both persons."""

    correction_id: int
    pupil: str
    group: str
    subject: str
    target: str
    day: date | None
    value: int
    ground: str
    proposed_by: str
    proposed_at: datetime | None
    state: str
    decided_by: str
    answer: str


CORRECTIONS = (
    "SELECT c.id, n.pupil_id, g.name, s.name, l.day FROM correction c "
    "JOIN journal_line n ON n.part = c.part - 12 JOIN journal j ON j.id = n.journal_id "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN lesson l ON l.id = c.lesson_id ORDER BY c.id DESC LIMIT ?"
)
MAX_CORRECTIONS = 500


def corrections(store: Store) -> tuple[CorrectionAnswer, ...]:
    """Return the proposals that the store holds, the newest first."""
    zone, staff = zone_of(store), staff_names(store)
    found = []
    for correction_id, pupil_id, group, subject, day in store.rows(CORRECTIONS, MAX_CORRECTIONS):
        entry = store.require(Correction, correction_id)
        found.append(
            CorrectionAnswer(
                correction_id,
                pupil_name(store, pupil_id),
                group,
                subject,
                CorrectionTarget(entry.target).name.lower(),
                None if day is None else calendar.date_of(day),
                entry.value,
                entry.ground,
                staff.get(entry.proposed_by_id, ""),
                local(entry.proposed_at, zone),
                CorrectionState(entry.state).name.lower(),
                staff.get(entry.decided_by_id, ""),
                entry.answer,
            )
        )
    return tuple(found)
