from __future__ import annotations

import shutil

import pytest

from eschool_core.domain.journal import Mark
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Pupil
from eschool_core.errors import AccessError, BusyError, DamageError, InputError
from eschool_core.store import digest
from eschool_core.store.database import transaction
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica
from eschool_sync.replica.replica import DATABASE_FILE
from eschool_sync.replica.slots import KEYS_FILE
from eschool_sync.security.keyslots import KeySlots
from eschool_sync.server.state import Phase
from tests.core.commands.acts import mark, topic
from tests.sync.harness import PASSPHRASE, Member, World, lesson, pupils

PAGE_BYTES = 4096


def tamper(member: Member) -> int:
    """Change a row behind the replica's back; return its id."""
    [row] = member.replica.store.select(Mark)
    member.database.execute("UPDATE mark SET value = 3 WHERE id = ?", (row.id,))
    return row.id


def test_a_row_that_was_changed_is_found_with_its_next_change_and_repaired(world: World) -> None:
    maths, russian = world.synced("maths", "russian")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    world.settle()
    tamper(russian)
    maths.do(mark(lesson(world), pupils(world)[0], 2))
    maths.sync()
    report = russian.sync()
    # What was wrong is gone with the new value: the sums made anew are right.
    assert (report.rounds, report.mended_rows) == (1, 0)
    assert russian.replica.status().digest_equal
    world.check("maths", "russian")


