from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.regulation.interval import Interval
from eschool_sync.clock import ManualClock
from eschool_sync.protocol.evidence import Contact, Evidence

CONTACT_AT = 1_788_750_000
HOUR = 3_600
TEN_YEARS = 10 * 365 * 24 * HOUR

numbers = st.integers(-(2**63), 2**63 - 1)


def contacted() -> tuple[ManualClock, Contact]:
    """A device that has just heard the server, with a clock that is right."""
    device_clock = ManualClock(CONTACT_AT)
    return device_clock, Contact.now(device_clock, CONTACT_AT, b"anchor")


def test_time_within_one_boot_is_estimated_from_the_last_contact() -> None:
    device_clock, contact = contacted()
    device_clock.advance(2 * HOUR)
    seen = Evidence.now(device_clock, contact)
    received = CONTACT_AT + 5 * HOUR
    estimate = CONTACT_AT + 2 * HOUR
    assert seen.interval(received) == Interval(CONTACT_AT, received, estimate, estimate)


@pytest.mark.threat("T11")
@pytest.mark.parametrize("step", [-HOUR, HOUR, -TEN_YEARS, TEN_YEARS, -CONTACT_AT - 2 * HOUR])
def test_a_clock_that_is_set_changes_nothing_but_what_it_claims(step: int) -> None:
    device_clock, contact = contacted()
    device_clock.advance(2 * HOUR)
    device_clock.step_wall(step)
    interval = Evidence.now(device_clock, contact).interval(CONTACT_AT + 5 * HOUR)
    assert interval.claimed == CONTACT_AT + 2 * HOUR + step
    assert interval.made_at == CONTACT_AT + 2 * HOUR


def test_after_a_reboot_only_the_bounds_are_left() -> None:
    device_clock, contact = contacted()
    device_clock.advance(HOUR)
    device_clock.reboot()
    device_clock.advance(HOUR)
    seen = Evidence.now(device_clock, contact)
    received = CONTACT_AT + 5 * HOUR
    claimed = CONTACT_AT + 2 * HOUR
    assert seen.interval(received) == Interval(CONTACT_AT, received, None, claimed)


@pytest.mark.threat("T11")
@pytest.mark.parametrize(
    ("wall", "shown"),
    [(0, CONTACT_AT), (2**40, CONTACT_AT + HOUR), (CONTACT_AT + 60, CONTACT_AT + 60)],
)
def test_a_clock_that_was_set_before_a_reboot_is_shown_within_the_bounds(
    wall: int, shown: int
) -> None:
    device_clock, contact = contacted()
    device_clock.reboot()
    device_clock.step_wall(wall - device_clock.wall())
    interval = Evidence.now(device_clock, contact).interval(CONTACT_AT + HOUR)
    assert interval.estimate is None
    assert interval.made_at == shown


def test_an_estimate_after_the_receipt_is_worth_nothing() -> None:
    device_clock, contact = contacted()
    device_clock.advance(2 * HOUR)
    assert Evidence.now(device_clock, contact).interval(CONTACT_AT + HOUR).estimate is None


def test_an_estimate_exactly_at_the_receipt_counts() -> None:
    device_clock, contact = contacted()
    device_clock.advance(HOUR)
    interval = Evidence.now(device_clock, contact).interval(CONTACT_AT + HOUR)
    assert interval.estimate == interval.hi


def test_a_monotonic_clock_that_went_back_gives_no_estimate() -> None:
    seen = Evidence(CONTACT_AT, 10, 1, CONTACT_AT, 1, 11)
    assert seen.estimate() is None


def test_a_server_whose_clock_was_set_back_still_gives_an_interval() -> None:
    interval = Evidence(CONTACT_AT, 0, 1, CONTACT_AT, 1, 0).interval(CONTACT_AT - HOUR)
    assert (interval.lo, interval.hi) == (CONTACT_AT - HOUR, CONTACT_AT - HOUR)


@given(st.builds(Evidence, numbers, numbers, numbers, numbers, numbers, numbers), numbers)
@settings(deadline=None, derandomize=True)
def test_whatever_a_device_says_the_act_lies_within_what_is_proven(
    seen: Evidence, received: int
) -> None:
    interval = seen.interval(received)
    assert interval.lo <= interval.made_at <= interval.hi == received
    assert interval.estimate is None or interval.lo <= interval.estimate <= interval.hi
