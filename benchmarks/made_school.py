"""A school of any size made by a seed, straight as rows: for the reports' figures and identities.

Grades 1 to 11 in turn, ten subjects a class, one journal for each; pupils come, leave and change
class; terms are quarters and half-years; marks, misses, excuses and term marks of every kind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.enums import (
    ExcuseKind,
    HomeworkState,
    JournalKind,
    Presence,
    Role,
    TermKind,
    Timeliness,
    WorkKind,
)
from eschool_core.domain.journal import (
    Attendance,
    Homework,
    JournalLine,
    Lesson,
    Mark,
    RollTaken,
    Topic,
)
from eschool_core.domain.partition import SCHOOL, TO_RESULT, PartitionKind, partition
from eschool_core.domain.people import AbsenceExcuse, Enrolment, GroupMember, Pupil
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.domain.results import TermMark
from eschool_core.domain.row import FOREVER, Row
from eschool_core.domain.school import (
    AcademicYear,
    Appointment,
    GroupClass,
    Journal,
    School,
    SchoolClass,
    Staff,
    StudyGroup,
    Subject,
    TeachingLoad,
    Term,
)
from eschool_core.store.database import SqliteDatabase
from eschool_core.store.schema import create_domain_tables
from eschool_core.store.store import Store

FIRST_DAY: Final = calendar.day_number(date(2026, 9, 1))
LAST_DAY: Final = calendar.day_number(date(2027, 5, 26))
QUARTERS: Final = (
    (FIRST_DAY, calendar.day_number(date(2026, 10, 24))),
    (calendar.day_number(date(2026, 11, 2)), calendar.day_number(date(2026, 12, 29))),
    (calendar.day_number(date(2027, 1, 11)), calendar.day_number(date(2027, 3, 20))),
    (calendar.day_number(date(2027, 3, 29)), LAST_DAY),
)
HALF_YEARS: Final = ((FIRST_DAY, QUARTERS[1][1]), (QUARTERS[2][0], LAST_DAY))
SUBJECTS: Final = 10
GRADES: Final = 11
LESSON_WEEKDAYS: Final = 5
DEVICE: Final = 7
NOON: Final = 12 * 3600


class SilentLedger:
    """Keeps nothing: the rows are read, never synced."""

    def stamp(self, old: Row | None) -> int:
        """Return the seq that every row carries."""
        return 1

    def note(self, old: Row | None, new: Row | None) -> None:
        """Do nothing."""

    def begin(self) -> None:
        """Do nothing."""

    def keep(self) -> None:
        """Do nothing."""

    def drop(self) -> None:
        """Do nothing."""


@dataclass
class MadeSchool:
    """The school with its store, and the ids that a caller asks reports by.

    Attributes:
        terms: Quarters, then half-years.
        rows: How many rows were made.
    """

    store: Store
    classes: list[int] = field(default_factory=list)
    teachers: list[int] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    rows: int = 0


def made_school(
    seed: int, classes: int, pupils_a_class: int, lessons_a_week: int = 2, *, marks: bool = True
) -> MadeSchool:
    """Return a school in memory.

    Args:
        seed: Equal seeds, equal rows.
        classes: How many; their grades go round 1 to 11.
        pupils_a_class: At the beginning of the year.
        lessons_a_week: Of each journal.
        marks: False leaves lessons empty, for tests that look at people alone.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    database = SqliteDatabase(connection)
    create_domain_tables(database)
    school = MadeSchool(Store(database, SilentLedger()))
    maker = _Maker(school, Random(seed), classes, pupils_a_class, lessons_a_week)
    database.execute("BEGIN")
    maker.make(marks=marks)
    database.execute("COMMIT")
    return school