def test_lost_sums_are_found_at_once_and_repaired(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.sync()
    maths.database.execute("UPDATE part_state SET rows = rows + 1 WHERE part = 1")
    assert maths.sync().rounds == 1
    world.check("maths")


def test_a_repair_keeps_what_is_pending(world: World) -> None:
    [maths] = world.synced("maths")
    maths.database.execute("UPDATE part_state SET rows = rows + 1 WHERE part = 1")
    receipt = maths.do(mark(lesson(world), pupils(world)[0], 5))
    report = maths.sync()
    assert (report.accepted, receipt.number) == (1, 1)
    world.check("maths")


@pytest.mark.asvs("11.2.5")
def test_rows_that_differ_after_a_full_load_are_an_alarm(world: World) -> None:
    """The server's own sums are wrong: the replica says so, and loses nothing."""
    [maths] = world.synced("maths")
    wrong = (digest.to_bytes(7),)
    with transaction(world.server.database):
        world.server.database.execute("UPDATE part_state SET digest = ? WHERE part = 1", wrong)
    world.restart()
    receipt = maths.do(topic(lesson(world)))
    for _ in range(2):
        with pytest.raises(DamageError) as caught:
            maths.sync()
        assert caught.value.key == "damage.digest"
        assert len(maths.wire.sent) > 1
    status = maths.replica.status()
    assert not status.digest_equal
    assert status.pending == 1
    assert len(maths.replica.store.select(Pupil)) == 8
    assert maths.replica.refused() == []
    log = world.server.database.fetch("SELECT n FROM log WHERE device = ?", (maths.replica.device,))
    assert [row[0] for row in log] == [receipt.number]


@pytest.mark.threat("T16")
def test_a_server_that_is_behind_takes_nothing_away(world: World) -> None:
    """It came back from an older copy and shows less than it showed: nothing here is given up."""
    maths, russian = world.synced("maths", "russian")
    world.directory.close()
    older = world.folder / "older"
    shutil.copytree(world.directory.folder, older)
    world.restart()
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    world.settle()
    world.directory.close()
    shutil.rmtree(world.directory.folder)
    shutil.copytree(older, world.directory.folder)
    world.restart()
    with pytest.raises(BusyError) as caught:
        russian.sync()
    assert caught.value.key == "busy.restored"
    assert russian.replica.store.select(Mark)
    assert world.server.state.phase == Phase.SUSPENDED
    with pytest.raises(BusyError):
        world.member("english").sync()


def test_rows_that_nobody_sent_are_swept_out(world: World) -> None:
    [maths] = world.synced("maths")
    part = partition(PartitionKind.NAME, 12_345)
    maths.database.execute(
        "INSERT INTO part_state (part, rows, digest, seq) VALUES (?, 0, ?, 0)",
        (part, digest.to_bytes(0)),
    )
    maths.sync()
    world.check("maths")


class TestDamagedFile:
    @pytest.mark.asvs("row 74")
    def test_every_page_of_a_damaged_file_is_noticed(self, world: World) -> None:
        """And whoever enrols anew has everything again."""
        [maths] = world.synced("maths")
        path = maths.folder / DATABASE_FILE
        maths.replica.close()
        whole = path.read_bytes()
        for page in (0, 1, 5, len(whole) // PAGE_BYTES - 1):
            broken = bytearray(whole)
            broken[page * PAGE_BYTES + 100] ^= 1
            path.write_bytes(broken)
            with pytest.raises(DamageError) as caught:
                self.read_all(maths)
            assert caught.value.key == "damage.replica"
        path.write_bytes(whole)
        self.read_all(maths)
        maths.open()

    def read_all(self, member: Member) -> None:
        from eschool_sync.security.cipher import database_errors, verify_pages

        clock = ManualClock(member.clock.wall())
        replica = Replica(member.folder, member.key, member.wire, clock=clock)
        try:
            with database_errors():
                if verify_pages(replica.store.database.connection):  # type: ignore[attr-defined]
                    raise DamageError("damage.replica")
        finally:
            replica.store.database.close()

    def test_a_file_that_is_cut_or_gone_is_told(self, world: World) -> None:
        [maths] = world.synced("maths")
        path = maths.folder / DATABASE_FILE
        maths.replica.close()
        whole = path.read_bytes()
        path.write_bytes(whole[:1_000])
        with pytest.raises(DamageError):
            maths.open()
        path.unlink()
        with pytest.raises(DamageError) as caught:
            maths.open()
        assert caught.value.key == "damage.replica_missing"
        path.write_bytes(whole)
        maths.open()


class TestKeys:
    def test_a_wrong_passphrase_opens_nothing(self, world: World) -> None:
        [maths] = world.synced("maths")
        with pytest.raises(AccessError) as caught:
            Replica.open(maths.folder, "не та фраза совсем")
        assert caught.value.key == "access.passphrase"

    def test_the_right_one_opens_with_the_way_of_the_profile(self, world: World) -> None:
        [maths] = world.synced("maths")
        with Replica.open(maths.folder, PASSPHRASE, clock=maths.clock) as replica:
            assert replica.person_id == maths.person
            assert replica.status().server_url.startswith("http://")

    def test_a_changed_passphrase_replaces_the_old_one(self, world: World) -> None:
        [maths] = world.synced("maths")
        maths.replica.change_passphrase("совсем новая фраза")
        with pytest.raises(AccessError):
            Replica.open(maths.folder, PASSPHRASE)
        with Replica.open(maths.folder, "совсем новая фраза", transport=maths.wire) as replica:
            assert replica.sync().rounds == 1
        with pytest.raises(InputError):
            maths.replica.change_passphrase("коротко")

    def test_a_lost_passphrase_is_replaced_with_the_recovery_code(self, world: World) -> None:
        [maths] = world.synced("maths")
        first = maths.replica.replace_recovery_code()
        second = maths.replica.replace_recovery_code()
        assert first != second
        with pytest.raises(AccessError):
            Replica.open_with_recovery_code(maths.folder, first)
        with Replica.open_with_recovery_code(maths.folder, second, clock=maths.clock) as replica:
            replica.change_passphrase("фраза после потери")
        with Replica.open(maths.folder, "фраза после потери") as replica:
            assert replica.device == maths.replica.device

    def test_a_keyring_opens_without_a_question(self, world: World) -> None:
        class Secrets:
            def __init__(self) -> None:
                self.kept: dict[str, bytes] = {}

            def put(self, name: str, secret: bytes) -> None:
                self.kept[name] = secret

            def get(self, name: str) -> bytes | None:
                return self.kept.get(name)

        [maths] = world.synced("maths")
        secrets = Secrets()
        maths.replica.add_keyring(secrets)
        with Replica.open_with_keyring(maths.folder, secrets) as replica:
            assert replica.person_id == maths.person
        with pytest.raises(AccessError):
            Replica.open_with_keyring(maths.folder, Secrets())

    def test_no_replica_in_a_folder_is_told(self, world: World) -> None:
        for opening in (Replica.open, Replica.open_with_recovery_code):
            with pytest.raises(InputError) as caught:
                opening(world.folder / "nowhere", "code")
            assert caught.value.key == "replica.missing"

    def test_the_key_of_one_replica_opens_no_other(self, world: World) -> None:
        maths, english = world.synced("maths", "english")
        maths.replica.close()
        with pytest.raises(DamageError):
            Replica(maths.folder, english.key, maths.wire)
        maths.open()
        assert KeySlots.load(maths.folder / KEYS_FILE).kinds
