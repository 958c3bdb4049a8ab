"""A class of thirty generated pupils with one journal, made by commands in any school."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eschool_core.commands.base import Command
from eschool_core.commands.groups import CreateGroup
from eschool_core.commands.journals import OpenJournal, PlanRow, SetLoad, SetPlan
from eschool_core.commands.people import AdmitPupil, Appoint, HireStaff
from eschool_core.commands.school import CreateClass, CreateSubject
from eschool_core.commands.timetable import ScheduleLessons, SetSlots
from eschool_core.domain.enums import JournalKind, Role, Sex
from eschool_core.sample.names import NameSource

PUPILS: Final = 30
GRADE: Final = 6
PLAN_ITEMS: Final = 40
FAR_DAYS: Final = 300

Give = Callable[[Command], int]
"""Gives a command and returns the first id that it may use; refused ones raise."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the class is put.

    Attributes:
        first_day: From which day on everything holds.
        slots: Weekday and period of its lessons.
        lessons_from: First day on which lessons are made.
        lessons_to: Last one.
    """

    year_id: int
    schedule_id: int
    first_day: int
    slots: tuple[tuple[int, int], ...]
    lessons_from: int
    lessons_to: int


@dataclass(frozen=True, slots=True)
class BigClass:
    """What was made.

    Attributes:
        names: Family, given name and patronymic by pupil.
    """

    teacher_id: int
    journal_id: int
    names: dict[int, str]


def add_class(give: Give, frame: Frame, seed: int) -> BigClass:
    """Make the class, its teacher, its journal with lessons and a plan."""
    name = f"{GRADE}Щ{seed}"
    class_id = give(
        CreateClass(year_id=frame.year_id, name=name, grade=GRADE, schedule_id=frame.schedule_id)
    )
    group_id = give(
        CreateGroup(
            year_id=frame.year_id,
            name=name,
            class_ids=(class_id,),
            whole=1,
            first_day=frame.first_day,
        )
    )
    source = NameSource(f"big class {seed}")
    names = {}
    for number in range(PUPILS):
        child = source.child(source.father(), Sex.FEMALE if number % 2 else Sex.MALE)
        pupil_id = give(
            AdmitPupil(
                family=child.family,
                given=child.given,
                patronymic=child.patronymic,
                class_id=class_id,
                first_day=frame.first_day,
                order="№ 2",
            )
        )
        names[pupil_id] = f"{child.family} {child.given} {child.patronymic}"
    teacher_id = give(HireStaff(family="Счётова", given="Клара"))
    give(Appoint(person_id=teacher_id, role=Role.TEACHER, first_day=frame.first_day))
    return BigClass(teacher_id, _journal(give, frame, group_id, teacher_id, seed), names)


def _journal(give: Give, frame: Frame, group_id: int, teacher_id: int, seed: int) -> int:
    subject_id = give(CreateSubject(name=f"Счёт {seed}"))
    journal_id = give(
        OpenJournal(
            year_id=frame.year_id,
            group_id=group_id,
            subject_id=subject_id,
            journal_kind=JournalKind.CLASS,
        )
    )
    give(
        SetLoad(
            journal_id=journal_id,
            staff_id=teacher_id,
            weekly_periods=len(frame.slots),
            first_day=frame.first_day,
            last_day=frame.first_day + FAR_DAYS,
        )
    )
    slots = tuple((0, weekday, period, "") for weekday, period in frame.slots)
    give(SetSlots(journal_id=journal_id, first_day=frame.first_day, slots=slots))
    give(
        ScheduleLessons(
            journal_id=journal_id, first_day=frame.lessons_from, last_day=frame.lessons_to
        )
    )
    rows = tuple(
        PlanRow(ordinal=n, section="Дроби", topic=f"Дроби, урок {n}", homework=f"§ {n}, № {n}–9")
        for n in range(1, PLAN_ITEMS)
    )
    give(SetPlan(journal_id=journal_id, items=rows))
    return journal_id
