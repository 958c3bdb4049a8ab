"""Workload W in the tables of this system, and what is read back out of them.

How the rows correspond, so that nobody is flattered:

- A W-lesson is three rows here (``Lesson``, ``Topic``, ``Homework``), since topic and homework are
  cells of their own with author, device and time. They take indexes 0, 1, 2 of the W-lesson's
  number. Figures "a row" count W-rows, as those of everybody who is compared; our own rows are
  reported beside them.
- A W-mark of kind ``absent`` is an ``Attendance``, any other a ``Mark``; ``updated_at`` is the
  cell's ``made_at``. The comment of an absence has no place in our tables and is left out (222 of
  the 18,496 marks of scope 0); L1 and L5 keep it.
- Each row carries besides what W has: its partition, the ``seq``, the author and the device.
- Devices of W are shifted by one, because number 1 is the server's own.
- Around it stands what a school has: staff, 25 pupils a class with a guardian each, groups, loads,
  weekly slots, a line for each pupil in each journal, substitutions and class teachers, so that
  the scope of teacher 0 is W's by the rules of the system itself. All of it is made by commands
  but the slots, which W lays down without regard for clashes. Lessons and marks are put in bulk
  under the last seq: W measures sync, not imports.
- The school's zone is Europe/Moscow and period p begins at 7 + p o'clock, which is W's 5 + p UTC.
- Some edits of W change marks of lessons that lie after them, which clause 4.5.2 forbids. All
  clocks therefore show 28 days more than W says; a correction states a reason (clause 2.2).
- A new value on an absence makes it "late": the same kind of change on the same row. A new text
  for a homework loses blanks at its ends, as the command takes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.workload import (
    DAY_SECONDS,
    EDITS_DAY,
    JOURNALS_A_CLASS,
    PUPILS_A_CLASS,
    START,
    Edit,
    Journal,
    NewHomework,
    NewMark,
    NewValue,
    Workload,
)
from benchmarks.workload import Lesson as WLesson
from benchmarks.workload import Mark as WMark
from eschool_core import calendar
from eschool_core.app import GROUP_FELL
from eschool_core.commands.base import Command
from eschool_core.commands.groups import CreateGroup
from eschool_core.commands.guardians import GuardianEntry
from eschool_core.commands.journals import OpenJournal, RecordSubstitution, SetLoad
from eschool_core.commands.lessons import RecordAttendance, RecordHomework, RecordMark
from eschool_core.commands.people import AdmitPupil, Appoint, HireStaff, guardian_ids
from eschool_core.commands.school import CreateClass, CreateSubject, OpenYear, SetBells
from eschool_core.domain.enums import (
    HomeworkState,
    JournalKind,
    Presence,
    Role,
    SubstitutionKind,
    Timeliness,
    WorkKind,
)
from eschool_core.domain.journal import (
    Attendance,
    Homework,
    JournalLine,
    Mark,
    TimetableSlot,
    Topic,
)
from eschool_core.domain.journal import Lesson as LessonRow
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.row import Row
from eschool_core.ids import INDEX_BITS, NUMBER_BITS, make_id
from eschool_core.imports.builder import BatchEntry
from eschool_core.imports.drafts import NameDraft
from eschool_core.store.database import transaction
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.store import Store
from eschool_sync.clock import ManualClock
from eschool_sync.server.directory import STATE_FILE, Directory
from eschool_sync.server.school import ServerSchool

ZONE: Final = "Europe/Moscow"
CLOCK_SHIFT_DAYS: Final = 28
EDITS_BEGIN: Final = START + (EDITS_DAY + CLOCK_SHIFT_DAYS) * DAY_SECONDS
DEVICE_SHIFT: Final = 1 << (NUMBER_BITS + INDEX_BITS)
REASON: Final = "исправление ошибки"
_FIRST_DAY: Final = START // DAY_SECONDS
_LAST_DAY: Final = _FIRST_DAY + 269
_ZONE_HOURS: Final = 3
_PERIOD_MINUTES: Final = 45
_SLOT_NUMBER: Final = 500
CLASSES_A_GRADE: Final = 5
_FULL_WEIGHT: Final = 100
_WORK_KINDS: Final = {
    "work": WorkKind.CLASSWORK,
    "home": WorkKind.HOMEWORK,
    "test": WorkKind.TEST,
    "quiz": WorkKind.INDEPENDENT,
}
_MARK_KINDS: Final = {int(kind): name for name, kind in _WORK_KINDS.items()}

Cells = dict[tuple[int, int], tuple[str, int | None, str]]
"""Kind, value and comment by W's lesson and pupil; kind ``late`` for a corrected absence."""


