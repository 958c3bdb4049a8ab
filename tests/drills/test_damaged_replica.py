"""A replica's file is damaged: that is noticed, and what only it has is rescued (T12)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from eschool_core.errors import DamageError
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica
from eschool_sync.replica.outbox import State
from eschool_sync.replica.replica import DATABASE_FILE
from eschool_sync.replica.rescue import OUTBOX, Rescued, read_damaged, rescue
from eschool_sync.security.cipher import PAGE_BYTES, open_encrypted, verify_pages
from eschool_sync.server.directory import Directory
from tests.core.commands.acts import homework, mark, topic
from tests.simulation.base import SERVER_FOLDER, base
from tests.simulation.disk import KEY
from tests.sync.harness import NOON, Wire

pytestmark = pytest.mark.threat("T12")
JUDGED, PENDING = 8, 24


@dataclass
class Classroom:
    """A server and one replica with work that waits."""

    folder: Path
    directory: Directory

    def open(self) -> Replica:
        """Open the replica."""
        wire = Wire(self.directory, base(encrypted=True).number)
        return Replica(self.folder / "maths", KEY, wire, clock=ManualClock(NOON))

    @property
    def file(self) -> Path:
        """The replica's database."""
        return self.folder / "maths" / DATABASE_FILE

    def entered(self) -> set[int]:
        """Return the numbers of the replica's device that the server has."""
        number = base(encrypted=True).devices["maths"][1]
        school = self.directory.school(base(encrypted=True).number)
        rows = school.database.fetch("SELECT n FROM log WHERE device = ?", (number,))
        return {int(row[0]) for row in rows}

    def commands(self) -> int:
        """Return how many commands of the replica's owner the server has."""
        school = self.directory.school(base(encrypted=True).number)
        person = base(encrypted=True).devices["maths"][0]
        sql = "SELECT count(*) FROM log WHERE actor_id = ? AND pushed > 0"
        [(count,)] = school.database.fetch(sql, (person,))
        return int(count)

    def whole(self) -> bool:
        """Whether SQLCipher finds every page as it was written."""
        try:
            connection = open_encrypted(self.file, KEY)
        except DamageError:
            return False
        try:
            return not verify_pages(connection)
        except DamageError:
            return False
        finally:
            connection.close()


