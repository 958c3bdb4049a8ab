"""One seed from beginning to end, and what became of it."""

from __future__ import annotations

import logging
import tempfile
import traceback
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.base import scratch
from tests.simulation.play import Play
from tests.simulation.witness import Failure


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What became of one seed.

    Attributes:
        accepted: How often each kind of command was carried out.
    """

    seed: int
    steps: int
    commands: int
    rounds: int
    faults: dict[str, int]
    accepted: dict[str, int]
    failures: tuple[Failure, ...]
    trace_hash: str
    trace: tuple[str, ...]


def play(seed: int, *, keep_trace: bool = False) -> SeedResult:
    """Play a seed from beginning to end; a defect that raises is a failure of the seed."""
    logging.getLogger("eschool.server").disabled = True
    logging.getLogger("eschool_sync.server.days").disabled = True
    logging.getLogger("eschool_sync.server.memory").disabled = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=scratch())))
        played = Play(seed, folder, keep_trace=keep_trace)
        try:
            played.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed has found it
            told = f"{type(error).__name__}: {error}"
            played.witness.failures.append(Failure("crash", "I7", told))
            if keep_trace:
                played.trace.note(traceback.format_exc())
        return SeedResult(
            seed,
            played.steps,
            len(played.witness.given),
            played.rounds,
            dict(sorted(played.world.faults.items())),
            dict(sorted(played.witness.accepted.items())),
            tuple(played.witness.failures),
            played.trace.hash(),
            tuple(played.trace.lines),
        )