@dataclass(frozen=True)
class People:
    """Ids of the system by W's numbers."""

    staff: list[int]
    classes: list[int]
    pupils: list[int]
    journals: list[int]
    lines: dict[tuple[int, int], int]
    """Partition of the line of (journal, pupil)."""
    guardian: int
    """Of pupil 0."""


@dataclass(frozen=True)
class BuiltSchool:
    """A school in a server's folder.

    Attributes:
        number: Its number on the server.
        people: Ids of the system by W's numbers.
    """

    number: int
    people: People

    def command(self, edit: Edit, originals: Originals) -> Command:
        """Return the command that an edit of W is here."""
        if isinstance(edit, NewHomework):
            return RecordHomework(lesson_id=edit.lesson_id + DEVICE_SHIFT, text=edit.text)
        if isinstance(edit, NewMark):
            return RecordMark(
                lesson_id=edit.mark.lesson_id + DEVICE_SHIFT,
                pupil_id=self.people.pupils[edit.mark.pupil_id],
                value=edit.mark.value or 0,
                work_kind=WorkKind.CLASSWORK,
            )
        mark = originals[edit.mark_id]
        pupil_id = self.people.pupils[mark.pupil_id]
        if mark.kind == "absent":
            return RecordAttendance(
                lesson_id=mark.lesson_id + DEVICE_SHIFT, pupil_id=pupil_id, presence=Presence.LATE
            )
        return correction(self.people, mark, edit.value, mark.comment)


def correction(people: People, mark: WMark, value: int, comment: str) -> RecordMark:
    """Return the command that gives a mark another value and comment."""
    return RecordMark(
        lesson_id=mark.lesson_id + DEVICE_SHIFT,
        pupil_id=people.pupils[mark.pupil_id],
        value=value,
        work_kind=_WORK_KINDS[mark.kind],
        comment=comment,
        reason=REASON,
    )


Originals = dict[int, WMark]


def originals_of(journals: Iterable[Journal]) -> Originals:
    """Return marks by id."""
    return {mark.id: mark for journal in journals for mark in journal.marks}


def build(folder: Path, workload: Workload) -> BuiltSchool:
    """Make a server's folder that holds the school, at the moment the edits begin."""
    clock = ManualClock(START + 4 * 3600)
    directory = Directory(folder, clock=clock)
    number, _ = directory.found("Школа", ZONE, NameDraft("Администратор", "А"))
    school = directory.school(number)
    people = _populate(school, workload)
    clock.step_wall(EDITS_BEGIN - clock.wall())
    # Before the lessons are there: their days are long over when they are put in.
    school.turn_days()
    _put_rows(school, workload, people)
    state = replace(school.state, highest_device=workload.teachers + 1)
    state.save(folder / str(number) / STATE_FILE)
    school.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    school.database.connection.close()  # type: ignore[attr-defined]
    return BuiltSchool(number, people)


def make_deputy(folder: Path, school: BuiltSchool, teacher: int) -> None:
    """Let a teacher see the whole school from now on."""
    directory = Directory(folder, clock=ManualClock(EDITS_BEGIN))
    act = Appoint(
        person_id=school.people.staff[teacher],
        role=Role.DEPUTY_STUDIES,
        first_day=_FIRST_DAY,
        last_day=_LAST_DAY,
    )
    _Office(directory.school(school.number)).give([act])
    directory.close()


