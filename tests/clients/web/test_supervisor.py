"""The pages as ``eschool web`` serves them: real processes, a real lock."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from eschool_web.supervisor import Supervisor, listen

from eschool_core.domain.people import Pupil
from eschool_core.errors import TransportError
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE

LIMIT_SECONDS = 30.0
LISTENING = "0A"
LOCKED = 'id="unlock"'
LINUX = sys.platform == "linux"


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def canary(school: Sandbox) -> str:
    """The name of a pupil that the replica holds."""
    return school.stage.school.store.require(Pupil, school.cast.child).family


@pytest.fixture(scope="module")
def supervisor(school: Sandbox) -> Iterator[Supervisor]:
    replica = school.replica("class_teacher")
    made = Supervisor(replica.folder)
    thread = threading.Thread(target=made.serve, daemon=True)
    thread.start()
    yield made
    made.stop()
    thread.join(LIMIT_SECONDS)


@pytest.fixture(scope="module")
def browser(supervisor: Supervisor) -> Iterator[httpx.Client]:
    url = f"http://{supervisor.host}"
    headers = {"origin": url, "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=url, headers=headers, timeout=LIMIT_SECONDS) as client:
        until(lambda: supervisor.worker_id() != 0)
        code = supervisor.link().partition("#")[2]
        until(lambda: client.post("/start", json={"code": code}).status_code == 200)
        yield client


def unlock(browser: httpx.Client, passphrase: str = PASSPHRASE) -> str:
    """Return what is said of a passphrase, nothing where it opens."""
    refused = browser.post("/unlock", json={"passphrase": passphrase}).json()["refused"]
    return "" if refused is None else str(refused["key"])


def memory_holds(process: int, wanted: bytes) -> bool:
    """Search the memory of another process."""
    with (
        Path(f"/proc/{process}/maps").open(encoding="ascii") as maps,
        Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory,
    ):
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found is None:
                continue
            first, last = (int(part, 16) for part in found.groups())
            try:
                memory.seek(first)
                if wanted in memory.read(last - first):
                    return True
            except (OSError, ValueError):
                continue
    return False


@pytest.mark.clause("4.5.7")
@pytest.mark.asvs("14.3.1")
@pytest.mark.asvs("row 62")
@pytest.mark.threat("T2")
def test_a_lock_ends_the_process_that_held_key_and_rows(
    browser: httpx.Client, supervisor: Supervisor, canary: str, school: Sandbox
) -> None:
    assert LOCKED in browser.get("/today").text
    assert browser.get("/api/state").status_code == 423
    assert unlock(browser, "wrong") == "access.passphrase"
    assert unlock(browser) == ""
    link = supervisor.link().partition("#")[2]
    until(lambda: browser.post("/start", json={"code": link}).status_code == 200)
    holder = supervisor.worker_id()
    lesson = school.cast.first
    page = browser.get(f"/journal/{lesson.journal_id}?lesson={lesson.id}").text
    assert canary in page
    assert LOCKED not in page
    key = browser.get("/api/seal").json()["key"].encode()
    if LINUX:
        assert memory_holds(holder, canary.encode()), "the scan must find what is there"
    answer = browser.post("/lock", json={})
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    until(lambda: supervisor.worker_id() not in (0, holder))
    with pytest.raises(ProcessLookupError):
        os.kill(holder, 0)
    page = browser.get(f"/journal/{lesson.journal_id}").text
    assert LOCKED in page, "the session outlives the lock"
    assert canary not in page
    assert browser.post("/start", json={"code": link}).status_code == 403
    if LINUX:
        assert not memory_holds(supervisor.worker_id(), canary.encode())
        assert not memory_holds(supervisor.worker_id(), key)


@pytest.mark.asvs("16.5.3")
def test_a_worker_that_is_killed_leaves_a_locked_door(
    browser: httpx.Client, supervisor: Supervisor
) -> None:
    unlock(browser)
    holder = supervisor.worker_id()
    os.kill(holder, 9)
    until(lambda: supervisor.worker_id() not in (0, holder))
    assert browser.get("/api/state").status_code == 423


@pytest.mark.asvs("row 49")
@pytest.mark.skipif(not LINUX, reason="reads the sockets of a process by /proc")
def test_it_listens_on_loopback_alone(supervisor: Supervisor) -> None:
    port = f"{int(supervisor.host.rpartition(':')[2]):04X}"
    lines = Path("/proc/net/tcp").read_text("ascii") + Path("/proc/net/tcp6").read_text("ascii")
    sockets = [line.split() for line in lines.splitlines()]
    found = [
        entry[1]
        for entry in sockets
        if len(entry) > 3 and entry[3] == LISTENING and entry[1].endswith(f":{port}")
    ]
    assert found == [f"0100007F:{port}"]
    for address in {"127.0.0.2", *addresses_of_this_computer()}:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, int(port, 16)), timeout=5)


def addresses_of_this_computer() -> set[str]:
    """Return the address by which others would reach it, where it has a line at all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Of a range for examples: nothing is sent by naming the other end.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return set()
        return {probe.getsockname()[0]}


def test_a_port_in_use_is_said(supervisor: Supervisor) -> None:
    port = int(supervisor.host.rpartition(":")[2])
    with pytest.raises(TransportError, match=r"transport\.address_in_use"):
        listen(port)


@pytest.mark.skipif(not LINUX, reason="sends a signal as a terminal does")
def test_an_interrupt_of_the_terminal_is_the_supervisors_alone(
    supervisor: Supervisor, browser: httpx.Client
) -> None:
    worker = supervisor.worker_id()
    os.kill(worker, signal.SIGINT)
    assert browser.get("/start").status_code == 200
    assert supervisor.worker_id() == worker
