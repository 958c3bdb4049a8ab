"""Who stands in which journal: lines follow groups, groups follow classes."""

from __future__ import annotations

from eschool_core.commands.base import Occasion
from eschool_core.commands.facts import line_of
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, GroupMember
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import GroupClass, Journal, StudyGroup
from eschool_core.store.store import Store

OPEN_IN_CLASS = "class_id = ? AND last_day >= ? ORDER BY pupil_id, id"


def join_class(
    store: Store, occasion: Occasion, pupil_id: int, class_id: int, first_day: int
) -> None:
    """Put a pupil into every group that is the whole of a class."""
    for link in store.select(GroupClass, class_id=class_id):
        if store.require(StudyGroup, link.group_id).whole:
            join_group(store, occasion, pupil_id, link.group_id, first_day)


def join_group(
    store: Store,
    occasion: Occasion,
    pupil_id: int,
    group_id: int,
    first_day: int,
    last_day: int = FOREVER,
) -> None:
    """Write the membership, and a line in each journal of the group; a closed line reopens."""
    store.put(
        GroupMember(
            id=occasion.new_id(),
            part=partition(PartitionKind.NAME, pupil_id),
            group_id=group_id,
            pupil_id=pupil_id,
            first_day=first_day,
            last_day=last_day,
        )
    )
    for journal in store.select(Journal, group_id=group_id):
        line = line_of(store, journal.id, pupil_id)
        if line is None:
            line = new_line(occasion, journal.id, pupil_id, (first_day, last_day))
        begin, end = min(line.first_day, first_day), max(line.last_day, last_day)
        store.put(line.replace(first_day=begin, last_day=end))


def open_lines(store: Store, occasion: Occasion, journal: Journal, from_day: int) -> None:
    """Write a line for each pupil who belongs to a new journal's group on a day or later."""
    spans: dict[int, tuple[int, int]] = {}
    for member in store.select(GroupMember, group_id=journal.group_id):
        if member.last_day >= max(from_day, member.first_day):
            known = spans.get(member.pupil_id, (member.first_day, member.last_day))
            spans[member.pupil_id] = (
                min(known[0], member.first_day),
                max(known[1], member.last_day),
            )
    store.add_many(
        [new_line(occasion, journal.id, pupil_id, span) for pupil_id, span in spans.items()]
    )


def new_line(
    occasion: Occasion, journal_id: int, pupil_id: int, span: tuple[int, int]
) -> JournalLine:
    """Return a line in a partition of its own, from one day to another."""
    line_id = occasion.new_id()
    return JournalLine(
        id=line_id,
        part=partition(PartitionKind.LINE, line_id),
        journal_id=journal_id,
        pupil_id=pupil_id,
        first_day=span[0],
        last_day=span[1],
    )


def leave_group(store: Store, pupil_id: int, group_id: int, last_day: int) -> None:
    """End a membership and its lines on a day; marks stay on them, read-only."""
    for member in store.select(GroupMember, pupil_id=pupil_id, group_id=group_id):
        if member.last_day > last_day:
            store.put(member.replace(last_day=last_day))
    for journal in store.select(Journal, group_id=group_id):
        line = line_of(store, journal.id, pupil_id)
        if line is not None and line.last_day > last_day:
            store.put(line.replace(last_day=last_day))


def end_memberships(store: Store, pupil_id: int, last_day: int, order: str) -> None:
    """End a pupil's enrolment and every membership on a day."""
    for enrolment in store.select(Enrolment, pupil_id=pupil_id):
        if enrolment.last_day > last_day:
            store.put(enrolment.replace(last_day=last_day, order_out=order))
    groups = {member.group_id for member in store.select(GroupMember, pupil_id=pupil_id)}
    for group_id in sorted(groups):
        leave_group(store, pupil_id, group_id, last_day)


def join_whole_class(
    store: Store, occasion: Occasion, class_id: int, group_id: int, first_day: int
) -> None:
    """Put every pupil of a class into a group, from the day on which the pupil comes."""
    for entry in store.where(Enrolment, OPEN_IN_CLASS, class_id, first_day):
        begin = max(first_day, entry.first_day)
        join_group(store, occasion, entry.pupil_id, group_id, begin, entry.last_day)
