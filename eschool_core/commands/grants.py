"""Rights to read beyond the own role, with reason and end (4.7.1), and the end of employment."""

from __future__ import annotations

from typing import Annotated, ClassVar

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
)
from eschool_core.commands.credentials import shut_access
from eschool_core.commands.telling import tell
from eschool_core.domain.access import AccessGrant
from eschool_core.domain.access_enums import BlockReason, GrantKind
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.partition import ACCESS
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import Appointment, Journal, SchoolClass, Staff
from eschool_core.errors import InputError, RegulationError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

LONGEST_DAYS = 366


class GrantAccess(Command):
    """Let a member of staff read a journal or a class for a time, for a reason."""

    kind: ClassVar[str] = "grant_access"
    person_id: ObjectId
    grant_kind: Annotated[GrantKind, WHOLE]
    object_id: ObjectId
    first_day: Day
    last_day: Day
    reason: Name


def grant_access(store: Store, command: GrantAccess, occasion: Occasion) -> Findings:
    """Write the grant; it ends by itself and is told to the person.

    Raises:
        RegulationError: It has no end within a year (4.7.1).
        InputError: It ends before it begins, or there is no such person, journal or class.
    """
    store.require(Staff, command.person_id)
    if command.grant_kind is GrantKind.JOURNAL:
        store.require(Journal, command.object_id)
    else:
        store.require(SchoolClass, command.object_id)
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    if command.last_day == FOREVER or command.last_day - command.first_day > LONGEST_DAYS:
        raise RegulationError(checks.GRANT_ENDLESS, limit_days=LONGEST_DAYS)
    grant_id = occasion.new_id()
    store.put(
        AccessGrant(
            id=grant_id,
            part=ACCESS,
            person_id=command.person_id,
            kind=command.grant_kind,
            object_id=command.object_id,
            first_day=command.first_day,
            last_day=command.last_day,
            reason=command.reason,
            granted_by_id=occasion.actor_id,
        )
    )
    key = "notice.access_granted"
    tell(store, occasion, command.person_id, NoticeKind.ACCESS_GRANTED, key, {}, grant_id)
    return []


def may_grant_access(store: Store, command: GrantAccess, occasion: Occasion) -> None:
    """Let pass the system officer, for anybody but himself.

    Raises:
        RightsError: Anybody else.
    """
    if occasion.actor_id and occasion.actor_id == command.person_id:
        raise RightsError(checks.ROLE_DENIED)
    rights.require_role(store, occasion, Role.SYSTEM_OFFICER)


class EndGrant(Command):
    """End a grant before its day."""

    kind: ClassVar[str] = "end_grant"
    grant_id: ObjectId


def end_grant(store: Store, command: EndGrant, occasion: Occasion) -> Findings:
    """Let the grant have ended yesterday."""
    grant = store.require(AccessGrant, command.grant_id)
    yesterday = rights.made_day(store, occasion) - 1
    store.put(grant.replace(last_day=min(grant.last_day, yesterday)))
    return []


class DismissStaff(Command):
    """End somebody's employment on a day, by an order."""

    kind: ClassVar[str] = "dismiss_staff"
    person_id: ObjectId
    last_day: Day
    order: Name


def dismiss_staff(store: Store, command: DismissStaff, occasion: Occasion) -> Findings:
    """End every appointment and, once the day is over, every way in."""
    person = store.require(Staff, command.person_id)
    store.put(person.replace(last_day=command.last_day))
    for entry in store.select(Appointment, person_id=command.person_id):
        if entry.last_day > command.last_day:
            store.put(entry.replace(last_day=command.last_day))
    if command.last_day < facts.school(store).current_day:
        shut_access(store, occasion, command.person_id, BlockReason.DISMISSED, command.order)
    return []


def shut_dismissed(store: Store, occasion: Occasion, first_day: int, day: int) -> None:
    """Shut the access of those whose last day is over by ``day``; see ``DismissStaff``."""
    for person in store.where(Staff, "last_day >= ? AND last_day < ? ORDER BY id", first_day, day):
        shut_access(store, occasion, person.id, BlockReason.DISMISSED)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(GrantAccess, may_grant_access, grant_access),
    CommandSpec(EndGrant, rights.by_role(Role.SYSTEM_OFFICER), end_grant),
    CommandSpec(
        DismissStaff,
        rights.by_role(Role.HR_SPECIALIST, Role.SYSTEM_OFFICER, Role.HEAD),
        dismiss_staff,
    ),
)
