from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.files import LessonFile
from eschool_core.domain.journal import Mark
from eschool_core.errors import AccessError, DamageError, EschoolError, InputError
from eschool_core.store.database import Database
from eschool_sync.backup.make import Made, Source, drop_old, make_backup
from eschool_sync.backup.manifest import check_sidecar, sidecar_of
from eschool_sync.backup.recovery_key import PrivateKey
from eschool_sync.backup.restore import restore_backup, verify_backup
from eschool_sync.backup.tables import tables_of
from eschool_sync.replica.files import file_of
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.directory import Directory
from eschool_sync.server.file_bytes import keep_whole
from eschool_sync.server.postgres import drop_school, list_schools
from eschool_sync.server.school import ServerSchool
from tests.sync.harness import MATHS, World

KEY = PrivateKey.generate(SeededRandom(1))
OTHER = PrivateKey.generate(SeededRandom(2))
SEEDS = count(10)

FILE = b"text" * 40_000
AllRows = dict[str, list[tuple[object, ...]]]


def contents(database: Database) -> AllRows:
    """Every table whole: domain, ledger, log, tree."""
    found = {
        table: sorted(database.fetch(f"SELECT * FROM {table}"), key=repr)
        for table in tables_of(database)
    }
    # The head is signed anew for the new incarnation; all else of it stays.
    found["head"] = database.fetch("SELECT id, seq, scope_seq, root, peaks FROM head")
    return found


def backed_up(server: ServerSchool, world: World, folder: Path) -> Made:
    folder.mkdir(exist_ok=True)
    source = Source(server.database, server.state)
    return make_backup(source, KEY.public, folder, world.clock, SeededRandom(next(SEEDS)))


def with_marks(world: World) -> None:
    """A mark and its correction, so that there is history, and a file of some pieces."""
    pupil = world.school.pupils["5А"][0]
    lesson = world.school.lesson(*MATHS)
    world.act(file_of(lesson, "задание.txt", FILE, for_homework=False), "maths")
    [row] = world.server.store.select(LessonFile)
    keep_whole(world.server.database, row, FILE)
    for value in (3, 4):
        world.act(RecordMark(lesson_id=lesson, pupil_id=pupil, value=value), "maths")


@pytest.fixture
def made(world: World, tmp_path: Path) -> Made:
    with_marks(world)
    return backed_up(world.server, world, tmp_path / "out")


@pytest.fixture
def restored_in(tmp_path: Path) -> Iterator[list[Directory]]:
    opened: list[Directory] = []
    yield opened
    for directory in opened:
        directory.close()


@pytest.mark.scenario("1.2:1")
@pytest.mark.clause("1.2")
def test_a_restored_school_is_equal_row_for_row_history_and_root_included(
    any_world: World, tmp_path: Path, restored_in: list[Directory]
) -> None:
    world = any_world
    with_marks(world)
    made = backed_up(world.server, world, tmp_path / "out")
    before, head = contents(world.server.database), world.server.head()
    assert len(before["file_piece"]) == 3
    restore_backup(made.path, KEY, tmp_path / "empty", SeededRandom(next(SEEDS)))
    directory = Directory(tmp_path / "empty", clock=world.clock, random=SeededRandom(7))
    restored_in.append(directory)
    again = directory.school(world.number)
    assert contents(again.database) == before
    # Another incarnation signs the same history anew.
    assert again.head().signed != head.signed
    assert replace(again.head(), signed=head.signed) == head
    assert (made.manifest.seq, made.manifest.root) == (head.seq, head.root.hex())


@pytest.mark.clause("1.2")
@pytest.mark.postgres
def test_a_backup_of_sqlite_goes_into_postgresql(
    world: World, tmp_path: Path, postgres_url: str, restored_in: list[Directory]
) -> None:
    drop_school(postgres_url, world.number)
    with_marks(world)
    made = backed_up(world.server, world, tmp_path / "out")
    before = contents(world.server.database)
    data = tmp_path / "empty"
    restore_backup(made.path, KEY, data, SeededRandom(next(SEEDS)), postgres_url)
    directory = Directory(data, postgres_url, clock=world.clock, random=SeededRandom(7))
    restored_in.append(directory)
    assert contents(directory.school(world.number).database) == before
    with pytest.raises(InputError) as caught:
        restore_backup(made.path, KEY, tmp_path / "b", SeededRandom(9), postgres_url)
    assert caught.value.key == "backup.school_there"
    assert world.number in list_schools(postgres_url)


@pytest.mark.postgres
def test_a_restore_that_fails_leaves_no_schema(
    world: World, tmp_path: Path, postgres_url: str
) -> None:
    drop_school(postgres_url, world.number)
    made = backed_up(world.server, world, tmp_path / "out")
    with pytest.raises(AccessError):
        restore_backup(made.path, OTHER, tmp_path / "b", SeededRandom(9), postgres_url)
    assert world.number not in list_schools(postgres_url)
    assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.clause("1.2")
