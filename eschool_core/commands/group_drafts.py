"""Splitting a class for a subject: draft, approval, the teachers' agreement (4.6.4/1)."""

from __future__ import annotations

from typing import ClassVar

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.commands.class_care import IN_CLASS, leads_class
from eschool_core.commands.membership import join_group
from eschool_core.domain.care import GroupApproval, GroupDraft
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, GroupMember
from eschool_core.domain.school import Journal, SchoolClass, Subject
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

# Part groups in which a subject is taught to a class, with their journals.
PARTS = (
    "SELECT j.subject_id, g.id, j.id FROM group_class gc "
    "JOIN study_group g ON g.id = gc.group_id AND g.whole = 0 "
    "JOIN journal j ON j.group_id = g.id WHERE gc.class_id = ? ORDER BY g.name, g.id, j.id"
)
PLACED = (
    "SELECT m.pupil_id, m.group_id FROM enrolment e JOIN group_member m ON m.pupil_id = e.pupil_id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ? AND m.last_day >= ? "
    "ORDER BY m.group_id"
)


class DraftGroup(Command):
    """Put a pupil into a group of the draft, or outside with a reason («вне подгрупп»).

    Attributes:
        group_id: 0 for outside.
    """

    kind: ClassVar[str] = "draft_group"
    class_id: ObjectId
    subject_id: ObjectId
    pupil_id: ObjectId
    group_id: OptionalId = 0
    reason: ShortText = ""


def draft_group(store: Store, command: DraftGroup, occasion: Occasion) -> Findings:
    """Write where the pupil is to go, in place of an earlier draft.

    Raises:
        InputError: The pupil is not in the class, the group is none of the subject's parts of
            it, or outside stands without a reason.
    """
    store.require(Subject, command.subject_id)
    today = rights.made_day(store, occasion)
    if not any(
        entry.class_id == command.class_id and entry.last_day >= today
        for entry in store.select(Enrolment, pupil_id=command.pupil_id)
    ):
        raise store.absent("school.not_enrolled")
    if command.group_id and command.group_id not in _parts(store, command):
        raise InputError("data.field", field="group_id")
    if not command.group_id and not command.reason:
        raise InputError("data.field", field="reason")
    earlier = store.first(
        GroupDraft,
        class_id=command.class_id,
        subject_id=command.subject_id,
        pupil_id=command.pupil_id,
    )
    store.put(
        GroupDraft(
            id=occasion.new_id() if earlier is None else earlier.id,
            part=partition(PartitionKind.CLASS_CARE, command.class_id),
            **command.model_dump(),
        )
    )
    return []


class ApproveGroups(Command):
    """Approve the split of a class for a subject."""

    kind: ClassVar[str] = "approve_groups"
    class_id: ObjectId
    subject_id: ObjectId
    first_day: Day


def approve_groups(store: Store, command: ApproveGroups, occasion: Occasion) -> Findings:
    """Write the memberships and, for each journal, an approval that its teacher confirms.

    Who stands in a group already stays there: a later change needs its own ground (4.6.4/2).

    Raises:
        InputError: The class is not taught the subject in parts, or a pupil belongs to another
            part than the draft says.
        RegulationError: A pupil is neither placed nor outside with a reason (4.6.4/1).
    """
    school_class = store.require(SchoolClass, command.class_id)
    parts = _parts(store, command)
    if not parts:
        raise InputError("care.no_parts")
    present = store.where(
        Enrolment, IN_CLASS, command.class_id, command.first_day, command.first_day
    )
    placed = placement(store, command.class_id, command.subject_id, parts, command.first_day)
    unplaced = [entry for entry in present if entry.pupil_id not in placed]
    if unplaced:
        raise RegulationError(
            checks.GROUPS_UNPLACED, school_class=school_class.name, count=len(unplaced)
        )
    for entry in present:
        _place(store, occasion, entry.pupil_id, placed[entry.pupil_id], parts, command.first_day)
    for journal_ids in parts.values():
        for journal_id in journal_ids:
            _approve(store, occasion, journal_id, command.class_id)
    return []


