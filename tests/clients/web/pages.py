"""The pages of one person of a made-up school, served in this process on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from eschool_web.app import make_pages
from eschool_web.door import Closable, Door
from eschool_web.guard import Address
from eschool_web.idle import Idle
from eschool_web.replica_source import ReplicaSource
from eschool_web.sessions import Sessions, new_code
from eschool_web.supervisor import listen
from eschool_web.worker import Worker, config_of

from eschool_sync.replica import Replica
from eschool_sync.replica.transport import LocalTransport
from eschool_sync.sandbox import Sandbox

START_SECONDS = 20
NEVER_MINUTES = 24 * 60


@dataclass
class Served:
    """Pages that are being served.

    Attributes:
        host: Address and port.
        source: What the pages read and write; also for the test.
    """

    host: str
    door: Door
    source: ReplicaSource
    listener: socket.socket

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def link(self) -> str:
        """Return a start link."""
        return start_link(self.url, self.door)


def start_link(url: str, door: Door) -> str:
    """Return a link with a code that the door takes once."""
    code, kept = new_code(time.monotonic())
    door.sessions.add_code(kept)
    return f"{url}/start#{code}"


@contextmanager
def serving(replica: Replica, *, keep_in_step: bool = False) -> Iterator[Served]:
    """Serve somebody's open replica for the time of the block.

    Args:
        replica: Stays open after the block.
        keep_in_step: Let the pages exchange with the server by themselves.
    """
    source = ReplicaSource(replica, keep_in_step=keep_in_step)
    door = Door(lambda passphrase: source, Sessions())
    door.source = source
    # On a busy machine minutes pass between two tests; the lock has tests of its own.
    door.idle = Idle(NEVER_MINUTES)
    with _served(door) as (host, listener):
        try:
            yield Served(host, door, source, listener)
        finally:
            # The replica is the test's: what the door closes is not it.
            door.source = None
            source.stop()


def opens(school: Sandbox, replica: Replica) -> Callable[[str], Closable]:
    """Return what opens somebody's replica once more, by its passphrase, with the server behind."""
    stage = school.stage
    transport = LocalTransport(
        lambda route, body: stage.directory.handle(stage.number, route, body, "pages")
    )

    def opener(passphrase: str) -> ReplicaSource:
        opened = Replica.open(replica.folder, passphrase, clock=school.clock, transport=transport)
        return ReplicaSource(opened, keep_in_step=False)

    return opener


@contextmanager
def serving_locked(opener: Callable[[str], Closable]) -> Iterator[tuple[str, Door]]:
    """Serve pages that wait for a passphrase; give their address and door."""
    door = Door(opener, Sessions())
    with _served(door) as (host, _):
        yield f"http://{host}", door


@contextmanager
def _served(door: Door) -> Iterator[tuple[str, socket.socket]]:
    listener = listen(0)
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    server = Worker(config_of(make_pages(door, Address(host))))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the pages do not start")
        time.sleep(0.01)
    try:
        yield host, listener
    finally:
        server.end()
        thread.join(START_SECONDS)
        listener.close()
