"""Commands are carried out here at once, and kept for the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from eschool_core.app import Outcome, carry_out
from eschool_core.commands.base import Command
from eschool_core.domain.enums import Verdict
from eschool_core.errors import InputError
from eschool_core.store.store import UnknownFactError
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.push import MAX_GROUP, MAX_PUSH_BYTES
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import HEADER_BYTES, Pending
from eschool_sync.replica.position import Position
from eschool_sync.replica.refusal import refusal_of
from eschool_sync.replica.reports import Receipt

Beside = Callable[[list[Receipt]], None]


def _nothing(receipts: list[Receipt]) -> None:
    """Keep nothing beside the commands."""


def enter_all(
    opened: Opened,
    commands: Sequence[Command],
    replaces: int | None,
    beside: Beside = _nothing,
) -> list[Receipt]:
    """Carry out commands that stand or fall together (``Replica.do_all``).

    Args:
        opened: The replica.
        commands: In order.
        replaces: As ``Replica.do_all``.
        beside: Keeps what belongs to the commands, in their transaction.

    Raises:
        EschoolError: As ``Replica.do_all``.
    """
    if len(commands) > MAX_GROUP:
        raise InputError("protocol.too_many", limit=MAX_GROUP)
    size = 0
    with opened.writing() as present:
        position = present
        group = position.next if len(commands) > 1 else 0
        receipts = []
        for index, command in enumerate(commands):
            resent = replaces if index == 0 else None
            entry, outcome = _enter_one(opened, position, command, group, resent)
            header = entry.envelope.header
            size += len(entry.envelope.payload) + HEADER_BYTES
            position = replace(
                position,
                next=header.number + header.take,
                head=header.hash,
            )
            receipts.append(Receipt(header.number, outcome))
        if size > MAX_PUSH_BYTES:
            raise InputError("protocol.too_large", limit=MAX_PUSH_BYTES)
        position.save(opened.database)
        beside(receipts)
    return receipts


def _enter_one(
    opened: Opened, position: Position, command: Command, group: int, replaces: int | None
) -> tuple[Pending, Outcome | None]:
    entry = opened.outbox.append(
        position,
        command,
        Evidence.now(opened.clock, position.contact),
        take=command.numbers_taken(),
        group=group,
        replaces=replaces,
    )
    occasion = opened.occasion(entry.envelope.header, position, entry.ids_from)
    try:
        outcome = carry_out(opened.store, command, occasion)
    except UnknownFactError:
        outcome = None
    if outcome is not None and outcome.verdict is Verdict.REJECTED:
        raise refusal_of(outcome)
    if replaces is not None:
        opened.outbox.dismiss(replaces)
    return entry, outcome
