"""A small school, made by commands alone, for tests of every package.

``built_school()`` gives a fresh copy in memory within a millisecond; ``SmallSchool.found`` builds
one in any empty database. ``do`` gives a command as the server would take it.
"""

from __future__ import annotations

import copy
import sqlite3
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from eschool_core.commands.groups import ChangeGroup, CreateGroup
from eschool_core.commands.guardians import GuardianEntry
from eschool_core.commands.journals import OpenJournal, SetLoad
from eschool_core.commands.people import AdmitPupil, Appoint, HireStaff
from eschool_core.commands.school import (
    CreateClass,
    CreateSubject,
    FoundSchool,
    OpenYear,
    SetBells,
)
from eschool_core.commands.timetable import ScheduleLessons, SetSlots
from eschool_core.domain.enums import GroupChangeGround, JournalKind, Role
from eschool_core.domain.journal import JournalLine, Lesson
from eschool_core.domain.people import Guardianship
from eschool_core.domain.row import Row
from eschool_core.store.database import Database, SqliteDatabase
from eschool_core.store.schema import create_domain_tables
from tests.school_log import LoggedSchool
from tests.school_plan import (
    CLASS_TEACHERS,
    CLASSES,
    FAMILIES,
    FIRST_DAY,
    FIRST_SHIFT,
    JOURNALS,
    KEY,
    LAST_DAY,
    MONDAY,
    PUPILS_PER_CLASS,
    SATURDAY,
    SECOND_SHIFT,
    SERVER,
    SHORT,
    STAFF,
    SUBJECTS,
    TUESDAY,
    ZONE,
    Given,
    clock,
    findings,
    offline,
    read_aloud,
    verdict,
)

__all__ = [
    "CLASSES",
    "CLASS_TEACHERS",
    "FAMILIES",
    "FIRST_DAY",
    "FIRST_SHIFT",
    "JOURNALS",
    "KEY",
    "LAST_DAY",
    "MONDAY",
    "PUPILS_PER_CLASS",
    "SATURDAY",
    "SECOND_SHIFT",
    "SERVER",
    "SHORT",
    "STAFF",
    "SUBJECTS",
    "TUESDAY",
    "ZONE",
    "Given",
    "SmallSchool",
    "built_school",
    "clock",
    "findings",
    "memory",
    "offline",
    "read_aloud",
    "verdict",
]

R = TypeVar("R", bound=Row)


