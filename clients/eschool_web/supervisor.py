"""The supervisor: holds the listening socket and the sessions' hashes, and nothing personal.

It starts a worker, and another one whenever a worker has locked or died; connections wait in the
socket's queue meanwhile, so no page sees a closed door.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Final

from eschool_core.errors import TransportError
from eschool_core.labels import Language
from eschool_web.sessions import MAX_SESSIONS, StartCode, new_code
from eschool_web.worker import MAX_MESSAGE_BYTES, WorkerSetting, run

LOOPBACK: Final = "127.0.0.1"
BACKLOG: Final = 128
STOP_SECONDS: Final = 5
SHORTEST_LIFE_SECONDS: Final = 1.0
"""A worker that ends sooner did not start at all."""


class Supervisor:
    """Keeps a worker at the socket until it is stopped.

    Args:
        folder: Of the replica.
        port: 0 for any free one.
        language: Of the pages.

    Raises:
        TransportError: ``transport.address_in_use``.
    """

    def __init__(self, folder: Path, port: int = 0, language: Language = "ru") -> None:
        self._folder = folder
        self._language = language
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._listener = listen(port)
        self._sessions: list[str] = []
        self._codes: list[StartCode] = []
        self.host = f"{LOOPBACK}:{self._listener.getsockname()[1]}"

    def link(self) -> str:
        """Return a new start link; it is good once."""
        code, kept = new_code(time.monotonic())
        self._codes.append(kept)
        self._send({"code": kept.hash, "until": kept.until})
        return f"http://{self.host}/start#{code}"

    def worker_id(self) -> int:
        """Return the number of the present worker's process, 0 while there is none."""
        worker = self._worker
        return 0 if worker is None or worker.pid is None else worker.pid

    def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Keep a worker running until ``stop`` or Ctrl+C.

        Args:
            ready: Called once, when the first worker has been started.

        Raises:
            TransportError: ``transport.server_start``: workers end as soon as they are started.
        """
        self._stopping = False
        try:
            while True:
                begun = time.monotonic()
                self._start()
                ready()
                ready = _nothing
                self._follow()
                if self._ended():
                    return
                if time.monotonic() - begun < SHORTEST_LIFE_SECONDS:
                    raise TransportError("transport.server_start")
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()
            self._listener.close()

    def stop(self) -> None:
        """End the worker."""
        self._stopping = True
        worker = self._worker
        if worker is None:
            return
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        worker.join(STOP_SECONDS)
        if worker.is_alive():
            worker.kill()
            worker.join()

    _worker: SpawnProcess | None = None
    _pipe: multiprocessing.connection.Connection | None = None
    _stopping = False

    def _ended(self) -> bool:
        return self._stopping

    def _start(self) -> None:
        ours, theirs = self._context.Pipe()
        setting = WorkerSetting(
            self._folder, self.host, self._language, tuple(self._sessions), tuple(self._codes)
        )
        self._pipe = ours
        worker = self._context.Process(
            target=run, args=(setting, self._listener, theirs), name="eschool-pages"
        )
        worker.start()
        theirs.close()
        self._worker = worker

    def _follow(self) -> None:
        """Take note of new sessions until the worker has ended."""
        assert self._worker is not None
        while self._worker.is_alive():
            pipe = self._pipe
            if pipe is None:
                self._worker.join()
                return
            wait([pipe, self._worker.sentinel])
            try:
                if pipe.poll():
                    self._note(json.loads(pipe.recv_bytes(MAX_MESSAGE_BYTES)))
            except (EOFError, OSError):
                self._worker.join()

    def _note(self, message: dict[str, str]) -> None:
        self._sessions = [*self._sessions, message["session"]][-MAX_SESSIONS:]
        self._codes = [entry for entry in self._codes if entry.hash != message["code"]]

    def _send(self, message: dict[str, str | float]) -> None:
        if self._pipe is not None:
            self._pipe.send_bytes(json.dumps(message).encode())


def listen(port: int) -> socket.socket:
    """Return a socket that listens on loopback alone.

    Raises:
        TransportError: ``transport.address_in_use``.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise TransportError("transport.address_in_use", port=port) from error
    return listener


def _nothing() -> None:
    """Do nothing."""
