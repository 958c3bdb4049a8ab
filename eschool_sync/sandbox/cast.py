"""Who plays: chosen by rule from whatever timetable the school has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eschool_core.commands import facts
from eschool_core.domain.enums import JournalKind, Role
from eschool_core.domain.journal import JournalLine, Lesson
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship
from eschool_core.domain.school import Appointment, Journal, TeachingLoad
from eschool_core.errors import InputError
from eschool_sync.sandbox.stage import Stage
from eschool_sync.server.scope import scope_of

LEAST_PUPILS = 9
GRADED = 6
"""At the head of a lesson's list; the last two of it come late or not at all."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The people and lessons of the day.

    Attributes:
        first: Lesson of the teacher, substituted: the teacher is ill but does not let go.
        second: A later lesson, which the teacher gives.
        child: Pupil of the first lesson whom both mark, and whose guardian looks on.
        leaver: Pupil of the second lesson who leaves school that morning.
    """

    teacher_id: int
    substitute_id: int
    class_teacher_id: int
    guardian_id: int
    first: Lesson
    second: Lesson
    first_pupils: tuple[int, ...]
    second_pupils: tuple[int, ...]
    child: int
    leaver: int


def choose(stage: Stage) -> Cast:
    """Return the first cast that the day's timetable allows.

    Raises:
        InputError: ``demo.no_cast``: no teacher has two lessons with marks that day.
    """
    store = stage.school.store
    lessons = sorted(
        store.select(Lesson, day=stage.day), key=lambda entry: (entry.period, entry.id)
    )
    by_teacher: dict[int, list[Lesson]] = {}
    for lesson in lessons:
        if not _with_marks(stage, lesson):
            continue
        loads = store.select(TeachingLoad, journal_id=lesson.journal_id)
        if len(loads) == 1:
            by_teacher.setdefault(loads[0].staff_id, []).append(lesson)
    for teacher_id, own in by_teacher.items():
        for first, second in _pairs(own):
            cast = _complete(stage, lessons, teacher_id, first, second)
            if cast is not None:
                return cast
    raise InputError("demo.no_cast")


def _pairs(lessons: list[Lesson]) -> Iterator[tuple[Lesson, Lesson]]:
    for index, first in enumerate(lessons):
        for second in lessons[index + 1 :]:
            if second.journal_id != first.journal_id and second.period > first.period:
                yield first, second


def _complete(
    stage: Stage, lessons: list[Lesson], teacher_id: int, first: Lesson, second: Lesson
) -> Cast | None:
    store = stage.school.store
    journal = store.require(Journal, first.journal_id)
    classes = facts.group_classes(store, journal)
    if len(classes) > 1:
        # Of a joint lesson the class teacher leads only some of the pupils.
        return None
    [school_class] = classes
    class_teacher_id = stage.class_teacher_ids.get(school_class.id)
    if class_teacher_id is None or class_teacher_id == teacher_id:
        return None
    busy = {
        load.staff_id
        for lesson in lessons
        if lesson.period == first.period
        for load in store.select(TeachingLoad, journal_id=lesson.journal_id)
    }
    taken = busy | {teacher_id, class_teacher_id}
    free = (
        entry.person_id
        for entry in store.select(Appointment, role=Role.TEACHER)
        if entry.person_id not in taken
    )
    substitute_id = next(free, None)
    first_pupils, second_pupils = _pupils(stage, first), _pupils(stage, second)
    for child in first_pupils:
        guardians = _lookers_on(stage, child)
        if guardians and substitute_id is not None:
            busy_pupils = {*first_pupils[:GRADED], *first_pupils[-2:]}
            leaver = next(pupil for pupil in second_pupils if pupil not in busy_pupils)
            return Cast(
                teacher_id,
                substitute_id,
                class_teacher_id,
                guardians[0],
                first,
                second,
                first_pupils,
                second_pupils,
                child,
                leaver,
            )
    return None


def _lookers_on(stage: Stage, pupil_id: int) -> list[int]:
    """Return the guardians who see a pupil: from 18 on it is the pupil who decides."""
    store, name = stage.school.store, partition(PartitionKind.NAME, pupil_id)
    return [
        entry.guardian_id
        for entry in store.select(Guardianship, pupil_id=pupil_id)
        if name in scope_of(store, entry.guardian_id)
    ]


def _with_marks(stage: Stage, lesson: Lesson) -> bool:
    store = stage.school.store
    journal = store.require(Journal, lesson.journal_id)
    markless = set(facts.markless_grades(store, lesson.day))
    classes = facts.group_classes(store, journal)
    return (
        journal.kind in (JournalKind.CLASS, JournalKind.GROUP)
        and not markless & {entry.grade for entry in classes}
        and len(_pupils(stage, lesson)) >= LEAST_PUPILS
    )


def _pupils(stage: Stage, lesson: Lesson) -> tuple[int, ...]:
    lines = stage.school.store.select(JournalLine, journal_id=lesson.journal_id)
    return tuple(line.pupil_id for line in lines if line.first_day <= lesson.day <= line.last_day)
