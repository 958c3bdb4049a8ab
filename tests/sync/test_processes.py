"""Several processes on one replica, processes that are killed, a disk that is full."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

from eschool_core.commands.base import Command
from eschool_core.commands.journals import EndSubstitution, RecordSubstitution
from eschool_core.domain.enums import SubstitutionKind, Verdict
from eschool_core.domain.journal import CellHistory, Mark
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import Substitution
from eschool_core.domain.tables import TABLES
from eschool_core.errors import AccessError, TransportError
from eschool_core.store import digest
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica
from tests.core.commands.acts import mark, topic
from tests.school import MONDAY
from tests.sync import crash
from tests.sync.harness import MATHS, Member, Wire, World, answer_lost, lesson, pupils, read_rows

WAIT_SECONDS = 120
ACTS = 200

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed by signal")


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """A place where processes start quickly, with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(crash.MODULES)
    return context


def kept_back(wire: Wire, route: str, body: bytes) -> bytes:
    """Keep a request and do not deliver it."""
    wire.sent.append(body)
    raise TransportError("transport.unreachable")


def run(processes: ForkServerContext, target: Callable[..., None], *args: object) -> int:
    """Run something in a process of its own; return its exit code."""
    process = processes.Process(target=target, args=args)
    process.start()
    return ended(process)


def ended(process: ForkServerProcess) -> int:
    process.join(WAIT_SECONDS)
    assert process.exitcode is not None, "it hangs"
    return process.exitcode


def counted_sums(world: World) -> dict[int, tuple[int, int]]:
    """Return rows and digest of each partition of the server, counted from the rows alone."""
    row_hash = digest.row_hasher(bytes.fromhex(world.server.state.digest_key))
    sums: dict[int, tuple[int, int]] = {}
    for spec in TABLES:
        for row in read_rows(world.server.database, spec.table):
            part = int(str(row[1]))
            rows, total = sums.get(part, (0, 0))
            hashed = row_hash(spec.table.number, row)  # type: ignore[arg-type]
            sums[part] = (rows + 1, (total + hashed) % digest.MODULUS)
    return sums


def kept_sums(world: World) -> dict[int, tuple[int, int]]:
    kept = world.server.database.fetch("SELECT part, rows, digest FROM part_state WHERE rows > 0")
    return {part: (rows, digest.from_bytes(bytes(value))) for part, rows, value in kept}


class TestKilled:
    @pytest.mark.threat("T10")
    @pytest.mark.threat("T14")
    @pytest.mark.asvs("2.3.3")
    def test_a_server_killed_at_any_statement_has_the_push_or_nothing_of_it(
        self, world: World, processes: ForkServerContext
    ) -> None:
        [maths] = world.synced("maths")
        maths.do(mark(lesson(world), pupils(world)[0]))
        maths.replica.do_all([topic(lesson(world)), mark(lesson(world), pupils(world)[1])])
        maths.wire.faults = [kept_back]
        with pytest.raises(TransportError):
            maths.sync()
        body, school, wall = maths.wire.sent[-1], world.number, world.clock.wall()
        world.directory.close()
        untouched = world.folder / "untouched"
        shutil.copytree(world.directory.folder, untouched)
        statement, outcomes, code = 1, [], -signal.SIGKILL
        while code == -signal.SIGKILL:
            shutil.rmtree(world.directory.folder)
            shutil.copytree(untouched, world.directory.folder)
            arguments = (world.directory.folder, school, wall, body, statement)
            code = run(processes, crash.take_and_die, *arguments)
            outcomes.append(self.commands_of(world, maths))
            assert kept_sums(world) == counted_sums(world)
            world.directory.close()
            statement += 1 if statement < 12 else 5
        assert code == 0
        # Whole or nothing, and once whole it stays so.
        assert set(outcomes) == {0, 3}
        assert outcomes == sorted(outcomes)
        assert len(outcomes) > 20
        world.school.move(world.server)
        maths.sync()
        assert self.commands_of(world, maths) == 3
        world.check("maths")

    def commands_of(self, world: World, member: Member) -> int:
        database, device = world.server.database, member.replica.device
        [(commands, seqs, last)] = database.fetch(
            "SELECT (SELECT count(*) FROM log WHERE device = ?), count(*), max(seq) FROM log",
            (device,),
        )
        assert seqs == last == world.server.head().seq
        pushes = database.fetch("SELECT count(*) FROM push WHERE device = ?", (device,))[0][0]
        assert pushes == (1 if commands else 0)
        return int(commands)

    @pytest.mark.threat("T14")
    def test_a_replica_killed_at_any_statement_applies_the_answer_again(
        self, world: World, processes: ForkServerContext
    ) -> None:
        maths, russian = world.synced("maths", "russian")
        for pupil_id in pupils(world):
            russian.do(topic(world.school.lesson("5А", "Русский язык"), f"Тема {pupil_id}"))
            maths.do(mark(lesson(world), pupil_id))
        maths.sync()
        # Opened like the one that is killed: both tell which computer they are at.
        russian.reopen()
        russian.wire.faults = [answer_lost]
        with pytest.raises(TransportError):
            russian.sync()
        answer = russian.wire.answers[-1]
        before, wall, key = russian.rows(), russian.clock.wall(), russian.key.to_bytes()
        russian.replica.close()
        untouched = world.folder / "untouched"
        shutil.copytree(russian.folder, untouched)
        statement, code, after = 1, -signal.SIGKILL, before
        while code == -signal.SIGKILL:
            shutil.rmtree(russian.folder)
            shutil.copytree(untouched, russian.folder)
            code = run(processes, crash.sync_and_die, russian.folder, key, answer, wall, statement)
            russian.open()
            after = russian.rows()
            assert (after == before) == (russian.replica.status().pending == 4)
            russian.replica.close()
            statement += 5
        assert code == 0
        assert after != before
        assert statement > 60
        russian.open()
        russian.sync()
        world.check("russian")

    @pytest.mark.threat("T14")
    def test_an_acknowledged_command_survives_the_writer(
        self, world: World, processes: ForkServerContext
    ) -> None:
        [maths] = world.synced("maths")
        acts = [(lesson(world), pupils(world)[n % 4], 2 + n % 4) for n in range(10_000)]
        key, wall = maths.key.to_bytes(), maths.clock.wall()
        process = processes.Process(target=crash.write_many, args=(maths.folder, key, wall, acts))
        process.start()
        while maths.replica.status().pending < 20:
            assert process.is_alive()
        process.kill()
        ended(process)
        given = maths.replica.status().pending
        maths.reopen()
        assert maths.replica.status().pending == given
        assert maths.sync().accepted == given
        world.check("maths")


