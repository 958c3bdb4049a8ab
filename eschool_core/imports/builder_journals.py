"""Loads, weekly slots and lessons of the journals that a timetable speaks of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

from eschool_core.commands.journals import SetLoad
from eschool_core.commands.timetable import ScheduleLessons, SetSlots
from eschool_core.imports.builder import CommandBatch, make, take_for
from eschool_core.imports.builder_blocks import JournalKey, Sorting
from eschool_core.imports.builder_existing import GroupRef, JournalRef, LoadRef, Slot
from eschool_core.imports.builder_groups import Registry

Days = tuple[int, int]
"""The first and the last day of what is set."""


def open_journals(registry: Registry, sorting: Sorting) -> dict[JournalKey, GroupRef]:
    """Return the group that each journal is kept for; journal and joint group are made.

    A journal of which the file takes nothing is there only if the school has it.
    """
    taken = {block.key for block in sorting.taken}
    kept_for: dict[JournalKey, GroupRef] = {}
    for key, groups in sorting.groups.items():
        if key in taken or registry.find_journal(groups, key[1]) is not None:
            kept_for[key] = registry.joint_group(groups)
            registry.journal(kept_for[key], key[1])
    return kept_for


def set_loads(
    batch: CommandBatch,
    registry: Registry,
    sorting: Sorting,
    groups: Mapping[JournalKey, GroupRef],
    days: Days,
) -> None:
    """Give every teacher the weekly periods of the activities taken, those of one week's cycle.

    Where the file names teachers, the loads of others in the journal end.
    """
    wanted: defaultdict[JournalKey, Counter[int]] = defaultdict(Counter)
    for block in sorting.taken:
        for staff_id in sorted(block.teachers):
            wanted[block.key][staff_id] += block.weekly_periods
    for key, group in groups.items():
        journal = registry.journals[group.id, key[1]]
        kept: list[LoadRef] = []
        missing = dict(wanted[key])
        for load in journal.loads:
            named = not sorting.named[key] or load.staff_id in sorting.named[key]
            if load.last_day < days[0] or (named and load.staff_id not in wanted[key]):
                kept.append(load)
            elif load.weekly_periods == missing.get(load.staff_id) and _covers(load, days):
                kept.append(load)
                del missing[load.staff_id]
            elif load.first_day != days[0] or load.staff_id not in missing:
                last_day = max(days[0] - 1, load.first_day)
                kept.append(_load(batch, journal, replace(load, last_day=last_day)))
        for staff_id, weekly_periods in missing.items():
            kept.append(_load(batch, journal, LoadRef(staff_id, weekly_periods, *days)))
        registry.journals[group.id, key[1]] = replace(journal, loads=tuple(kept))


def changed_slots(
    registry: Registry, sorting: Sorting, groups: Mapping[JournalKey, GroupRef]
) -> dict[JournalKey, list[Slot]]:
    """Return the slots of each journal to which the file gives other ones than it has."""
    wanted: defaultdict[JournalKey, list[Slot]] = defaultdict(list)
    for block in sorting.taken:
        wanted[block.key].extend(block.slots)
    return {
        key: sorted(wanted[key])
        for key, group in groups.items()
        if key in sorting.planned
        and registry.journals[group.id, key[1]].slots != frozenset(wanted[key])
    }


def end_slots(
    batch: CommandBatch,
    registry: Registry,
    changed: Mapping[JournalKey, list[Slot]],
    groups: Mapping[JournalKey, GroupRef],
    first_day: int,
) -> None:
    """End the slots that change before loads and slots are set: journals may change places."""
    for key in changed:
        group = groups[key]
        journal = registry.journals[group.id, key[1]]
        if journal.slots:
            _set_slots(batch, journal, group, [], first_day)


def publish_slots(
    batch: CommandBatch,
    registry: Registry,
    changed: Mapping[JournalKey, list[Slot]],
    groups: Mapping[JournalKey, GroupRef],
    days: Days,
) -> None:
    """Set the slots, then make the lessons from the first day to the last."""
    for key, slots in changed.items():
        journal = registry.journals[groups[key].id, key[1]]
        if slots:
            _set_slots(batch, journal, groups[key], slots, days[0])
        registry.journals[groups[key].id, key[1]] = replace(journal, slots=frozenset(slots))
    for key, slots in changed.items():
        if not slots:
            continue
        command = make(
            ScheduleLessons,
            groups[key].name,
            journal_id=registry.journals[groups[key].id, key[1]].id,
            first_day=days[0],
            last_day=days[1],
        )
        batch.add(command, take_for(_most_lessons(slots, len(groups[key].class_ids), days)))


def _covers(load: LoadRef, days: Days) -> bool:
    return load.first_day <= days[0] and load.last_day >= days[1]


def _load(batch: CommandBatch, journal: JournalRef, load: LoadRef) -> LoadRef:
    command = make(
        SetLoad,
        "",
        journal_id=journal.id,
        staff_id=load.staff_id,
        weekly_periods=load.weekly_periods,
        first_day=load.first_day,
        last_day=load.last_day,
    )
    batch.add(command)
    return load


def _set_slots(
    batch: CommandBatch, journal: JournalRef, group: GroupRef, slots: list[Slot], first_day: int
) -> None:
    command = make(
        SetSlots,
        group.name,
        journal_id=journal.id,
        first_day=first_day,
        slots=tuple(slots),
    )
    # One row for each class and, at worst, a finding on each room.
    batch.add(command, take_for(len(slots) * (len(group.class_ids) + 1)))


def _most_lessons(slots: list[Slot], classes: int, days: Days) -> int:
    """Return more lessons than the calendar can make of the slots.

    A date follows the timetable of one weekday; the classes of a joint lesson may follow
    different ones.
    """
    of_day = Counter((week, weekday) for week, weekday, _, _ in slots)
    busiest = max(of_day.values(), default=0)
    periods = len({period for _, _, period, _ in slots})
    return (days[1] - days[0] + 1) * (busiest if classes == 1 else max(busiest, periods))
