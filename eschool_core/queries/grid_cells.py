"""What the grid of a journal shows beyond its page: rows behind the cells, who may write where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.domain.enums import JournalKind, SubstitutionKind
from eschool_core.domain.journal import Attendance, Homework, LessonWork, Mark, Topic
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.result_enums import OwedState
from eschool_core.domain.school import Journal, Substitution, TeachingLoad
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import markless_grades, zone_of
from eschool_core.queries.names import joined, staff_names
from eschool_core.store.store import Store

MARKS = (
    "SELECT n.pupil_id, m.lesson_id, m.id, m.position, m.value, m.kind, m.weight, m.comment "
    "FROM mark m JOIN lesson l ON l.id = m.lesson_id JOIN journal_line n ON n.part = m.part "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ? ORDER BY m.position, m.id"
)
ATTENDANCE = (
    "SELECT n.pupil_id, a.lesson_id, a.id, a.presence, a.stated_reason FROM attendance a "
    "JOIN lesson l ON l.id = a.lesson_id JOIN journal_line n ON n.part = a.part "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ?"
)
TEXTS = (
    "SELECT 't', t.lesson_id, t.id, t.text, t.plan_item_id FROM topic t "
    "JOIN lesson l ON l.id = t.lesson_id WHERE l.part = ? AND l.day BETWEEN ? AND ? "
    "UNION ALL SELECT 'h', h.lesson_id, h.id, h.text, h.state FROM homework h "
    "JOIN lesson l ON l.id = h.lesson_id WHERE l.part = ? AND l.day BETWEEN ? AND ? "
    "AND h.grade = 0 "
    "UNION ALL SELECT 'w', w.lesson_id, w.id, w.topic, w.kind FROM lesson_work w "
    "JOIN lesson l ON l.id = w.lesson_id WHERE l.part = ? AND l.day BETWEEN ? AND ?"
)
CONFLICTS = (
    "SELECT h.row_id, h.table_number FROM cell_history h "
    "JOIN notice n ON n.object_id = h.id "
    "WHERE n.person_id = ? AND h.conflict = 1 AND h.replaced_at >= ?"
)
OWED = (
    "SELECT n.pupil_id, x.lesson_id, x.due_day FROM owed_work x "
    "JOIN lesson l ON l.id = x.lesson_id JOIN journal_line n ON n.part = x.part "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ? AND x.state = ? AND NOT EXISTS "
    "(SELECT 1 FROM mark m WHERE m.part = x.part AND m.lesson_id = x.lesson_id AND m.value <> 0) "
    "ORDER BY x.id"
)
GRADES = (
    "SELECT l.pupil_id, e.grade FROM journal_line l JOIN enrolment e ON e.pupil_id = l.pupil_id "
    "WHERE l.journal_id = ? AND e.first_day <= ? AND e.last_day >= ?"
)
SUBSTITUTIONS = "journal_id = ? AND first_day <= ? AND last_day >= ? ORDER BY id"
TIMES = (
    "SELECT id, day, start_minute, end_minute FROM lesson WHERE part = ? AND day BETWEEN ? AND ?"
)
SHOWN_CONFLICT_SECONDS = 14 * 86_400

Touched = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class CellMark(Answer):
    """One mark of a cell; the weight is in hundredths."""

    position: int
    value: int
    kind: int
    weight: int
    comment: str


@dataclass(frozen=True, slots=True)
class Cell(Answer):
    """What stands in a cell.

    Attributes:
        presence: 0 where nothing of it is written.
        stated_reason: 0 where none is.
        here: Something in it has no verdict of the server yet.
        conflict: Somebody else's value was replaced here, or one's own was, unseen.
    """

    marks: tuple[CellMark, ...]
    presence: int
    stated_reason: int
    here: bool
    conflict: bool


@dataclass(frozen=True, slots=True)
class LessonTexts(Answer):
    """What is written of a lesson as a whole.

    Attributes:
        homework: None while nothing is written; empty for «не задано».
        here: Names of the fields without a verdict: ``t``, ``h``, ``w``.
    """

    topic: str
    plan_item_id: int
    homework: str | None
    works: tuple[tuple[int, str], ...]
    here: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writing(Answer):
    """What a person may write in a journal, and why not more.

    Attributes:
        own: Lessons of the period that the person writes in.
        whole: The person is the journal's teacher, or ACTING for one: sums up the term too.
        markless: Pupils who get neither marks nor homework (3.6).
        extracurricular: The journal has no marks at all.
        notes: Who stands in for whom, by lesson; 0 for the whole journal.
        begins_at: When each lesson begins, seconds UTC.
    """

    own: frozenset[int]
    whole: bool
    markless: frozenset[int]
    extracurricular: bool
    notes: Mapping[int, str]
    begins_at: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Period:
    """A journal from one day to another, both included."""

    journal_id: int
    first_day: int
    last_day: int

    def values(self) -> tuple[int, int, int]:
        """Return it as queries of lessons take it: the journal's partition, then the days."""
        part = partition(PartitionKind.JOURNAL, self.journal_id)
        return part, self.first_day, self.last_day


