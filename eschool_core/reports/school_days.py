"""Which days have lessons for which class, and which lessons are held, in a few queries for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.domain.enums import CalendarLevel, DayKind
from eschool_core.domain.school import AcademicYear, CalendarDay, SchoolClass
from eschool_core.reports.journals import JournalInfo
from eschool_core.store.store import Store

HELD = (DayKind.SCHOOL_DAY, DayKind.REMOTE)
RULES = "day BETWEEN ? AND ? ORDER BY level, id"
LESSONS = (
    "SELECT l.id, l.journal_id, l.day, l.period, l.planned FROM lesson l "
    "JOIN journal j ON j.id = l.journal_id "
    "WHERE j.year_id = ? AND l.day BETWEEN ? AND ? AND (? = 0 OR l.journal_id IN "
    "(SELECT n.journal_id FROM journal_line n JOIN enrolment e ON e.pupil_id = n.pupil_id "
    "WHERE e.class_id = ?)) ORDER BY l.day, l.period, l.id"
)


@dataclass(frozen=True, slots=True)
class LessonFact:
    """A lesson of the timetable or beyond it.

    Attributes:
        planned: By the timetable; else the teacher recorded it beyond it (4.4.2).
        held: Not cancelled by the calendar (quarantine, closure); a remote lesson is held.
    """

    id: int
    journal_id: int
    day: int
    period: int
    planned: bool
    held: bool


class SchoolDays:
    """The calendar of every class of a year: year → school → grade → class, nearest prevails."""

    def __init__(self, store: Store, year_id: int, classes: Iterable[SchoolClass]) -> None:
        self._year = store.require(AcademicYear, year_id)
        self._classes = {entry.id: entry for entry in classes}
        self._rules: dict[tuple[int, int], dict[int, CalendarDay]] = defaultdict(dict)
        for rule in store.where(CalendarDay, RULES, self._year.first_day, self._year.last_day):
            self._rules[rule.level, rule.object_id][rule.day] = rule

    def has_lessons(self, class_id: int, day: int) -> bool:
        """Return whether a class has lessons on a day, also remotely."""
        if not self._year.first_day <= day <= self._year.last_day:
            return False
        rule = self._rule(class_id, day)
        if rule is not None:
            return rule.kind in HELD
        return calendar.weekday_of(day) < self._year.weekdays

    def act_of(self, class_id: int, day: int) -> str:
        """Return the act that says how a day of a class is; empty for a day like others."""
        rule = self._rule(class_id, day)
        return "" if rule is None else rule.act

    def _rule(self, class_id: int, day: int) -> CalendarDay | None:
        entry = self._classes.get(class_id)
        grade = 0 if entry is None else entry.grade
        for level, object_id in (
            (CalendarLevel.SCHOOL_CLASS, class_id),
            (CalendarLevel.GRADE, grade),
            (CalendarLevel.SCHOOL, 0),
        ):
            rule = self._rules[level, object_id].get(day)
            if rule is not None:
                return rule
        return None

    def weeks(self, class_id: int, first_day: int, last_day: int) -> int:
        """Return in how many weeks between two days a class has a day with lessons."""
        days = range(first_day, last_day + 1)
        return len({calendar.monday_of(day) for day in days if self.has_lessons(class_id, day)})

    @property
    def cycle_weeks(self) -> int:
        """After how many weeks the timetable repeats."""
        return self._year.cycle_weeks


def lessons_of(
    store: Store,
    year_id: int,
    journals: Mapping[int, JournalInfo],
    days: SchoolDays,
    first_day: int,
    last_day: int,
    class_id: int = 0,
) -> list[LessonFact]:
    """Return the lessons of a year's journals between two days, by day and period.

    With a class only those of the journals in which its pupils stand or stood.
    """
    known: dict[tuple[tuple[int, ...], int], bool] = {}
    found = []
    for lesson_id, journal_id, day, period, planned in store.rows(
        LESSONS, year_id, first_day, last_day, class_id, class_id
    ):
        classes = journals[journal_id].classes
        key = (classes, day)
        if key not in known:
            known[key] = not classes or any(days.has_lessons(entry, day) for entry in classes)
        held = not planned or known[key]
        found.append(LessonFact(lesson_id, journal_id, day, period, bool(planned), held))
    return found
