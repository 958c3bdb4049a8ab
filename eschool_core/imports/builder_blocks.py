"""Activities of a draft as the school can take them: with journal, teachers and moments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eschool_core.commands.timetable import MAX_SLOTS
from eschool_core.domain.enums import JournalKind
from eschool_core.errors import InputError
from eschool_core.imports.builder import YearRef
from eschool_core.imports.builder_clashes import SHARED, TEACHER, Clash, Lessons, Pupils, Time, Week
from eschool_core.imports.builder_existing import GroupRef, JournalRef, Slot
from eschool_core.imports.builder_groups import MOST_CLASSES, Registry
from eschool_core.imports.drafts import ActivityDraft, NotTaken, TimetableDraft

FIRST_PERIOD = 1
"""Number in the school of the period that a draft counts as 0."""
MOST_PERIODS = 1_000
"""Weekly periods of one journal."""

WAITS = "import.activity_waits"
SHARED_TEACHER = "import.activity_shared_teacher"
CLASH_TEACHER = "import.activity_clash_teacher"
CLASH_PUPILS = "import.activity_clash_pupils"

JournalKey = tuple[frozenset[int], int]
"""Who is taught together (see ``Registry.key_of``), and the subject."""
NOBODY = Pupils(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Block:
    """An activity with what it means in the school.

    Attributes:
        groups: Taught together, none of them inside another.
        times: When it takes place; none for load that waits for a slot.
        weekly_periods: Over the year's whole cycle of weeks.
    """

    activity: ActivityDraft
    groups: tuple[GroupRef, ...]
    key: JournalKey
    teachers: frozenset[int]
    times: tuple[Time, ...]
    weekly_periods: int

    @property
    def slots(self) -> list[Slot]:
        """Return its weekly slots, one for each period also where classes have other bells."""
        moments = sorted({(time.week, time.weekday, time.period) for time in self.times})
        return [(*moment, self.activity.room) for moment in moments]

    @property
    def where(self) -> str:
        """Return what the file calls it."""
        return f"Activity {self.activity.id}"


@dataclass(frozen=True, slots=True)
class Placement:
    """What the names of a draft stand for.

    Attributes:
        subjects: Ids by name; so are ``staff``.
        groups: By name; None for one that the school cannot have.
    """

    draft: TimetableDraft
    year: YearRef
    registry: Registry
    subjects: Mapping[str, int]
    staff: Mapping[str, int]
    groups: Mapping[str, GroupRef | None]

    def block(self, activity: ActivityDraft) -> Block:
        """Return an activity as the school can take it.

        Raises:
            InputError: It cannot; key and parameters are the reason.
        """
        groups = self._groups_of(activity)
        subject_id = self.subjects.get(activity.subject)
        if subject_id is None:
            raise InputError("import.activity_unknown_subject")
        if not self.staff.keys() >= {*activity.teachers}:
            raise InputError("import.activity_unknown_teacher")
        return Block(
            activity,
            groups,
            (self.registry.key_of(groups), subject_id),
            frozenset(self.staff[name] for name in activity.teachers),
            tuple(self._times(activity, groups)),
            activity.duration * self._repeats,
        )

    @property
    def _repeats(self) -> int:
        return self.year.cycle_weeks // self.draft.cycle_weeks

    def _groups_of(self, activity: ActivityDraft) -> tuple[GroupRef, ...]:
        found = [self.groups.get(name) for name in activity.groups]
        refs = {ref.id: ref for ref in found if ref is not None}
        if None in found or not refs:
            raise InputError("import.activity_unknown_students")
        if len({one for ref in refs.values() for one in ref.class_ids}) > MOST_CLASSES:
            raise InputError("import.activity_too_many_classes", limit=MOST_CLASSES)
        return tuple(ref for ref in refs.values() if not _is_inside(ref, refs.values()))

    def _times(self, activity: ActivityDraft, groups: tuple[GroupRef, ...]) -> Iterator[Time]:
        start = activity.start
        if start is None:
            return
        if not 0 <= start.weekday < self.year.weekdays or start.week >= self.draft.cycle_weeks:
            raise InputError("import.activity_outside_week", weekdays=self.year.weekdays)
        for period in range(start.period, start.period + activity.duration):
            number = period + FIRST_PERIOD
            clock_times = self.registry.clock_times(groups, number)
            if clock_times is None:
                raise InputError("import.activity_without_bells", period=number)
            for repeat in range(self._repeats):
                week = start.week + repeat * self.draft.cycle_weeks
                for begin, end in sorted(clock_times):
                    yield Time(week, start.weekday, number, begin, end)


def _is_inside(ref: GroupRef, others: Iterable[GroupRef]) -> bool:
    """Return whether all pupils of a group come with other groups of whole classes anyway."""
    wholes = [other.class_ids for other in others if other.whole]
    if ref.whole:
        return any(ref.class_ids < class_ids for class_ids in wholes)
    return ref.class_ids <= frozenset().union(*wholes)


@dataclass(slots=True)
class Sorting:
    """Which activities are taken.

    Attributes:
        groups: Taught together, of every journal that the file speaks of.
        named: Teachers whom the file names for each journal, also of activities not taken.
        planned: Journals to which the file gives slots, even if none of them can be taken.
        taken: In the file's order.
        waiting: Those of ``taken`` that have no slot.
    """

    groups: dict[JournalKey, tuple[GroupRef, ...]] = field(default_factory=dict)
    named: dict[JournalKey, set[int]] = field(default_factory=dict)
    planned: set[JournalKey] = field(default_factory=set)
    taken: list[Block] = field(default_factory=list)
    waiting: list[NotTaken] = field(default_factory=list)
    not_taken: list[NotTaken] = field(default_factory=list)


def sort_blocks(placement: Placement) -> Sorting:
    """Return what can be taken: without a clash among itself and with journals that stay."""
    sorting, registry = Sorting(), placement.registry
    blocks = list(_within_limits(placement, sorting))
    for block in blocks:
        sorting.groups.setdefault(block.key, block.groups)
        sorting.named.setdefault(block.key, set()).update(block.teachers)
        if block.times:
            sorting.planned.add(block.key)
    known = {key: registry.find_journal(groups, key[1]) for key, groups in sorting.groups.items()}
    shared = {
        key: frozenset(sorting.named[key] | _staff_of(journal)) for key, journal in known.items()
    }
    week = _week_that_stays(registry, {known[key] for key in sorting.planned})
    for block in blocks:
        lessons = Lessons(
            block.where,
            block.key,
            block.teachers,
            shared[block.key],
            registry.pupils_of_groups(block.groups),
        )
        times: Sequence[Time] = block.times
        journal = known[block.key]
        if not times and journal is not None and block.key not in sorting.planned:
            # A teacher who is new in a journal comes to the slots that it has already.
            newcomers = block.teachers - _staff_of(journal)
            lessons = Lessons(block.where, block.key, newcomers, newcomers, NOBODY)
            times = _times_that_stay(registry, block.groups, journal)
        clash = week.clash(lessons, times)
        if clash is None:
            week.take(lessons, times)
        _settle(sorting, block, clash)
    return sorting


def _staff_of(journal: JournalRef | None) -> frozenset[int]:
    """Return who has, or has had, a load: the school's own check goes by these."""
    return frozenset() if journal is None else frozenset(load.staff_id for load in journal.loads)


