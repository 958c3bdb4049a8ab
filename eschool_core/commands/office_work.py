"""The school's own details, and the checks of the deputy heads (2.1, 3.5, 4.7.2)."""

from __future__ import annotations

from typing import ClassVar

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    EntryText,
    Findings,
    Name,
    Occasion,
    ShortText,
)
from eschool_core.domain.care import ControlCheck, SchoolDetails
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import OFFICE, SCHOOL
from eschool_core.errors import InputError
from eschool_core.store.store import Store


class DescribeSchool(Command):
    """Enter what stands on papers of the school, in place of what was said before."""

    kind: ClassVar[str] = "describe_school"
    full_name: Name
    address: Name
    phone: ShortText = ""
    email: ShortText = ""
    website: ShortText = ""
    tax_number: ShortText = ""
    state_number: ShortText = ""
    licence: ShortText = ""


def describe_school(store: Store, command: DescribeSchool, occasion: Occasion) -> Findings:
    """Write the one row."""
    known = store.first(SchoolDetails)
    row_id = occasion.new_id() if known is None else known.id
    store.put(SchoolDetails(id=row_id, part=SCHOOL, **command.model_dump()))
    return []


class RecordControl(Command):
    """Record that a deputy head has looked into the keeping of journals (3.5).

    Attributes:
        day: When; not in the future.
        document: Number of the act of the check, where there is one.
    """

    kind: ClassVar[str] = "record_control"
    day: Day
    topic: Name
    result: EntryText
    document: ShortText = ""


def record_control(store: Store, command: RecordControl, occasion: Occasion) -> Findings:
    """Write what was looked into and what was found.

    Raises:
        InputError: The day lies in the future.
    """
    if command.day > rights.act_days(store, occasion)[1]:
        raise InputError("data.field", field="day")
    store.put(
        ControlCheck(
            id=occasion.new_id(),
            part=OFFICE,
            checked_by_id=occasion.actor_id,
            checked_at=occasion.interval.made_at,
            **command.model_dump(),
        )
    )
    return []


DEPUTIES = tuple(role for role in rights.ADMINISTRATION if role is not Role.HEAD)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(DescribeSchool, rights.by_role(Role.SYSTEM_OFFICER, Role.HEAD), describe_school),
    CommandSpec(RecordControl, rights.by_role(*DEPUTIES), record_control),
)
