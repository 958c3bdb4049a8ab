"""The chain of credentials: who gives access to whom (3.1, 4.6.8, 4.7.4, 4.7.6)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    Moment,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.commands.pupil_requests import refuse_provisional_account
from eschool_core.domain.enums import Role
from eschool_core.domain.office import Device, Person, Slip
from eschool_core.domain.partition import ACCESS, PartitionKind, partition
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.domain.school import Staff
from eschool_core.errors import InputError, RegulationError, RightsError
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Cover, best
from eschool_core.store.store import Store

SECONDS_PER_DAY = 24 * 3600

HexHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class IssueSlip(Command):
    """Give a person a one-time secret; the command carries only its hash.

    The system officer gives slips to staff, the class teacher to pupils of the own class and
    their guardians.

    Attributes:
        class_id: Names the class to whose teacher a slip for a family goes, where the system
            officer makes the slips of a class in a batch (4.7.6); the teacher hands them out.
    """

    kind: ClassVar[str] = "issue_slip"
    person_id: ObjectId
    secret_hash: HexHash
    expires_at: Moment
    class_id: OptionalId = 0


def issue_slip(store: Store, command: IssueSlip, occasion: Occasion) -> Findings:
    """Write the slip; an earlier unused one of the person dies at once (4.6.8).

    Raises:
        InputError: It is over already, or lives longer than the policy ``slip_valid_days``.
        RegulationError: The order of a newcomer is awaited (4.6.6).
    """
    refuse_provisional_account(store, command.person_id)
    now = occasion.interval.made_at
    valid_days = facts.policy_number(store, "slip_valid_days", rights.made_day(store, occasion))
    latest = occasion.interval.hi + valid_days * SECONDS_PER_DAY
    if not now < command.expires_at <= latest:
        raise InputError("data.field", field="expires_at")
    revoke_slips(store, command.person_id, now)
    pupil_id = _of_family(store, command, occasion)
    store.put(
        Slip(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, pupil_id) if pupil_id else ACCESS,
            person_id=command.person_id,
            secret_hash=bytes.fromhex(command.secret_hash),
            issued_by_id=occasion.actor_id,
            issued_at=now,
            expires_at=command.expires_at,
            pupil_id=pupil_id,
            class_id=command.class_id,
        )
    )
    return []


def revoke_slips(store: Store, person_id: int, now: int) -> None:
    """Write on every unused slip of a person that it opens nothing any more."""
    for slip in store.select(Slip, person_id=person_id, used_at=0, revoked_at=0):
        store.put(slip.replace(revoked_at=max(1, now)))


def may_issue_slip(store: Store, command: IssueSlip, occasion: Occasion) -> None:
    """Let pass the next link of the chain: officer → staff, class teacher → families (3.1).

    A class teacher's replica does not hold the list of accounts, but it holds the staff and the
    class: who is a pupil of it or represents one today is a family member. The officer makes
    slips for families too, as a batch that goes to the class teacher of the class (4.7.6).

    Raises:
        RightsError: 3.1/1 for a slip to staff, 3.1/2 for a slip to anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    if occasion.actor_id == 0:
        store.require(Person, command.person_id)
    elif store.get(Staff, command.person_id) is not None:
        check = checks.STAFF_CREDENTIALS_ISSUER
        rights.require_role(store, occasion, Role.SYSTEM_OFFICER, check=check)
    elif command.class_id:
        if not _of_family(store, command, occasion):
            raise RightsError(checks.FAMILY_CREDENTIALS_ISSUER)
        check = checks.FAMILY_CREDENTIALS_ISSUER
        rights.require_role(store, occasion, Role.SYSTEM_OFFICER, check=check)
    else:
        answers = [
            rights.class_cover(store, occasion, pupil_id)
            for pupil_id in family_of(store, command.person_id, occasion)
        ]
        rights.settle(best(answers), checks.FAMILY_CREDENTIALS_ISSUER)


