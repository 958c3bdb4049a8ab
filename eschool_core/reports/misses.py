"""Missed lessons with the reason that counts: the class teacher's word before the teacher's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from eschool_core.domain.enums import ExcuseKind, JournalKind, Presence
from eschool_core.reports.lines import Line
from eschool_core.reports.school_days import LessonFact
from eschool_core.store.store import Store

SEEN = (
    "SELECT n.pupil_id, le.id, le.day, a.presence, a.stated_reason FROM lesson le "
    "JOIN journal j ON j.id = le.journal_id JOIN attendance a ON a.lesson_id = le.id "
    "JOIN journal_line n ON n.part = a.part "
    "WHERE le.day BETWEEN ? AND ? AND a.presence <> 0 AND j.year_id = ? AND j.kind <> ? "
    "AND (? = 0 OR n.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?)) "
    "ORDER BY le.day, le.period, le.id"
)
EXCUSES = (
    "SELECT pupil_id, kind, first_day, last_day, lesson_id FROM absence_excuse "
    "WHERE first_day <= ? AND last_day >= ? ORDER BY made_at, id"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A lesson that a pupil missed or came late to.

    Attributes:
        reason: Of a miss; an excuse of the lesson prevails over one of the day, that over what
            the teacher stated. UNKNOWN where nobody has said anything.
    """

    pupil_id: int
    lesson_id: int
    day: int
    presence: Presence
    reason: ExcuseKind


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


def seen_in(
    store: Store, year_id: int, first_day: int, last_day: int, class_id: int = 0
) -> list[Seen]:
    """Return what pupils missed or came late to between two days, внеурочная left out."""
    of_lesson: dict[tuple[int, int], int] = {}
    of_days: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for pupil_id, kind, first, last, lesson_id in store.rows(EXCUSES, last_day, first_day):
        if lesson_id:
            of_lesson[pupil_id, lesson_id] = kind
        else:
            of_days[pupil_id].append((first, last, kind))
    found = []
    for pupil_id, lesson_id, day, presence, stated in store.rows(
        SEEN, first_day, last_day, year_id, JournalKind.EXTRACURRICULAR, class_id, class_id
    ):
        whole_day = [
            kind for first, last, kind in of_days.get(pupil_id, ()) if first <= day <= last
        ]
        reason = of_lesson.get((pupil_id, lesson_id)) or (whole_day or [stated])[-1]
        found.append(
            Seen(
                pupil_id,
                lesson_id,
                day,
                Presence(presence),
                ExcuseKind(reason or ExcuseKind.UNKNOWN),
            )
        )
    return found


class Due:
    """Which lessons each pupil should have been at: held, and while standing in the journal."""

    def __init__(self, lessons: Iterable[LessonFact], lines: Iterable[Line]) -> None:
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
            for line in self._lines.get(pupil_id, ())
            if line.on(day)
            for lesson in self._by_day.get((line.journal_id, day), ())
        }

    def count(self, pupil_id: int, spans: Iterable[tuple[int, int]]) -> int:
        """Return how many lessons a pupil had on the days of some spans."""
        wanted = list(spans)
        return sum(
            line.on(day) and any(first <= day <= last for first, last in wanted)
            for line in self._lines.get(pupil_id, ())
            for day in self._days.get(line.journal_id, ())
        )


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
