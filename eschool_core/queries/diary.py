"""A pupil's week as the pupil and the family see it (2.10): nothing of other pupils is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.enums import ExcuseKind, HomeworkState, Presence, Timeliness, WorkKind
from eschool_core.domain.journal import Mark
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import AbsenceExcuse, Enrolment, Pupil
from eschool_core.domain.school import SchoolClass
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.in_force import clock, local, markless_grades, zone_of
from eschool_core.queries.lesson_files import FileOfLesson
from eschool_core.queries.names import full_name
from eschool_core.queries.shown_homework import Sight, family_sight
from eschool_core.queries.term_results import PupilResults, pupil_results
from eschool_core.store.store import Store

DAYS_OF_WEEK = 7
LESSONS = (
    "SELECT l.id, l.day, l.period, l.start_minute, l.end_minute, l.room, s.name, t.text, n.part "
    "FROM journal_line n JOIN lesson l ON l.journal_id = n.journal_id "
    "LEFT JOIN journal j ON j.id = l.journal_id LEFT JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN topic t ON t.lesson_id = l.id "
    "WHERE n.pupil_id = ? AND l.day BETWEEN ? AND ? "
    "AND l.day BETWEEN n.first_day AND n.last_day "
    "ORDER BY l.day, l.start_minute, l.period, l.id"
)
MARKS = (
    "SELECT m.lesson_id, m.part, m.value, m.kind, m.weight, m.comment, m.id FROM journal_line n "
    "JOIN mark m ON m.part = n.part JOIN lesson l ON l.id = m.lesson_id "
    "WHERE n.pupil_id = ? AND l.day BETWEEN ? AND ? AND m.value <> 0 ORDER BY m.position, m.id"
)
EARLIER = (
    "SELECT h.row_id, h.content FROM journal_line n JOIN cell_history h ON h.part = n.part "
    "JOIN mark m ON m.id = h.row_id JOIN lesson l ON l.id = m.lesson_id "
    "WHERE n.pupil_id = ? AND h.table_number = ? AND l.day BETWEEN ? AND ? "
    "ORDER BY h.replaced_at, h.id"
)
ATTENDANCE = (
    "SELECT a.lesson_id, a.part, a.presence, a.stated_reason FROM journal_line n "
    "JOIN attendance a ON a.part = n.part JOIN lesson l ON l.id = a.lesson_id "
    "WHERE n.pupil_id = ? AND l.day BETWEEN ? AND ? AND a.presence <> 0"
)
HOMEWORK = (
    "SELECT h.lesson_id, h.grade, h.state, h.text, h.made_at, h.timeliness, h.changed_late, "
    "l.day, l.start_minute FROM journal_line n JOIN lesson l ON l.journal_id = n.journal_id "
    "JOIN homework h ON h.lesson_id = l.id "
    "WHERE n.pupil_id = ? AND l.day BETWEEN ? AND ? ORDER BY h.grade"
)
WORKS = (
    "SELECT w.lesson_id, w.kind, w.topic FROM journal_line n "
    "JOIN lesson l ON l.journal_id = n.journal_id JOIN lesson_work w ON w.lesson_id = l.id "
    "WHERE n.pupil_id = ? AND l.day BETWEEN ? AND ? ORDER BY w.kind"
)
LINKS = (
    "SELECT k.lesson_id, k.url, k.title, k.for_homework FROM journal_line n "
    "JOIN lesson l ON l.journal_id = n.journal_id JOIN resource_link k ON k.lesson_id = l.id "
    "WHERE n.pupil_id = ? AND l.day BETWEEN ? AND ? ORDER BY k.id"
)
FILES = (
    "SELECT f.id, f.lesson_id, f.name, f.media_type, f.size, f.for_homework FROM journal_line n "
    "JOIN lesson l ON l.journal_id = n.journal_id JOIN lesson_file f ON f.lesson_id = l.id "
    "WHERE n.pupil_id = ? AND l.day BETWEEN ? AND ? ORDER BY f.made_at, f.id"
)
EXCUSES = "pupil_id = ? AND first_day <= ? AND last_day >= ? ORDER BY id"


@dataclass(frozen=True, slots=True)
class DiaryHomework(Answer):
    """What was set in a lesson.

    Attributes:
        set_at: When it was written, on the school's clock.
        late: Written after the deadline of 4.5.3.
        changed_late: Written in time, changed after the deadline.
    """

    text: str
    state: HomeworkState
    set_at: datetime | None
    late: bool
    changed_late: bool


@dataclass(frozen=True, slots=True)
class DiaryLink(Answer):
    """An address on the network for the lesson or its homework (2.12)."""

    url: str
    title: str
    for_homework: bool


@dataclass(frozen=True, slots=True)
class DiaryMark(Answer):
    """A mark with what it was given for; the weight is in hundredths.

    Attributes:
        earlier: Values that stood there before it: families see that 3 became 4 (2.2).
    """

    value: int
    work_kind: WorkKind
    weight: int
    comment: str
    earlier: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DiaryAbsence(Answer):
    """What the teacher saw, and why: the class teacher's word prevails over the teacher's."""

    presence: Presence
    reason: ExcuseKind
    excused: bool


@dataclass(frozen=True, slots=True)
class DiaryLesson(Answer):
    """One lesson of the pupil."""

    lesson_id: int
    period: int
    begins: str
    ends: str
    subject: str
    room: str
    topic: str
    works: tuple[tuple[WorkKind, str], ...]
    homework: tuple[DiaryHomework, ...]
    marks: tuple[DiaryMark, ...]
    absence: DiaryAbsence | None
    links: tuple[DiaryLink, ...]
    files: tuple[FileOfLesson, ...]


@dataclass(frozen=True, slots=True)
class DiaryDay(Answer):
    """One date with its lessons, by the clock."""

    day: date
    lessons: tuple[DiaryLesson, ...]


@dataclass(frozen=True, slots=True)
class Diary(Answer):
    """A pupil's week.

    Attributes:
        results: Term and year marks of the year, those that are released to the family (2.9).
        partial: True where this replica is not the family's or the class teacher's: lessons and
            marks of other teachers and the reasons of absence are missing.
        file_limit_megabytes: Greatest size of a file given with homework (2.12).
    """

    pupil: str
    school_class: str
    first_day: date
    last_day: date
    days: tuple[DiaryDay, ...]
    results: PupilResults | None
    partial: bool
    file_limit_megabytes: int


def diary(store: Store, pupil_id: int, day: int, moment: int) -> Diary:
    """Return the week of ``day``, Monday to Sunday, of one pupil; only days with lessons.

    Args:
        store: To read from.
        pupil_id: Whose.
        day: Any day of the week.
        moment: Seconds UTC: homework of lessons that begin later is not shown yet, nor are the
            links and files that are given with it.
    """
    monday = calendar.monday_of(day)
    week = (pupil_id, monday, monday + DAYS_OF_WEEK - 1)
    person = store.get(Pupil, pupil_id)
    enrolment = _enrolment(store, pupil_id, day)
    school_class = None if enrolment is None else store.get(SchoolClass, enrolment.class_id)
    days: dict[int, list[DiaryLesson]] = defaultdict(list)
    grade, sight = 0 if enrolment is None else enrolment.grade, family_sight(store, moment)
    for number, lesson in _lessons(store, week, grade, sight):
        days[number].append(lesson)
    return Diary(
        pupil="" if person is None else full_name(person.family, person.given, person.patronymic),
        school_class="" if school_class is None else school_class.name,
        first_day=calendar.date_of(week[1]),
        last_day=calendar.date_of(week[2]),
        days=tuple(
            DiaryDay(calendar.date_of(number), tuple(lessons))
            for number, lessons in sorted(days.items())
        ),
        results=(
            None if person is None else pupil_results(store, pupil_id, day, released_only=True)
        ),
        partial=not store.holds(partition(PartitionKind.PUPIL_DAY, pupil_id)),
        file_limit_megabytes=facts.policy_number(store, "attachment_max_megabytes", day),
    )


def _lessons(
    store: Store, week: tuple[int, int, int], grade: int, sight: Sight
) -> list[tuple[int, DiaryLesson]]:
    homework = _homework(store, week, grade, sight)
    absences = absences_between(store, week)
    links: dict[int, list[DiaryLink]] = defaultdict(list)
    for lesson_id, url, title, for_homework in store.rows(LINKS, *week):
        # Without homework that is shown to the pupil's grade (3.6) its links are not for the pupil.
        if not for_homework or homework[lesson_id]:
            links[lesson_id].append(DiaryLink(url, title, bool(for_homework)))
    files: dict[int, list[FileOfLesson]] = defaultdict(list)
    for file_id, lesson_id, name, media_type, size, for_homework in store.rows(FILES, *week):
        if not for_homework or homework[lesson_id]:
            given = FileOfLesson(file_id, name, media_type, size, bool(for_homework))
            files[lesson_id].append(given)
    marks: dict[tuple[int, int], list[DiaryMark]] = defaultdict(list)
    earlier = _earlier(store, week)
    for lesson_id, part, value, kind, weight, comment, mark_id in store.rows(MARKS, *week):
        before = tuple(one for one in earlier.get(mark_id, ()) if one not in (0, value))
        marks[lesson_id, part].append(DiaryMark(value, WorkKind(kind), weight, comment, before))
    works: dict[int, list[tuple[WorkKind, str]]] = defaultdict(list)
    for lesson_id, kind, topic in store.rows(WORKS, *week):
        works[lesson_id].append((WorkKind(kind), topic))
    return [
        (
            day,
            DiaryLesson(
                lesson_id=lesson_id,
                period=period,
                begins=clock(start),
                ends=clock(end),
                subject=subject or "",
                room=room,
                topic=topic or "",
                works=tuple(works[lesson_id]),
                homework=tuple(homework[lesson_id]),
                marks=tuple(marks[lesson_id, part]),
                absence=absences.get((lesson_id, part)),
                links=tuple(links[lesson_id]),
                files=tuple(files[lesson_id]),
            ),
        )
        for lesson_id, day, period, start, end, room, subject, topic, part in store.rows(
            LESSONS, *week
        )
    ]


def _earlier(store: Store, week: tuple[int, int, int]) -> dict[int, list[int]]:
    """Return the values that marks of a week had before, by the mark."""
    found: dict[int, list[int]] = defaultdict(list)
    for row_id, content in store.rows(EARLIER, week[0], Mark.number, *week[1:]):
        found[row_id].append(int(decoded(content).get("value", 0)))
    return found


def _homework(
    store: Store, week: tuple[int, int, int], grade: int, sight: Sight
) -> dict[int, list[DiaryHomework]]:
    """Return what is meant for the pupil's grade and shown by now.

    A grade taught without homework gets none (3.6). In a mixed group homework is addressed to
    one grade; another grade does not see it.
    """
    zone = zone_of(store)
    found: dict[int, list[DiaryHomework]] = defaultdict(list)
    if grade in markless_grades(store, week[1]):
        return found
    for lesson_id, addressed, state, text, made_at, timeliness, changed, day, start in store.rows(
        HOMEWORK, *week
    ):
        if addressed in (0, grade) and sight.shows(day, start):
            found[lesson_id].append(
                DiaryHomework(
                    text=text,
                    state=HomeworkState(state),
                    set_at=local(made_at, zone),
                    late=timeliness == Timeliness.LATE,
                    changed_late=bool(changed),
                )
            )
    return found


def absences_between(
    store: Store, week: tuple[int, int, int]
) -> dict[tuple[int, int], DiaryAbsence]:
    """Return absences by lesson and part of the pupil's line.

    Args:
        store: To read from.
        week: The pupil, the first and the last day.
    """
    pupil_id, first_day, last_day = week
    excuses = store.where(AbsenceExcuse, EXCUSES, pupil_id, last_day, first_day)
    days = {row[0]: row[1] for row in store.rows(LESSONS, *week)} if excuses else {}
    absences = {}
    for lesson_id, part, presence, stated in store.rows(ATTENDANCE, *week):
        excuse = _excuse_of(excuses, lesson_id, days.get(lesson_id, 0))
        absences[lesson_id, part] = DiaryAbsence(
            presence=Presence(presence),
            reason=ExcuseKind((excuse.kind if excuse else stated) or ExcuseKind.UNKNOWN),
            excused=excuse is not None,
        )
    return absences


def _excuse_of(excuses: Sequence[AbsenceExcuse], lesson_id: int, day: int) -> AbsenceExcuse | None:
    """Return the excuse that covers a lesson: one for just this lesson goes before whole days."""
    of_lesson = [entry for entry in excuses if entry.lesson_id == lesson_id]
    of_days = [
        entry
        for entry in excuses
        if not entry.lesson_id and entry.first_day <= day <= entry.last_day
    ]
    found = of_lesson or of_days
    return found[-1] if found else None


def _enrolment(store: Store, pupil_id: int, day: int) -> Enrolment | None:
    enrolments = store.select(Enrolment, pupil_id=pupil_id)
    current = [entry for entry in enrolments if entry.first_day <= day <= entry.last_day]
    known = current or enrolments
    return known[-1] if known else None