def family_of(store: Store, person_id: int, occasion: Occasion) -> list[int]:
    """Return the pupil that a person is, and those whom the person represents by now."""
    today = rights.made_day(store, occasion)
    wards = {
        entry.pupil_id
        for entry in store.select(Guardianship, guardian_id=person_id)
        if today <= entry.last_day
    }
    return sorted(wards | {person_id})


def _of_family(store: Store, command: IssueSlip, occasion: Occasion) -> int:
    """Return the pupil with whose papers a slip is kept; 0 for one of staff.

    Of several children the one in the class that the slip goes through, so that its teacher sees
    the slip.
    """
    if store.get(Staff, command.person_id) is not None:
        return 0
    days = rights.act_days(store, occasion)
    classes = rights.led_classes(store, occasion.actor_id, days)
    if command.class_id:
        classes = {command.class_id}
    children = [
        pupil_id
        for pupil_id in family_of(store, command.person_id, occasion)
        if (occasion.actor_id == 0 and store.first(Enrolment, pupil_id=pupil_id) is not None)
        or rights.in_classes(store, pupil_id, classes, days)
    ]
    return min(children, default=0)


class EnrolDevice(Command):
    """Bind a device to the person whose slip was shown; the server's own act."""

    kind: ClassVar[str] = "enrol_device"
    person_id: ObjectId
    secret_hash: HexHash
    device: Annotated[int, Field(strict=True, ge=1, le=MAX_DEVICE)]
    public_key: HexHash
    label: ShortText = ""


def enrol_device(store: Store, command: EnrolDevice, occasion: Occasion) -> Findings:
    """Use the slip up and write the device.

    Raises:
        RegulationError: The slip is unknown, used, replaced or expired (3.1/2).
        InputError: The number belongs to another device.
    """
    if store.first(Device, device=command.device) is not None:
        raise InputError("access.device_exists", device=command.device)
    now = occasion.interval.hi
    take_slip(store, command.person_id, command.secret_hash, now)
    store.put(
        Device(
            id=occasion.new_id(),
            part=partition(PartitionKind.ACCOUNT, command.person_id),
            device=command.device,
            person_id=command.person_id,
            public_key=bytes.fromhex(command.public_key),
            enrolled_at=now,
            label=command.label,
        )
    )
    return []


class UseSlip(Command):
    """Take a slip for the first sign-in to the portal; the server's own act (3.1)."""

    kind: ClassVar[str] = "use_slip"
    person_id: ObjectId
    secret_hash: HexHash


def use_slip(store: Store, command: UseSlip, occasion: Occasion) -> Findings:
    """Use the slip up.

    Raises:
        RegulationError: The slip is unknown, used, replaced or expired (3.1/2).
    """
    take_slip(store, command.person_id, command.secret_hash, occasion.interval.hi)
    return []


def take_slip(store: Store, person_id: int, secret_hash: str, now: int) -> None:
    """Write on a person's slip that it was used.

    Raises:
        RegulationError: The slip is unknown, used, replaced or expired (3.1/2).
    """
    slip = store.first(
        Slip,
        secret_hash=bytes.fromhex(secret_hash),
        person_id=person_id,
        used_at=0,
        revoked_at=0,
    )
    if slip is None or slip.expires_at < now:
        raise RegulationError(checks.SLIP_NOT_VALID)
    store.put(slip.replace(used_at=now))


class ReadmitDevice(Command):
    """Write a device down again that the school certified before it lost the row (§5.7)."""

    kind: ClassVar[str] = "readmit_device"
    person_id: ObjectId
    device: Annotated[int, Field(strict=True, ge=1, le=MAX_DEVICE)]
    public_key: HexHash