@dataclass
class SmallSchool(LoggedSchool):
    """A school with its log.

    Attributes:
        pupils: Ids by class.
        journals: Ids by (group, subject).
    """

    year: int = 0
    bells: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)
    journals: dict[tuple[str, str], int] = field(default_factory=dict)
    pupils: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def empty(cls, database: Database) -> SmallSchool:
        """Return a school of no rows at all."""
        create_domain_tables(database)
        return cls(database, now=clock(FIRST_DAY, 7))

    @classmethod
    def found(cls, database: Database, *, weekdays: int = 5, cycle_weeks: int = 1) -> SmallSchool:
        """Build the school in an empty database."""
        school = cls.empty(database)
        _found(school, weekdays, cycle_weeks)
        _employ(school)
        _open_classes(school)
        for group, subject, teacher, slots in JOURNALS:
            school.add_journal(group, subject, teacher, slots)
        school.now = clock(MONDAY, 12)
        return school

    def replay(self, database: Database) -> SmallSchool:
        """Give the whole log again to an empty database."""
        other = SmallSchool.empty(database)
        other.give_again(self.log)
        return other

    # Adding to the school.

    def add_class(self, name: str, grade: int, bells: str = "I") -> int:
        """Open a class with a group of the same name and no pupils."""
        class_id = self.must(
            CreateClass(year_id=self.year, name=name, grade=grade, schedule_id=self.bells[bells])
        )
        self.classes[name] = class_id
        self.pupils[name] = []
        self.add_group(name, (name,), whole=1)
        return class_id

    def add_group(self, name: str, classes: tuple[str, ...], *, whole: int = 0) -> int:
        """Open a study group."""
        self.groups[name] = self.must(
            CreateGroup(
                year_id=self.year,
                name=name,
                class_ids=tuple(self.classes[entry] for entry in classes),
                whole=whole,
                first_day=FIRST_DAY,
            )
        )
        return self.groups[name]

    def add_pupil(
        self, class_name: str, family: str, grade: int | None = None, **fields: object
    ) -> int:
        """Admit a pupil with one guardian from the first day of the year."""
        mother = GuardianEntry(family=family, given="Мария", relation="мать", phone="+7 384 000")
        values = {"first_day": FIRST_DAY, "guardians": (mother,), "order": "1-з", **fields}
        pupil_id = self.must(
            AdmitPupil(
                family=family,
                given="Саша",
                class_id=self.classes[class_name],
                grade=grade,
                **values,  # type: ignore[arg-type]
            )
        )
        self.pupils[class_name].append(pupil_id)
        return pupil_id

    def add_journal(
        self,
        group: str,
        subject: str,
        teacher: str,
        slots: tuple[tuple[int, int], ...] = (),
        *,
        kind: JournalKind = JournalKind.CLASS,
        last_day: int = MONDAY + 13,
    ) -> int:
        """Open a journal with its teacher, its weekly slots and the lessons of two weeks."""
        journal_id = self.must(
            OpenJournal(
                year_id=self.year,
                group_id=self.groups[group],
                subject_id=self.subjects[subject],
                journal_kind=kind,
            )
        )
        self.journals[group, subject] = journal_id
        self.add_load(journal_id, teacher)
        if slots:
            self.must(
                SetSlots(
                    journal_id=journal_id,
                    first_day=FIRST_DAY,
                    slots=tuple((0, weekday, period, "") for weekday, period in slots),
                )
            )
            self.must(
                ScheduleLessons(journal_id=journal_id, first_day=FIRST_DAY, last_day=last_day)
            )
        return journal_id

    def schedule(self, group: str, subject: str, first_day: int, last_day: int) -> int:
        """Make the lessons of a journal."""
        journal_id = self.journals[group, subject]
        return self.must(
            ScheduleLessons(journal_id=journal_id, first_day=first_day, last_day=last_day)
        )

    def add_load(
        self, journal_id: int, teacher: str, first_day: int = FIRST_DAY, last_day: int = LAST_DAY
    ) -> int:
        """Give a teacher a journal."""
        return self.must(
            SetLoad(
                journal_id=journal_id,
                staff_id=self.staff[teacher],
                weekly_periods=3,
                first_day=first_day,
                last_day=last_day,
            )
        )

    def add_staff(self, name: str, *roles: Role) -> int:
        """Hire somebody and appoint to roles from the first day of the year."""
        self.staff[name] = self.must(HireStaff(family=name.title(), given="Анна"))
        for role in roles:
            self.appoint(name, role)
        return self.staff[name]

    def appoint(self, name: str, role: Role, class_name: str = "", **fields: int | str) -> int:
        """Appoint somebody, by default from the first day of the year."""
        return self.must(
            Appoint(
                person_id=self.staff[name],
                role=role,
                class_id=self.classes[class_name] if class_name else 0,
                **{"first_day": FIRST_DAY, **fields},  # type: ignore[arg-type]
            )
        )

    # Looking.

    def lesson(self, group: str, subject: str, day: int = MONDAY) -> int:
        """Return the id of a journal's first lesson of a day."""
        journal_id = self.journals[group, subject]
        [first, *_] = self.store.select(Lesson, journal_id=journal_id, day=day)
        return first.id

    def line(self, group: str, subject: str, pupil_id: int) -> JournalLine:
        """Return a pupil's line."""
        [line] = self.store.select(
            JournalLine, journal_id=self.journals[group, subject], pupil_id=pupil_id
        )
        return line

    def guardian(self, pupil_id: int) -> int:
        """Return the id of a pupil's first guardian."""
        return self.store.select(Guardianship, pupil_id=pupil_id)[0].guardian_id


def memory() -> SqliteDatabase:
    """Return an empty database in memory."""
    return SqliteDatabase(sqlite3.connect(":memory:", isolation_level=None))


def built_school() -> SmallSchool:
    """Return a fresh copy of the school in memory."""
    template, image = _template()
    database = memory()
    database.connection.deserialize(image)
    school = copy.copy(template)
    for name, value in vars(template).items():
        if isinstance(value, dict | list):
            setattr(school, name, copy.deepcopy(value))
    school.attach(database)
    return school


@cache
def _template() -> tuple[SmallSchool, bytes]:
    database = memory()
    school = SmallSchool.found(database)
    return school, database.connection.serialize()


def _found(school: SmallSchool, weekdays: int, cycle_weeks: int) -> None:
    school.must(FoundSchool(name="Школа № 1", zone=ZONE))
    school.year = school.must(
        OpenYear(
            name="2026/27",
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
            weekdays=weekdays,
            cycle_weeks=cycle_weeks,
        )
    )
    for name, periods in (("I", FIRST_SHIFT), ("II", SECOND_SHIFT), ("short", SHORT)):
        school.bells[name] = school.must(SetBells(name=name, periods=periods))
    for name in SUBJECTS:
        school.subjects[name] = school.must(CreateSubject(name=name))


def _employ(school: SmallSchool) -> None:
    for name, role in STAFF:
        school.add_staff(name, *([] if role is None else [role]))


def _open_classes(school: SmallSchool) -> None:
    for name, grade, bells in CLASSES:
        school.add_class(name, grade, bells)
        for family in FAMILIES[:PUPILS_PER_CLASS]:
            school.add_pupil(name, family)
    for class_name, teacher in CLASS_TEACHERS:
        school.appoint(teacher, Role.CLASS_TEACHER, class_name)
    school.add_group("10А+10Б", ("10А", "10Б"), whole=1)
    for name, members in (("5А/1", school.pupils["5А"][:2]), ("5А/2", school.pupils["5А"][2:])):
        school.add_group(name, ("5А",))
        for pupil_id in members:
            school.must(
                ChangeGroup(
                    pupil_id=pupil_id,
                    to_group_id=school.groups[name],
                    first_day=FIRST_DAY,
                    ground=GroupChangeGround.FIRST_PLACING,
                )
            )
