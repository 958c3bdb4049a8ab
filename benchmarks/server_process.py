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
from eschool_sync.protocol.enrolling import EnrolRequest
from eschool_sync.server.directory import Directory
from eschool_sync.server.http import Limits, make_app
from eschool_sync.server.portal_routes import PortalRoutes, Portals
from eschool_sync.server.rates import Rate
from eschool_sync.server.school import ServerSchool
from eschool_sync.server.serving import Server, collect_rarely

START_SECONDS: Final = 180
STOP_SECONDS: Final = 30
LARGE_ANSWER_BYTES: Final = 300_000
SMALL_ANSWER: Final = b"ok"
STEPS_AT_ONCE: Final = 10
"""So many steps of SQLite's machine are counted at once."""

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

    def ask(self, question: str, *arguments: object) -> Any:
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
    """Serve a school over HTTP on loopback, its clock standing at ``wall`` until told.

    The rate of one address is lifted: here it stands for the many of a region.
    """
    clock = ManualClock(wall)
    directory = Directory(folder, clock=clock)
    questions = _SchoolQuestions(directory.school(school), clock)
    portals = Portals(directory, clock=clock)
    rate = Rate(burst=10**9, per_second=10**9)
    app = make_app(
        directory, extra_routes=PortalRoutes(portals).routes(), limits=Limits(sync_rate=rate)
    )
    collect_rarely()
    with Server(app) as server:
        _answer(pipe, server.url, questions.by_name())


class _SchoolQuestions:
    """What a benchmark may ask of the process that serves a school."""

    def __init__(self, school: ServerSchool, clock: ManualClock) -> None:
        self._school = school
        self._clock = clock
        self._statements: list[str] = []
        self._steps = self._reads = 0

    def by_name(self) -> dict[str, Callable[..., Any]]:
        """Return the answers by question."""
        return {
            "code": self._school.issue_code,
            "enrol": self.enrol,
            "standing": self.standing,
            "advance": self._clock.advance,
            "cpu": time.process_time,
            "trace": self.trace,
            "traced": self.traced,
            "count": self.count,
            "counted": self.counted,
        }

    def enrol(self, person_id: int, public_key: bytes) -> bytes:
        """Return the answer to the enrolment of a device, past the rate of the door."""
        code = self._school.issue_code(person_id)
        with self._school.turn:
            return self._school.enrol(EnrolRequest(code, public_key, "").to_bytes())

    def standing(self, person_id: int) -> tuple[int, bytes]:
        """Return the head's seq and the hash of a person's scope."""
        with self._school.turn:
            return self._school.head().seq, self._school.scope(person_id).hash

    def trace(self) -> None:
        """Note the statements that run from now on."""
        self._statements.clear()
        self._connection().set_trace_callback(self._statements.append)

    def traced(self) -> list[str]:
        """Return the statements since ``trace``, and note no more."""
        self._connection().set_trace_callback(None)
        return list(self._statements)

    def count(self) -> None:
        """Count what SQLite does from now on; it makes it slower."""
        self._steps, self._reads = 0, _reads()
        self._connection().set_progress_handler(self._stepped, STEPS_AT_ONCE)

    def counted(self) -> tuple[int, int]:
        """Return the steps of SQLite's machine and the reads of files since ``count``."""
        self._connection().set_progress_handler(None, 0)
        return self._steps, _reads() - self._reads

    def _stepped(self) -> None:
        self._steps += STEPS_AT_ONCE

    def _connection(self) -> Any:
        return self._school.database.connection  # type: ignore[attr-defined]


def _reads() -> int:
    """Return how often this process has read from any file, as Linux counts it."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["syscr"])


def serve_nothing(pipe: Connection) -> None:
    """Answer POST ``/2`` and ``/300000`` with so many bytes: the libraries without application."""
    with Server(cast(Any, _Nothing())) as server:
        _answer(pipe, server.url, {"cpu": time.process_time})


class _NoState:
    """What ``Server`` looks for in an application."""

    trusts_proxies = False
    ending: tuple[Callable[[], None], ...] = ()


class _Nothing:
    """An ASGI application that has no work."""

    def __init__(self) -> None:
        self.state = _NoState()
        self._large = bytes(LARGE_ANSWER_BYTES)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        body = SMALL_ANSWER if scope["path"] == "/2" else self._large
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _answer(pipe: Connection, url: str, questions: dict[str, Callable[..., Any]]) -> None:
    pipe.send(url)
    while (message := pipe.recv()) is not None:
        question, *arguments = message
        pipe.send(questions[question](*arguments))