def readmit_device(store: Store, command: ReadmitDevice, occasion: Occasion) -> Findings:
    """Write the device.

    Raises:
        InputError: The number belongs to a device, or the person is unknown.
    """
    if store.first(Device, device=command.device) is not None:
        raise InputError("access.device_exists", device=command.device)
    store.require(Person, command.person_id)
    store.put(
        Device(
            id=occasion.new_id(),
            part=partition(PartitionKind.ACCOUNT, command.person_id),
            device=command.device,
            person_id=command.person_id,
            public_key=bytes.fromhex(command.public_key),
            enrolled_at=occasion.interval.hi,
        )
    )
    return []


class BranchDevice(Command):
    """Let a copy of a device go on as a device of its own: both have written (§5.7).

    Attributes:
        device: The number of the new one.
        origin: The device that was copied; it goes on as well.
        first_number: From this command number on the copy has written something else.
    """

    kind: ClassVar[str] = "branch_device"
    person_id: ObjectId
    device: Annotated[int, Field(strict=True, ge=1, le=MAX_DEVICE)]
    public_key: HexHash
    origin: Annotated[int, Field(strict=True, ge=1, le=MAX_DEVICE)]
    first_number: Annotated[int, Field(strict=True, ge=1, le=MAX_NUMBER)]


def branch_device(store: Store, command: BranchDevice, occasion: Occasion) -> Findings:
    """Write the device, with the label of the one that was copied.

    Raises:
        InputError: The number belongs to a device, or there is no such device of that person.
    """
    origin = store.first(Device, device=command.origin, person_id=command.person_id)
    if origin is None:
        raise store.absent("access.no_device", device=command.origin)
    if store.first(Device, device=command.device) is not None:
        raise InputError("access.device_exists", device=command.device)
    store.put(
        Device(
            id=occasion.new_id(),
            part=partition(PartitionKind.ACCOUNT, command.person_id),
            device=command.device,
            person_id=command.person_id,
            public_key=bytes.fromhex(command.public_key),
            label=origin.label,
            enrolled_at=occasion.interval.hi,
        )
    )
    return []


class RevokeDevice(Command):
    """Shut a device out: what it sends from now on is held for review."""

    kind: ClassVar[str] = "revoke_device"
    device: Annotated[int, Field(strict=True, ge=1, le=MAX_DEVICE)]


def revoke_device(store: Store, command: RevokeDevice, occasion: Occasion) -> Findings:
    """Write the time of revocation; a device that is shut out already stays so from then.

    Raises:
        InputError: No such device.
    """
    device = store.first(Device, device=command.device)
    if device is None:
        raise store.absent("access.no_device", device=command.device)
    if not device.revoked_at:
        store.put(device.replace(revoked_at=max(1, occasion.interval.made_at)))
    return []


def revoke_devices(store: Store, person_id: int, now: int) -> None:
    """Write on every device of a person that it is shut out, as far as the store knows them."""
    for device in store.select(Device, person_id=person_id, revoked_at=0):
        store.put(device.replace(revoked_at=max(1, now)))


def may_revoke_device(store: Store, command: RevokeDevice, occasion: Occasion) -> None:
    """Let pass the owner of the device and the system officer.

    A replica of anybody else does not know whose device a number is, and asks the server.

    Raises:
        RightsError: Anybody else.
    """
    device = store.first(Device, device=command.device)
    if device is not None and device.person_id == occasion.actor_id != 0:
        return
    answer = rights.role_cover(store, occasion, Role.SYSTEM_OFFICER)
    if device is None and occasion.actor_id and answer is Cover.NOWHERE and not store.complete:
        raise store.absent("access.no_device", device=command.device)
    rights.require_role(store, occasion, Role.SYSTEM_OFFICER)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(IssueSlip, may_issue_slip, issue_slip),
    CommandSpec(EnrolDevice, rights.server_only, enrol_device),
    CommandSpec(ReadmitDevice, rights.server_only, readmit_device),
    CommandSpec(BranchDevice, rights.server_only, branch_device),
    CommandSpec(UseSlip, rights.server_only, use_slip),
    CommandSpec(RevokeDevice, may_revoke_device, revoke_device),
)
