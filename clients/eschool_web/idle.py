"""When the pages lock by themselves (4.5.7): nobody at the keys, or the computer slept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

WARNING_SECONDS: Final = 30
"""So long before locking the page says so, and any key extends."""

SLEEP_SECONDS: Final = 10.0
"""A step of the clock that counts sleep beyond the one that does not: the lid was closed."""


def seconds_with_sleep() -> float:
    """Return a clock that goes on while the computer sleeps, where the system has one."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Idle:
    """Counts the time since somebody last did something.

    Args:
        minutes: After which it is time to lock.
        awake: Seconds without sleep.
        passing: Seconds with sleep.
    """

    def __init__(
        self,
        minutes: int,
        awake: Callable[[], float] = time.monotonic,
        passing: Callable[[], float] = seconds_with_sleep,
    ) -> None:
        self.limit_seconds = minutes * 60
        self._awake, self._passing = awake, passing
        self._touched = passing()
        self._slept = passing() - awake()

    def touch(self) -> None:
        """Take note that somebody is there."""
        self._touched = self._passing()

    def left(self) -> float:
        """Return the seconds until it is time to lock; 0 once it is, and after a sleep."""
        if self._passing() - self._awake() - self._slept > SLEEP_SECONDS:
            return 0.0
        return max(0.0, self._touched + self.limit_seconds - self._passing())