@pytest.mark.threat("T16")
def test_the_restored_server_is_a_new_incarnation_with_a_device_number_of_its_own(
    world: World, made: Made, tmp_path: Path, restored_in: list[Directory]
) -> None:
    old = world.server.state
    restored = restore_backup(made.path, KEY, tmp_path / "empty", SeededRandom(5))
    assert restored.state.incarnation != old.incarnation
    assert restored.state.server_device > old.highest_device
    assert restored.state.highest_device == restored.state.server_device
    assert restored.state.school_seed == old.school_seed
    assert restored.state.digest_key == old.digest_key
    assert restored.state.database_key != old.database_key
    directory = Directory(tmp_path / "empty", clock=world.clock, random=SeededRandom(7))
    restored_in.append(directory)
    again = directory.school(world.number)
    pupil, lesson = world.school.pupils["5А"][1], world.school.lesson(*MATHS)
    command = RecordMark(lesson_id=lesson, pupil_id=pupil, value=5)
    assert not again.act(command, world.person("maths")).key
    verify_backup(backed_up(again, world, tmp_path / "next").path, KEY, SeededRandom(6))


@pytest.mark.threat("T16")
def test_a_replica_goes_on_with_the_restored_server(world: World, tmp_path: Path) -> None:
    """What the replica had confirmed and what it writes now are on the restored server."""
    with_marks(world)
    [maths] = world.synced("maths")
    made = backed_up(world.server, world, tmp_path / "out")
    folder = world.directory.folder
    world.directory.close()
    shutil.rmtree(folder / str(world.number))
    restore_backup(made.path, KEY, folder, SeededRandom(5))
    world.school.move(world.server)
    maths.sync()
    pupil, lesson = world.school.pupils["5А"][1], world.school.lesson(*MATHS)
    maths.do(RecordMark(lesson_id=lesson, pupil_id=pupil, value=5))
    maths.sync()
    world.check("maths")
    assert sorted(mark.value for mark in world.server.store.select(Mark)) == [4, 5]


@pytest.mark.threat("T16")
def test_a_surviving_state_file_tells_which_device_numbers_were_given(
    world: World, made: Made
) -> None:
    world.member("physics")
    given = world.server.state.highest_device
    world.directory.close()
    folder = world.directory.folder / str(world.number)
    for file in folder.glob("school.db*"):
        file.unlink()
    restored = restore_backup(made.path, KEY, world.directory.folder, SeededRandom(5))
    assert restored.state.server_device == given + 1
    assert (folder / "before" / "state.json").exists()


@pytest.mark.threat("T16")
def test_a_device_enrolled_after_the_backup_is_let_in_by_its_certificate(
    world: World, made: Made
) -> None:
    late = world.member("physics")
    folder = world.directory.folder
    world.directory.close()
    shutil.rmtree(folder / str(world.number))
    restore_backup(made.path, KEY, folder, SeededRandom(5))
    world.school.move(world.server)
    late.sync()
    world.check("physics")


@pytest.mark.threat("T15")
def test_who_was_shut_out_after_the_backup_stays_so_by_the_surviving_state_file(
    world: World, made: Made
) -> None:
    maths = world.member("maths")
    world.act(RevokeDevice(device=maths.replica.device))
    world.directory.close()
    for file in (world.directory.folder / str(world.number)).glob("school.db*"):
        file.unlink()
    restore_backup(made.path, KEY, world.directory.folder, SeededRandom(5))
    world.school.move(world.server)
    with pytest.raises(AccessError) as caught:
        maths.sync()
    assert caught.value.key == "access.revoked"


def test_a_school_that_stands_is_not_restored_over(world: World, made: Made) -> None:
    before = contents(world.server.database)
    with pytest.raises(InputError) as caught:
        restore_backup(made.path, KEY, world.directory.folder, SeededRandom(5))
    assert caught.value.key == "backup.school_there"
    assert contents(world.server.database) == before
    assert [entry.name for entry in world.directory.folder.iterdir()] == [str(world.number)]


@pytest.mark.clause("1.2")
def test_a_backup_sees_one_moment_while_others_write(world: World, tmp_path: Path) -> None:
    """A lesson is marked between two tables; the backup has the state before, whole."""
    with_marks(world)
    head = world.server.head()
    other = Directory(world.directory.folder, clock=world.clock, random=SeededRandom(7))
    pupil, lesson = world.school.pupils["5А"][1], world.school.lesson(*MATHS)
    written: list[str] = []

    def write(table: str, rows: int) -> None:
        if not written:
            written.append(table)
            command = RecordMark(lesson_id=lesson, pupil_id=pupil, value=5)
            assert not world.server.act(command, world.person("maths")).key

    read = other.school(world.number)
    (tmp_path / "out").mkdir()
    source = Source(read.database, read.state)
    made = make_backup(source, KEY.public, tmp_path / "out", world.clock, SeededRandom(3), write)
    other.close()
    assert written
    assert made.manifest.seq == head.seq < world.server.head().seq
    assert verify_backup(made.path, KEY, SeededRandom(4)) == made.manifest


