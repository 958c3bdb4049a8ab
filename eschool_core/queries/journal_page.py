"""A page of a class journal: pupils by lessons of a period, with means, topics and works."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from eschool_core import calendar
from eschool_core.domain.enums import ExcuseKind, ExemptionKind, Presence, WorkKind
from eschool_core.domain.journal import Lesson, LessonWork
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_text import grid_text
from eschool_core.queries.names import full_name
from eschool_core.queries.shown_homework import Sight
from eschool_core.queries.term_results import JournalResults, journal_results
from eschool_core.results import terms
from eschool_core.store.store import Store

# Lessons are found by partition: the index of days holds those of every journal.
LESSONS = "part = ? AND day BETWEEN ? AND ? ORDER BY day, period, id"
TOPICS = (
    "SELECT t.lesson_id, t.text FROM topic t JOIN lesson l ON l.id = t.lesson_id "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ?"
)
HOMEWORK = (
    "SELECT h.lesson_id, h.text FROM homework h JOIN lesson l ON l.id = h.lesson_id "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ? ORDER BY h.grade"
)
WORKS = (
    "part = ? AND lesson_id IN (SELECT id FROM lesson WHERE part = ? "
    "AND day BETWEEN ? AND ?) ORDER BY lesson_id, kind"
)
ROLLS = (
    "SELECT r.lesson_id FROM roll_taken r JOIN lesson l ON l.id = r.lesson_id "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ?"
)
LINES = (
    "SELECT l.id, l.pupil_id, l.first_day, l.last_day, p.family, p.given, p.patronymic, "
    "EXISTS (SELECT 1 FROM enrolment e WHERE e.pupil_id = l.pupil_id AND e.provisional = 1) "
    "FROM journal_line l LEFT JOIN pupil p ON p.id = l.pupil_id WHERE l.journal_id = ? "
    "AND l.first_day <= ? AND l.last_day >= ?"
)
MARKS = (
    "SELECT m.part, m.lesson_id, m.value, m.kind, m.weight FROM mark m "
    "JOIN lesson l ON l.id = m.lesson_id "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ? AND m.value <> 0 ORDER BY m.position, m.id"
)
ATTENDANCE = (
    "SELECT a.part, a.lesson_id, a.presence, a.stated_reason FROM attendance a "
    "JOIN lesson l ON l.id = a.lesson_id "
    "WHERE l.part = ? AND l.day BETWEEN ? AND ? AND a.presence <> 0"
)
EXEMPTIONS = (
    "SELECT e.pupil_id, e.first_day, e.last_day FROM exemption e "
    "JOIN journal j ON j.subject_id = e.subject_id WHERE j.id = ? AND e.kind = ? "
    "AND e.first_day <= ? AND e.last_day >= ?"
)
ARRANGEMENTS = (
    "SELECT DISTINCT e.pupil_id, e.kind, e.document, e.first_day, e.last_day FROM exemption e "
    "JOIN journal_line n ON n.pupil_id = e.pupil_id WHERE n.journal_id = ? AND e.kind IN (?, ?) "
    "AND e.first_day <= ? AND e.last_day >= ? "
    "ORDER BY e.first_day, e.last_day, e.kind, e.document"
)


@dataclass(frozen=True, slots=True)
class PageLesson(Answer):
    """One column."""

    lesson_id: int
    day: date
    period: int
    topic: str
    homework: str
    works: tuple[tuple[WorkKind, str], ...]
    roll_taken: bool


@dataclass(frozen=True, slots=True)
class PageMark(Answer):
    """One mark; the weight is in hundredths."""

    value: int
    work_kind: WorkKind
    weight: int


@dataclass(frozen=True, slots=True)
class PageCell(Answer):
    """What a pupil has in a lesson.

    Attributes:
        listed: False where the pupil did not stand in the journal that day.
        text: As the journal writes it: «4/5», «н/4», «о», «осв.».
    """

    lesson_id: int
    listed: bool
    text: str
    marks: tuple[PageMark, ...]
    presence: Presence | None
    stated_reason: ExcuseKind | None


@dataclass(frozen=True, slots=True)
class Arrangement(Answer):
    """A pupil's individual curriculum or family form: by which order and when, never why (1.4)."""

    kind: ExemptionKind
    document: str
    first_day: date
    last_day: date

    def said(self, language: Language) -> str:
        """Return it in words."""
        days = (f"{day:%d.%m.%Y}" for day in (self.first_day, self.last_day))
        first, last = days
        key = "journal.family" if self.kind is ExemptionKind.FAMILY else "journal.arrangement"
        return text(key, language, document=self.document, first=first, last=last)


