"""The week as a board: which slots of which class, group and teacher are taken, and by what.

A slot is one period of the cycle, numbered week by week, day by day; a set of slots is one
integer with a bit for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from eschool_core.imports.drafts import ActivityDraft, StartDraft, TimetableDraft
from eschool_core.sample.splits import group_rule

Resource = tuple[str, str]
_REPEATED_SUBJECT_COST = 20


@dataclass(frozen=True, slots=True)
class Block:
    """Activities that start at the same time.

    Attributes:
        activities: Positions in ``draft.activities``, at least one.
        allowed: Slots that may be used; None for every slot.
    """

    activities: tuple[int, ...]
    allowed: int | None = None


@dataclass(slots=True)
class _Occupied:
    """The slots in which one teacher, group or class has lessons.

    Attributes:
        any: Slots with a lesson.
        shared: Slots with lessons of groups that do not go together; given starts make them.
        of_set: Slots by split set; whole groups have set None.
        holds: Slots and split set by holder.
    """

    any: int = 0
    shared: int = 0
    of_set: dict[int | None, int] = field(default_factory=dict)
    holds: dict[int, list[tuple[int, int | None]]] = field(default_factory=dict)

    def add(self, holder: int, wanted: int, split_set: int | None) -> None:
        """Mark slots as taken by a holder."""
        self.holds.setdefault(holder, []).append((wanted, split_set))
        self._mark(wanted, split_set)

    def remove(self, holder: int) -> None:
        """Forget a holder."""
        self.holds.pop(holder, None)
        self.any = self.shared = 0
        self.of_set.clear()
        for held in self.holds.values():
            for wanted, split_set in held:
                self._mark(wanted, split_set)

    def closed_to(self, split_set: int | None) -> int:
        """Return the slots that a group of that set cannot have."""
        own = 0 if split_set is None else self.of_set.get(split_set, 0)
        return self.any & ~own | self.shared

    def _mark(self, wanted: int, split_set: int | None) -> None:
        own = 0 if split_set is None else self.of_set.get(split_set, 0)
        self.shared |= self.any & wanted & ~own
        self.any |= wanted
        self.of_set[split_set] = self.of_set.get(split_set, 0) | wanted


class Board:
    """Blocks are named by their number; the starts that the draft gives are never moved."""

    def __init__(self, draft: TimetableDraft, blocks: Sequence[Block]) -> None:
        self._periods = len(draft.periods)
        self._weekdays = draft.weekdays
        self._days = draft.weekdays * draft.cycle_weeks
        self._every = (1 << self._days * self._periods) - 1
        self._rule = group_rule(draft)
        self._activities = [
            tuple(draft.activities[position] for position in block.activities) for block in blocks
        ]
        self._needs = [
            tuple((each.duration, tuple(self._resources(each))) for each in activities)
            for activities in self._activities
        ]
        self._allowed = [
            self._every if block.allowed is None else block.allowed & self._every
            for block in blocks
        ]
        self._occupied: defaultdict[Resource, _Occupied] = defaultdict(_Occupied)
        self._day_load: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._day_lessons: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self.slots: dict[int, int] = {}
        for position, activity in enumerate(draft.activities, start=1):
            if activity.start is not None:
                self._take_given(-position, activity, activity.start)

    def needed(self, block: int) -> dict[Resource, None]:
        """Return the teachers, groups and classes of a block."""
        return dict.fromkeys(
            resource for _, resources in self._needs[block] for resource, _ in resources
        )

    def duration(self, block: int) -> int:
        """Return the periods that the longest activity of a block takes."""
        return max(activity.duration for activity in self._activities[block])

    def free_starts(self, block: int) -> int:
        """Return the slots from which a block would clash with nothing."""
        starts = self.possible_starts(block)
        for duration, resources in self._needs[block]:
            busy = 0
            for resource, split_set in resources:
                busy |= self._occupied[resource].closed_to(split_set)
            for later in range(min(duration, self._periods)):
                starts &= ~(busy >> later)
        return starts

    def possible_starts(self, block: int) -> int:
        """Return the slots from which a block would fit on an empty board."""
        allowed = self._allowed[block]
        starts = allowed
        for activity in self._activities[block]:
            starts &= self._starts_that_fit(activity.duration)
            for later in range(1, min(activity.duration, self._periods)):
                starts &= allowed >> later
        return starts

    def best_start(self, block: int) -> int | None:
        """Return the free start that repeats no subject, on the emptiest day, early; if any."""
        starts = bits(self.free_starts(block))
        return min(starts, key=lambda slot: (self._cost(block, slot), slot), default=None)

    def in_the_way(self, block: int, slot: int) -> set[int]:
        """Return what keeps a block from a slot: numbers of blocks, negative for given starts."""
        found: set[int] = set()
        for duration, resources in self._needs[block]:
            wanted = _span(duration, slot)
            for resource, split_set in resources:
                for holder, held in self._occupied[resource].holds.items():
                    if any(
                        slots & wanted and (split_set is None or other_set != split_set)
                        for slots, other_set in held
                    ):
                        found.add(holder)
        return found

    def take(self, block: int, slot: int) -> None:
        """Put a block on the board."""
        self.slots[block] = slot
        for activity in self._activities[block]:
            self._hold(block, activity, slot)

    def release(self, block: int) -> int:
        """Take a block off the board; return the slot it had."""
        slot = self.slots.pop(block)
        day = slot // self._periods
        for activity in self._activities[block]:
            for resource, _ in self._resources(activity):
                self._occupied[resource].remove(block)
            for class_name in self._classes_of(activity):
                self._day_load[class_name, day] -= activity.duration
                self._day_lessons[class_name, activity.subject, day] -= 1
        return slot

    def start(self, slot: int) -> StartDraft:
        """Return week, weekday and period of a slot."""
        day, period = divmod(slot, self._periods)
        week, weekday = divmod(day, self._weekdays)
        return StartDraft(week, weekday, period)

    def _take_given(self, holder: int, activity: ActivityDraft, start: StartDraft) -> None:
        """Mark a start of the draft, as far as it lies on the grid."""
        day = start.week * self._weekdays + start.weekday
        if 0 <= day < self._days and 0 <= start.period < self._periods:
            duration = min(activity.duration, self._periods - start.period)
            within_day = replace(activity, duration=duration)
            self._hold(holder, within_day, day * self._periods + start.period)

    def _hold(self, holder: int, activity: ActivityDraft, slot: int) -> None:
        wanted = _span(activity.duration, slot)
        for resource, split_set in self._resources(activity):
            self._occupied[resource].add(holder, wanted, split_set)
        day = slot // self._periods
        for class_name in self._classes_of(activity):
            self._day_load[class_name, day] += activity.duration
            self._day_lessons[class_name, activity.subject, day] += 1

    def _resources(self, activity: ActivityDraft) -> Iterator[tuple[Resource, int | None]]:
        """Yield what the activity needs, a class with the split set that it is needed for."""
        for name in activity.teachers:
            yield ("teacher", name), None
        for name in activity.groups:
            yield ("group", name), None
            for class_name in self._rule.classes.get(name, ()):
                yield ("class", class_name), self._rule.set_of.get(name)

    def _starts_that_fit(self, duration: int) -> int:
        """Return the slots from which ``duration`` periods end on the same day."""
        if duration > self._periods:
            return 0
        one_day = (1 << (self._periods - duration + 1)) - 1
        return sum(one_day << (day * self._periods) for day in range(self._days))

    def _cost(self, block: int, slot: int) -> int:
        day, period = divmod(slot, self._periods)
        cost = period
        for activity in self._activities[block]:
            for class_name in self._classes_of(activity):
                repeated = self._day_lessons[class_name, activity.subject, day]
                cost += repeated * _REPEATED_SUBJECT_COST + self._day_load[class_name, day]
        return cost

    def _classes_of(self, activity: ActivityDraft) -> dict[str, None]:
        return dict.fromkeys(
            class_name
            for name in activity.groups
            for class_name in self._rule.classes.get(name, ())
        )


def bits(slots: int) -> Iterator[int]:
    """Yield the slots of a set, lowest first.

    >>> list(bits(0b1010))
    [1, 3]
    """
    while slots:
        lowest = slots & -slots
        yield lowest.bit_length() - 1
        slots ^= lowest


def _span(duration: int, slot: int) -> int:
    return ((1 << duration) - 1) << slot
