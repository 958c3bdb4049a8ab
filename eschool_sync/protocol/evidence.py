"""What a device can say about when something was done, and what the server makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.regulation.interval import Interval
from eschool_sync.clock import Clock


@dataclass(frozen=True, slots=True)
class Contact:
    """The last time the server was heard: its signed time, paired with the device's own clock.

    Attributes:
        time: Server's time, seconds UTC.
        anchor: Its signature as ``signing.TimeAnchor`` bytes.
        boot: Boot of the device then.
        monotonic: Seconds of the device's suspend-counting clock then.
    """

    time: int
    anchor: bytes
    boot: int
    monotonic: int

    @classmethod
    def now(cls, clock: Clock, time: int, anchor: bytes) -> Contact:
        """Pair an anchor that has just arrived with the device's clock."""
        return cls(time, anchor, clock.boot_id(), clock.monotonic())


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a command records about its time; judged, never trusted (design §5.8)."""

    wall: int
    monotonic: int
    boot: int
    anchor_time: int
    anchor_boot: int
    anchor_monotonic: int

    @classmethod
    def now(cls, clock: Clock, contact: Contact) -> Evidence:
        """Record the device's clocks beside the last contact."""
        return cls(
            clock.wall(),
            clock.monotonic(),
            clock.boot_id(),
            contact.time,
            contact.boot,
            contact.monotonic,
        )

    def estimate(self) -> int | None:
        """Return server time by the device's account, or None after a reboot."""
        elapsed = self.monotonic - self.anchor_monotonic
        if self.boot != self.anchor_boot or elapsed < 0:
            return None
        return self.anchor_time + elapsed

    def interval(self, received: int) -> Interval:
        """Return when the act can have been, judged by a reader at ``received``.

        Args:
            received: When the server got it; on the device itself, its own best time now.
        """
        lo = min(self.anchor_time, received)
        estimate = self.estimate()
        if estimate is not None and not lo <= estimate <= received:
            estimate = None
        return Interval(lo, received, estimate, self.wall)