class TestTwoProcesses:
    @pytest.mark.threat("T18")
    def test_two_writers_and_a_sync_lose_nothing(
        self, world: World, processes: ForkServerContext, tmp_path: Path
    ) -> None:
        [maths] = world.synced("maths")
        key, wall, server = maths.key.to_bytes(), world.clock.wall(), world.directory.folder
        maths.replica.close()
        world.directory.close()
        stop = tmp_path / "stop"
        sync = processes.Process(
            target=crash.sync_often,
            args=(maths.folder, key, server, world.number, wall, stop),
        )
        writers = [
            processes.Process(
                target=crash.write_many,
                args=(
                    maths.folder,
                    key,
                    wall,
                    [(lesson_id, pupil, 2 + n % 4) for n in range(ACTS)],
                ),
            )
            for lesson_id, pupil in zip([self.lesson_id(world)] * 2, pupils(world), strict=False)
        ]
        for process in (sync, *writers):
            process.start()
        assert [ended(process) for process in writers] == [0, 0]
        stop.touch()
        assert ended(sync) == 0
        world.school.move(world.server)
        maths.open()
        maths.sync()
        log = world.server.database.fetch(
            "SELECT n, verdict FROM log WHERE device = ? ORDER BY n", (maths.replica.device,)
        )
        assert [tuple(row) for row in log] == [
            (number, Verdict.ACCEPTED) for number in range(1, 2 * ACTS + 1)
        ]
        assert len(maths.replica.store.select(Mark)) == 2
        pushes = world.server.database.fetch("SELECT count(*) FROM push")[0][0]
        assert pushes > 2, "the sync did not run beside the writers"
        world.check("maths")

    def lesson_id(self, world: World) -> int:
        world.school.move(world.server)
        found = lesson(world)
        world.directory.close()
        return found

    @pytest.mark.threat("T18")
    def test_what_another_process_has_fetched_is_seen(self, world: World) -> None:
        """Both hold the same file open; the one that did not sync goes on rightly."""
        maths, _ = world.synced("maths", "russian")
        with Replica(maths.folder, maths.key, maths.wire, clock=maths.clock) as other:
            receipt = other.do(mark(lesson(world), pupils(world)[0], 3))
            assert [row.value for row in maths.replica.store.select(Mark)] == [3]
            maths.sync()
            assert other.status().pending == 0
            following = other.do(mark(lesson(world), pupils(world)[1], 4))
            assert following.number == receipt.number + 1
            other.sync()
        assert maths.sync().accepted == 0
        world.check("maths")

    @pytest.mark.threat("T18")
    def test_a_right_that_was_lost_here_and_fetched_again_by_another_process_is_seen(
        self, world: World
    ) -> None:
        """The scope is as it was at the last writing of this process; between it was smaller."""
        self.substitution(world)
        [member] = world.synced("substitute")
        journal = partition(PartitionKind.JOURNAL, world.school.journals[MATHS])
        assert member.replica.store.holds(journal)
        [row] = world.server.store.select(Substitution)
        world.act(EndSubstitution(substitution_id=row.id, last_day=row.last_day))
        member.sync()
        assert not member.replica.store.holds(journal)
        with Replica(member.folder, member.key, member.wire, clock=member.clock) as other:
            self.substitution(world)
            other.sync()
        member.do(topic(lesson(world)))
        assert member.replica.store.holds(journal)
        assert member.sync().accepted == 1
        world.check("substitute")

    def substitution(self, world: World) -> None:
        """Let the substitute give one lesson of 5А."""
        outcome = world.act(
            RecordSubstitution(
                journal_id=world.school.journals[MATHS],
                lesson_id=lesson(world),
                absent_id=world.person("maths"),
                substitute_id=world.person("substitute"),
                substitution_kind=SubstitutionKind.SINGLE,
                first_day=MONDAY,
                last_day=MONDAY,
            )
        )
        assert outcome.key == ""

    @pytest.mark.threat("T18")
    def test_what_another_process_has_written_is_not_answered_from_memory(
        self, world: World
    ) -> None:
        [maths] = world.synced("maths")
        at, pupil = lesson(world), pupils(world)[0]
        maths.do(mark(at, pupil, 4))
        with Replica(maths.folder, maths.key, maths.wire, clock=maths.clock) as other:
            other.do(mark(at, pupil, 5))
            other.do(mark(at, pupil, 3))
        # The value it wrote itself: were the other ones unknown here, they would be lost.
        maths.do(mark(at, pupil, 4))
        kept = [json.loads(row.content)["value"] for row in maths.replica.store.select(CellHistory)]
        assert kept == [4, 5, 3]

    @pytest.mark.threat("T18")
    def test_a_sync_that_was_overtaken_begins_again(self, world: World) -> None:
        [maths] = world.synced("maths")
        maths.do(mark(lesson(world), pupils(world)[0], 3))
        other = Replica(maths.folder, maths.key, world.wire(), clock=maths.clock)

        def overtaken(wire: object, route: str, body: bytes) -> bytes:
            answer = maths.wire.deliver(route, body)
            other.do(mark(lesson(world), pupils(world)[1], 3))
            other.sync()
            return answer

        maths.wire.faults = [overtaken]
        report = maths.sync()
        other.close()
        # Begun again, and not repaired by loading everything.
        assert (report.rounds, report.accepted, report.pulled_rows) == (2, 0, 0)
        world.check("maths")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with a few MiB; mounting one needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no small file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


