from __future__ import annotations

import asyncio
import threading
import time

import pytest

from eschool_core.errors import BusyError
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.lanes import (
    LEAST_SPREAD_SECONDS,
    MOST_SPREAD_SECONDS,
    STRANGERS,
    Lanes,
    Queues,
)
from tests.sync.server.stage import SECONDS


def lanes(queues: Queues | None = None) -> Lanes:
    return Lanes(queues or Queues(), SeededRandom(1))


def thread_name() -> bytes:
    return threading.current_thread().name.encode()


def test_a_school_keeps_its_thread_and_shares_it_with_nobody() -> None:
    async def scene() -> list[bytes]:
        made = lanes()
        names = [await made.admit(school).run(thread_name) for school in (5, 6, 5, STRANGERS, 5)]
        made.close()
        return names

    names = asyncio.run(scene())
    assert names[0] == names[2] == names[4]
    assert len(set(names)) == 3
    assert thread_name() not in names


def test_work_of_one_school_is_done_in_turn() -> None:
    order: list[int] = []

    def work(number: int) -> bytes:
        time.sleep(0.001 * (5 - number))
        order.append(number)
        return b""

    async def scene() -> None:
        made = lanes()
        await asyncio.gather(*(made.admit(5).run(lambda n=n: work(n)) for n in range(5)))  # type: ignore[misc]
        assert made.admit(5).waiting == 0
        made.close()

    asyncio.run(scene())
    assert order == list(range(5))


@pytest.mark.threat("T24")
def test_a_full_lane_takes_nobody_and_another_does() -> None:
    leave = threading.Event()

    def work() -> bytes:
        assert leave.wait(SECONDS)
        return b""

    async def scene() -> None:
        made = lanes(Queues(per_school=2))
        tasks = [asyncio.create_task(made.admit(5).run(work)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as caught:
            made.admit(5)
        assert caught.value.key == "busy.server"
        made.admit(6)
        leave.set()
        await asyncio.gather(*tasks)
        await asyncio.sleep(0)
        made.admit(5)
        made.close()

    asyncio.run(scene())


def test_work_goes_on_when_who_asked_is_gone() -> None:
    leave, done = threading.Event(), threading.Event()

    def work() -> bytes:
        assert leave.wait(SECONDS)
        done.set()
        raise ValueError("nobody hears this")

    async def scene() -> None:
        made = lanes()
        task = asyncio.create_task(made.admit(5).run(work))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert made.admit(5).waiting == 1
        leave.set()
        assert await asyncio.to_thread(done.wait, SECONDS)
        await asyncio.sleep(0.01)
        assert made.admit(5).waiting == 0
        made.close()

    asyncio.run(scene())


def test_an_error_of_the_work_rises() -> None:
    def work() -> bytes:
        raise ValueError

    async def scene() -> None:
        made = lanes()
        with pytest.raises(ValueError):  # noqa: PT011
            await made.admit(5).run(work)
        made.close()

    asyncio.run(scene())


@pytest.mark.threat("T24")
@pytest.mark.parametrize(
    ("drain_seconds", "spread"),
    [(0.0, LEAST_SPREAD_SECONDS), (5.0, 10), (10_000.0, MOST_SPREAD_SECONDS)],
)
def test_waits_are_spread_over_what_the_queue_needs(drain_seconds: float, spread: int) -> None:
    made = lanes()
    waits = {int(made.busy(drain_seconds).params["retry_after"]) for _ in range(3_000)}
    assert waits == set(range(1, spread + 1))


@pytest.mark.threat("T21")
def test_held_bytes_have_a_limit() -> None:
    made = lanes(Queues(held_bytes=10))
    made.hold(10)
    with pytest.raises(BusyError):
        made.hold(1)
    made.release(1)
    made.hold(1)