def grid_cells(
    store: Store, period: Period, person_id: int, now: int, touched: Touched
) -> dict[tuple[int, int], Cell]:
    """Return the cells in which something stands, by pupil and lesson.

    Args:
        store: To read from.
        period: Of which journal, from when to when.
        person_id: Whose conflicts are shown.
        now: Seconds UTC; conflicts older than two weeks are not shown.
        touched: Table number and id of the rows without a verdict.
    """
    disputed = {
        (int(row[1]), int(row[0]))
        for row in store.rows(CONFLICTS, person_id, now - SHOWN_CONFLICT_SECONDS)
    }
    marks: dict[tuple[int, int], list[CellMark]] = defaultdict(list)
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    here: set[tuple[int, int]] = set()
    conflict: set[tuple[int, int]] = set()
    for pupil, lesson, row_id, position, value, kind, weight, comment in store.rows(
        MARKS, *period.values()
    ):
        if value:
            marks[pupil, lesson].append(CellMark(position, value, kind, weight, comment))
        here.update({(pupil, lesson)} if (Mark.number, row_id) in touched else ())
        conflict.update({(pupil, lesson)} if (Mark.number, row_id) in disputed else ())
    for pupil, lesson, row_id, presence, reason in store.rows(ATTENDANCE, *period.values()):
        if presence:
            seen[pupil, lesson] = (presence, reason)
        here.update({(pupil, lesson)} if (Attendance.number, row_id) in touched else ())
        conflict.update({(pupil, lesson)} if (Attendance.number, row_id) in disputed else ())
    return {
        key: Cell(tuple(marks.get(key, ())), *seen.get(key, (0, 0)), key in here, key in conflict)
        for key in {*marks, *seen, *here, *conflict}
    }


def owed_in_cells(store: Store, period: Period) -> dict[tuple[int, int], int]:
    """Return until which day a work is owed in a cell that has no mark, by pupil and lesson."""
    found = store.rows(OWED, *period.values(), OwedState.OPEN)
    return {(pupil, lesson): due_day for pupil, lesson, due_day in found}


def lesson_texts(store: Store, period: Period, touched: Touched) -> dict[int, LessonTexts]:
    """Return topic, homework and works of the lessons that have any, by lesson."""
    tables = {"t": Topic.number, "h": Homework.number, "w": LessonWork.number}
    topics: dict[int, tuple[str, int]] = {}
    homework: dict[int, str] = {}
    works: dict[int, list[tuple[int, str]]] = defaultdict(list)
    here: dict[int, set[str]] = defaultdict(set)
    for kind, lesson_id, row_id, written, number in store.rows(TEXTS, *period.values() * 3):
        if kind == "t":
            topics[lesson_id] = (written, number)
        elif kind == "h":
            homework[lesson_id] = written
        else:
            works[lesson_id].append((number, written))
        if (tables[kind], row_id) in touched:
            here[lesson_id].add(kind)
    return {
        lesson_id: LessonTexts(
            *topics.get(lesson_id, ("", 0)),
            homework.get(lesson_id),
            tuple(works.get(lesson_id, ())),
            tuple(sorted(here.get(lesson_id, ()))),
        )
        for lesson_id in {*topics, *homework, *works, *here}
    }


def writing(store: Store, period: Period, person_id: int, day: int) -> Writing:
    """Return what a person may write on a day, as far as the rows that are here tell (4.5.1).

    The rule itself is the command's right; this says what to offer.
    """
    journal = store.require(Journal, period.journal_id)
    zone = zone_of(store)
    lessons = {int(row[0]): row for row in store.rows(TIMES, *period.values())}
    entries = store.where(Substitution, SUBSTITUTIONS, *_mirrored(period))
    loads = store.select(TeachingLoad, journal_id=period.journal_id, staff_id=person_id)
    whole = [(load.first_day, load.last_day) for load in loads]
    whole += [
        (entry.first_day, entry.last_day)
        for entry in entries
        if entry.substitute_id == person_id and entry.kind == SubstitutionKind.ACTING
    ]
    single = {entry.lesson_id for entry in entries if entry.substitute_id == person_id}
    now_own = any(first <= day <= last for first, last in whole)
    names = staff_names(store)
    markless = markless_grades(store, day)
    return Writing(
        own=frozenset(lessons if now_own else single & set(lessons)),
        whole=now_own,
        markless=frozenset(
            int(pupil)
            for pupil, grade in store.rows(GRADES, period.journal_id, day, day)
            if grade in markless
        ),
        extracurricular=journal.kind == JournalKind.EXTRACURRICULAR,
        notes={
            entry.lesson_id: joined(
                (names.get(entry.absent_id, ""), names.get(entry.substitute_id, ""))
            ).replace(", ", " → ")
            for entry in entries
        },
        begins_at={
            lesson_id: calendar.moment_of(row[1], row[2], zone)
            for lesson_id, row in lessons.items()
        },
    )


def _mirrored(period: Period) -> tuple[int, int, int]:
    return period.journal_id, period.last_day, period.first_day
