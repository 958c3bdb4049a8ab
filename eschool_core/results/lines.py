"""Which pupil stands in which journal, from when to when, read in three queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.results.family_form import FamilyForm, Span
from eschool_core.store.store import Store

LINES = (
    "SELECT l.part, l.journal_id, l.pupil_id, l.first_day, l.last_day, j.group_id "
    "FROM journal_line l JOIN journal j ON j.id = l.journal_id WHERE j.year_id = ? "
    "ORDER BY l.journal_id, l.id"
)
LINES_OF_CLASS = (
    "SELECT l.part, l.journal_id, l.pupil_id, l.first_day, l.last_day, j.group_id "
    "FROM journal_line l JOIN journal j ON j.id = l.journal_id WHERE j.year_id = ? "
    "AND l.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) "
    "ORDER BY l.journal_id, l.id"
)
MEMBERS = (
    "SELECT m.group_id, m.pupil_id, m.first_day, m.last_day FROM group_member m "
    "JOIN study_group g ON g.id = m.group_id WHERE g.year_id = ? "
    "ORDER BY m.first_day, m.id"
)
MEMBERS_OF_CLASS = (
    "SELECT m.group_id, m.pupil_id, m.first_day, m.last_day FROM group_member m "
    "JOIN study_group g ON g.id = m.group_id WHERE g.year_id = ? "
    "AND m.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) "
    "ORDER BY m.first_day, m.id"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A pupil in a journal.

    Attributes:
        part: The partition of marks and attendance.
        spans: First and last days between which the pupil belongs to the journal: one who comes
            back has several, and the time between belongs to nobody (4.6.6).
        in_family: First and last days of being taught in the family, not at lessons.
    """

    part: int
    journal_id: int
    pupil_id: int
    spans: tuple[Span, ...]
    in_family: tuple[Span, ...] = ()

    def on(self, day: int) -> bool:
        """Return whether the pupil stands in the journal on a day."""
        return any(first <= day <= last for first, last in self.spans)

    def attends(self, day: int) -> bool:
        """Return whether the pupil is waited for at the journal's lessons of a day."""
        return self.on(day) and not any(first <= day <= last for first, last in self.in_family)

    def within(self, first_day: int, last_day: int) -> bool:
        """Return whether the pupil stands in the journal on any of some days."""
        return any(first <= last_day and first_day <= last for first, last in self.spans)


def lines_of(store: Store, year_id: int, class_id: int = 0) -> list[Line]:
    """Return the lines of a year; of those who are or were in one class where it is named."""
    if class_id:
        stays_read = store.rows(MEMBERS_OF_CLASS, year_id, class_id)
        lines_read = store.rows(LINES_OF_CLASS, year_id, class_id)
    else:
        stays_read, lines_read = store.rows(MEMBERS, year_id), store.rows(LINES, year_id)
    members: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for group_id, pupil_id, first, last in stays_read:
        members[group_id, pupil_id].append((first, last))
    family = FamilyForm(store)
    found = []
    for part, journal_id, pupil_id, first, last, group_id in lines_read:
        spans = tuple(
            (max(begin, first), min(end, last))
            for begin, end in members.get((group_id, pupil_id), ())
            if max(begin, first) <= min(end, last)
        )
        stays = spans or ((first, last),)
        found.append(Line(part, journal_id, pupil_id, stays, family.spans(pupil_id)))
    return found
