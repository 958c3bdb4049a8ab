"""The one source of chance in a simulation, and the trace that tells two runs apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Chance out of one seed; the same on every machine and in every process."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def below(self, limit: int) -> int:
        """Return a number from 0 to ``limit`` − 1."""
        return int(self._random.random() * limit)

    def between(self, least: int, most: int) -> int:
        """Return a number from ``least`` to ``most``."""
        return least + self.below(most - least + 1)

    def chance(self, probability: float) -> bool:
        """Return True as often as ``probability`` says."""
        return self._random.random() < probability

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[self.below(len(things))]

    def some_of(self, things: Sequence[T], count: int) -> list[T]:
        """Return ``count`` different things, in the order they stood in."""
        left = list(range(len(things)))
        drawn = [left.pop(self.below(len(left))) for _ in range(min(count, len(things)))]
        return [things[place] for place in sorted(drawn)]

    def weighted(self, weights: Mapping[str, float]) -> str:
        """Return a name, as often as its weight says."""
        at = self._random.random() * sum(weights.values())
        for name, weight in weights.items():
            at -= weight
            if at < 0:
                return name
        return next(reversed(list(weights)))


class Trace:
    """What happened, as lines and as one hash over all of them."""

    def __init__(self, *, keep: bool = False) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self._keep = keep
        self.lines: list[str] = []

    def note(self, *told: object) -> None:
        """Add a line."""
        line = " ".join(str(part) for part in told)
        self._hash.update(line.encode() + b"\n")
        if self._keep:
            self.lines.append(line)

    def hash(self) -> str:
        """Return the hash over all lines so far."""
        return self._hash.hexdigest()