@dataclass(frozen=True, slots=True)
class PageRow(Answer):
    """One pupil.

    Attributes:
        number: Place in the list of those who stand in it on the last day; 0 for those who left.
        mean_hundredths: Weighted mean of the marks of the period, halves rounded up.
        missed: Lessons with «н».
        provisional: True for «приказ ожидается» (4.6.6).
        arrangements: Individual curricula and family form of the pupil on any of the days, in
            whatever subject.
    """

    number: int
    pupil_id: int
    name: str
    cells: tuple[PageCell, ...]
    mean_hundredths: int | None
    missed: int
    provisional: bool
    arrangements: tuple[Arrangement, ...]


@dataclass(frozen=True, slots=True)
class JournalPage(Answer):
    """A page: columns by date, rows by the alphabet, those who left below.

    Attributes:
        results: Means, proposals and marks of the term that holds the last day; None without one.
    """

    journal_id: int
    first_day: date
    last_day: date
    lessons: tuple[PageLesson, ...]
    rows: tuple[PageRow, ...]
    results: JournalResults | None


def journal_page(
    store: Store,
    journal_id: int,
    first_day: int,
    last_day: int,
    language: Language = "ru",
    sight: Sight | None = None,
) -> JournalPage:
    """Return the page of a journal from one day to another, both included.

    A replica that holds only some pupils' lines gives only those rows.

    Args:
        store: To read from.
        journal_id: The journal.
        first_day: First of the days.
        last_day: Last of them.
        language: Of the words.
        sight: How far its reader sees homework; None for the staff.

    Raises:
        InputError: ``lookup.journal_not_here``: the journal lies outside this replica.
    """
    page = entries_page(store, journal_id, first_day, last_day, language, sight)
    return replace(page, results=_results(store, journal_id, last_day, language))


def entries_page(
    store: Store,
    journal_id: int,
    first_day: int,
    last_day: int,
    language: Language = "ru",
    sight: Sight | None = None,
) -> JournalPage:
    """Return the page without the results of its term: what paper shows of them needs no means.

    Args and errors are those of ``journal_page``.
    """
    part = partition(PartitionKind.JOURNAL, journal_id)
    if not store.holds(part):
        raise InputError("lookup.journal_not_here")
    period = (part, first_day, last_day)
    lessons = store.where(Lesson, LESSONS, *period)
    return JournalPage(
        journal_id=journal_id,
        first_day=calendar.date_of(first_day),
        last_day=calendar.date_of(last_day),
        lessons=_columns(store, lessons, period, sight),
        rows=_rows(store, journal_id, lessons, period, language),
        results=None,
    )


def _results(store: Store, journal_id: int, day: int, language: Language) -> JournalResults | None:
    journal = store.get(Journal, journal_id)
    term = None if journal is None else terms.term_on(store, journal, day)
    return None if term is None else journal_results(store, journal_id, term.id, language)


def weighted_mean_hundredths(marks: list[PageMark]) -> int | None:
    """Return the weighted mean in hundredths, halves rounded up; None without weight.

    >>> weighted_mean_hundredths([PageMark(5, WorkKind.TEST, 200), PageMark(4, WorkKind.ORAL, 100)])
    467
    """
    weight = sum(mark.weight for mark in marks)
    if weight == 0:
        return None
    total = sum(mark.value * mark.weight for mark in marks)
    return (200 * total + weight) // (2 * weight)


