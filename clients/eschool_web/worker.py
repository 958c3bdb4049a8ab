"""The worker: one process from waiting for the passphrase until the next lock.

It serves on the listening socket of its supervisor. Key and rows exist in it alone, from the
moment it is unlocked, and end with it (4.5.7, ADR 0014).
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import uvicorn

from eschool_core.labels import Language
from eschool_sync.replica import Replica
from eschool_web.app import make_pages
from eschool_web.door import Door
from eschool_web.guard import Address
from eschool_web.replica_source import ReplicaSource
from eschool_web.sessions import Sessions, StartCode

KEEP_ALIVE_SECONDS: Final = 75
GRACE_SECONDS: Final = 1
MAX_MESSAGE_BYTES: Final = 4096
PRIVATE_UMASK: Final = 0o077


@dataclass(frozen=True, slots=True)
class WorkerSetting:
    """What a worker is given: no key and no passphrase.

    Attributes:
        folder: Of the replica.
        host: As the Host header must name us.
        sessions: Hashes of the sessions begun before.
        codes: Start codes not used yet.
    """

    folder: Path
    host: str
    language: Language
    sessions: tuple[str, ...]
    codes: tuple[StartCode, ...]


def run(setting: WorkerSetting, listener: socket.socket, supervisor: Connection) -> None:
    """Serve until locked or told to end; the process is then over."""
    os.umask(PRIVATE_UMASK)
    # Ctrl+C in a terminal comes to every process at once; it is the supervisor that ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A traceback could hold what people wrote.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

    def tell(session: str, code: str) -> None:
        supervisor.send_bytes(json.dumps({"session": session, "code": code}).encode())

    door = Door(
        lambda passphrase: ReplicaSource(Replica.open(setting.folder, passphrase)),
        Sessions(setting.sessions, setting.codes, tell),
    )
    server = Worker(config_of(make_pages(door, Address(setting.host), setting.language)))
    door.on_lock(server.end)
    threading.Thread(target=_listen, args=(supervisor, door, server), daemon=True).start()
    server.run(sockets=[listener])


class Worker(uvicorn.Server):
    """A server that can be told to end, and listens to no signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals as they are."""
        yield

    def end(self) -> None:
        """Finish what is being answered, and end."""
        self.should_exit = True


def config_of(app: Any) -> uvicorn.Config:
    """Return how the pages are served: no log of addresses, no name of the program."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _listen(supervisor: Connection, door: Door, server: Worker) -> None:
    """Take what the supervisor says: a new start code, the passphrase, the end."""
    while True:
        try:
            message = json.loads(supervisor.recv_bytes(MAX_MESSAGE_BYTES))
        except (EOFError, OSError):
            server.end()
            return
        if "code" in message:
            door.sessions.add_code(StartCode(message["code"], message["until"]))
