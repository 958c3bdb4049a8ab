"""The disk is full at each single write in turn, of an entry, of a sync, of the server (T13)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from eschool_core.errors import AccessError, TransportError
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica
from tests.core.commands.acts import mark, topic
from tests.drills.room import Room, Straight, opened
from tests.simulation.base import base
from tests.simulation.disk import KEY
from tests.simulation.world import Device
from tests.sync.harness import NOON, all_rows

pytestmark = pytest.mark.threat("T13")
KIB = 1024
MOST_WRITES = 300
FULL = "access.disk_full"


def fills_up(room: Room, device: Device, place: int) -> bool:
    """Let the disk be full at one write of an entry; return whether it came to that."""
    before = all_rows(device.database)
    device.handle.process.light(place, "full")
    told = key_of(lambda: device.replica.do(topic(room.lesson(), f"№ {place}")))
    device.handle.process.light(-1, "")
    assert told in ("", FULL)
    assert not told or all_rows(device.database) == before
    return told == FULL


def key_of(act: Callable[[], object]) -> str:
    """Do something; return the key of the error that it meets, or nothing."""
    try:
        act()
    except AccessError as error:
        return error.key
    return ""


def test_an_entry_is_whole_or_told_to_be_lost(tmp_path: Path) -> None:
    with opened(tmp_path, "maths") as room:
        device = room.device("maths")
        for place in range(MOST_WRITES):
            if not fills_up(room, device, place):
                break
            assert device.replica.status().pending == 0
        assert 3 < place < MOST_WRITES - 1
        assert device.replica.status().pending == 1
        device.replica.sync()
        room.expect_equal(device)


def test_a_sync_is_repeated_as_soon_as_there_is_room(tmp_path: Path) -> None:
    with opened(tmp_path, "maths", "russian") as room:
        device, other = room.device("maths"), room.device("russian")
        device.replica.do(mark(room.lesson(), room.pupils()[0], 4))
        other.replica.do(topic(_other_lesson(), "Причастие"))
        other.replica.sync()
        for place in range(MOST_WRITES):
            device.handle.process.light(place, "full")
            told = key_of(device.replica.sync)
            device.handle.process.light(-1, "")
            assert told in ("", FULL)
            if not told:
                break
        assert 10 < place < MOST_WRITES - 1
        device.replica.sync()
        other.replica.sync()
        room.expect_equal(device)
        room.expect_equal(other)
        assert len(room.log(device)) == 1


def test_the_server_takes_all_of_a_push_or_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, "maths") as room:
        device = room.device("maths")
        for pupil in room.pupils():
            device.replica.do(mark(room.lesson(), pupil))
        taken: list[int] = []
        for place in range(MOST_WRITES):
            room.world.server.process.light(place, "full")
            try:
                device.replica.sync()
                break
            except TransportError:
                taken.append(len(room.log(device)))
        # Whole or nothing, and once whole it stays so.
        assert set(taken) <= {0, len(room.pupils())}
        assert taken == sorted(taken)
        assert 10 < place < MOST_WRITES - 1
        room.expect_equal(device)
        assert len(room.log(device)) == len(room.pupils())


def _other_lesson() -> int:
    school = base(encrypted=False)
    return school.lessons[school.school.journals["5А", "Русский язык"]][0]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few MiB; mounting one needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no small file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_real_disk_that_fills_up_a_page_sooner_each_time(
    tmp_path: Path, small_disk: Path
) -> None:
    """An encrypted replica on a disk with 0, 4, 8 … KiB left: at some write it is full."""
    school = base(encrypted=True)
    school.write(tmp_path / "origin", ("maths",))
    lesson = school.lessons[school.school.journals["5А", "Математика"]][0]
    told = saved = 0
    for free in range(0, 160, 4):
        folder = small_disk / "maths"
        shutil.copytree(tmp_path / "origin" / "maths", folder)
        filler = small_disk / "filler"
        line = Straight.__new__(Straight)
        with Replica(folder, KEY, line, clock=ManualClock(NOON)) as replica:
            replica.do(topic(lesson, "Первая"))
            space = os.statvfs(small_disk)
            filler.write_bytes(bytes(max(0, space.f_bavail * space.f_frsize - free * KIB)))
            key = key_of(partial(replica.do, topic(lesson, "я" * 2_000)))
            assert key in ("", FULL)
            told, saved = told + (key == FULL), saved + (not key)
            pending = replica.status().pending
            filler.unlink()
            assert pending in (1, 2)
            replica.do(topic(lesson, "Последняя"))
            assert replica.status().pending == pending + 1
        with Replica(folder, KEY, line, clock=ManualClock(NOON)) as replica:
            assert replica.status().pending == pending + 1
        shutil.rmtree(folder)
    assert told > 1
    assert saved > 1
