"""Missed lessons counted, by pupil and whole days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from eschool_core.domain.enums import ExcuseKind, JournalKind, Presence
from eschool_core.reports.journals import JournalInfo
from eschool_core.reports.school_days import LessonFact
from eschool_core.results.absences import Seen
from eschool_core.results.lines import Line


@dataclass(frozen=True, slots=True)
class Missed:
    """What a pupil or a class missed; lateness is no miss.

    Always ``sick + valid + unexcused + unknown = lessons`` (4.4.3/9).

    Attributes:
        days: On which every lesson held for the pupil was missed.
        sick_days: Of them wholly by sickness.
    """

    days: int = 0
    sick_days: int = 0
    lessons: int = 0
    sick: int = 0
    valid: int = 0
    unexcused: int = 0
    unknown: int = 0
    late: int = 0

    def plus(self, other: Missed) -> Missed:
        """Return both together."""
        return Missed(
            *(getattr(self, entry.name) + getattr(other, entry.name) for entry in fields(Missed))
        )


class Due:
    """Which lessons each pupil should have been at: held, and while standing in the journal.

    Lessons of the class in a subject that the pupil is taught by an individual journal are none
    of them, nor is any lesson while the pupil is taught in the family (specification §6, journal
    kinds).
    """

    def __init__(
        self,
        lessons: Iterable[LessonFact],
        lines: Iterable[Line],
        journals: Mapping[int, JournalInfo],
    ) -> None:
        self._journals = journals
        self._individual = {
            entry.id for entry in journals.values() if entry.kind is JournalKind.INDIVIDUAL
        }
        self._by_day: dict[tuple[int, int], list[LessonFact]] = defaultdict(list)
        self._days: dict[int, list[int]] = defaultdict(list)
        for lesson in lessons:
            if lesson.held:
                self._by_day[lesson.journal_id, lesson.day].append(lesson)
                self._days[lesson.journal_id].append(lesson.day)
        self._lines: dict[int, list[Line]] = defaultdict(list)
        for line in lines:
            self._lines[line.pupil_id].append(line)

    def lessons_on(self, pupil_id: int, day: int) -> set[int]:
        """Return the lessons of a pupil on a day."""
        return {
            lesson.id
            for line in self._taken(pupil_id, day)
            for lesson in self._by_day.get((line.journal_id, day), ())
        }

    def lessons_in(self, pupil_id: int, spans: Iterable[tuple[int, int]]) -> set[int]:
        """Return the lessons of a pupil on the days of some spans."""
        wanted = list(spans)
        days = {
            day
            for line in self._lines.get(pupil_id, ())
            for day in self._days.get(line.journal_id, ())
            if any(first <= day <= last for first, last in wanted)
        }
        return {lesson for day in days for lesson in self.lessons_on(pupil_id, day)}

    def _taken(self, pupil_id: int, day: int) -> list[Line]:
        """Return the lines whose lessons the pupil takes on a day; all that have any are there."""
        lines = [
            line
            for line in self._lines.get(pupil_id, ())
            if ((line.journal_id, day) in self._by_day or line.journal_id in self._individual)
            and line.attends(day)
        ]
        alone = {
            self._journals[line.journal_id].subject_id
            for line in lines
            if line.journal_id in self._individual
        }
        if not alone:
            return lines
        return [
            line
            for line in lines
            if line.journal_id in self._individual
            or self._journals[line.journal_id].subject_id not in alone
        ]


def missed_by(seen: Iterable[Seen], due: Due) -> dict[int, Missed]:
    """Return what each pupil missed, whole days included."""
    by_day: dict[tuple[int, int], list[Seen]] = defaultdict(list)
    for entry in seen:
        by_day[entry.pupil_id, entry.day].append(entry)
    found: dict[int, Missed] = defaultdict(Missed)
    for (pupil_id, day), entries in by_day.items():
        found[pupil_id] = found[pupil_id].plus(_of_day(entries, due.lessons_on(pupil_id, day)))
    return found


def total_missed(missed: Mapping[int, Missed]) -> Missed:
    """Return what all missed together."""
    whole = Missed()
    for entry in missed.values():
        whole = whole.plus(entry)
    return whole


def _of_day(entries: list[Seen], lessons: set[int]) -> Missed:
    absent = [entry for entry in entries if entry.presence is Presence.ABSENT]
    by_reason = [entry.reason for entry in absent]
    whole = bool(absent) and lessons <= {entry.lesson_id for entry in absent}
    return Missed(
        days=int(whole),
        sick_days=int(whole and set(by_reason) == {ExcuseKind.SICK}),
        lessons=len(absent),
        sick=by_reason.count(ExcuseKind.SICK),
        valid=by_reason.count(ExcuseKind.VALID),
        unexcused=by_reason.count(ExcuseKind.NONE),
        unknown=by_reason.count(ExcuseKind.UNKNOWN),
        late=sum(entry.presence is Presence.LATE for entry in entries),
    )
