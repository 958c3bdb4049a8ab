from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from eschool_web.door import FREE_GUESSES, Closable, Door
from eschool_web.idle import SLEEP_SECONDS, Idle
from eschool_web.sessions import Sessions

from eschool_core.errors import AccessError, BusyError, InputError

RIGHT = "right"


@dataclass
class Clock:
    awake: float = 0.0
    asleep: float = 0.0

    def monotonic(self) -> float:
        return self.awake

    def passing(self) -> float:
        return self.awake + self.asleep


@dataclass
class Opened:
    """A source that is only opened and closed."""

    closed: list[bool] = field(default_factory=list)

    def read(self, question: object) -> Any:
        raise InputError("lookup.no_school")

    def now(self) -> int:
        return 0

    def close(self) -> None:
        self.closed.append(True)


def made(clock: Clock, opened: Opened | None = None) -> Door:
    def opener(passphrase: str) -> Closable:
        if passphrase != RIGHT:
            raise AccessError("access.passphrase")
        return cast("Closable", opened or Opened())

    return Door(opener, Sessions(), clock.monotonic)


def guess(door: Door) -> str:
    with pytest.raises((AccessError, BusyError)) as caught:
        door.unlock("wrong")
    return str(caught.value.key)


@pytest.mark.clause("4.5.7")
@pytest.mark.asvs("row 62")
def test_wrong_guesses_have_to_wait_longer_and_longer() -> None:
    clock = Clock()
    door = made(clock)
    assert [guess(door) for _ in range(FREE_GUESSES + 1)] == [
        *["access.passphrase"] * FREE_GUESSES,
        "web.unlock_wait",
    ]
    clock.awake += 2
    assert guess(door) == "access.passphrase"
    clock.awake += 3.9
    assert guess(door) == "web.unlock_wait"
    clock.awake += 0.1
    door.unlock(RIGHT)
    assert door.source is not None


def test_the_right_passphrase_waits_too_while_guesses_do() -> None:
    door = made(Clock())
    for _ in range(FREE_GUESSES):
        guess(door)
    with pytest.raises(BusyError) as caught:
        door.unlock(RIGHT)
    assert caught.value.params == {"seconds": 3}


@pytest.mark.clause("4.5.7")
def test_a_lock_lets_go_of_the_source_once() -> None:
    opened, told = Opened(), list[str]()
    door = made(Clock(), opened)
    door.on_lock(lambda: told.append("locked"))
    door.lock()
    door.unlock(RIGHT)
    door.lock()
    door.lock()
    assert (door.source, opened.closed, told) == (None, [True], ["locked"])


@pytest.mark.scenario("4.5.7:1")
@pytest.mark.clause("4.5.7")
@pytest.mark.asvs("row 62")
@pytest.mark.parametrize(("seconds", "left"), [(0, 300), (299.5, 0.5), (300, 0), (900, 0)])
def test_it_is_time_to_lock_after_five_idle_minutes(seconds: float, left: float) -> None:
    clock = Clock()
    idle = Idle(5, clock.monotonic, clock.passing)
    clock.awake += seconds
    assert idle.left() == left


def test_a_touch_begins_the_time_anew() -> None:
    clock = Clock()
    idle = Idle(5, clock.monotonic, clock.passing)
    clock.awake += 200
    idle.touch()
    clock.awake += 200
    assert idle.left() == 100


@pytest.mark.asvs("row 62")
@pytest.mark.parametrize(("slept", "locks"), [(SLEEP_SECONDS, False), (SLEEP_SECONDS + 1, True)])
def test_a_computer_that_slept_is_locked(slept: float, locks: bool) -> None:  # noqa: FBT001
    clock = Clock()
    idle = Idle(5, clock.monotonic, clock.passing)
    clock.asleep += slept
    assert (idle.left() == 0) is locks
