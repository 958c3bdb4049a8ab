"""How few keys a lesson takes: the cheapest way from the roll to each pupil, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

ABSENT = 3
MARKED = 8


@dataclass(frozen=True)
class Lesson:
    """What happens in a lesson: pupils by their place on the roll.

    Attributes:
        marks: In the order in which they are given.
    """

    absent: tuple[int, ...]
    marks: tuple[tuple[int, int], ...]


def lesson_of(seed: int, pupils: int) -> Lesson:
    """Return a lesson by chance: three away, eight others marked in any order."""
    random = Random(seed)
    chosen = random.sample(range(pupils), ABSENT + MARKED)
    marks = tuple((row, random.choice((3, 4, 4, 5))) for row in chosen[ABSENT:])
    return Lesson(tuple(sorted(chosen[:ABSENT])), marks)


def plain(text: str) -> str:
    return text.lower().replace("ё", "е")


def letters_for(names: Sequence[str], row: int) -> str:
    """Return the fewest letters after which find mode leaves this pupil alone.

    Letters of the family name, or its first one and the beginning of the given name.
    """
    family, given = plain(names[row]).split()[:2]
    ways = [family[:n] for n in range(1, len(family) + 1)]
    ways += [family[0] + given[:n] for n in range(1, len(given) + 1)]
    alone = [way for way in ways if [n for n, name in enumerate(names) if fits(name, way)] == [row]]
    return min(alone, key=len)


def fits(name: str, typed: str) -> bool:
    family, given = plain(name).split()[:2]
    if family.startswith(typed):
        return True
    return len(typed) > 1 and family[0] == typed[0] and given.startswith(typed[1:])


def keys_of(names: Sequence[str], lesson: Lesson) -> list[str]:
    """Return the keys of a whole lesson: roll, marks, topic, homework."""
    keys = ["F4"]
    for row in lesson.absent:
        keys += [*letters_for(names, row), "Enter"]
    for row, value in lesson.marks:
        keys += [*letters_for(names, row), str(value)]
    return [*keys, "F8", "Enter", "Enter"]


def keys_down(lesson: Lesson) -> list[str]:
    """Return the keys of the same lesson entered in one go down the roll, and topic, homework."""
    marks = dict(lesson.marks)
    last = max(*lesson.absent, *marks)
    entries = [
        "н" if row in lesson.absent else str(marks[row]) if row in marks else " "
        for row in range(last + 1)
    ]
    return [*entries, "F8", "Enter", "Enter"]