class TestFullDisk:
    @pytest.mark.threat("T13")
    def test_what_was_saved_is_whole_and_the_rest_is_told(
        self, world: World, small_disk: Path
    ) -> None:
        [maths] = world.synced("maths")
        maths.replica.close()
        folder = small_disk / "replica"
        shutil.copytree(maths.folder, folder)
        clock = ManualClock(maths.clock.wall())
        with Replica(folder, maths.key, maths.wire, clock=clock) as replica:
            (small_disk / "filler").write_bytes(bytes(self.free(small_disk) - 300 * 1024))
            saved, error = self.fill(replica, topic(lesson(world), "я" * 1_000))
            assert error.key == "access.disk_full"
            assert 0 < saved == replica.status().pending
            with pytest.raises(AccessError):
                replica.do(topic(lesson(world), "я" * 1_000))
            assert replica.status().pending == saved
            assert replica.store.select(Mark) == []
            (small_disk / "filler").unlink()
            replica.do(mark(lesson(world), pupils(world)[0]))
            assert replica.sync().accepted == saved + 1
            assert replica.status().digest_equal
        shutil.rmtree(maths.folder)
        shutil.copytree(folder, maths.folder)
        maths.open()
        world.check("maths")

    def fill(self, replica: Replica, command: Command) -> tuple[int, AccessError]:
        """Give a command until the disk is full; return how often, and what was told."""
        for saved in range(5_000):
            try:
                replica.do(command)
            except AccessError as error:
                return saved, error
        raise AssertionError("the disk takes no end")

    def free(self, folder: Path) -> int:
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize
