"""Who teaches what in a sample school: teaching load shared out among numbered teachers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from eschool_core.imports.drafts import TimetableDraft
from eschool_core.sample.curriculum import departments, taught_by_specialist

HOURS_PER_TEACHER_LIMIT = 27
_SAME_CLASS_BONUS_HOURS = 4


@dataclass(frozen=True, slots=True)
class Load:
    """What one teacher does for one class or subgroup in one subject.

    Attributes:
        lesson_periods: Periods of one lesson; ``hours`` is a multiple of it.
        part: 0 for the whole class, 1 or 2 for a subgroup.
    """

    class_name: str
    grade: int
    subject: str
    hours: int
    lesson_periods: int = 1
    part: int = 0

    @property
    def group(self) -> str:
        """Name of the class or subgroup, unique in the school."""
        return f"{self.class_name} {self.subject} {self.part}" if self.part else self.class_name


def assign_teachers(loads: Sequence[Load], teachers: int, size: str) -> dict[Load, int]:
    """Share the load out among ``teachers`` people, numbered from 0; everybody gets some.

    A primary class has its own teacher; the others work in the departments of ``size``. The two
    subgroups of a class get different teachers. Nobody gets more than
    ``HOURS_PER_TEACHER_LIMIT`` hours.

    Raises:
        ValueError: So few teachers cannot take so much load.
    """
    assigned: dict[Load, int] = {}
    own: defaultdict[str, list[Load]] = defaultdict(list)
    of_department: defaultdict[int, list[Load]] = defaultdict(list)
    subjects = {
        subject: number for number, names in enumerate(departments(size)) for subject in names
    }
    for load in loads:
        if taught_by_specialist(load.subject, load.grade):
            of_department[subjects[load.subject]].append(load)
        else:
            own[load.class_name].append(load)
    for number, of_class in enumerate(own.values()):
        assigned.update(dict.fromkeys(of_class, number))
    first = len(own)
    headcounts = _headcounts(list(of_department.values()), teachers - first)
    for of_subjects, headcount in zip(of_department.values(), headcounts, strict=True):
        assigned.update(_share(of_subjects, range(first, first + headcount)))
        first += headcount
    return assigned


def _headcounts(load_lists: Sequence[Sequence[Load]], teachers: int) -> list[int]:
    """Give each department its least number, then one at a time where people have most to do."""
    hours = [sum(load.hours for load in loads) for loads in load_lists]
    counts = [
        max(-(-total // HOURS_PER_TEACHER_LIMIT), 1, *(load.part for load in loads))
        for total, loads in zip(hours, load_lists, strict=True)
    ]
    if sum(counts) > teachers:
        raise ValueError(f"{sum(counts)} subject teachers are needed, there are {teachers}")
    for _ in range(teachers - sum(counts)):
        busiest = max(range(len(counts)), key=lambda number: hours[number] / counts[number])
        counts[busiest] += 1
    return counts


def _share(loads: Sequence[Load], teachers: range) -> dict[Load, int]:
    """Largest load first, to whom has least to do; a class keeps its teacher where it can."""
    hours = dict.fromkeys(teachers, 0)
    known: set[tuple[int, str]] = set()
    assigned: dict[Load, int] = {}
    by_size = sorted(loads, key=lambda load: (-load.hours, load.subject, load.class_name))
    for _, parts in groupby(by_size, key=lambda load: (load.subject, load.class_name)):
        taken: set[int] = set()
        for load in parts:
            able = [
                teacher
                for teacher in teachers
                if teacher not in taken and hours[teacher] + load.hours <= HOURS_PER_TEACHER_LIMIT
            ]
            if not able:
                raise ValueError(f"no teacher is left for {load.subject} in {load.class_name}")
            chosen = min(
                able,
                key=lambda teacher: (
                    hours[teacher] - _SAME_CLASS_BONUS_HOURS * ((teacher, load.class_name) in known)
                ),
            )
            assigned[load] = chosen
            hours[chosen] += load.hours
            known.add((chosen, load.class_name))
            taken.add(chosen)
    return assigned


def class_teachers(draft: TimetableDraft) -> dict[str, str]:
    """Propose a class teacher for each class: who has most hours there and has no class yet.

    A class that nobody is left for has no entry. Classes come in the order of the draft.
    """
    classes = {group.name: group.classes for group in draft.groups}
    hours: defaultdict[tuple[str, str], int] = defaultdict(int)
    for activity in draft.activities:
        for class_name in {name for group in activity.groups for name in classes[group]}:
            for teacher in activity.teachers:
                hours[class_name, teacher] += activity.duration
    most_first = sorted(hours, key=lambda pair: (-hours[pair], pair))
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for class_name, teacher in most_first:
        if class_name not in chosen and teacher not in taken:
            chosen[class_name] = teacher
            taken.add(teacher)
    return {item.name: chosen[item.name] for item in draft.classes if item.name in chosen}
