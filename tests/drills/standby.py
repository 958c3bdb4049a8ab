"""PostgreSQL with a synchronous standby whose primary is killed under load (design §5.7).

    python -m tests.drills.standby --rounds 20 --json

In each round several replicas enter and sync without a pause; the primary is killed at a moment
drawn from the seed, in half of the rounds while the standby lags; the standby is promoted and told
to wait for nobody, and the clients carry on by the same address. Counted are acknowledged commands
that the promoted server does not have. Then a new standby is made from it for the next round.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psycopg

from eschool_core.commands.base import Command
from eschool_core.errors import BusyError, TransportError
from eschool_sync.history.verify import Verifier
from eschool_sync.server.directory import Directory
from tests.core.commands.acts import mark, topic
from tests.postgres import (
    SETTINGS,
    SUPERUSER,
    Account,
    create_cluster,
    find_binaries,
    run_as,
    started,
    unprivileged_account,
    wait_until_ready,
)
from tests.sync.harness import Member, build

SUBJECTS: Final = {"maths": "Математика", "russian": "Русский язык"}
MARKS: Final = 0.7
AFTERNOON_SECONDS: Final = 4 * 3600
"""So long after noon every lesson of the day has begun."""

BEHIND: Final = "busy.restored"
LOG: Final = "SELECT device, n FROM log"
LAGS: Final = 0.5
LAG_SECONDS: Final = 0.5
LIMIT_SECONDS: Final = 60
PAUSE_SECONDS: Final = 0.02
REPLICATED: Final = {
    **SETTINGS,
    # What is acknowledged has been written by the standby, which is never killed itself.
    "synchronous_commit": "on",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "hot_standby": "on",
}

Key = tuple[int, int]


@dataclass
class Result:
    """What became of it.

    Attributes:
        acknowledged: Commands with a verdict that a replica had heard.
        missing: Of them, those that a promoted server did not have.
        interrupted: Syncs that the death of a primary has ended.
        alarms: Replicas at which a server saw that it has lost what they were told.
        longest_seconds: From the kill until somebody's sync succeeded again.
    """

    rounds: int
    seed: int
    waiting: bool
    acknowledged: int = 0
    missing: int = 0
    interrupted: int = 0
    alarms: int = 0
    longest_seconds: float = 0.0
    seconds: float = 0.0


class OneAtATime(Directory):
    """A directory whose school answers one request at a time, as its lane in the server sees to."""

    turn = threading.Lock()

    def handle(self, school: int, route: str, body: bytes, source: str) -> bytes:
        """Answer one request."""
        with self.turn:
            return super().handle(school, route, body, source)


class Node:
    """One PostgreSQL server: its folder, and its process while it runs."""

    def __init__(self, folder: Path, account: Account) -> None:
        self.folder = folder
        self._account = account
        self._binaries = find_binaries()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of this node alone."""
        return f"postgresql://{SUPERUSER}@/postgres?host={self.folder}"

    def create(self) -> None:
        """Make an empty cluster and start it."""
        self._empty_folder()
        create_cluster(self._binaries, self.folder, self._account)
        self._start()

    def follow(self, primary: Node, *, waiting: bool = True) -> None:
        """Become the standby of a running primary, which waits for it if ``waiting``."""
        self._empty_folder()
        command: list[str | Path] = [self._binaries / "pg_basebackup", "-h", primary.folder]
        command += ["-U", SUPERUSER, "-D", self.folder / "data", "-R", "-X", "stream"]
        command += ["--checkpoint=fast", "--no-sync"]
        run_as(command, self.folder, self._account).check_returncode()
        self._start()
        if waiting:
            primary.configure("ALTER SYSTEM SET synchronous_standby_names = '*'")
            _wait(primary.is_waiting)

    def promote(self) -> None:
        """Become the primary, and wait for no standby: or every write would hang."""
        self.configure(
            "SELECT pg_promote(true, 60)", "ALTER SYSTEM RESET synchronous_standby_names"
        )

    def configure(self, *statements: str) -> None:
        """Run statements and load the settings anew."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in (*statements, "SELECT pg_reload_conf()"):
                connection.execute(statement)

    def is_waiting(self) -> bool:
        """Return whether commits wait for a standby."""
        sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        with psycopg.connect(self.url, autocommit=True) as connection:
            [count] = connection.execute(sql).fetchone() or (0,)
        return bool(count)

    def kill(self) -> None:
        """End every process of the server at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _empty_folder(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        if self._account.uid is not None and self._account.gid is not None:
            os.chown(self.folder, self._account.uid, self._account.gid)

    def _start(self) -> None:
        self._process = started(self._binaries, self.folder, self._account, REPLICATED)
        wait_until_ready(self.url, self._process, self.folder)


class Worker(threading.Thread):
    """A person who enters and syncs until told to stop.

    Attributes:
        acknowledged: Own commands whose verdict has come.
        synced_at: When a sync succeeded last, by the monotonic clock.
    """

    def __init__(self, member: Member, lesson: int, pupils: Sequence[int], seed: int) -> None:
        super().__init__(daemon=True)
        self._member, self._lesson, self._pupils = member, lesson, pupils
        self._source = random.Random(seed)
        self._ended = threading.Event()
        self._given: list[int] = []
        self.acknowledged: set[Key] = set()
        self.interrupted = 0
        self.alarmed = False
        self.synced_at = 0.0
        self.fault: BaseException | None = None

    def run(self) -> None:
        """Enter and sync."""
        try:
            while not self._ended.is_set() and not self.alarmed:
                self._enter()
                self._sync()
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits for us
            self.fault = error

    def _enter(self) -> None:
        source = self._source
        command: Command = topic(self._lesson, f"Тема {source.randrange(10**6)}")
        if source.random() < MARKS:
            command = mark(self._lesson, source.choice(self._pupils), source.randint(2, 5))
        self._given.append(self._member.do(command).number)

    def has_ended_or_synced(self, since: float) -> bool:
        """Return whether a sync has succeeded since a moment, or none ever will."""
        return self.synced_at > since or not self.is_alive()

    def _sync(self) -> None:
        try:
            self._member.sync()
        except (BusyError, TransportError) as error:
            self.interrupted += 1
            self.alarmed = error.key == BEHIND
            time.sleep(PAUSE_SECONDS)
            return
        device = self._member.replica.device
        self.acknowledged |= {(device, number) for number in self._given}
        self._given.clear()
        self.synced_at = time.monotonic()

    def end(self) -> None:
        """Stop."""
        self._ended.set()
        self.join(LIMIT_SECONDS)
        assert not self.is_alive()
        if self.fault is not None:
            raise self.fault


class Drill:
    """Two nodes, a school on them, and who works there.

    Args:
        folder: For the replicas.
        nodes: The primary, and its standby.
        result: What is counted.
    """

    def __init__(self, folder: Path, nodes: tuple[Node, Node], result: Result) -> None:
        self._primary, self._standby = nodes
        self._result = result
        self._source = random.Random(result.seed)
        hosts = ",".join(str(node.folder) for node in nodes)
        address = f"postgresql://{SUPERUSER}@/postgres?host={hosts}&target_session_attrs=read-write"
        self._world = build(folder / "world", address, OneAtATime)
        self._members = self._world.synced(*SUBJECTS)
        self._world.advance(AFTERNOON_SECONDS)
        self._lessons = [self._world.school.lesson("5А", name) for name in SUBJECTS.values()]
        self._acknowledged: set[Key] = set()

    def once(self) -> None:
        """Kill the primary, go on with the standby, count, and make a new standby."""
        workers = self._workers()
        time.sleep(0.2 + self._source.random())
        if self._source.random() < LAGS:
            # A primary that does not wait acknowledges meanwhile what nobody else has.
            self._standby.configure("ALTER SYSTEM SET primary_conninfo = ''")
            time.sleep(LAG_SECONDS)
        self._primary.kill()
        killed = time.monotonic()
        self._standby.promote()
        # What is answered before that may have been on its way when the primary died.
        promoted = time.monotonic()
        _wait(lambda: any(worker.has_ended_or_synced(promoted) for worker in workers))
        back = min((each.synced_at for each in workers if each.synced_at > promoted), default=0.0)
        self._result.longest_seconds = max(self._result.longest_seconds, round(back - killed, 2))
        for worker in workers:
            worker.end()
            self._acknowledged |= worker.acknowledged
            self._result.interrupted += worker.interrupted
            self._result.alarms += worker.alarmed
        self._primary, self._standby = self._standby, self._primary
        log = self._world.server.database.fetch(LOG)
        kept = {(int(device), int(n)) for device, n in log}
        self._result.acknowledged = len(self._acknowledged)
        self._result.missing = len(self._acknowledged - kept)
        if not self._result.missing:
            self._standby.follow(self._primary, waiting=self._result.waiting)

    def end(self) -> None:
        """Fail unless the history holds together and every replica has what the server has."""
        world = self._world
        if not self._result.missing:
            for _ in range(2):
                world.synced(*SUBJECTS)
            server = world.server
            digest_key = bytes.fromhex(server.state.digest_key)
            verifier = Verifier(server.database, world.number, server.public_key, digest_key)
            done = verifier.verify([each.replica.witness().head() for each in self._members])
            assert done.is_sound, done.problems
            world.check(*SUBJECTS)
        world.close()

    def _workers(self) -> list[Worker]:
        pupils = self._world.school.pupils["5А"]
        workers = [
            Worker(member, lesson, pupils, self._source.randrange(10**9))
            for member, lesson in zip(self._members, self._lessons, strict=True)
        ]
        for worker in workers:
            worker.start()
        return workers


def run(folder: Path, rounds: int, seed: int, *, waiting: bool = True) -> Result:
    """Kill the primary again and again; stop where something is missing.

    Args:
        folder: For the replicas.
        rounds: How often.
        seed: Of what is entered, and of the moments.
        waiting: Let the primary wait for its standby; where it does not, acknowledged commands
            are lost, and that is how one sees that the counting counts.
    """
    began, result = time.perf_counter(), Result(0, seed, waiting)
    with _pair(waiting=waiting) as nodes:
        drill = Drill(folder, nodes, result)
        while result.rounds < rounds and not result.missing:
            drill.once()
            result.rounds += 1
        drill.end()
    result.seconds = round(time.perf_counter() - began, 1)
    return result


@contextmanager
def _pair(*, waiting: bool) -> Iterator[tuple[Node, Node]]:
    """Give a primary and its synchronous standby."""
    account = unprivileged_account()
    # Not pytest's folder: that one is closed to other users, and too deep for a socket's path.
    folder = Path(tempfile.mkdtemp(prefix="eschool-ha-"))
    folder.chmod(0o755)
    primary, standby = (Node(folder / name, account) for name in ("a", "b"))
    try:
        primary.create()
        standby.follow(primary, waiting=waiting)
        yield primary, standby
    finally:
        primary.kill()
        standby.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it has not happened in time"
        time.sleep(PAUSE_SECONDS)


def main() -> None:
    """Run by command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--without-waiting", action="store_false", dest="waiting",
        help="acknowledge before the standby has it: what the drill is to warn of",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), given.rounds, given.seed, waiting=given.waiting)
    if given.as_json:
        print(json.dumps(asdict(result)))
    else:
        print(
            f"{result.rounds} primaries killed, {result.acknowledged} commands acknowledged, "
            f"{result.missing} missing, longest pause {result.longest_seconds} s"
        )


if __name__ == "__main__":
    main()
