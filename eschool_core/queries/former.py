"""Who has left and what is still kept of them: what may be erased, and from when (5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.commands.former import OF_PEOPLE, kept_of
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import staff_names
from eschool_core.store.store import Store

PUPILS = (
    "SELECT p.id, p.family, p.given, p.patronymic FROM pupil p WHERE p.id IN "
    "(SELECT pupil_id FROM enrolment GROUP BY pupil_id HAVING max(last_day) < ?) ORDER BY p.id"
)
STAFF = "SELECT person_id FROM appointment GROUP BY person_id HAVING max(last_day) < ? ORDER BY 1"
GUARDIANS = (
    "SELECT guardian_id, family, given, patronymic FROM guardianship WHERE guardian_id NOT IN "
    "(SELECT g.guardian_id FROM guardianship g JOIN enrolment e ON e.pupil_id = g.pupil_id "
    "WHERE g.last_day >= ? AND e.last_day >= ?) ORDER BY guardian_id, id"
)
LINES = "SELECT pupil_id, count(*) FROM journal_line GROUP BY pupil_id"


@dataclass(frozen=True, slots=True)
class Former(Answer):
    """Something that is kept of somebody who has left.

    Attributes:
        keep_until: Last day; after it an act may erase it.
        journals: Lines in journals that must go first.
        proposed: Whether an act is on its way, or was carried out.
    """

    person_id: int
    what: ArchiveKind
    name: str
    left: str
    keep_until: date
    journals: int
    proposed: bool

    def is_due(self, day: int) -> bool:
        """Return whether an act may be proposed on a day."""
        last = calendar.day_number(self.keep_until)
        return last < day and not self.journals and not self.proposed


def former(store: Store, day: int) -> tuple[Former, ...]:
    """Return what is kept of people who have left by a day, the oldest first.

    One look at the calendar is taken for each of them; a school has some dozens in a year.
    """
    lines = {int(pupil_id): int(count) for pupil_id, count in store.rows(LINES)}
    acts = {
        (entry.kind, entry.object_id): entry.keep_until
        for kind in OF_PEOPLE
        for entry in store.select(ArchiveEntry, kind=kind)
    }
    found = []
    for person_id, name, kinds in _people(store, day):
        for kind in kinds:
            kept = kept_of(store, kind, person_id)
            found.append(
                Former(
                    person_id,
                    kind,
                    name,
                    kept.title,
                    calendar.date_of(kept.keep_until),
                    lines.get(person_id, 0) if kind is ArchiveKind.PUPIL else 0,
                    acts.get((kind, person_id), -1) >= kept.keep_until,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.keep_until, one.what, one.person_id)))


def _people(store: Store, day: int) -> list[tuple[int, str, tuple[ArchiveKind, ...]]]:
    names = staff_names(store)
    people = [
        *((int(row[0]), _name(row[1:]), OF_PEOPLE) for row in store.rows(PUPILS, day)),
        *(
            (int(row[0]), names.get(int(row[0]), ""), (ArchiveKind.ACCESS,))
            for row in store.rows(STAFF, day)
        ),
        *(
            (int(row[0]), _name(row[1:]), (ArchiveKind.ACCESS,))
            for row in store.rows(GUARDIANS, day, day)
        ),
    ]
    # A guardian of several pupils stands once for each of them.
    return list({(each[0], each[2]): each for each in people}.values())


def _name(parts: tuple[object, ...]) -> str:
    return " ".join(str(part) for part in parts if part)
