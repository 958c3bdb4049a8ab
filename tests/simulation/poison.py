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
from tests.simulation.acts import BITTER, POISON


@dataclass
class Poison:
    """Breaks the handler of topics for texts that say so.

    Attributes:
        replaying: A replica carries out pending commands again.
    """

    replaying: bool = False

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
        known = BY_MODEL[RecordTopic]

        def handle(store: Any, command: Any, occasion: Any) -> Any:
            if command.text.startswith(POISON) and store.complete:
                raise RuntimeError("a defect on the server")
            if command.text.startswith(BITTER) and not store.complete and self.replaying:
                raise RuntimeError("a defect on a replica")
            return known.handle(store, command, occasion)

        specs: dict[type[Command], CommandSpec] = dict(BY_MODEL)
        specs[RecordTopic] = replace(known, handle=handle)
        with patch("eschool_core.app.BY_MODEL", specs):
            yield
