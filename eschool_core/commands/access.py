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
    ShortText,
)
from eschool_core.domain.enums import Role
from eschool_core.domain.office import Device, Person, Slip
from eschool_core.domain.partition import ACCESS
from eschool_core.domain.people import Guardianship
from eschool_core.domain.school import Staff
from eschool_core.errors import InputError, RegulationError
from eschool_core.ids import MAX_DEVICE
from eschool_core.regulation import checks
from eschool_core.regulation.interval import best
from eschool_core.store.store import Store

SECONDS_PER_DAY = 24 * 3600

HexHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class IssueSlip(Command):
    """Give a person a one-time secret; the command carries only its hash.

    The system officer gives slips to staff, the class teacher to pupils of the own class and
    their guardians.
    """

    kind: ClassVar[str] = "issue_slip"
    person_id: ObjectId
    secret_hash: HexHash
    expires_at: Moment


def issue_slip(store: Store, command: IssueSlip, occasion: Occasion) -> Findings:
    """Write the slip; an earlier unused one of the person dies at once (4.6.8).

    Raises:
        InputError: It is over already, or lives longer than the policy ``slip_valid_days``.
    """
    now = occasion.interval.made_at
    valid_days = facts.policy_number(store, "slip_valid_days", rights.made_day(store, occasion))
    latest = occasion.interval.hi + valid_days * SECONDS_PER_DAY
    if not now < command.expires_at <= latest:
        raise InputError("data.field", field="expires_at")
    for earlier in store.select(Slip, person_id=command.person_id, used_at=0, revoked_at=0):
        store.put(earlier.replace(revoked_at=now))
    store.put(
        Slip(
            id=occasion.new_id(),
            part=ACCESS,
            person_id=command.person_id,
            secret_hash=bytes.fromhex(command.secret_hash),
            issued_by_id=occasion.actor_id,
            issued_at=now,
            expires_at=command.expires_at,
        )
    )
    return []


def may_issue_slip(store: Store, command: IssueSlip, occasion: Occasion) -> None:
    """Let pass the next link of the chain: officer → staff, class teacher → families (3.1).

    A class teacher's replica does not hold the list of accounts, but it holds the staff and the
    class: who is a pupil of it or represents one today is a family member.

    Raises:
        RightsError: 3.1/1 for a slip to staff, 3.1/2 for a slip to anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    if occasion.actor_id == 0:
        store.require(Person, command.person_id)
    elif store.get(Staff, command.person_id) is not None:
        check = checks.STAFF_CREDENTIALS_ISSUER
        rights.require_role(store, occasion, Role.SYSTEM_OFFICER, check=check)
    else:
        answers = [
            rights.class_cover(store, occasion, pupil_id)
            for pupil_id in _children(store, command.person_id, occasion)
        ]
        rights.settle(best(answers), checks.FAMILY_CREDENTIALS_ISSUER)


def _children(store: Store, person_id: int, occasion: Occasion) -> list[int]:
    """Return the pupil that a person is, and those whom the person represents by now."""
    today = rights.made_day(store, occasion)
    wards = {
        entry.pupil_id
        for entry in store.select(Guardianship, guardian_id=person_id)
        if today <= entry.last_day
    }
    return sorted(wards | {person_id})


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
    slip = store.first(
        Slip,
        secret_hash=bytes.fromhex(command.secret_hash),
        person_id=command.person_id,
        used_at=0,
        revoked_at=0,
    )
    if slip is None or slip.expires_at < now:
        raise RegulationError(checks.SLIP_NOT_VALID)
    store.put(slip.replace(used_at=now))
    store.put(
        Device(
            id=occasion.new_id(),
            part=ACCESS,
            device=command.device,
            person_id=command.person_id,
            public_key=bytes.fromhex(command.public_key),
            enrolled_at=now,
            label=command.label,
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
        raise InputError("access.no_device", device=command.device)
    if not device.revoked_at:
        store.put(device.replace(revoked_at=max(1, occasion.interval.made_at)))
    return []


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(IssueSlip, may_issue_slip, issue_slip),
    CommandSpec(EnrolDevice, rights.server_only, enrol_device),
    CommandSpec(RevokeDevice, rights.by_role(Role.SYSTEM_OFFICER), revoke_device),
)