def _times_that_stay(
    registry: Registry, groups: Iterable[GroupRef], journal: JournalRef
) -> list[Time]:
    groups = list(groups)
    return [
        Time(week, weekday, period, begin, end)
        for week, weekday, period in sorted({slot[:3] for slot in journal.slots})
        for begin, end in sorted(registry.clock_times(groups, period) or ())
    ]


def _settle(sorting: Sorting, block: Block, clash: Clash | None) -> None:
    if clash is None:
        sorting.taken.append(block)
        if not block.times:
            sorting.waiting.append(NotTaken(block.where, WAITS))
        return
    time = clash.time
    params = (
        ("other", clash.other),
        ("week", time.week),
        ("weekday", time.weekday),
        ("period", time.period),
    )
    if clash.kind == SHARED and block.times:
        sorting.taken.append(replace(block, times=()))
        sorting.waiting.append(NotTaken(block.where, SHARED_TEACHER, params))
        return
    reason = CLASH_TEACHER if clash.kind in (TEACHER, SHARED) else CLASH_PUPILS
    sorting.not_taken.append(NotTaken(block.where, reason, params))


def _within_limits(placement: Placement, sorting: Sorting) -> Iterator[Block]:
    """Yield the activities that the school can take, apart from clashes."""
    slots: Counter[JournalKey] = Counter()
    periods: Counter[JournalKey] = Counter()
    for activity in placement.draft.activities:
        try:
            block = placement.block(activity)
            if slots[block.key] + len(block.slots) > MAX_SLOTS:
                raise InputError("import.activity_too_many_slots", limit=MAX_SLOTS)
            if periods[block.key] + block.weekly_periods > MOST_PERIODS:
                raise InputError("import.activity_too_many_periods", limit=MOST_PERIODS)
        except InputError as reason:
            params = tuple(reason.params.items())
            sorting.not_taken.append(NotTaken(f"Activity {activity.id}", reason.key, params))
            continue
        slots[block.key] += len(block.slots)
        periods[block.key] += block.weekly_periods
        yield block


def _week_that_stays(registry: Registry, replaced: set[JournalRef | None]) -> Week:
    """Return the lessons of the journals to which the file gives no slots."""
    week = Week(
        minute
        for periods in registry.schedules.values()
        for time in periods.values()
        for minute in time
    )
    refs = {ref.id: ref for ref in registry.groups.values()}
    for (group_id, subject_id), journal in registry.journals.items():
        if journal in replaced or group_id not in refs:
            continue
        group = refs[group_id]
        staff = _staff_of(journal)
        alone = journal.kind == JournalKind.INDIVIDUAL
        lessons = Lessons(
            group.name,
            (registry.key_of([group]), subject_id),
            staff if len(staff) == 1 else frozenset(),
            staff,
            NOBODY if alone else registry.pupils_of_groups([group]),
        )
        week.take(lessons, _times_that_stay(registry, [group], journal))
    return week
