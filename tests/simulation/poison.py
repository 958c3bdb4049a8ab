"""Defects of ours that one command meets: on the server, or in the replay of a replica."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from eschool_core.commands.base import Command, CommandSpec
from eschool_core.commands.catalogue import BY_MODEL
from eschool_core.commands.lessons import RecordTopic
from eschool_core.commands.school import TurnDay
from tests.simulation.acts import BITTER, POISON


@dataclass
class Poison:
    """Breaks the handler of topics for texts that say so, and the opening of one day.

    Attributes:
        replaying: A replica carries out pending commands again.
        closed_day: The day that cannot be opened at present; −1 for none.
    """

    replaying: bool = False
    closed_day: int = -1

    @contextmanager
    def while_replaying(self, *, now: bool) -> Iterator[None]:
        """Let it be known whether a replica replays, or its owner enters something."""
        before, self.replaying = self.replaying, now
        try:
            yield
        finally:
            self.replaying = before

    @contextmanager
    def mixed_in(self) -> Iterator[None]:
        """Put the defect into the program."""
        known, opening = BY_MODEL[RecordTopic], BY_MODEL[TurnDay]

        def handle(store: Any, command: Any, occasion: Any) -> Any:
            if command.text.startswith(POISON) and store.complete:
                raise RuntimeError("a defect on the server")
            if command.text.startswith(BITTER) and not store.complete and self.replaying:
                raise RuntimeError("a defect on a replica")
            return known.handle(store, command, occasion)

        def open_day(store: Any, command: Any, occasion: Any) -> Any:
            if command.day == self.closed_day:
                raise RuntimeError("a defect on the server")
            return opening.handle(store, command, occasion)

        specs: dict[type[Command], CommandSpec] = dict(BY_MODEL)
        specs[RecordTopic] = replace(known, handle=handle)
        specs[TurnDay] = replace(opening, handle=open_day)
        with patch("eschool_core.app.BY_MODEL", specs):
            yield
