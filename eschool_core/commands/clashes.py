"""Who would be in two places at once: the clash check of a published timetable (4.4.2).

Lessons clash where their clock intervals overlap, whatever their numbers: classes of two shifts
ring other bells. A joint lesson of several classes is one journal, and clashes with nothing of
its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import AcademicYear, Journal
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding
from eschool_core.store.database import Values
from eschool_core.store.store import Store

# Both journals, then the days of both teachers (or of both lines of a pupil) between which it
# counts.
OF_TEACHERS = (
    "SELECT DISTINCT mine.journal_id, theirs.journal_id, theirs.first_day, theirs.last_day, "
    "mine.first_day, mine.last_day "
    "FROM teaching_load mine JOIN teaching_load theirs ON theirs.staff_id = mine.staff_id "
    "WHERE mine.journal_id IN (*) AND theirs.journal_id <> mine.journal_id "
    "ORDER BY theirs.journal_id"
)
# A pupil with a journal of one's own is taught there in place of the class.
OF_PUPILS = (
    "SELECT DISTINCT mine.journal_id, theirs.journal_id, theirs.first_day, theirs.last_day, "
    "mine.first_day, mine.last_day "
    "FROM journal_line mine JOIN journal_line theirs ON theirs.pupil_id = mine.pupil_id "
    "JOIN journal a ON a.id = mine.journal_id JOIN journal b ON b.id = theirs.journal_id "
    "WHERE mine.journal_id IN (*) AND theirs.journal_id <> mine.journal_id "
    "AND a.kind <> ? AND b.kind <> ? "
    "ORDER BY theirs.journal_id"
)
# A whole class and any part of it share pupils, also before these are admitted.
OF_CLASSES = (
    "SELECT DISTINCT a.id, b.id FROM journal a "
    "JOIN study_group ga ON ga.id = a.group_id "
    "JOIN group_class ca ON ca.group_id = a.group_id "
    "JOIN group_class cb ON cb.class_id = ca.class_id "
    "JOIN journal b ON b.group_id = cb.group_id AND b.id <> a.id "
    "JOIN study_group gb ON gb.id = b.group_id "
    "WHERE a.id IN (*) AND a.kind IN (?, ?) AND b.kind IN (?, ?) AND ga.whole + gb.whole > 0 "
    "ORDER BY b.id"
)
WEEKLY = (
    "SELECT DISTINCT s.journal_id, s.week, s.weekday, s.period, b.start_minute, b.end_minute, "
    "s.first_day, s.last_day FROM timetable_slot s "
    "JOIN school_class c ON c.id = s.class_id "
    "JOIN bell_period b ON b.schedule_id = c.schedule_id AND b.period = s.period "
    "WHERE s.journal_id IN (*) AND s.last_day >= ? "
    "ORDER BY s.week, s.weekday, b.start_minute, s.first_day"
)
IN_ROOM = (
    "SELECT DISTINCT s.journal_id, s.week, s.weekday, s.period, b.start_minute, b.end_minute, "
    "s.first_day, s.last_day FROM timetable_slot s "
    "JOIN school_class c ON c.id = s.class_id "
    "JOIN bell_period b ON b.schedule_id = c.schedule_id AND b.period = s.period "
    "WHERE s.room = ? AND s.journal_id <> ? AND s.last_day >= ? "
    "ORDER BY s.journal_id, s.week, s.weekday, b.start_minute"
)
TAUGHT = (JournalKind.CLASS, JournalKind.GROUP)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A weekly lesson with its clock times, minutes from midnight, and the days it counts."""

    week: int
    weekday: int
    period: int
    start: int
    end: int
    first_day: int
    last_day: int = FOREVER

    def meets(self, other: Weekly, first_day: int = 0, last_day: int = FOREVER) -> bool:
        """Return whether both are held at once on some date between two days."""
        return (
            (self.week, self.weekday) == (other.week, other.weekday)
            and self.start < other.end
            and other.start < self.end
            and max(self.first_day, other.first_day, first_day)
            <= min(self.last_day, other.last_day, last_day)
        )


@dataclass(frozen=True, slots=True)
class Rival:
    """A journal that nobody of ours can attend at the same time, between two days."""

    journal_id: int
    first_day: int = 0
    last_day: int = FOREVER


def refuse_clash(
    store: Store, journal: Journal, slots: Iterable[Weekly], rivals: Iterable[Rival]
) -> None:
    """Refuse weekly lessons that overlap those of a rival.

    Raises:
        RegulationError: The first that does (4.4.2).
    """
    wanted = list(slots)
    if not wanted:
        return
    found = list(rivals)
    from_day = min(slot.first_day for slot in wanted)
    taught = weekly(store, {rival.journal_id for rival in found}, from_day)
    for rival in found:
        for theirs in taught[rival.journal_id]:
            for slot in wanted:
                if slot.meets(theirs, rival.first_day, rival.last_day):
                    raise _clash(
                        store,
                        (journal.id, rival.journal_id),
                        (slot.period, theirs.period),
                        first_date(store, journal, slot),
                    )


