"""Local acts with their versions (4.4.1), and the contact of the developers' support (4.7.7)."""

from __future__ import annotations

from typing import ClassVar

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.domain.acts import LocalAct, SupportContact
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.row import FOREVER
from eschool_core.errors import InputError
from eschool_core.regulation.local_acts import act_key
from eschool_core.store.store import Store


class RegisterAct(Command):
    """Enter a local act, or a new version of one (4.4.1)."""

    kind: ClassVar[str] = "register_act"
    title: Name
    act_number: Name
    act_day: Day
    first_day: Day
    replaces_id: OptionalId = 0


def register_act(store: Store, command: RegisterAct, occasion: Occasion) -> Findings:
    """Write the version; the one it replaces holds until the day before.

    Raises:
        InputError: ``acts.exists``: number and date are taken; ``acts.replaced``: the version to
            be replaced has ended or begins later; ``data.field``: it holds before it was made.
    """
    if command.first_day < command.act_day:
        raise InputError("data.field", field="first_day")
    for known in store.select(LocalAct, act_day=command.act_day):
        if act_key(known.act_number) == act_key(command.act_number):
            raise InputError("acts.exists", number=command.act_number)
    if command.replaces_id:
        earlier = store.require(LocalAct, command.replaces_id)
        if earlier.last_day != FOREVER or earlier.first_day >= command.first_day:
            raise InputError("acts.replaced", number=earlier.act_number)
        store.put(earlier.replace(last_day=command.first_day - 1))
    store.put(LocalAct(id=occasion.new_id(), part=SCHOOL, **command.model_dump()))
    return []


class RevokeAct(Command):
    """End a local act that nothing replaces (4.4.1)."""

    kind: ClassVar[str] = "revoke_act"
    act_id: ObjectId
    last_day: Day


def revoke_act(store: Store, command: RevokeAct, occasion: Occasion) -> Findings:
    """Write the last day; policy values that rest on the act stay until others are set.

    Raises:
        InputError: ``data.field``: the day lies before the act's first, or the act has ended.
    """
    act = store.require(LocalAct, command.act_id)
    if act.last_day != FOREVER or command.last_day < act.first_day:
        raise InputError("data.field", field="last_day")
    store.put(act.replace(last_day=command.last_day))
    return []


class SetSupportContact(Command):
    """Enter whom to turn to for support (4.7.7)."""

    kind: ClassVar[str] = "set_support_contact"
    name: Name
    phone: ShortText = ""
    email: ShortText = ""
    hours: ShortText = ""
    contract: ShortText = ""


def set_support_contact(store: Store, command: SetSupportContact, occasion: Occasion) -> Findings:
    """Write the contact; there is one.

    Raises:
        InputError: ``data.field``: neither telephone nor address.
    """
    if not command.phone and not command.email:
        raise InputError("data.field", field="phone")
    known = store.first(SupportContact)
    row_id = occasion.new_id() if known is None else known.id
    store.put(SupportContact(id=row_id, part=SCHOOL, **command.model_dump()))
    return []


STUDIES = rights.by_role(*rights.STUDIES)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(RegisterAct, STUDIES, register_act),
    CommandSpec(RevokeAct, STUDIES, revoke_act),
    CommandSpec(SetSupportContact, rights.by_role(Role.SYSTEM_OFFICER), set_support_contact),
)
