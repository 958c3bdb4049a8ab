"""Which activities cannot run at the same time: what the school would refuse (4.4.2)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Claim = tuple[str, int]
Instant = tuple[int, int, int]
"""Week of the cycle, weekday, stretch of the day in which no bell rings."""

TEACHER = "teacher"
SHARED = "shared"
GROUP = "group"
WHOLE = "whole"
ANY = "any"
PUPIL = "pupil"


@dataclass(frozen=True, slots=True)
class Time:
    """When a weekly lesson is: minutes count from midnight."""

    week: int
    weekday: int
    period: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pupils:
    """Who is taught.

    Attributes:
        groups: Study groups, none of which may be in two places.
        whole: Classes that come with all their pupils.
        part: Classes of which some pupils come; two such parts may run side by side.
        known: Pupils that are known to belong to the groups.
    """

    groups: frozenset[int]
    whole: frozenset[int]
    part: frozenset[int]
    known: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Lessons:
    """What takes place at some times of the week.

    Attributes:
        where: As the file's author knows it.
        journal: Groups and subject; its own lessons are no clash for the shared teachers.
        teachers: Who teaches these lessons.
        shared: Who teaches in the journal at all: the school cannot tell which of them comes.
    """

    where: str
    journal: tuple[frozenset[int], int]
    teachers: frozenset[int]
    shared: frozenset[int]
    pupils: Pupils


@dataclass(frozen=True, slots=True)
class Clash:
    """Why lessons cannot be.

    Attributes:
        kind: TEACHER, SHARED, or one of the others, which mean pupils.
        other: ``where`` of the lessons that were there first.
    """

    kind: str
    other: str
    time: Time


class Week:
    """Lessons that run side by side without a clash; the first to come stays.

    Lessons clash where their clock times overlap: classes of two shifts have other bells.

    Args:
        bells: Minutes at which a bell rings for somebody.
    """

    def __init__(self, bells: Iterable[int]) -> None:
        self._bells = sorted(set(bells))
        self._holders: dict[tuple[Instant, Claim], Lessons] = {}

    def clash(self, lessons: Lessons, times: Sequence[Time]) -> Clash | None:
        """Return the first clash with what is there; what is surely one before what may be."""
        instants = [(time, instant) for time in times for instant in self._instants(time)]
        for ask in _asks(lessons):
            for time, instant in instants:
                holder = self._holders.get((instant, ask))
                own = holder is not None and holder.journal == lessons.journal
                if holder is not None and not (own and ask[0] == SHARED):
                    return Clash(ask[0], holder.where, time)
        return None

    def take(self, lessons: Lessons, times: Sequence[Time]) -> None:
        """Put lessons into the week."""
        for instant in (instant for time in times for instant in self._instants(time)):
            for claim in _claims(lessons):
                self._holders.setdefault((instant, claim), lessons)

    def _instants(self, time: Time) -> Iterator[Instant]:
        first, last = bisect_left(self._bells, time.start), bisect_left(self._bells, time.end)
        return ((time.week, time.weekday, stretch) for stretch in range(first, last))


def _asks(lessons: Lessons) -> Iterator[Claim]:
    yield from _people(lessons)
    yield from _of(WHOLE, lessons.pupils.part)
    yield from _of(ANY, lessons.pupils.whole)
    yield from _of(SHARED, lessons.shared)


def _claims(lessons: Lessons) -> Iterator[Claim]:
    yield from _people(lessons)
    yield from _of(WHOLE, lessons.pupils.whole)
    yield from _of(ANY, lessons.pupils.whole | lessons.pupils.part)
    yield from _of(SHARED, lessons.shared)


def _people(lessons: Lessons) -> Iterator[Claim]:
    yield from _of(TEACHER, lessons.teachers)
    yield from _of(GROUP, lessons.pupils.groups)
    yield from _of(PUPIL, lessons.pupils.known)


def _of(kind: str, ids: Iterable[int]) -> Iterator[Claim]:
    return ((kind, one) for one in sorted(ids))