def rivals_of(store: Store, journal: Journal) -> list[Rival]:
    """Return the journals that share a teacher, a pupil or a class with this one."""
    return rivals_of_journals(store, [journal.id])[journal.id]


def rivals_of_journals(store: Store, journal_ids: Collection[int]) -> dict[int, list[Rival]]:
    """Return what ``rivals_of`` returns, for many journals."""
    alone = JournalKind.INDIVIDUAL
    found = _both_days(
        [
            *store.rows_among(OF_TEACHERS, journal_ids),
            *store.rows_among(OF_PUPILS, journal_ids, alone, alone),
        ]
    )
    for mine, theirs in store.rows_among(OF_CLASSES, journal_ids, *TAUGHT, *TAUGHT):
        found[int(mine)].append(Rival(int(theirs)))
    return found


def rivals_of_teacher(store: Store, journal: Journal) -> list[Rival]:
    """Return the journals that share a teacher with this one."""
    return _both_days(store.rows_among(OF_TEACHERS, [journal.id]))[journal.id]


def weekly(store: Store, journal_ids: Collection[int], from_day: int) -> dict[int, list[Weekly]]:
    """Return the weekly lessons of journals that count on a day or later."""
    found: dict[int, list[Weekly]] = defaultdict(list)
    for journal_id, *slot in store.rows_among(WEEKLY, journal_ids, from_day):
        found[int(journal_id)].append(Weekly(*map(int, slot)))
    return found


def room_findings(
    store: Store, journal: Journal, slots: Iterable[tuple[Weekly, str]]
) -> list[Finding]:
    """Return a finding for each weekly lesson whose room is taken: flagged, never refused."""
    findings: dict[tuple[int, int, int, str], Finding] = {}
    for slot, room in slots:
        taken = store.rows(IN_ROOM, room, journal.id, slot.first_day) if room else []
        for other_id, *rest in taken:
            if slot.meets(Weekly(*map(int, rest))):
                params: dict[str, str | int] = {
                    "date": first_date(store, journal, slot),
                    "room": room,
                    "first_class": facts.journal_name(store, journal.id),
                    "second_class": facts.journal_name(store, int(other_id)),
                }
                key = (slot.week, slot.weekday, slot.period, room)
                findings.setdefault(key, Finding(checks.ROOM_CLASH, params))
    return list(findings.values())


def refuse_lesson_clash(store: Store, lesson: Lesson, rivals: Iterable[Rival]) -> None:
    """Refuse a lesson that overlaps one of a rival on a date with other bells than usual.

    Raises:
        RegulationError: The first that does (4.4.2).
    """
    for rival in rivals:
        if not rival.first_day <= lesson.day <= rival.last_day:
            continue
        part = partition(PartitionKind.JOURNAL, rival.journal_id)
        for theirs in store.select(Lesson, part=part, day=lesson.day):
            if lesson.start_minute < theirs.end_minute and theirs.start_minute < lesson.end_minute:
                raise _clash(
                    store,
                    (lesson.journal_id, rival.journal_id),
                    (lesson.period, theirs.period),
                    calendar.date_of(lesson.day).isoformat(),
                )


def first_date(store: Store, journal: Journal, slot: Weekly) -> str:
    """Return the first date on which a weekly lesson is held."""
    year = store.require(AcademicYear, journal.year_id)
    day = max(slot.first_day, year.first_day)
    weeks = (calendar.monday_of(day) - calendar.monday_of(year.first_day)) // 7
    ahead = (slot.weekday - calendar.weekday_of(day)) % 7
    weeks += (calendar.weekday_of(day) + ahead) // 7
    day += ahead + (slot.week - weeks) % year.cycle_weeks * 7
    return calendar.date_of(day).isoformat()


def _both_days(rows: Iterable[Values]) -> dict[int, list[Rival]]:
    found: dict[int, list[Rival]] = defaultdict(list)
    for mine, theirs, first, last, other_first, other_last in rows:
        if first <= other_last and other_first <= last:
            days = (max(first, other_first), min(last, other_last))
            found[int(mine)].append(Rival(int(theirs), *days))
    return found


def _clash(
    store: Store, journals: tuple[int, int], periods: tuple[int, int], date: str
) -> RegulationError:
    return RegulationError(
        checks.TIMETABLE_CLASH,
        date=date,
        first_class=facts.journal_name(store, journals[0]),
        first_period=periods[0],
        second_class=facts.journal_name(store, journals[1]),
        second_period=periods[1],
    )