def _columns(
    store: Store, lessons: list[Lesson], period: tuple[int, int, int], sight: Sight | None
) -> tuple[PageLesson, ...]:
    topics = {row[0]: row[1] for row in store.rows(TOPICS, *period)}
    rolls = {row[0] for row in store.rows(ROLLS, *period)}
    homework: dict[int, list[str]] = defaultdict(list)
    seen = {e.id for e in lessons if sight is None or sight.shows(e.day, e.start_minute)}
    for lesson_id, written in store.rows(HOMEWORK, *period):
        if lesson_id in seen:
            homework[lesson_id].append(written)
    works: dict[int, list[tuple[WorkKind, str]]] = defaultdict(list)
    for work in store.where(LessonWork, WORKS, period[0], *period):
        works[work.lesson_id].append((WorkKind(work.kind), work.topic))
    return tuple(
        PageLesson(
            lesson_id=lesson.id,
            day=calendar.date_of(lesson.day),
            period=lesson.period,
            topic=topics.get(lesson.id, ""),
            homework="; ".join(written for written in homework[lesson.id] if written),
            works=tuple(works[lesson.id]),
            roll_taken=lesson.id in rolls,
        )
        for lesson in lessons
    )


def _rows(
    store: Store,
    journal_id: int,
    lessons: list[Lesson],
    period: tuple[int, int, int],
    language: Language,
) -> tuple[PageRow, ...]:
    _, first_day, last_day = period
    marks: dict[tuple[int, int], list[PageMark]] = defaultdict(list)
    for part, lesson_id, value, kind, weight in store.rows(MARKS, *period):
        marks[part, lesson_id].append(PageMark(value, WorkKind(kind), weight))
    seen = {(row[0], row[1]): (row[2], row[3]) for row in store.rows(ATTENDANCE, *period)}
    exempt = store.rows(EXEMPTIONS, journal_id, ExemptionKind.SUBJECT, last_day, first_day)
    arrangements: dict[int, list[Arrangement]] = defaultdict(list)
    kinds = (ExemptionKind.INDIVIDUAL, ExemptionKind.FAMILY)
    for pupil_id, kind, document, first, last in store.rows(
        ARRANGEMENTS, journal_id, *kinds, last_day, first_day
    ):
        days = (calendar.date_of(first), calendar.date_of(last))
        arrangements[pupil_id].append(Arrangement(ExemptionKind(kind), document, *days))

    def cell(line: tuple[int, int, int, int], lesson: Lesson) -> PageCell:
        line_id, pupil_id, joined_on, left_on = line
        key = (partition(PartitionKind.LINE, line_id), lesson.id)
        presence, stated = seen.get(key, (0, 0))
        free = any(row[0] == pupil_id and row[1] <= lesson.day <= row[2] for row in exempt)
        shown = Presence(presence) if presence else None
        values = tuple(marks.get(key, ()))
        return PageCell(
            lesson_id=lesson.id,
            listed=joined_on <= lesson.day <= left_on,
            text=grid_text((mark.value for mark in values), shown, language, exempt=free),
            marks=values,
            presence=shown,
            stated_reason=ExcuseKind(stated) if stated else None,
        )

    lines = store.rows(LINES, journal_id, last_day, first_day)
    ordered = sorted(lines, key=lambda row: (row[3] < last_day, sort_key(full_name(*row[4:7]))))
    rows = []
    for number, row in enumerate(ordered, start=1):
        line = (int(row[0]), int(row[1]), int(row[2]), int(row[3]))
        cells = tuple(cell(line, lesson) for lesson in lessons)
        rows.append(
            PageRow(
                number=0 if line[3] < last_day else number,
                pupil_id=line[1],
                name=full_name(*row[4:7]),
                cells=cells,
                mean_hundredths=weighted_mean_hundredths(
                    [mark for entry in cells for mark in entry.marks]
                ),
                missed=sum(entry.presence == Presence.ABSENT for entry in cells),
                provisional=bool(row[7]),
                arrangements=tuple(arrangements[line[1]]),
            )
        )
    return tuple(rows)
