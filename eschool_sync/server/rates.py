"""Token buckets: how often somebody may knock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import ceil
from typing import Final

from eschool_core.errors import BusyError

MAX_KEYS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many at once, and how many more each second.

    Attributes:
        burst: Requests that may come at once; at least 1.
        per_second: Requests that are added each second; above 0.
    """

    burst: int
    per_second: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    touched_at: float


class RateLimiter:
    """Lets each key pass as often as its rate allows; for one thread at a time.

    Memory is bounded: a bucket that must have filled up again is forgotten, and while the table
    is full of others, new keys share one bucket, so that many names buy nothing.

    Args:
        rate: Of each key.
        monotonic: Seconds since some moment, never going back.
        max_keys: How many keys are kept apart.
    """

    def __init__(
        self, rate: Rate, monotonic: Callable[[], float], max_keys: int = MAX_KEYS
    ) -> None:
        self._rate = rate
        self._now = monotonic
        self._max_keys = max_keys
        # In the order in which they were touched, so that the idle ones are in front.
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()
        self._strangers = _Bucket(rate.burst, monotonic())

    def wait_seconds(self, key: Hashable) -> int:
        """Take one token of ``key``; return 0, or how many seconds to wait if there is none."""
        now = self._now()
        bucket = self._bucket(key, now)
        gained = max(0.0, now - bucket.touched_at) * self._rate.per_second
        bucket.tokens = min(self._rate.burst, bucket.tokens + gained)
        bucket.touched_at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, ceil((1 - bucket.tokens) / self._rate.per_second))

    def require(self, key: Hashable) -> None:
        """Let pass who has a token left.

        Raises:
            BusyError: ``busy.rate``, with ``retry_after`` in seconds.
        """
        seconds = self.wait_seconds(key)
        if seconds:
            raise BusyError("busy.rate", retry_after=seconds)

    def __len__(self) -> int:
        """Return how many keys are kept apart."""
        return len(self._buckets)

    def _bucket(self, key: Hashable, now: float) -> _Bucket:
        known = self._buckets.get(key)
        if known is not None:
            self._buckets.move_to_end(key)
            return known
        self._forget_idle(now)
        if len(self._buckets) >= self._max_keys:
            return self._strangers
        fresh = self._buckets[key] = _Bucket(self._rate.burst, now)
        return fresh

    def _forget_idle(self, now: float) -> None:
        full_before = now - self._rate.burst / self._rate.per_second
        while self._buckets:
            key, bucket = next(iter(self._buckets.items()))
            if bucket.touched_at > full_before:
                return
            del self._buckets[key]