@contextmanager
def classroom(folder: Path, origin: Path | None = None) -> Iterator[Classroom]:
    """Set a classroom up, or copy one."""
    if origin is None:
        base(encrypted=True).write(folder, ("maths",))
    else:
        shutil.copytree(origin, folder, dirs_exist_ok=True)
    directory = Directory(folder / SERVER_FOLDER, clock=ManualClock(NOON))
    yield Classroom(folder, directory)
    directory.close()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classroom in which some work has its verdict and more is waiting."""
    folder = tmp_path_factory.mktemp("origin")
    school = base(encrypted=True)
    journal = school.school.journals["5А", "Математика"]
    lesson, pupils = school.lessons[journal][0], school.lines[journal]
    with classroom(folder) as made, made.open() as replica:
        for number in range(JUDGED):
            replica.do(mark(lesson, pupils[number % 4], 2 + number % 4))
        replica.sync()
        for number in range(PENDING):
            # Every third one is longer than a page.
            long = number % 3 == 0
            replica.do(homework(lesson, "§" * 2_000) if long else topic(lesson, f"№ {number}"))
    return folder


PROVEN = "SELECT count(*) FROM outbox o JOIN receipt r ON r.id = o.receipt WHERE o.pushed > 0"


def expect_all_named(rescued: Rescued) -> None:
    """Every command is found or named as lost; what waits stays in its order."""
    kept = {each.number for each in rescued.kept if each.state is State.PENDING}
    again = {each.number for each in rescued.again}
    # Where the page of the position is gone, nobody knows of numbers behind the last that is left.
    end = JUDGED + PENDING if rescued.position else max(rescued.found)
    pending = set(range(JUDGED + 1, end + 1))
    assert pending <= kept | again | set(rescued.lost)
    assert not (kept | again) & set(rescued.lost)
    assert not again or max(kept, default=0) < min(rescued.lost) < max(again)


def test_one_wrong_bit_in_any_page_is_noticed_and_takes_only_its_page(
    origin: Path, tmp_path: Path
) -> None:
    with classroom(tmp_path, origin) as room:
        stored = room.file.read_bytes()
        pages = len(stored) // PAGE_BYTES
        complete = 0
        for page in range(pages):
            damaged = bytearray(stored)
            damaged[page * PAGE_BYTES + (page * 977) % PAGE_BYTES] ^= 1 << page % 8
            room.file.write_bytes(damaged)
            assert not room.whole(), page
            rescued = read_damaged(room.file.parent, KEY)
            assert rescued.damaged_pages == (0 if page == 0 and (page * 977) < 16 else 1)
            expect_all_named(rescued)
            complete += not rescued.lost and rescued.identity is not None
        assert pages > 100
        # Only the pages of the outbox itself, and one of the position, cost anything.
        assert complete > pages * 0.7


def test_a_file_that_is_cut_off_anywhere_gives_what_is_left(origin: Path, tmp_path: Path) -> None:
    with classroom(tmp_path, origin) as room:
        stored = room.file.read_bytes()
        for pages in range(0, len(stored) // PAGE_BYTES, 3):
            room.file.write_bytes(stored[: pages * PAGE_BYTES + 100])
            assert not room.whole(), pages
            rescued = read_damaged(room.file.parent, KEY)
            if rescued.found:
                expect_all_named(rescued)


def test_what_is_whole_in_the_wal_is_found_there(origin: Path, tmp_path: Path) -> None:
    """The process was killed: the last entries were never folded into the file."""
    with classroom(tmp_path / "a", origin) as room:
        replica = room.open()
        last = replica.do(homework(_lesson(), "В тетради")).number
        shutil.copytree(room.folder, tmp_path / "killed")
        replica.close()
    stored = (tmp_path / "killed/maths" / DATABASE_FILE).read_bytes()
    (tmp_path / "killed/maths" / DATABASE_FILE).write_bytes(stored[: PAGE_BYTES * 2])
    rescued = read_damaged(tmp_path / "killed/maths", KEY)
    assert last in rescued.found


def _lesson() -> int:
    school = base(encrypted=True)
    return school.lessons[school.school.journals["5А", "Математика"]][0]


def outbox_pages(room: Classroom) -> dict[int, Rescued]:
    """Return what is left without each of the pages that hold commands that wait."""
    stored = room.file.read_bytes()
    found = {}
    for page in range(1, len(stored) // PAGE_BYTES):
        damaged = bytearray(stored)
        damaged[page * PAGE_BYTES + 50] ^= 1
        room.file.write_bytes(damaged)
        rescued = read_damaged(room.file.parent, KEY)
        if rescued.lost and rescued.identity is not None:
            found[page] = rescued
    room.file.write_bytes(stored)
    return found


def _end(rescued: Rescued) -> int:
    """Return where the chain of what is kept ends."""
    return max((each.number + each.header.take for each in rescued.kept), default=1)


def test_after_a_rescue_everything_but_the_named_commands_arrives(
    origin: Path, tmp_path: Path
) -> None:
    with classroom(tmp_path / "a", origin) as room:
        pages = outbox_pages(room)
    assert len(pages) > 3
    numbers = list(pages)
    # Where judged commands lay on the page too, the head of the chain is gone with them.
    headless = [page for page, left in pages.items() if _end(left) <= JUDGED]
    assert headless
    for page in {*headless, numbers[0], numbers[len(numbers) // 2], numbers[-1]}:
        folder = tmp_path / f"page-{page}"
        with classroom(folder, origin) as room:
            damaged = bytearray(room.file.read_bytes())
            damaged[page * PAGE_BYTES + 50] ^= 1
            room.file.write_bytes(damaged)
            rescued = rescue(room.file.parent, KEY)
            with room.open() as replica:
                replica.sync()
                assert replica.status().pending == 0
                again = replica.enter_again()
                assert len(again) == len(rescued.again)
                assert [each for each in again if each.refusal] == []
                replica.sync()
                status = replica.status()
                assert (status.pending, status.digest_equal) == (0, True)
                assert replica.enter_again() == []
            assert room.commands() == JUDGED + PENDING - len(rescued.lost)
            assert room.whole()


def test_rows_of_the_school_are_no_loss(origin: Path, tmp_path: Path) -> None:
    """Without its schema a file opens no more; every command is there all the same."""
    with classroom(tmp_path, origin) as room:
        damaged = bytearray(room.file.read_bytes())
        damaged[200] ^= 1
        room.file.write_bytes(damaged)
        with pytest.raises(DamageError):
            room.open()
        rescued = rescue(room.file.parent, KEY)
        assert (rescued.lost, rescued.again) == ([], [])
        assert len(rescued.receipts) == 1
        with room.open() as replica:
            proven = replica.store.rows(PROVEN)
            # What the school once said of them can still be shown to a restored server.
            assert proven == [(JUDGED,)]
            report = replica.sync()
            assert report.accepted + report.with_findings == PENDING
        assert len(room.entered()) == JUDGED + PENDING
        assert (room.file.parent / "replica.damaged").exists()


def test_a_rescue_that_was_cut_off_can_be_done_again(origin: Path, tmp_path: Path) -> None:
    with classroom(tmp_path, origin) as room:
        room.file.rename(room.file.with_name("replica.damaged"))
        rescued = rescue(room.file.parent, KEY)
        assert len(rescued.kept) == JUDGED + PENDING
        with room.open() as replica:
            replica.sync()
        assert len(room.entered()) == JUDGED + PENDING


def test_the_outbox_is_known_by_all_its_columns(origin: Path, tmp_path: Path) -> None:
    """A column more, and no command would be recognised any more."""
    with classroom(tmp_path, origin) as room:
        connection = open_encrypted(room.file, KEY)
        columns = connection.execute("PRAGMA table_info(outbox)").fetchall()
        connection.close()
        assert tuple(column[1] for column in columns) == OUTBOX


def test_an_earlier_damaged_file_is_kept(origin: Path, tmp_path: Path) -> None:
    with classroom(tmp_path, origin) as room:
        stored = room.file.read_bytes()
        rescue(room.file.parent, KEY)
        rescue(room.file.parent, KEY)
        assert (room.file.parent / "replica.damaged-2").read_bytes() == stored


def test_who_it_is_must_be_readable(tmp_path: Path) -> None:
    with pytest.raises(DamageError) as missing:
        read_damaged(tmp_path, KEY)
    assert missing.value.key == "damage.replica_missing"
    (tmp_path / DATABASE_FILE).write_bytes(bytes(5 * PAGE_BYTES))
    with pytest.raises(DamageError) as caught:
        rescue(tmp_path, KEY)
    assert caught.value.key == "damage.identity"