@pytest.mark.postgres
def test_a_backup_of_postgresql_sees_one_moment_too(
    tmp_path: Path, postgres_url: str, world_template: World
) -> None:
    from tests.sync.harness import build, closing

    with closing(build(tmp_path / "world", postgres_url)) as world:
        with_marks(world)
        head = world.server.head()
        other = Directory(
            world.directory.folder, postgres_url, clock=world.clock, random=SeededRandom(7)
        )
        pupil, lesson = world.school.pupils["5А"][1], world.school.lesson(*MATHS)
        written: list[str] = []

        def write(table: str, rows: int) -> None:
            if not written:
                written.append(table)
                command = RecordMark(lesson_id=lesson, pupil_id=pupil, value=5)
                assert not world.server.act(command, world.person("maths")).key

        read = other.school(world.number)
        (tmp_path / "out").mkdir()
        source = Source(read.database, read.state)
        made = make_backup(
            source, KEY.public, tmp_path / "out", world.clock, SeededRandom(3), write
        )
        other.close()
        assert made.manifest.seq == head.seq < world.server.head().seq
        assert made.manifest.engine == "postgresql"
        assert verify_backup(made.path, KEY, SeededRandom(4)) == made.manifest


@pytest.mark.asvs("row 68")
def test_no_name_is_in_the_files(world: World, made: Made) -> None:
    data = made.path.read_bytes() + made.sidecar.read_bytes()
    for name in ("Абрамов", "Громова", "Математика", world.server.state.school_seed):
        assert name.encode() not in data


def test_another_recovery_key_is_a_clear_error(made: Made, tmp_path: Path) -> None:
    with pytest.raises(AccessError) as caught:
        verify_backup(made.path, OTHER, SeededRandom(5))
    assert caught.value.key == "backup.wrong_key"


def flipped(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.asvs("11.2.5")
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("with_paper", [True, False])
def test_a_changed_byte_is_refused_with_and_without_the_paper_beside(
    made: Made, tmp_path: Path, share: float, *, with_paper: bool
) -> None:
    if not with_paper:
        made.sidecar.unlink()
    flipped(made.path, int(share * made.path.stat().st_size))
    with pytest.raises(EschoolError) as caught:
        restore_backup(made.path, KEY, tmp_path / "empty", SeededRandom(5))
    assert caught.value.key.startswith("backup.")
    assert list((tmp_path / "empty").glob("*")) == []


def test_the_paper_beside_tells_without_a_key_whether_the_file_is_whole(made: Made) -> None:
    assert check_sidecar(made.path) == made.manifest
    flipped(made.path, 500)
    with pytest.raises(DamageError) as caught:
        check_sidecar(made.path)
    assert caught.value.key == "backup.damaged"


@pytest.mark.parametrize("field", ["seq", "root", "made_at", "school"])
def test_a_changed_paper_is_refused(made: Made, field: str) -> None:
    told = json.loads(made.sidecar.read_text(encoding="utf-8"))
    told["manifest"][field] = "00" * 32 if field == "root" else 1
    made.sidecar.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(DamageError) as caught:
        check_sidecar(made.path)
    assert caught.value.key == "backup.signature"


def test_a_paper_that_is_none_is_damage(made: Made) -> None:
    for text in ("", "[]", "{}", '{"signature": 1}'):
        sidecar_of(made.path).write_text(text, encoding="utf-8")
        with pytest.raises(DamageError):
            check_sidecar(made.path)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("mark", "UPDATE mark SET value = 5"),
        ("mark", "DELETE FROM mark"),
        ("pupil", "UPDATE pupil SET family = 'Чужой'"),
        ("part_state", "UPDATE part_state SET rows = rows + 1"),
        ("log", "UPDATE log SET received_at = received_at + 1"),
        ("log", "DELETE FROM log WHERE seq = 3"),
        ("head", "UPDATE head SET seq = seq + 1"),
    ],
)
def test_rows_that_do_not_fit_the_journal_are_found(
    world: World, tmp_path: Path, table: str, change: str
) -> None:
    """A backup of tables that somebody has changed past the log is written, but not verified."""
    with_marks(world)
    world.server.database.execute(change)
    made = backed_up(world.server, world, tmp_path / "out")
    with pytest.raises(DamageError) as caught:
        verify_backup(made.path, KEY, SeededRandom(5))
    assert caught.value.key == "backup.differs"


def test_a_verified_backup_leaves_nothing_behind(made: Made, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert verify_backup(made.path, KEY, SeededRandom(5), scratch) == made.manifest
    assert list(scratch.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_clear_error(world: World, tmp_path: Path) -> None:
    source = Source(world.server.database, world.server.state)
    with pytest.raises(AccessError) as caught:
        make_backup(source, KEY.public, tmp_path / "none", world.clock, SeededRandom(3))
    assert caught.value.key == "access.file"


def test_what_is_no_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        verify_backup(tmp_path / "none", KEY, SeededRandom(3))
    assert caught.value.key == "backup.missing"


def test_old_backups_go_with_their_papers(world: World, made: Made) -> None:
    world.advance(86_400)
    second = backed_up(world.server, world, made.path.parent)
    dropped = drop_old(made.path.parent, world.number, world.clock.wall() - 3600)
    assert dropped == [made.path]
    assert sorted(made.path.parent.iterdir()) == sorted([second.path, second.sidecar])
