from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import BusyError
from eschool_sync.clock import ManualClock
from eschool_sync.server.rates import Rate, RateLimiter


def limiter(rate: Rate, max_keys: int = 100) -> tuple[RateLimiter, ManualClock]:
    clock = ManualClock()
    return RateLimiter(rate, clock.monotonic, max_keys), clock


@pytest.mark.asvs("2.4.1")
def test_a_burst_passes_and_the_next_waits() -> None:
    limit, clock = limiter(Rate(burst=3, per_second=0.5))
    assert [limit.wait_seconds("a") for _ in range(4)] == [0, 0, 0, 2]
    clock.advance(1)
    assert limit.wait_seconds("a") == 1
    clock.advance(1)
    assert [limit.wait_seconds("a") for _ in range(2)] == [0, 2]


def test_keys_do_not_share() -> None:
    limit, _ = limiter(Rate(burst=1, per_second=1))
    assert [limit.wait_seconds(key) for key in ("a", "b", "a")] == [0, 0, 1]


def test_a_bucket_holds_no_more_than_its_burst() -> None:
    limit, clock = limiter(Rate(burst=2, per_second=10))
    limit.wait_seconds("a")
    clock.advance(1_000)
    assert [limit.wait_seconds("a") for _ in range(3)] == [0, 0, 1]


def test_the_error_says_how_long_to_wait() -> None:
    limit, _ = limiter(Rate(burst=1, per_second=0.1))
    limit.require(7)
    with pytest.raises(BusyError) as caught:
        limit.require(7)
    assert (caught.value.key, caught.value.params) == ("busy.rate", {"retry_after": 10})


def test_waiting_as_told_is_enough() -> None:
    limit, clock = limiter(Rate(burst=1, per_second=0.3))
    for _ in range(20):
        while wait := limit.wait_seconds("a"):
            clock.advance(wait)
            assert limit.wait_seconds("a") == 0
            break


def test_memory_is_bounded_and_many_names_buy_nothing() -> None:
    limit, _ = limiter(Rate(burst=2, per_second=1), max_keys=10)
    passed = sum(limit.wait_seconds(key) == 0 for key in range(1_000))
    assert len(limit) == 10
    # One each for the known ten, and one bucket for all the others.
    assert passed == 10 + 2


def test_idle_keys_make_room() -> None:
    limit, clock = limiter(Rate(burst=2, per_second=1), max_keys=10)
    for key in range(10):
        limit.wait_seconds(key)
    clock.advance(2)
    assert limit.wait_seconds("new") == 0
    assert len(limit) == 1


def test_making_room_gives_nobody_more_than_the_rate() -> None:
    limit, clock = limiter(Rate(burst=5, per_second=1), max_keys=2)
    assert [limit.wait_seconds("a") for _ in range(6)] == [0] * 5 + [1]
    clock.advance(4)
    limit.wait_seconds("b")
    assert [limit.wait_seconds("a") for _ in range(5)] == [0] * 4 + [1]


@given(
    st.integers(1, 20),
    st.sampled_from([0.1, 0.5, 1.0, 3.0]),
    st.lists(st.integers(0, 5), max_size=60),
)
def test_never_more_than_burst_and_rate_together(
    burst: int, per_second: float, pauses: list[int]
) -> None:
    limit, clock = limiter(Rate(burst, per_second))
    passed = 0
    for pause in pauses:
        clock.advance(pause)
        passed += limit.wait_seconds("a") == 0
    assert passed <= burst + sum(pauses) * per_second + 1e-6
