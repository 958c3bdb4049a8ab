"""A server in a process of its own, so that its CPU time is its own; told what to do by a pipe."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

from eschool_sync.clock import ManualClock
from eschool_sync.server.directory import Directory
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server

START_SECONDS: Final = 60
STOP_SECONDS: Final = 30
LARGE_ANSWER_BYTES: Final = 300_000
SMALL_ANSWER: Final = b"ok"

Job = Callable[..., None]


class Served:
    """Runs a job in another process for the time of a ``with`` block.

    Attributes:
        url: Address of its HTTP server.
    """

    def __init__(self, job: Job, *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=job, args=(theirs, *arguments), daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._process.start()
        self.url = str(self._receive())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.is_alive():
            self._pipe.send(None)
        self._process.join(STOP_SECONDS)

    def ask(self, question: str, *arguments: int) -> Any:
        """Return the job's answer to a question."""
        self._pipe.send((question, *arguments))
        return self._receive()

    def cpu_seconds(self) -> float:
        """Return the CPU time that the process has used."""
        return float(self.ask("cpu"))

    def _receive(self) -> Any:
        if not self._pipe.poll(START_SECONDS):
            raise TimeoutError("the server process says nothing")
        return self._pipe.recv()


def serve_school(pipe: Connection, folder: Path, wall: int, school: int) -> None:
    """Serve a school over HTTP on loopback, its clock standing at ``wall`` until told."""
    clock = ManualClock(wall)
    directory = Directory(folder, clock=clock)
    served = directory.school(school)

    def advance(seconds: int) -> None:
        clock.advance(seconds)

    questions: dict[str, Callable[..., Any]] = {
        "code": served.issue_code,
        "advance": advance,
        "cpu": time.process_time,
    }
    with Server(make_app(directory)) as server:
        _answer(pipe, server.url, questions)


def serve_nothing(pipe: Connection) -> None:
    """Answer POST ``/2`` and ``/300000`` with so many bytes: the libraries without application."""
    large = bytes(LARGE_ANSWER_BYTES)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        body = SMALL_ANSWER if scope["path"] == "/2" else large
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    with Server(cast(Any, application)) as server:
        _answer(pipe, server.url, {"cpu": time.process_time})


def _answer(pipe: Connection, url: str, questions: dict[str, Callable[..., Any]]) -> None:
    pipe.send(url)
    while (message := pipe.recv()) is not None:
        question, *arguments = message
        pipe.send(questions[question](*arguments))
