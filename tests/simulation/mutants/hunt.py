"""Runs the simulation against programs with planted bugs, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from tests.simulation.mutants.mutant import ROOT, Mutant

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
    """Yield what became of each mutant, in order."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda mutant: hunt(mutant, seeds), mutants)


def hunt(mutant: Mutant, seeds: int) -> Fate:
    """Play up to ``seeds`` seeds on a mutant."""
    started = time.perf_counter()
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(mutant.source())
        file.flush()
        told = _told(mutant.module, file.name, seeds)
    seconds = round(time.perf_counter() - started, 1)
    seed, found = told["seed"], str(told["found"])
    number = seed if isinstance(seed, int) else None
    return Fate(mutant.name, found != "", number, found, seconds, mutant.breaks)


def _told(module: str, source: str, seeds: int) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.simulation.mutants.one", module, source]
    command += ["--seeds", str(seeds)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"seed": None, "found": "it hangs"}
    if done.returncode:
        return {"seed": 0, "found": f"it does not start: {done.stderr[-200:]}"}
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told
