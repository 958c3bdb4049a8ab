"""The pages' worker is killed while somebody types: what was answered is there, one key is not.

``python -m tests.drills.page_kills [--kills N] [--seed N]`` types marks into a journal, one key a
request as the grid sends them, and ends the worker by SIGKILL at a moment drawn by chance. Each
worker after it is unlocked and asked for the journal: a mark whose answer had come must stand there
(lost: 0), and of what had no answer yet at most the one key in hand may be missing.

Workers are forked from a process that has loaded the program, so that a kill costs no start of
Python; each opens the replica with the passphrase, as after any lock.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from random import Random
from typing import Final

import httpx
from eschool_web.sessions import new_code
from eschool_web.supervisor import listen
from eschool_web.worker import WorkerSetting, run

from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE

LONGEST_LIFE_SECONDS: Final = 0.25
START_SECONDS: Final = 120.0
ASKED_EVERY_SECONDS: Final = 5.0
END_SECONDS: Final = 30.0
PRELOADED: Final = ["eschool_web.worker", "httpx", "zstandard", "jinja2"]
VALUES: Final = (2, 3, 4, 5)
REASON: Final = "учения"
TOLD_EVERY: Final = 100

Cell = tuple[int, int]
"""Lesson and pupil."""


class WorkerError(RuntimeError):
    """A worker ended by itself: at its start, or while it was typed into."""


@dataclass
class Outcome:
    """What the kills did.

    Attributes:
        saved: Marks whose answer came.
        lost: Of them, those that were not there afterwards.
        keys_lost: Keys in hand at a kill that were not there afterwards.
        most_keys: The most that one kill took.
    """

    kills: int = 0
    saved: int = 0
    lost: int = 0
    keys_lost: int = 0
    most_keys: int = 0


@dataclass
class Typist:
    """Who types: one mark a request, on one cell after another.

    Attributes:
        known: What each cell must show: the last value whose answer came.
        in_hand: The cell and value whose answer did not come.
    """

    cells: list[Cell]
    random: Random
    known: dict[Cell, int] = field(default_factory=dict)
    in_hand: tuple[Cell, int] | None = None
    typed: int = 0

    def type_until_killed(self, client: httpx.Client) -> int:
        """Type until the worker dies; return how many answers came."""
        saved = 0
        while True:
            cell = self.cells[self.typed % len(self.cells)]
            value = self.random.choice([one for one in VALUES if one != self.known.get(cell)])
            self.typed += 1
            self.in_hand = (cell, value)
            try:
                answer = client.post("/api/do-each", json={"commands": [_mark(cell, value)]})
            except httpx.TransportError:
                return saved
            [told] = answer.json()["answers"]
            if told["refused"]:
                raise AssertionError(f"a mark was refused: {told['refused']['key']}")
            self.known[cell] = value
            self.in_hand = None
            saved += 1


def _mark(cell: Cell, value: int) -> dict[str, object]:
    lesson, pupil = cell
    fields = {"lesson_id": lesson, "pupil_id": pupil, "value": value, "reason": REASON}
    return {"kind": "record_mark", "fields": fields}


def drill(kills: int, seed: int, tell: Callable[[Outcome], None] = lambda _: None) -> Outcome:
    """Kill a worker so many times and return what came of it.

    Args:
        kills: How many.
        seed: Of the moments and the marks.
        tell: Called after each kill.

    Raises:
        WorkerError: A worker ended otherwise than by a kill.
    """
    outcome, random = Outcome(), Random(seed)
    with Sandbox() as school:
        replica, cast = school.replica("teacher"), school.cast
        cells = [(cast.first.id, pupil) for pupil in cast.first_pupils]
        typist = Typist(cells, random)
        with closing(listen(0)) as listener:
            for _ in range(kills):
                with _worker(replica, listener) as (process, client):
                    _check(client, cast.first.journal_id, typist, outcome)
                    timer = threading.Timer(random.random() * LONGEST_LIFE_SECONDS, process.kill)
                    timer.start()
                    outcome.saved += typist.type_until_killed(client)
                    timer.join()
                    process.join(END_SECONDS)
                    if process.exitcode != -signal.SIGKILL:
                        raise WorkerError(f"the worker ended by itself: {process.exitcode}")
                    outcome.kills += 1
                    tell(outcome)
            with _worker(replica, listener) as (_, client):
                _check(client, cast.first.journal_id, typist, outcome)
    return outcome


def _check(client: httpx.Client, journal: int, typist: Typist, outcome: Outcome) -> None:
    """Compare what the journal shows with what was answered, and with the key in hand."""
    data = client.get(f"/api/journal/{journal}").json()
    shown: dict[Cell, int] = {}
    for row, column, (marks, *_) in data["cells"]:
        for mark in marks:
            shown[data["lessons"][column]["id"], data["pupils"][row]["id"]] = mark[1]
    for cell, value in typist.known.items():
        pending = typist.in_hand is not None and typist.in_hand[0] == cell
        allowed = {value, typist.in_hand[1]} if pending and typist.in_hand else {value}
        outcome.lost += shown.get(cell) not in allowed
    if typist.in_hand is not None:
        cell, value = typist.in_hand
        missing = int(shown.get(cell) != value)
        outcome.keys_lost += missing
        outcome.most_keys = max(outcome.most_keys, missing)
        if not missing:
            typist.known[cell] = value
        typist.in_hand = None


@contextmanager
def _worker(
    replica: Replica, listener: socket.socket
) -> Iterator[tuple[ForkServerProcess, httpx.Client]]:
    """Run a worker on the socket and unlock it; give it and a client with a session.

    Raises:
        WorkerError: It ended at its start.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    ours, theirs = context.Pipe()
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    code, kept = new_code(time.monotonic())
    setting = WorkerSetting(replica.folder, host, "ru", (), (kept,))
    process = context.Process(target=run, args=(setting, listener, theirs))
    process.start()
    theirs.close()
    url = f"http://{host}"
    headers = {"origin": url, "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=url, headers=headers, timeout=START_SECONDS) as client:
        try:
            _await_answer(process, client)
            client.post("/start", json={"code": code}).raise_for_status()
            # The lessons are those of earlier days, whose marks change with a proof alone.
            for door in ("/unlock", "/prove"):
                refused = client.post(door, json={"passphrase": PASSPHRASE}).json()["refused"]
                if refused:
                    raise AssertionError(f"the replica does not open: {refused}")
            yield process, client
        finally:
            ours.close()
            process.kill()
            process.join()


def _await_answer(process: ForkServerProcess, client: httpx.Client) -> None:
    """Return when the worker answers.

    The socket is ours, so that a call to a dead worker waits in its queue and is never refused.

    Raises:
        WorkerError: It ended, or did not answer in time.
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            client.get("/start", timeout=ASKED_EVERY_SECONDS)
        except httpx.TransportError:
            if process.exitcode is not None:
                break
        else:
            return
    raise WorkerError(f"the worker did not start: {process.exitcode}")


def main() -> None:
    """Drill, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.monotonic()

    def tell(so_far: Outcome) -> None:
        if so_far.kills % TOLD_EVERY == 0:
            print(json.dumps(vars(so_far)), file=sys.stderr, flush=True)

    outcome = drill(given.kills, given.seed, tell)
    seconds = round(time.monotonic() - begun, 1)
    print(json.dumps({**vars(outcome), "seconds": seconds}))


if __name__ == "__main__":
    main()
