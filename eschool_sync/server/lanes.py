"""One writer thread for each school, with a short queue in front of it.

One school's slow work blocks neither another school nor the event loop. Who finds the queue full
is told when to come back, spread over the time that the queue needs (full jitter), so that those
who were sent away do not return together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Final

from eschool_core.errors import BusyError
from eschool_sync.security.random_source import Random

LEAST_SPREAD_SECONDS: Final = 4
MOST_SPREAD_SECONDS: Final = 120
_WEIGHT: Final = 0.1
_RANDOM_BYTES: Final = 8

STRANGERS: Final = 0
"""The lane of all schools that are not ours; no school has this number."""


class Lane:
    """A thread, what waits for it, and how long its work takes."""

    def __init__(self, name: str, max_waiting: int) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._max_waiting = max_waiting
        self.waiting = 0
        self.mean_seconds = 0.0

    @property
    def is_full(self) -> bool:
        """Whether no more may wait."""
        return self.waiting >= self._max_waiting

    async def run(self, work: Callable[[], bytes]) -> bytes:
        """Return what ``work`` returns when its turn has come.

        The work goes on where the waiting task is cancelled: it may have been done half.
        """
        self.waiting += 1
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._executor, self._measured, work)
        future.add_done_callback(self._done)
        return await asyncio.shield(future)

    def close(self) -> None:
        """Wait for the work in hand and end the thread."""
        self._executor.shutdown(wait=True)

    def _done(self, future: asyncio.Future[bytes]) -> None:
        self.waiting -= 1
        if not future.cancelled():
            # Looked at here too, so that nobody complains when its caller is gone.
            future.exception()

    def _measured(self, work: Callable[[], bytes]) -> bytes:
        started = perf_counter()
        try:
            return work()
        finally:
            taken = perf_counter() - started
            self.mean_seconds += _WEIGHT * (taken - self.mean_seconds)


@dataclass(frozen=True, slots=True)
class Queues:
    """How much may wait.

    Attributes:
        per_school: Requests of one school, the one in hand included.
        held_bytes: Bytes of all requests that are read or wait.
    """

    per_school: int = 64
    held_bytes: int = 128 * 1024 * 1024


class Lanes:
    """A lane for each school that has been asked for; used from the event loop alone."""

    def __init__(self, queues: Queues, random: Random) -> None:
        self._queues = queues
        self._random = random
        self._lanes: dict[int, Lane] = {}
        self._held = 0

    @property
    def waiting(self) -> int:
        """Requests that wait or are in hand, of all schools."""
        return sum(lane.waiting for lane in self._lanes.values())

    @property
    def held_bytes(self) -> int:
        """Bytes of bodies that are read or wait."""
        return self._held

    def admit(self, school: int) -> Lane:
        """Return the lane of a school, or of all strangers, where a place is free.

        Raises:
            BusyError: ``busy.server``, with ``retry_after`` in seconds.
        """
        lane = self._lanes.get(school)
        if lane is None:
            lane = self._lanes[school] = Lane(f"school-{school}", self._queues.per_school)
        if lane.is_full:
            raise self.busy(lane.waiting * lane.mean_seconds)
        return lane

    def hold(self, size: int) -> None:
        """Take account of ``size`` bytes read.

        Raises:
            BusyError: ``busy.server``: together they would be too many.
        """
        if self._held + size > self._queues.held_bytes:
            raise self.busy(0)
        self._held += size

    def release(self, size: int) -> None:
        """Take account of ``size`` bytes that are held no longer."""
        self._held -= size

    def busy(self, drain_seconds: float) -> BusyError:
        """Return the error for somebody who comes too much, with a jittered time to wait.

        Args:
            drain_seconds: What stands in front needs so long.
        """
        spread = min(MOST_SPREAD_SECONDS, max(LEAST_SPREAD_SECONDS, ceil(2 * drain_seconds)))
        drawn = int.from_bytes(self._random.bytes(_RANDOM_BYTES), "big") % spread
        return BusyError("busy.server", retry_after=1 + drawn)

    def close(self) -> None:
        """Wait for the work in hand and end all threads; blocks."""
        for lane in self._lanes.values():
            lane.close()
