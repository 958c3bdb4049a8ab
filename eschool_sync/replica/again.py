"""Commands of a rescued replica that lay behind a lost one: they are entered once more.

The chain of what a device has signed ends before the first command that is gone, so what was
made after it cannot go out as it was signed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import make_command
from eschool_core.errors import EschoolError
from eschool_core.store.database import Database
from eschool_sync.protocol.envelope import unpack_payload
from eschool_sync.replica.tables import find_meta

AGAIN: Final = "again"
"""Name under which they wait, in their order."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A command that was entered once more.

    Attributes:
        refusal: Why it was not taken; None where it was.
    """

    kind: str
    refusal: EschoolError | None


def waiting(database: Database) -> list[tuple[str, int, bytes]]:
    """Return what waits to be entered again: kind, version, payload."""
    return [(kind, version, payload) for kind, version, payload in find_meta(database, AGAIN) or []]


def enter(listed: list[tuple[str, int, bytes]], do: Callable[[Command], object]) -> list[Entered]:
    """Enter commands in their order; what is refused is told, and the next one is tried."""
    entered = []
    for kind, version, payload in listed:
        try:
            do(make_command(kind, version, unpack_payload(payload)))
        except EschoolError as refusal:
            entered.append(Entered(kind, refusal))
        else:
            entered.append(Entered(kind, None))
    return entered
