"""Plays seeds on programs with planted bugs, each in a process that is forked for it."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from tests.simulation.base import base
from tests.simulation.mutants.mutant import ROOT, Mutant
from tests.simulation.mutants.transplant import RejectedError, transplant
from tests.simulation.seed import play

LIMIT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant.

    Attributes:
        killed: A seed found it, or it hung.
        seed: The first seed that did; 0 where not even the school could be built.
        found: What the seed told.
    """

    name: str
    killed: bool
    seed: int | None
    found: str
    seconds: float
    breaks: str

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return asdict(self)


def hunt_all(mutants: Sequence[Mutant], seeds: int, jobs: int) -> Iterator[Fate]:
    """Yield what became of each mutant, as soon as it is known."""
    for encrypted in (False, True):
        # Built once, before the forks.
        base(encrypted=encrypted)
    context = multiprocessing.get_context("fork")
    with context.Pool(jobs, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(partial(hunt, seeds=seeds), mutants, chunksize=1)


def hunt(mutant: Mutant, seeds: int) -> Fate:
    """Play up to ``seeds`` seeds on a mutant; call it in a process that ends afterwards."""
    started = time.perf_counter()
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LIMIT_SECONDS)
    try:
        transplant(importlib.import_module(mutant.module), mutant.source())
        seed, found = search(seeds)
    except RejectedError:
        seed, found = _started_anew(mutant, seeds)
    except TimeoutError:
        seed, found = None, "it hangs"
    except Exception as error:  # noqa: BLE001 - a program that does not run is found at once
        seed, found = 0, type(error).__name__
    finally:
        signal.alarm(0)
    seconds = round(time.perf_counter() - started, 1)
    return Fate(mutant.name, found != "", seed, found, seconds, mutant.breaks)


def search(seeds: int) -> tuple[int | None, str]:
    """Play seeds until one finds something; return it and what it found, or nothing."""
    for seed in range(1, seeds + 1):
        result = play(seed)
        if result.failures:
            first = result.failures[0]
            return seed, f"{first.kind} {first.invariant} {first.detail}"[:200]
    return None, ""


def _too_long(signal_number: int, frame: object) -> None:
    raise TimeoutError


def _started_anew(mutant: Mutant, seeds: int) -> tuple[int | None, str]:
    """Hunt in a program that imports the changed text."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(mutant.source())
        file.flush()
        command = [sys.executable, "-m", "tests.simulation.mutants.one", mutant.module]
        command += [str(Path(file.name)), "--seeds", str(seeds)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        return 0, "it does not start"
    told = json.loads(done.stdout.splitlines()[-1])
    return told["seed"], told["found"]
