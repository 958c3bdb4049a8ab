"""Plays seeds on programs with planted bugs, each in a process that is forked for it."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from math import inf
from pathlib import Path

from tests.simulation.base import base
from tests.simulation.mutants.mutant import ROOT, Mutant
from tests.simulation.mutants.transplant import RejectedError, transplant
from tests.simulation.seed import play

HANGS_AFTER = 60
"""Seconds of a core for one seed; a healthy one takes less than one."""

SLEEPS_AFTER = 1_800
"""Seconds by the clock, for one that waits for something and needs no core."""


class OverrunError(BaseException):
    """A seed comes to no end; nothing of the play may take it for an error of the program."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant.

    Attributes:
        killed: A seed found it, or hung.
        seconds: Of a core.
        seed: The last that was played: the one that found it, if one did; 0 where not even the
            school could be built.
        found: What the seed told.
    """

    name: str
    killed: bool
    seed: int
    found: str
    seconds: float
    breaks: str

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return asdict(self)


def hunt_all(
    mutants: Sequence[Mutant], seeds: int, jobs: int, seconds: float = inf
) -> Iterator[Fate]:
    """Yield what became of each mutant, as soon as it is known."""
    for encrypted in (False, True):
        # Built once, before the forks.
        base(encrypted=encrypted, stepped=True)
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(
            partial(hunt, seeds=seeds, seconds=seconds), mutants, chunksize=1
        )


def hunt(mutant: Mutant, seeds: int, seconds: float) -> Fate:
    """Play seeds on a mutant until one finds it; call it in a process that ends afterwards.

    Args:
        seconds: After so many of a core no other seed is begun: how busy the machine is with
            other things says nothing of a bug.
    """
    started = _core_seconds()
    try:
        transplant(importlib.import_module(mutant.module), mutant.source())
        seed, found = search(seeds, seconds)
    except RejectedError:
        seed, found = _started_anew(mutant, seeds, seconds)
    except Exception as error:  # noqa: BLE001 - a program that does not run is found at once
        seed, found = 0, type(error).__name__
    took = round(_core_seconds() - started, 1)
    return Fate(mutant.name, found != "", seed, found, took, mutant.breaks)


def search(seeds: int, seconds: float = inf) -> tuple[int, str]:
    """Play seeds until one finds something; return the last one and what it found, or nothing."""
    for limit in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(limit, _too_long)
    until, seed = time.process_time() + seconds, 0
    while seed < seeds and time.process_time() < until:
        seed += 1
        signal.setitimer(signal.ITIMER_PROF, HANGS_AFTER)
        signal.alarm(SLEEPS_AFTER)
        try:
            result = play(seed)
        except OverrunError:
            return seed, "it hangs"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
        if result.failures:
            first = result.failures[0]
            return seed, f"{first.kind} {first.invariant} {first.detail}"[:200]
    return seed, ""


def _core_seconds() -> float:
    """Return what this process and those that it has started have used of a core."""
    return sum(os.times()[:4])


def _too_long(signal_number: int, frame: object) -> None:
    raise OverrunError


def _started_anew(mutant: Mutant, seeds: int, seconds: float) -> tuple[int, str]:
    """Hunt in a program that imports the changed text."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(mutant.source())
        file.flush()
        command = [sys.executable, "-m", "tests.simulation.mutants.one", mutant.module]
        command += [str(Path(file.name)), "--seeds", str(seeds), "--seconds", str(seconds)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        return 0, "it does not start"
    told = json.loads(done.stdout.splitlines()[-1])
    return told["seed"], told["found"]