class _Office:
    """Gives commands as the server's own acts."""

    def __init__(self, school: ServerSchool) -> None:
        self._school = school

    def give(self, commands: Sequence[Command]) -> list[int]:
        """Carry out commands as one group; return the first id of each."""
        number = self._school.next_number()
        entries = []
        for command in commands:
            take = command.numbers_taken()
            entries.append(BatchEntry(number, take, command))
            number += take
        for outcome in self._school.act_all(entries):
            if outcome.key and outcome.key != GROUP_FELL:
                raise ValueError(f"refused: {outcome}")
        return [make_id(self._school.state.server_device, entry.number) for entry in entries]


def _populate(school: ServerSchool, workload: Workload) -> People:
    office, words = _Office(school), workload.words
    [year] = office.give(
        [OpenYear(name="2026/27", first_day=_FIRST_DAY, last_day=_LAST_DAY, weekdays=6)]
    )
    periods = tuple(
        (period, start, start + _PERIOD_MINUTES)
        for period in range(1, 7)
        for start in (60 * (7 + period),)
    )
    [bells] = office.give([SetBells(name="I", periods=periods)])
    staff = office.give(
        [HireStaff(family=words[t].title(), given="А") for t in range(workload.teachers)]
    )
    classes = office.give(
        [
            CreateClass(
                year_id=year,
                name=_class_name(workload, number),
                grade=_grade(workload, number),
                schedule_id=bells,
            )
            for number in range(workload.classes)
        ]
    )
    groups = office.give(
        [
            CreateGroup(
                year_id=year,
                name=_class_name(workload, number),
                class_ids=(class_id,),
                whole=1,
                first_day=_FIRST_DAY,
            )
            for number, class_id in enumerate(classes)
        ]
    )
    subjects = office.give(
        [CreateSubject(name=f"Предмет {n}") for n in range(1, JOURNALS_A_CLASS + 1)]
    )
    admissions = [
        AdmitPupil(
            family=words[p % len(words)].title(),
            given=words[-1 - p % len(words)].title(),
            class_id=classes[p // PUPILS_A_CLASS],
            first_day=_FIRST_DAY,
            order="1-з",
            guardians=(GuardianEntry(family=words[p % len(words)].title(), given="А"),),
        )
        for p in range(PUPILS_A_CLASS * workload.classes)
    ]
    pupils = office.give(admissions)
    [guardian] = guardian_ids(admissions[0], pupils[0])
    journals = office.give(
        [
            OpenJournal(
                year_id=year,
                group_id=groups[j // JOURNALS_A_CLASS],
                subject_id=subjects[j % JOURNALS_A_CLASS],
                journal_kind=JournalKind.CLASS,
            )
            for j in range(workload.journals)
        ]
    )
    office.give(list(_duties(workload, staff, classes, journals)))
    journal_numbers = {journal_id: j for j, journal_id in enumerate(journals)}
    pupil_numbers = {pupil_id: p for p, pupil_id in enumerate(pupils)}
    lines = {
        (journal_numbers[line.journal_id], pupil_numbers[line.pupil_id]): line.part
        for line in school.store.select(JournalLine)
    }
    return People(staff, classes, pupils, journals, lines, guardian)


def _grade(workload: Workload, number: int) -> int:
    return 5 + number // (CLASSES_A_GRADE * workload.scale)


def _class_name(workload: Workload, number: int) -> str:
    """Return the name of a class: a letter, in a larger school with a number."""
    turn, letter = divmod(number % (CLASSES_A_GRADE * workload.scale), CLASSES_A_GRADE)
    return f"{_grade(workload, number)}{'АБВГД'[letter]}{turn or ''}"


def _duties(
    workload: Workload, staff: list[int], classes: list[int], journals: list[int]
) -> Iterable[Command]:
    dates: dict[str, Any] = {"first_day": _FIRST_DAY, "last_day": _LAST_DAY}
    for t, person_id in enumerate(staff):
        yield Appoint(person_id=person_id, role=Role.TEACHER, **dates)
        if workload.led_class(t) < workload.classes:
            class_id = classes[workload.led_class(t)]
            yield Appoint(person_id=person_id, role=Role.CLASS_TEACHER, class_id=class_id, **dates)
        for journal in workload.own(t):
            yield SetLoad(
                journal_id=journals[journal.number], staff_id=person_id, weekly_periods=3, **dates
            )
    for t, person_id in enumerate(staff):
        for journal in workload.own(workload.substituted(t)):
            yield RecordSubstitution(
                journal_id=journals[journal.number],
                absent_id=staff[workload.substituted(t)],
                substitute_id=person_id,
                substitution_kind=SubstitutionKind.ACTING,
                act="№ 1",
                **dates,
            )


def _put_rows(school: ServerSchool, workload: Workload, people: People) -> None:
    """Put all rows of W under the last seq; nobody has synced yet."""
    ledger = ConfirmedLedger(school.database, bytes.fromhex(school.state.digest_key))
    ledger.seq = school.head().seq
    store = Store(school.database, ledger)
    with transaction(school.database):
        for journal in workload.each():
            for rows in _rows(journal, people, journal.number // workload.posts):
                store.add_many(rows)
        ledger.flush()
        school.database.execute("UPDATE head SET scope_seq = seq")


def _rows(journal: Journal, people: People, turn: int) -> Iterable[Sequence[Row]]:
    """Yield the rows of a journal, one table after another.

    Args:
        journal: Of W.
        people: Of the school.
        turn: Which of its teacher's journals it is, from 0.
    """
    teacher = journal.number % len(people.staff)
    part = partition(PartitionKind.JOURNAL, people.journals[journal.number])
    signed = {"author_id": people.staff[teacher], "device": teacher + 2}
    journal_id = people.journals[journal.number]
    class_id = people.classes[journal.number // JOURNALS_A_CLASS]
    yield [
        TimetableSlot(
            id=make_id(teacher + 2, 1000 * turn + _SLOT_NUMBER, index),
            part=partition(PartitionKind.CLASS, class_id),
            class_id=class_id,
            journal_id=journal_id,
            week=0,
            weekday=calendar.weekday_of(lesson.date // DAY_SECONDS),
            period=_period(lesson),
            first_day=_FIRST_DAY,
        )
        for index, lesson in enumerate(journal.lessons[:3])
    ]
    yield [
        LessonRow(
            id=lesson.id + DEVICE_SHIFT,
            part=part,
            journal_id=journal_id,
            day=lesson.date // DAY_SECONDS,
            period=_period(lesson),
            start_minute=_start_minute(lesson),
            end_minute=_start_minute(lesson) + _PERIOD_MINUTES,
        )
        for lesson in journal.lessons
    ]
    yield [
        Topic(
            id=lesson.id + DEVICE_SHIFT + 1,
            part=part,
            lesson_id=lesson.id + DEVICE_SHIFT,
            text=lesson.topic,
            made_at=lesson.date,
            **signed,
        )
        for lesson in journal.lessons
    ]
    yield [
        Homework(
            id=lesson.id + DEVICE_SHIFT + 2,
            part=part,
            lesson_id=lesson.id + DEVICE_SHIFT,
            state=HomeworkState.SET,
            text=lesson.homework,
            timeliness=Timeliness.PROVEN,
            made_at=lesson.date,
            **signed,
        )
        for lesson in journal.lessons
    ]
    yield [
        Mark(
            id=mark.id + DEVICE_SHIFT,
            part=people.lines[journal.number, mark.pupil_id],
            lesson_id=mark.lesson_id + DEVICE_SHIFT,
            value=mark.value or 0,
            kind=_WORK_KINDS[mark.kind],
            weight=_FULL_WEIGHT,
            comment=mark.comment,
            made_at=mark.updated_at,
            **signed,
        )
        for mark in journal.marks
        if mark.kind != "absent"
    ]
    yield [
        Attendance(
            id=mark.id + DEVICE_SHIFT,
            part=people.lines[journal.number, mark.pupil_id],
            lesson_id=mark.lesson_id + DEVICE_SHIFT,
            presence=Presence.ABSENT,
            made_at=mark.updated_at,
            **signed,
        )
        for mark in journal.marks
        if mark.kind == "absent"
    ]


def _start_minute(lesson: WLesson) -> int:
    return lesson.date % DAY_SECONDS // 60 + 60 * _ZONE_HOURS


def _period(lesson: WLesson) -> int:
    return _start_minute(lesson) // 60 - 7


# Reading back.

_LESSONS: Final = (
    "SELECT l.id, l.journal_id, l.day, l.start_minute, t.text, h.text FROM lesson l "
    "JOIN topic t ON t.lesson_id = l.id JOIN homework h ON h.lesson_id = l.id"
)
_MARKS: Final = (
    "SELECT m.id, m.lesson_id, l.pupil_id, m.value, m.kind, m.comment, m.made_at "
    "FROM mark m JOIN journal_line l ON l.part = m.part"
)
_ABSENCES: Final = (
    "SELECT a.id, a.lesson_id, l.pupil_id, a.presence, a.made_at "
    "FROM attendance a JOIN journal_line l ON l.part = a.part"
)


def lessons_in(store: Store, people: People) -> list[WLesson]:
    """Return the lessons of a store as W's, in id order within journals."""
    numbers = {journal_id: j for j, journal_id in enumerate(people.journals)}
    rows = [
        WLesson(
            row_id - DEVICE_SHIFT,
            numbers[journal_id],
            day * DAY_SECONDS + 60 * (minute - 60 * _ZONE_HOURS),
            topic,
            homework,
        )
        for row_id, journal_id, day, minute, topic, homework in store.rows(_LESSONS)
    ]
    return sorted(rows, key=lambda row: (row.journal, row.id))


def marks_in(store: Store, people: People) -> list[WMark]:
    """Return marks and absences of a store as W's, in id order; "late" where corrected."""
    numbers = {pupil_id: p for p, pupil_id in enumerate(people.pupils)}
    found = [
        WMark(
            row_id - DEVICE_SHIFT,
            lesson_id - DEVICE_SHIFT,
            numbers[pupil_id],
            value,
            _MARK_KINDS[kind],  # type: ignore[arg-type]
            comment,
            made_at,
        )
        for row_id, lesson_id, pupil_id, value, kind, comment, made_at in store.rows(_MARKS)
    ]
    found += [
        WMark(
            row_id - DEVICE_SHIFT,
            lesson_id - DEVICE_SHIFT,
            numbers[pupil_id],
            None,
            "absent" if presence == Presence.ABSENT else "late",  # type: ignore[arg-type]
            "",
            made_at,
        )
        for row_id, lesson_id, pupil_id, presence, made_at in store.rows(_ABSENCES)
    ]
    return sorted(found)


def expected_lessons(journals: Sequence[Journal]) -> list[WLesson]:
    """Return what ``lessons_in`` gives after a bootstrap."""
    return [lesson for journal in journals for lesson in journal.lessons]


def expected_marks(journals: Sequence[Journal]) -> list[WMark]:
    """Return what ``marks_in`` gives after a bootstrap."""
    return sorted(
        mark._replace(comment="") if mark.kind == "absent" else mark
        for journal in journals
        for mark in journal.marks
    )


def expected_after(
    journals: Sequence[Journal], edits: Sequence[Edit]
) -> tuple[Cells, dict[int, str]]:
    """Return cells and homeworks after a plain replay of edits."""
    originals = originals_of(journals)
    cells = cells_of(expected_marks(journals))
    homeworks = {lesson.id: lesson.homework.strip() for lesson in expected_lessons(journals)}
    for edit in edits:
        if isinstance(edit, NewHomework):
            homeworks[edit.lesson_id] = edit.text.strip()
        elif isinstance(edit, NewMark):
            mark = edit.mark
            cells[mark.lesson_id, mark.pupil_id] = (mark.kind, mark.value, "")
        elif isinstance(edit, NewValue):
            mark = originals[edit.mark_id]
            is_late = mark.kind == "absent"
            cells[mark.lesson_id, mark.pupil_id] = (
                ("late", None, "") if is_late else (mark.kind, edit.value, mark.comment.strip())
            )
    return cells, homeworks


def cells_of(marks: Iterable[WMark]) -> Cells:
    """Return marks by their cells."""
    return {
        (mark.lesson_id, mark.pupil_id): (mark.kind, mark.value, mark.comment.strip())
        for mark in marks
    }
