"""What follows the issue of a slip: handing it out, shutting a lost secret, hand-over (4.6.8)."""

from __future__ import annotations

from typing import ClassVar

from eschool_core.commands import rights
from eschool_core.commands.access import family_of, revoke_devices, revoke_slips
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Flag,
    Name,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.commands.telling import tell
from eschool_core.domain.access import AccessBlock, HandOver
from eschool_core.domain.access_enums import BlockReason
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.office import Person, Slip
from eschool_core.domain.partition import ACCESS, SCHOOL, PartitionKind, partition
from eschool_core.domain.school import Appointment, SchoolClass, Staff
from eschool_core.errors import InputError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Check
from eschool_core.regulation.interval import best
from eschool_core.store.store import Store

UNISSUED_OF_CLASS = (
    "SELECT COUNT(*) FROM slip WHERE used_at = 0 AND revoked_at = 0 AND handed_at = 0 "
    "AND expires_at >= ? AND pupil_id IN (SELECT pupil_id FROM enrolment "
    "WHERE class_id = ? AND first_day <= ? AND last_day >= ?)"
)


class HandOutSlip(Command):
    """Note in the register that a slip was handed to its person, and signed for (3.1).

    Attributes:
        signed: 1 where the receiver signed on paper.
    """

    kind: ClassVar[str] = "hand_out_slip"
    slip_id: ObjectId
    signed: Flag = 1


def hand_out_slip(store: Store, command: HandOutSlip, occasion: Occasion) -> Findings:
    """Write by whom and when; what was handed out is not handed out twice (6.2).

    A slip may be in use before the note of its hand-out arrives: the register is kept offline.

    Raises:
        InputError: ``access.slip_gone``: it is handed out or replaced already.
    """
    slip = store.require(Slip, command.slip_id)
    now = occasion.interval.made_at
    if slip.handed_at or slip.revoked_at:
        raise InputError("access.slip_gone")
    store.put(slip.replace(handed_at=now, handed_by_id=occasion.actor_id, signed=command.signed))
    return []


def may_hand_out_slip(store: Store, command: HandOutSlip, occasion: Occasion) -> None:
    """Let pass the officer for staff, the class teacher for families, whoever made the slip.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    slip = store.require(Slip, command.slip_id)
    if slip.pupil_id:
        answer = rights.class_cover(store, occasion, slip.pupil_id)
        if occasion.actor_id:
            rights.settle(answer, checks.FAMILY_CREDENTIALS_ISSUER)
        return
    check = checks.STAFF_CREDENTIALS_ISSUER
    rights.require_role(store, occasion, Role.SYSTEM_OFFICER, check=check)


class BlockAccess(Command):
    """Shut a person's access at once: a slip or password is lost, a device is stolen."""

    kind: ClassVar[str] = "block_access"
    person_id: ObjectId
    note: ShortText = ""


def block_access(store: Store, command: BlockAccess, occasion: Occasion) -> Findings:
    """Shut slips, devices and sessions of the person; a new slip opens the way again."""
    shut_access(store, occasion, command.person_id, BlockReason.LOST, command.note)
    return []


def shut_access(
    store: Store, occasion: Occasion, person_id: int, reason: BlockReason, note: str = ""
) -> None:
    """Let nothing that a person was given before open anything from now on.

    Slips and devices get their end here. Sessions and passwords are the server's own; it compares
    their beginning with ``blocked_at`` at each request. What devices had not sent is held for
    review when it comes.
    """
    now = max(1, occasion.interval.made_at)
    revoke_slips(store, person_id, now)
    revoke_devices(store, person_id, now)
    children = [] if store.get(Staff, person_id) else _led_children(store, person_id, occasion)
    store.put(
        AccessBlock(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, children[0]) if children else ACCESS,
            person_id=person_id,
            reason=reason,
            blocked_at=now,
            blocked_by_id=occasion.actor_id,
            note=note,
        )
    )
    key = "notice.access_blocked"
    tell(store, occasion, person_id, NoticeKind.ACCESS_BLOCKED, key, {})


def may_block_access(store: Store, command: BlockAccess, occasion: Occasion) -> None:
    """Let pass the officer, the class teacher for own families, everybody for himself.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    if occasion.actor_id in (0, command.person_id):
        return
    answers = [rights.role_cover(store, occasion, Role.SYSTEM_OFFICER)]
    check: Check = checks.ROLE_DENIED
    if store.get(Staff, command.person_id) is None:
        check = checks.FAMILY_CREDENTIALS_ISSUER
        answers += [
            rights.class_cover(store, occasion, pupil_id)
            for pupil_id in family_of(store, command.person_id, occasion)
        ]
    rights.settle(best(answers), check)
    if store.complete:
        store.require(Person, command.person_id)


def _led_children(store: Store, person_id: int, occasion: Occasion) -> list[int]:
    """Return those of a family whose class teacher acts, so that the teacher keeps the record."""
    days = rights.act_days(store, occasion)
    classes = rights.led_classes(store, occasion.actor_id, days)
    return [
        pupil_id
        for pupil_id in family_of(store, person_id, occasion)
        if rights.in_classes(store, pupil_id, classes, days)
    ]


class HandOverClass(Command):
    """Pass a class to its next class teacher by an act: duties, unissued slips (§2)."""

    kind: ClassVar[str] = "hand_over_class"
    class_id: ObjectId
    to_id: ObjectId
    day: Day
    act: Name


def hand_over_class(store: Store, command: HandOverClass, occasion: Occasion) -> Findings:
    """End the old appointment the day before, begin the new one, and keep what passed.

    Raises:
        InputError: The class has no class teacher by then, or the same one.
    """
    store.require(SchoolClass, command.class_id)
    store.require(Staff, command.to_id)
    former = [
        entry
        for entry in store.select(Appointment, class_id=command.class_id, role=Role.CLASS_TEACHER)
        if entry.first_day < command.day <= entry.last_day
    ]
    if len(former) != 1 or former[0].person_id == command.to_id:
        raise InputError("data.field", field="to_id")
    [old] = former
    now = occasion.interval.made_at
    [[unissued]] = store.rows(UNISSUED_OF_CLASS, now, command.class_id, command.day, command.day)
    store.put(old.replace(last_day=command.day - 1))
    store.put(
        Appointment(
            id=occasion.new_id(),
            part=SCHOOL,
            person_id=command.to_id,
            role=Role.CLASS_TEACHER,
            class_id=command.class_id,
            first_day=command.day,
            last_day=old.last_day,
            act=command.act,
        )
    )
    store.put(
        HandOver(
            id=occasion.new_id(),
            part=SCHOOL,
            class_id=command.class_id,
            from_id=old.person_id,
            to_id=command.to_id,
            day=command.day,
            unissued_slips=int(unissued),
            act=command.act,
        )
    )
    return []


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(HandOutSlip, may_hand_out_slip, hand_out_slip),
    CommandSpec(BlockAccess, may_block_access, block_access),
    CommandSpec(HandOverClass, rights.by_role(Role.SYSTEM_OFFICER, Role.HEAD), hand_over_class),
)
