"""How a made-up school goes through its days: the clock, and commands of one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eschool_core import calendar
from eschool_core.app import GROUP_FELL
from eschool_core.commands.base import Command
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_sync.sandbox.stage import ZONE, Stage

GROUP: Final = 400
"""Commands that are carried out in one transaction."""


def go_to(stage: Stage, day: int, minute: int) -> None:
    """Turn the clock on to a minute of a day, never back; days in between are opened."""
    moment = calendar.moment_of(day, minute, ZONE)
    stage.clock.advance(max(0, moment - stage.clock.wall()))
    stage.school.turn_days()


def give(stage: Stage, commands: Sequence[Command], actor_id: int) -> None:
    """Carry out commands of one person, some hundreds in a transaction.

    Raises:
        InputError: One was refused; its group of commands has not been written.
    """
    for begun in range(0, len(commands), GROUP):
        school = stage.school
        batch = CommandBatch(school.state.server_device, school.next_number())
        for command in commands[begun : begun + GROUP]:
            batch.add(command)
        for outcome in school.act_all(batch.commands, actor_id):
            if outcome.key not in ("", GROUP_FELL):
                raise InputError(outcome.key, **dict(outcome.params))