def _place(
    store: Store,
    occasion: Occasion,
    pupil_id: int,
    group_id: int,
    parts: dict[int, list[int]],
    day: int,
) -> None:
    current = members_of(store, pupil_id, day) & set(parts)
    if current - {group_id}:
        raise InputError("group.already_there")
    if group_id and not current:
        join_group(store, occasion, pupil_id, group_id, day)


def _approve(store: Store, occasion: Occasion, journal_id: int, class_id: int) -> None:
    earlier = store.first(GroupApproval, journal_id=journal_id, class_id=class_id)
    store.put(
        GroupApproval(
            id=occasion.new_id() if earlier is None else earlier.id,
            part=partition(PartitionKind.JOURNAL, journal_id),
            journal_id=journal_id,
            class_id=class_id,
            approved_by_id=occasion.actor_id,
            approved_at=occasion.interval.made_at,
        )
    )


def placement(
    store: Store, class_id: int, subject_id: int, parts: dict[int, list[int]], day: int
) -> dict[int, int]:
    """Return the group of each placed pupil of a class, 0 for outside; the draft goes first."""
    placed = {
        pupil_id: own[-1]
        for pupil_id, groups in groups_of_class(store, class_id, day).items()
        if (own := [group_id for group_id in groups if group_id in parts])
    }
    for draft in store.select(GroupDraft, class_id=class_id, subject_id=subject_id):
        placed[draft.pupil_id] = draft.group_id
    return placed


def groups_of_class(store: Store, class_id: int, day: int) -> dict[int, list[int]]:
    """Return the groups that each pupil of a class on a day belongs to then or later, by id."""
    found: dict[int, list[int]] = {}
    for pupil_id, group_id in store.rows(PLACED, class_id, day, day, day):
        found.setdefault(int(pupil_id), []).append(int(group_id))
    return found


def members_of(store: Store, pupil_id: int, day: int) -> set[int]:
    """Return the groups that a pupil belongs to on a day or later."""
    return {
        entry.group_id
        for entry in store.select(GroupMember, pupil_id=pupil_id)
        if entry.last_day >= day
    }


def parts_of(store: Store, class_id: int, subject_id: int) -> dict[int, list[int]]:
    """Return the part groups of a class for a subject, each with its journals."""
    return split_subjects(store, class_id).get(subject_id, {})


def split_subjects(store: Store, class_id: int) -> dict[int, dict[int, list[int]]]:
    """Return the subjects that a class learns in parts, each with ``parts_of`` it."""
    found: dict[int, dict[int, list[int]]] = {}
    for subject_id, group_id, journal_id in store.rows(PARTS, class_id):
        groups = found.setdefault(int(subject_id), {})
        groups.setdefault(int(group_id), []).append(int(journal_id))
    return found


def _parts(store: Store, command: DraftGroup | ApproveGroups) -> dict[int, list[int]]:
    return parts_of(store, command.class_id, command.subject_id)


class ConfirmGroup(Command):
    """Agree, as the journal's teacher, to who was put into its group from a class."""

    kind: ClassVar[str] = "confirm_group"
    journal_id: ObjectId
    class_id: ObjectId


def confirm_group(store: Store, command: ConfirmGroup, occasion: Occasion) -> Findings:
    """Write who has agreed and when; the approval stood without it (4.6.4/1).

    Raises:
        InputError: The split is not approved yet.
    """
    approval = store.first(GroupApproval, journal_id=command.journal_id, class_id=command.class_id)
    if approval is None:
        raise InputError("care.not_approved")
    if not approval.confirmed_at:
        store.put(
            approval.replace(
                confirmed_by_id=occasion.actor_id, confirmed_at=occasion.interval.made_at
            )
        )
    return []


def teaches_journal(store: Store, command: ConfirmGroup, occasion: Occasion) -> None:
    """Let pass who teaches the journal, or acts for its teacher (4.5.1)."""
    rights.writes_journal(store, occasion, store.require(Journal, command.journal_id), None)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(DraftGroup, leads_class, draft_group),
    CommandSpec(ApproveGroups, leads_class, approve_groups),
    CommandSpec(ConfirmGroup, teaches_journal, confirm_group),
)
