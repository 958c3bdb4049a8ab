"""Clocks: the only place that reads time, so that everything else can be given a made-up one."""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path
from secrets import randbits
from typing import Final, Protocol

_BOOT_ID_BITS: Final = 63
_LINUX_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_PROCESS_BOOT_ID: Final = randbits(_BOOT_ID_BITS)


class Clock(Protocol):
    """What a device knows of time; evidence, never an order (design §5.8)."""

    def wall(self) -> int:
        """Return seconds since 1970 UTC, as the device believes."""
        ...

    def monotonic(self) -> int:
        """Return seconds since some moment of this boot; sleep counts, setting the clock does not.

        Two readings may be compared only under the same ``boot_id``.
        """
        ...

    def boot_id(self) -> int:
        """Return 63 bits that another boot does not have."""
        ...


class SystemClock:
    """The clock of this computer.

    Only Linux tells its boots apart to everybody. Elsewhere each process counts as a boot of its
    own: elapsed time is then trusted inside one process and never across two.
    """

    def wall(self) -> int:
        """Return seconds since 1970 UTC."""
        return int(time.time())

    def monotonic(self) -> int:
        """Return whole seconds of a clock that goes on while the computer sleeps."""
        if sys.platform == "linux":
            seconds = time.clock_gettime(time.CLOCK_BOOTTIME)
        elif sys.platform == "darwin":
            # time.monotonic() stands still during sleep there, this clock does not.
            seconds = time.clock_gettime(time.CLOCK_MONOTONIC)
        else:
            seconds = time.monotonic()
        return int(seconds)

    def boot_id(self) -> int:
        """Return the hashed boot id of the kernel, or a random number for this process."""
        if sys.platform != "linux":
            return _PROCESS_BOOT_ID
        try:
            kernel_id = _LINUX_BOOT_ID.read_bytes()
        except OSError:
            return _PROCESS_BOOT_ID
        return int.from_bytes(hashlib.blake2b(kernel_id, digest_size=8).digest()) >> 1


class ManualClock:
    """A clock that moves only when told to, for tests and simulation."""

    def __init__(self, wall: int = 1_788_750_000, boot_id: int = 1) -> None:
        self._wall = wall
        self._monotonic = 0
        self._boot_id = boot_id

    def wall(self) -> int:
        """Return seconds since 1970 UTC, as the device believes."""
        return self._wall

    def monotonic(self) -> int:
        """Return seconds since the last ``reboot``."""
        return self._monotonic

    def boot_id(self) -> int:
        """Return a number that ``reboot`` changes."""
        return self._boot_id

    def advance(self, seconds: int) -> None:
        """Let time pass, asleep or awake.

        Raises:
            ValueError: ``seconds`` is negative; use ``step_wall`` for a clock that is set back.
        """
        if seconds < 0:
            raise ValueError("time does not pass backwards")
        self._wall += seconds
        self._monotonic += seconds

    def step_wall(self, seconds: int) -> None:
        """Set the wall clock forward or back, as its owner can."""
        self._wall += seconds

    def reboot(self) -> None:
        """Start another boot: the monotonic clock begins again."""
        self._monotonic = 0
        self._boot_id += 1
