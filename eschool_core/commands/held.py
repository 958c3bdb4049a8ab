"""Commands that wait for a person: kept with their evidence, then applied or declined (§5.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    HoldForReview,
    Name,
    ObjectId,
    Occasion,
)
from eschool_core.commands.carrying import carry
from eschool_core.commands.telling import tell
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.json_text import json_text
from eschool_core.domain.partition import ARCHIVE
from eschool_core.domain.review import HeldCommand, HeldState
from eschool_core.errors import InputError
from eschool_core.ids import ROWS_PER_NUMBER, make_id
from eschool_core.regulation import checks, results
from eschool_core.regulation.interval import Interval
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Content:
    """A command as its device sent it.

    Attributes:
        fields: Its values, in the order of its fields.
        group: First command of its group, 0 for none.
    """

    kind: str
    version: int
    fields: bytes
    group: int = 0


Make = Callable[[str, int, bytes], tuple[CommandSpec, Command]]
"""Gives the command that was kept, and its specification."""


def keep_held(
    store: Store,
    occasion: Occasion,
    content: Content,
    key: str,
    params: Mapping[str, str | int],
) -> None:
    """Keep a held command for review; only the server does it."""
    last = occasion.number + occasion.take - 1
    interval = occasion.interval
    store.put(
        HeldCommand(
            # Its own rows take the first ids, the notice the last.
            id=make_id(occasion.device, last, ROWS_PER_NUMBER - 2),
            part=ARCHIVE,
            device=occasion.device,
            command_number=occasion.number,
            take=occasion.take,
            ids_from=occasion.number if occasion.ids_from is None else occasion.ids_from,
            group_number=content.group,
            kind=content.kind,
            version=content.version,
            payload=content.fields,
            actor_id=occasion.actor_id,
            base_seq=occasion.base_seq,
            earliest=interval.lo,
            latest=interval.hi,
            estimate=interval.estimate,
            claimed=interval.claimed,
            key=key,
            params=json_text(params),
            state=HeldState.OPEN,
        )
    )


def replace_held(store: Store, occasion: Occasion) -> None:
    """Close what an accepted resend has taken the row ids of: it may not be applied any more."""
    if occasion.ids_from is None or not store.holds(ARCHIVE):
        return
    for held in store.select(HeldCommand, device=occasion.device, ids_from=occasion.ids_from):
        if held.state == HeldState.OPEN and held.command_number != occasion.number:
            _close(store, occasion, held, HeldState.REPLACED, "")


def is_applied(store: Store, device: int, ids_from: int) -> bool:
    """Return whether the deputy head has applied a command that uses these row ids."""
    held = store.select(HeldCommand, device=device, ids_from=ids_from)
    return any(entry.state == HeldState.APPLIED for entry in held)


class ApplyHeld(Command):
    """Let a held command stand after all; with it all of its group."""

    kind: ClassVar[str] = "apply_held"
    held_id: ObjectId
    reason: Name


class DeclineHeld(Command):
    """Let a held command fall for good; with it all of its group."""

    kind: ClassVar[str] = "decline_held"
    held_id: ObjectId
    reason: Name


def decline_held(store: Store, command: DeclineHeld, occasion: Occasion) -> Findings:
    """Close it and tell its author.

    Raises:
        InputError: ``control.held_closed``.
    """
    for held in _waiting(store, command.held_id):
        _close(store, occasion, held, HeldState.DECLINED, command.reason)
        _tell(store, occasion, held, NoticeKind.HELD_DECLINED, "notice.held_declined")
    return []


def apply_held(store: Store, command: ApplyHeld, occasion: Occasion, make: Make) -> Findings:
    """Carry it out as its author gave it: same device, same time, same row ids.

    What was doubtful is decided by this; what the author had no right to at all stays refused.

    Raises:
        RegulationError: The author had no right to it, or it breaks a clause; or it changes a
            closed term and its author applies it (2.2).
        InputError: ``control.held_closed``, ``command.unknown``; or it does not fit the rows.
    """
    for held in _waiting(store, command.held_id):
        if is_applied(store, held.device, held.ids_from):
            raise InputError("control.held_closed")
        if held.key == checks.TERM_CLOSED.id:
            # What changes a closed term is the act of two persons, whatever their roles (2.2).
            results.check_two_persons(held.actor_id, occasion.actor_id)
        spec, kept = make(held.kind, held.version, held.payload)
        given = occasion_of(held)
        given.reviewed_by = occasion.actor_id
        with suppress(HoldForReview):
            spec.right(store, kept, given)
        try:
            carry(store, spec, kept, given)
        except HoldForReview as doubt:
            # Not this decision's to take: the rows themselves say something else now.
            raise InputError("control.held_again", check=doubt.check.id) from doubt
        occasion.overwritten += given.overwritten
        for other in store.select(HeldCommand, device=held.device, ids_from=held.ids_from):
            if other.state == HeldState.OPEN and other.id != held.id:
                _close(store, occasion, other, HeldState.REPLACED, "")
        _close(store, occasion, held, HeldState.APPLIED, command.reason)
        _tell(store, occasion, held, NoticeKind.HELD_APPLIED, "notice.held_applied")
    return []


def occasion_of(held: HeldCommand) -> Occasion:
    """Return what surrounded a held command when it came."""
    return Occasion(
        held.actor_id,
        held.device,
        held.command_number,
        held.base_seq,
        Interval(held.earliest, held.latest, held.estimate, held.claimed),
        held.take,
        held.ids_from,
    )


def _waiting(store: Store, held_id: int) -> list[HeldCommand]:
    """Return a held command with those of its group, in order.

    Raises:
        InputError: ``control.held_closed``: somebody has decided already.
    """
    held = store.require(HeldCommand, held_id)
    if held.state != HeldState.OPEN:
        raise InputError("control.held_closed")
    if not held.group_number:
        return [held]
    group = store.select(HeldCommand, device=held.device, group_number=held.group_number)
    if any(entry.state != HeldState.OPEN for entry in group):
        raise InputError("control.held_closed")
    return sorted(group, key=lambda entry: entry.command_number)


def _close(
    store: Store, occasion: Occasion, held: HeldCommand, state: HeldState, reason: str
) -> None:
    store.put(
        held.replace(
            state=state,
            closed_at=occasion.interval.made_at,
            closed_by_id=occasion.actor_id,
            reason=reason,
        )
    )


def _tell(store: Store, occasion: Occasion, held: HeldCommand, kind: NoticeKind, key: str) -> None:
    params: dict[str, Any] = {"number": held.command_number, "device": held.device}
    tell(store, occasion, held.actor_id, kind, key, params, held.command_number)


def specs(make: Make) -> tuple[CommandSpec, ...]:
    """Return the specifications.

    Args:
        make: Makes the command that was kept; the catalogue's, which this is a part of.
    """
    right = rights.by_role(Role.DEPUTY_STUDIES, Role.HEAD)

    def apply(store: Store, command: ApplyHeld, occasion: Occasion) -> Findings:
        return apply_held(store, command, occasion, make)

    return (CommandSpec(ApplyHeld, right, apply), CommandSpec(DeclineHeld, right, decline_held))
