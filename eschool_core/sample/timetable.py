"""A weekly timetable made by rule from the curriculum, for a school that does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from eschool_core.imports.drafts import ActivityDraft, ClassDraft, GroupDraft, TimetableDraft
from eschool_core.sample.bells import first_shift
from eschool_core.sample.board import Block
from eschool_core.sample.curriculum import SPLIT_FROM_SIZE, curriculum
from eschool_core.sample.names import NameSource, full_name, name_lists
from eschool_core.sample.placement import place_blocks
from eschool_core.sample.staffing import Load, assign_teachers

SchoolSize = Literal["small", "full"]

WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class SchoolShape:
    """How large a sample school is.

    Attributes:
        parallels: Number of classes by grade, lowest grade first.
        class_size: Pupils in each class.
        teachers: All of them get lessons.
        split_from: Size from which a class is divided; a school may go below the norm.
    """

    name: SchoolSize
    parallels: tuple[tuple[int, int], ...]
    class_size: int
    teachers: int
    split_from: int = SPLIT_FROM_SIZE


SHAPES: Mapping[SchoolSize, SchoolShape] = MappingProxyType(
    {
        "small": SchoolShape("small", ((1, 1), (5, 1), (7, 1), (10, 1)), 10, 14, split_from=10),
        "full": SchoolShape(
            "full",
            tuple((grade, 3 if grade <= 8 else 2) for grade in range(1, 12)),
            SPLIT_FROM_SIZE,
            60,
        ),
    }
)


def sample_timetable(size: SchoolSize, seed: int) -> TimetableDraft:
    """Return a placed weekly timetable; the seed decides the teachers' names alone.

    A class has the hours of the curriculum, no day above the daily limit and no free period
    between two lessons. Both subgroups of a class are taught at the same time.
    """
    shape = SHAPES[size]
    classes = _classes(shape)
    loads = [load for school_class in classes for load in _loads(school_class, shape)]
    teachers = _teacher_names(shape.teachers, seed)
    assigned = assign_teachers(loads, shape.teachers, size)
    activities, together = _activities(loads, {load: teachers[assigned[load]] for load in loads})
    frames = _frames(classes)
    blocks = [Block(positions, frames[class_name]) for positions, class_name in together]
    draft = TimetableDraft(
        name="sample",
        weekdays=WEEKDAYS,
        cycle_weeks=1,
        periods=first_shift(),
        classes=classes,
        groups=_groups(classes, loads, shape),
        teachers=teachers,
        subjects=tuple(sorted({load.subject for load in loads})),
        activities=activities,
        not_taken=(),
        active=len(activities),
        periods_per_week=sum(activity.duration for activity in activities),
    )
    placed, _ = place_blocks(draft, blocks)
    return placed


def _classes(shape: SchoolShape) -> tuple[ClassDraft, ...]:
    letters = name_lists().class_letters
    return tuple(
        ClassDraft(f"{grade}{letter}", grade, shape.class_size)
        for grade, count in shape.parallels
        for letter in letters[:count]
    )


def _loads(school_class: ClassDraft, shape: SchoolShape) -> Iterator[Load]:
    grade = school_class.grade or 0
    for line in curriculum(grade):
        divided = line.divided and school_class.size >= shape.split_from
        for part in (1, 2) if divided else (0,):
            yield Load(
                school_class.name, grade, line.subject, line.hours, line.lesson_periods, part
            )


def _teacher_names(count: int, seed: int) -> tuple[str, ...]:
    source = NameSource(f"teachers/{seed}")
    names: dict[str, None] = {}
    while len(names) < count:
        names[full_name(source.staff_member())] = None
    return tuple(names)


def _activities(
    loads: list[Load], teachers: dict[Load, str]
) -> tuple[tuple[ActivityDraft, ...], list[tuple[tuple[int, ...], str]]]:
    """Return the activities, and which of them go together for which class."""
    activities: list[ActivityDraft] = []
    together: list[tuple[tuple[int, ...], str]] = []
    for (class_name, _), same in groupby(loads, key=lambda load: (load.class_name, load.subject)):
        parts = list(same)
        duration = parts[0].lesson_periods
        for _ in range(parts[0].hours // duration):
            first = len(activities)
            for load in parts:
                number = len(activities) + 1
                groups, names = (load.group,), (teachers[load],)
                activities.append(ActivityDraft(number, load.subject, groups, names, duration))
            together.append((tuple(range(first, len(activities))), class_name))
    return tuple(activities), together


def _groups(
    classes: tuple[ClassDraft, ...], loads: list[Load], shape: SchoolShape
) -> tuple[GroupDraft, ...]:
    whole = [GroupDraft(item.name, (item.name,), True, item.size) for item in classes]
    half = shape.class_size // 2
    parts = [
        GroupDraft(
            load.group, (load.class_name,), False, half + shape.class_size % 2 * (load.part == 1)
        )
        for load in loads
        if load.part
    ]
    return (*whole, *parts)


def _frames(classes: tuple[ClassDraft, ...]) -> dict[str, int]:
    """Return the slots of each class: its hours spread evenly, each day from the first period."""
    periods = len(first_shift())
    frames = {}
    for number, school_class in enumerate(classes):
        hours = sum(line.hours for line in curriculum(school_class.grade or 0))
        lengths = [hours // WEEKDAYS] * WEEKDAYS
        for extra in range(hours % WEEKDAYS):
            lengths[(number + 2 * extra) % WEEKDAYS] += 1
        frames[school_class.name] = sum(
            ((1 << length) - 1) << (day * periods) for day, length in enumerate(lengths)
        )
    return frames