class _Maker:
    """Writes the rows, kind after kind."""

    def __init__(
        self, school: MadeSchool, random: Random, classes: int, pupils: int, lessons_a_week: int
    ) -> None:
        self._school = school
        self._random = random
        self._classes = classes
        self._pupils = pupils
        self._weekly = lessons_a_week
        self._ids = iter(range(1, 1 << 40))
        self._year = 0
        self._subjects: list[int] = []
        self._groups: dict[int, int] = {}
        self._grades: dict[int, int] = {}
        self._journals: dict[int, list[int]] = {}
        self._teacher: dict[int, int] = {}
        self._lessons: dict[int, list[Lesson]] = {}
        self._lines: list[JournalLine] = []

    def make(self, *, marks: bool) -> None:
        """Write everything."""
        self._institution()
        self._people()
        self._put([lesson for listed in self._schedule() for lesson in listed])
        if marks:
            self._entries()
            self._results()

    def _put(self, rows: list[Row]) -> None:
        by_table: dict[type[Row], list[Row]] = {}
        for row in rows:
            by_table.setdefault(type(row), []).append(row)
        for listed in by_table.values():
            self._school.store.add_many(listed)
        self._school.rows += len(rows)

    def _id(self) -> int:
        return next(self._ids)

    def _institution(self) -> None:
        self._year = self._id()
        rows: list[Row] = [
            School(
                id=self._id(), part=SCHOOL, name="Школа", zone="Asia/Omsk", current_day=LAST_DAY
            ),
            AcademicYear(
                id=self._year,
                part=SCHOOL,
                name="2026/27",
                first_day=FIRST_DAY,
                last_day=LAST_DAY,
                weekdays=LESSON_WEEKDAYS,
                cycle_weeks=1,
            ),
        ]
        for kind, spans in ((TermKind.QUARTER, QUARTERS), (TermKind.HALF_YEAR, HALF_YEARS)):
            for ordinal, (first, last) in enumerate(spans, start=1):
                term = Term(
                    id=self._id(),
                    part=SCHOOL,
                    year_id=self._year,
                    kind=kind,
                    ordinal=ordinal,
                    first_day=first,
                    last_day=last,
                )
                self._school.terms.append(term)
        self._subjects = [self._id() for _ in range(SUBJECTS)]
        rows += self._school.terms
        rows += [
            Subject(id=subject, part=SCHOOL, name=f"Предмет {place}")
            for place, subject in enumerate(self._subjects, start=1)
        ]
        self._put(rows)
        for place in range(self._classes):
            self._open_class(place)

    def _open_class(self, place: int) -> None:
        grade = place % GRADES + 1
        class_id, group_id = self._id(), self._id()
        self._school.classes.append(class_id)
        self._groups[class_id], self._grades[class_id] = group_id, grade
        name = f"{grade}{'АБВГДЕЖ'[place // GRADES]}"
        rows: list[Row] = [
            SchoolClass(
                id=class_id, part=SCHOOL, year_id=self._year, name=name, grade=grade, schedule_id=0
            ),
            StudyGroup(id=group_id, part=SCHOOL, year_id=self._year, name=name, whole=1),
            GroupClass(id=self._id(), part=SCHOOL, group_id=group_id, class_id=class_id),
        ]
        self._journals[class_id] = []
        for subject in self._subjects:
            journal_id = self._id()
            teacher = self._teacher_of(subject, place)
            self._journals[class_id].append(journal_id)
            self._teacher[journal_id] = teacher
            rows += [
                Journal(
                    id=journal_id,
                    part=SCHOOL,
                    year_id=self._year,
                    group_id=group_id,
                    subject_id=subject,
                    kind=JournalKind.CLASS,
                ),
                TeachingLoad(
                    id=self._id(),
                    part=SCHOOL,
                    journal_id=journal_id,
                    staff_id=teacher,
                    weekly_periods=self._weekly,
                    first_day=FIRST_DAY,
                ),
            ]
        rows.append(
            Appointment(
                id=self._id(),
                part=SCHOOL,
                person_id=self._teacher[self._journals[class_id][0]],
                role=Role.CLASS_TEACHER,
                class_id=class_id,
                first_day=FIRST_DAY,
            )
        )
        self._put(rows)

    def _teacher_of(self, subject: int, place: int) -> int:
        """Return the teacher of a subject: one for every five classes."""
        wanted = self._subjects.index(subject) + SUBJECTS * (place // 5)
        while len(self._school.teachers) <= wanted:
            staff_id = self._id()
            number = len(self._school.teachers) + 1
            row = Staff(id=staff_id, part=SCHOOL, family=f"Учитель{number}", given="Анна")
            self._put([row])
            self._school.teachers.append(staff_id)
        return self._school.teachers[wanted]

    def _people(self) -> None:
        rows: list[Row] = []
        for class_id in self._school.classes:
            for number in range(self._pupils):
                rows += self._pupil(class_id, number)
        self._put(rows)
        self._put(list(self._lines))

    def _pupil(self, class_id: int, number: int) -> Iterator[Row]:
        """Yield a pupil: most stay, some come late, leave or go to another class."""
        random, pupil_id = self._random, self._id()
        part = partition(PartitionKind.NAME, pupil_id)
        yield Pupil(id=pupil_id, part=part, family=f"Фамилия{pupil_id}", given=f"Имя{number}")
        first, last, other = FIRST_DAY, FOREVER, 0
        fate = random.random()
        if fate < 0.04:
            first = random.randrange(FIRST_DAY + 1, LAST_DAY - 60)
        elif fate < 0.08:
            last = random.randrange(FIRST_DAY + 5, LAST_DAY - 5)
        elif fate < 0.12:
            last = random.randrange(FIRST_DAY + 5, LAST_DAY - 5)
            same = [
                one for one in self._school.classes if self._grades[one] == self._grades[class_id]
            ]
            other = random.choice([one for one in same if one != class_id] or [0])
        yield from self._stay(pupil_id, class_id, first, last)
        if other:
            yield from self._stay(pupil_id, other, last + 1, FOREVER)

    def _stay(self, pupil_id: int, class_id: int, first: int, last: int) -> Iterator[Row]:
        part = partition(PartitionKind.NAME, pupil_id)
        yield Enrolment(
            id=self._id(),
            part=part,
            pupil_id=pupil_id,
            class_id=class_id,
            grade=self._grades[class_id],
            first_day=first,
            last_day=last,
            order_in="1-з",
            order_out="2-о" if last != FOREVER else "",
        )
        yield GroupMember(
            id=self._id(),
            part=part,
            group_id=self._groups[class_id],
            pupil_id=pupil_id,
            first_day=first,
            last_day=last,
        )
        for journal_id in self._journals[class_id]:
            line_id = self._id()
            self._lines.append(
                JournalLine(
                    id=line_id,
                    part=partition(PartitionKind.LINE, line_id),
                    journal_id=journal_id,
                    pupil_id=pupil_id,
                    first_day=first,
                    last_day=last,
                )
            )

    def _schedule(self) -> Iterator[list[Row]]:
        days = [
            day
            for first, last in QUARTERS
            for day in range(first, last + 1)
            if calendar.weekday_of(day) < LESSON_WEEKDAYS
        ]
        for listed in self._journals.values():
            for place, journal_id in enumerate(listed):
                on = {(place + step) % LESSON_WEEKDAYS for step in range(self._weekly)}
                lessons = [
                    Lesson(
                        id=self._id(),
                        part=partition(PartitionKind.JOURNAL, journal_id),
                        journal_id=journal_id,
                        day=day,
                        period=place % 7 + 1,
                        start_minute=480 + 50 * (place % 7),
                        end_minute=520 + 50 * (place % 7),
                    )
                    for day in days
                    if calendar.weekday_of(day) in on
                ]
                self._lessons[journal_id] = lessons
                yield list(lessons)

    def _entries(self) -> None:
        """Write topics, homework and rolls with a few gaps; marks, misses and excuses."""
        for journal_id, lessons in self._lessons.items():
            self._put([row for lesson in lessons for row in self._page(journal_id, lesson)])
        by_journal: dict[int, list[JournalLine]] = {}
        for line in self._lines:
            by_journal.setdefault(line.journal_id, []).append(line)
        for journal_id, lines in by_journal.items():
            self._put(
                [
                    row
                    for line in lines
                    for lesson in self._lessons[journal_id]
                    if line.first_day <= lesson.day <= line.last_day
                    for row in self._cell(journal_id, line, lesson)
                ]
            )
        self._put([self._excuse(line) for line in self._lines[:: 3 * SUBJECTS]])

    def _written(self, journal_id: int, lesson: Lesson) -> dict[str, Any]:
        at = lesson.day * 86_400 + NOON
        return {"author_id": self._teacher[journal_id], "device": DEVICE, "made_at": at}

    def _page(self, journal_id: int, lesson: Lesson) -> Iterator[Row]:
        random, by = self._random, self._written(journal_id, lesson)
        if random.random() < 0.95:
            yield Topic(id=self._id(), part=lesson.part, lesson_id=lesson.id, text="Тема", **by)
        if random.random() < 0.97:
            yield RollTaken(id=self._id(), part=lesson.part, lesson_id=lesson.id, **by)
        if random.random() < 0.8:
            yield Homework(
                id=self._id(),
                part=lesson.part,
                lesson_id=lesson.id,
                state=random.choice(tuple(HomeworkState)),
                text="§ 1",
                timeliness=random.choice(tuple(Timeliness)),
                changed_late=int(random.random() < 0.05),
                **by,
            )

    def _cell(self, journal_id: int, line: JournalLine, lesson: Lesson) -> Iterator[Row]:
        random, by, fate = self._random, self._written(journal_id, lesson), self._random.random()
        if fate < 0.2:
            yield Mark(
                id=self._id(),
                part=line.part,
                lesson_id=lesson.id,
                value=random.choice((5, 5, 4, 4, 4, 3, 3, 2)),
                kind=random.choice(tuple(WorkKind)),
                weight=100,
                **by,
            )
        elif fate < 0.26:
            yield Attendance(
                id=self._id(),
                part=line.part,
                lesson_id=lesson.id,
                presence=Presence.ABSENT if fate < 0.25 else Presence.LATE,
                stated_reason=random.choice((0, 0, ExcuseKind.SICK, ExcuseKind.VALID)),
                **by,
            )

    def _excuse(self, line: JournalLine) -> Row:
        first = self._random.randrange(FIRST_DAY, LAST_DAY)
        return AbsenceExcuse(
            id=self._id(),
            part=partition(PartitionKind.PUPIL_DAY, line.pupil_id),
            author_id=self._teacher[line.journal_id],
            device=DEVICE,
            made_at=first * 86_400,
            pupil_id=line.pupil_id,
            kind=self._random.choice(tuple(ExcuseKind)),
            first_day=first,
            last_day=first + 7,
        )

    def _results(self) -> None:
        """Write term and year marks, with some not set, not attested, released or passed."""
        grade_of = {
            journal_id: self._grades[class_id]
            for class_id, listed in self._journals.items()
            for journal_id in listed
        }
        rows: list[Row] = []
        for line in self._lines:
            grade = grade_of[line.journal_id]
            kind = TermKind.HALF_YEAR if grade >= 10 else TermKind.QUARTER
            terms = [term for term in self._school.terms if term.kind == kind]
            for term in (*terms, None):
                value = self._value()
                stood = term is None or line.first_day <= term.last_day <= line.last_day
                if value and stood and grade > 1:
                    rows.append(self._term_mark(line, term, value))
        self._put(rows)

    def _value(self) -> int:
        fate = self._random.random()
        if fate < 0.96:
            return self._random.choice((5, 5, 5, 4, 4, 4, 4, 3, 3))
        special = (2, 0, ResultValue.NOT_ATTESTED, ResultValue.EXEMPT, ResultValue.PASS)
        return self._random.choice(special)

    def _term_mark(self, line: JournalLine, term: Term | None, value: int) -> TermMark:
        return TermMark(
            id=self._id(),
            part=line.part + TO_RESULT,
            author_id=self._teacher[line.journal_id],
            device=DEVICE,
            made_at=LAST_DAY * 86_400,
            kind=ResultKind.YEAR if term is None else ResultKind.TERM,
            term_id=0 if term is None else term.id,
            value=value,
        )
