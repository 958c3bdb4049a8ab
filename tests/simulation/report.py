"""Many seeds together."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from eschool_core.commands.catalogue import SPECS
from tests.simulation.dice import Trace
from tests.simulation.mix import LEFT_OUT
from tests.simulation.seed import SeedResult, play
from tests.simulation.witness import KINDS

PLAYED = {spec.model.kind for spec in SPECS} - LEFT_OUT.keys()


@dataclass(frozen=True)
class Summary:
    """What some seeds found.

    Attributes:
        accepted: How often each kind of command was carried out.
        failed: The results of seeds with failures.
        trace_hash: Hash over the traces of all of them.
    """

    seeds: int
    steps: int
    commands: int
    faults: Counter[str]
    accepted: Counter[str]
    kinds: Counter[str]
    rounds: Counter[int]
    failed: tuple[SeedResult, ...]
    trace_hash: str
    seconds: float = 0.0

    @classmethod
    def of(cls, results: Iterable[SeedResult], seconds: float = 0.0) -> Summary:
        """Add results up."""
        listed = list(results)
        faults: Counter[str] = Counter()
        accepted: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        for result in listed:
            faults.update(result.faults)
            accepted.update(result.accepted)
            kinds.update(failure.kind for failure in result.failures)
        return cls(
            len(listed),
            sum(result.steps for result in listed),
            sum(result.commands for result in listed),
            faults,
            accepted,
            kinds,
            Counter(result.rounds for result in listed),
            tuple(result for result in listed if result.failures),
            _hash_of(listed),
            seconds,
        )

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "seeds": self.seeds,
            "steps": self.steps,
            "commands": self.commands,
            "seconds": round(self.seconds, 1),
            "faults": dict(sorted(self.faults.items())),
            "kinds_accepted": len(PLAYED & self.accepted.keys()),
            "never_accepted": sorted(PLAYED - self.accepted.keys()),
            **{kind: self.kinds[kind] for kind in KINDS},
            "trace_hash": self.trace_hash,
            "rounds_to_converge": {str(key): self.rounds[key] for key in sorted(self.rounds)},
            "failing": [
                {
                    "seed": result.seed,
                    "trace_hash": result.trace_hash,
                    "failures": [
                        f"{each.kind} {each.invariant} {each.detail}" for each in result.failures
                    ],
                }
                for result in self.failed
            ],
        }

    def as_text(self) -> str:
        """Return it for people."""
        told = self.as_json()
        failing = told.pop("failing")
        lines = [f"{name}: {value}" for name, value in told.items()]
        for each in failing:
            lines.append(f"seed {each['seed']} {each['trace_hash']}")
            lines += [f"    {failure}" for failure in each["failures"]]
        return "\n".join(lines)


def _hash_of(results: Sequence[SeedResult]) -> str:
    trace = Trace()
    for result in results:
        trace.note(result.seed, result.trace_hash)
    return trace.hash()


def run(seeds: Sequence[int], jobs: int = 1) -> Summary:
    """Play seeds, in several processes if asked."""
    started = time.perf_counter()
    if jobs == 1:
        results = [play(seed) for seed in seeds]
    else:
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            results = pool.map(play, seeds, chunksize=10)
    return Summary.of(results, time.perf_counter() - started)
