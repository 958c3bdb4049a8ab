"""What a bar says while the replica talks to its server."""

from __future__ import annotations

from typing import Protocol

from eschool_cli.localised import say
from eschool_cli.screen import Report
from eschool_core.labels import catalogue


class Staged(Protocol):
    """Told how far an exchange is, as ``eschool_sync`` tells it."""

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """Take note."""
        ...


def staged(report: Report) -> Staged:
    """Return a callback that tells ``report`` the phase in words."""

    def progress(phase: str, done: int, total: int | None) -> None:
        key = f"cli.stage.{phase}"
        report(say(key if key in catalogue() else "cli.stage.wait"), done, total or 0)

    return progress
