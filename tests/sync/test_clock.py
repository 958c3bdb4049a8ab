from __future__ import annotations

import subprocess
import sys
import time

import pytest

from eschool_sync.clock import Clock, ManualClock, SystemClock


def test_the_system_clock_tells_the_time_of_this_computer() -> None:
    clock: Clock = SystemClock()
    assert abs(clock.wall() - time.time()) <= 1
    first = clock.monotonic()
    assert 0 <= clock.monotonic() - first <= 1


def test_a_boot_id_has_63_bits_and_stays_during_a_boot() -> None:
    assert SystemClock().boot_id() == SystemClock().boot_id()
    assert 0 <= SystemClock().boot_id() < 2**63


def in_another_process(statement: str) -> int:
    program = f"import eschool_sync.clock as c; {statement}; print(c.SystemClock().boot_id())"
    return int(subprocess.check_output([sys.executable, "-c", program]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its boots apart")
def test_processes_of_one_linux_boot_share_its_id() -> None:
    assert in_another_process("pass") == SystemClock().boot_id()


def test_without_a_boot_id_of_the_kernel_each_process_is_a_boot_of_its_own() -> None:
    hidden = "import pathlib; c._LINUX_BOOT_ID = pathlib.Path('/nowhere')"
    assert in_another_process(hidden) != in_another_process(hidden)


@pytest.mark.threat("T11")
def test_setting_the_wall_clock_does_not_move_elapsed_time() -> None:
    clock = ManualClock(wall=1_000)
    clock.advance(5)
    clock.step_wall(-3_600)
    assert (clock.wall(), clock.monotonic(), clock.boot_id()) == (-2_595, 5, 1)


def test_a_reboot_starts_elapsed_time_under_another_id() -> None:
    clock: ManualClock = ManualClock(wall=1_000, boot_id=7)
    clock.advance(5)
    clock.reboot()
    assert (clock.wall(), clock.monotonic(), clock.boot_id()) == (1_005, 0, 8)


def test_manual_time_does_not_pass_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        ManualClock().advance(-1)
