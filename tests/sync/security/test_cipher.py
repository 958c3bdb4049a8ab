from __future__ import annotations

import math
import os
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlcipher3

from eschool_core.errors import AccessError, BusyError, DamageError, EschoolError, InputError
from eschool_sync.security import cipher
from eschool_sync.security.cipher import (
    PAGE_BYTES,
    checkpoint,
    create_encrypted,
    database_errors,
    open_encrypted,
    verify_pages,
)
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import SeededRandom

if TYPE_CHECKING:
    from sqlite3 import Connection

KEY = DatabaseKey.generate(SeededRandom(1))
OTHER = DatabaseKey.generate(SeededRandom(2))
CANARY = "Канарейка Жёлтая"


def filled(folder: Path, rows: int = 1_500) -> Path:
    """Return a replica file with ``rows`` canaries, closed and folded."""
    path = folder / "replica.db"
    connection = create_encrypted(path, KEY)
    fill(connection, rows)
    connection.close()
    return path


def fill(connection: Connection, rows: int) -> None:
    connection.execute("CREATE TABLE pupil (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO pupil VALUES (?, ?)", ((n, f"{CANARY} {n}") for n in range(rows))
    )
    connection.execute("COMMIT")


def refusal(path: Path, key: DatabaseKey = KEY) -> EschoolError:
    with pytest.raises(EschoolError) as caught:
        open_encrypted(path, key).close()
    return caught.value


def setting(connection: Connection, name: str) -> object:
    return connection.execute("PRAGMA " + name).fetchone()[0]


def test_a_replica_is_opened_as_the_design_says(tmp_path: Path) -> None:
    filled(tmp_path)
    connection = open_encrypted(tmp_path / "replica.db", KEY)
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "temp_store": 2,
        "secure_delete": 1,
        "foreign_keys": 0,
        "trusted_schema": 0,
        "cipher_memory_security": "0",
        "cipher_page_size": str(PAGE_BYTES),
        "cipher_use_hmac": "1",
        "cipher_hmac_algorithm": "HMAC_SHA512",
        "cache_size": -cipher.CACHE_KIB,
        "wal_autocheckpoint": cipher.CHECKPOINT_PAGES,
        "busy_timeout": cipher.BUSY_TIMEOUT_MS,
    }
    assert {name: setting(connection, name) for name in expected} == expected
    assert connection.isolation_level is None
    assert connection.execute("SELECT count(*) FROM pupil").fetchone() == (1_500,)
    connection.close()


@pytest.mark.scenario("7.1:1")
@pytest.mark.asvs("11.3.1")
@pytest.mark.clause("7.1")
@pytest.mark.threat("T1")
def test_no_canary_and_no_pattern_stands_in_any_file(tmp_path: Path) -> None:
    path = tmp_path / "replica.db"
    connection = create_encrypted(path, KEY)
    fill(connection, 20_000)
    # Folded and unfolded pages at the same time: both files are looked at.
    checkpoint(connection)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE pupil SET name = name || ?", (CANARY,))
    connection.execute("COMMIT")
    files = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    assert set(files) == {"replica.db", "replica.db-wal", "replica.db-shm"}
    for needle in ("Канарейка", "pupil", "CREATE", "SQLite format", KEY.key.hex()):
        assert [name for name, data in files.items() if needle.encode() in data] == []
    assert [name for name, data in files.items() if KEY.key in data] == []
    for name in ("replica.db", "replica.db-wal"):
        assert len(files[name]) > 500_000
        assert entropy(files[name]) > 7.99
    connection.close()


def entropy(data: bytes) -> float:
    """Return bits of information in a byte of ``data``."""
    shares = [count / len(data) for count in Counter(data).values()]
    return -sum(share * math.log2(share) for share in shares)


@pytest.mark.scenario("7.1:1")
@pytest.mark.asvs("11.3.1")
def test_sorting_much_leaves_nothing_in_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path / "temporary"))
    connection = create_encrypted(tmp_path / "replica.db", KEY)
    fill(connection, 20_000)
    rows = connection.execute("SELECT a.name FROM pupil a, (SELECT 1 UNION SELECT 2) ORDER BY 1")
    rows.fetchone()
    assert list((tmp_path / "temporary").iterdir()) == []
    rows.fetchall()
    connection.close()


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_every_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        connection = create_encrypted(tmp_path / "replica.db", KEY)
        fill(connection, 10)
    finally:
        os.umask(old)
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in tmp_path.iterdir()}
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}
    connection.close()


@pytest.mark.threat("T12")
def test_one_flipped_bit_in_each_page_is_found(tmp_path: Path) -> None:
    path = filled(tmp_path)
    data = path.read_bytes()
    pages = len(data) // PAGE_BYTES
    assert pages > 15
    for page in range(pages):
        # The salt, the beginning, the middle, the IV and the HMAC at the end of a page.
        for offset in (0, 15, 16, 40, 2_000, PAGE_BYTES - 80, PAGE_BYTES - 20):
            place = page * PAGE_BYTES + offset
            path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
            if page == 0:
                assert refusal(path).key == "damage.replica"
                continue
            connection = open_encrypted(path, KEY)
            assert verify_pages(connection) == [f"HMAC verification failed for page {page + 1}"]
            with pytest.raises(DamageError), database_errors():
                connection.execute("SELECT sum(length(name)) FROM pupil").fetchone()
            connection.close()


@pytest.mark.threat("T12")
def test_pages_cut_off_added_zeroed_or_swapped_are_found(tmp_path: Path) -> None:
    path = filled(tmp_path)
    data = path.read_bytes()
    first, second, third = data[:PAGE_BYTES], data[PAGE_BYTES:8192], data[8192:12_288]
    for damaged in (
        data[:-PAGE_BYTES],
        data[:-100],
        data + bytes(PAGE_BYTES),
        data + b"x",
        first + bytes(PAGE_BYTES) + data[8192:],
        first + third + second + data[12_288:],
    ):
        path.write_bytes(damaged)
        try:
            connection = open_encrypted(path, KEY)
        except DamageError:
            continue
        assert verify_pages(connection) != []
        connection.close()
    path.write_bytes(data)
    connection = open_encrypted(path, KEY)
    assert verify_pages(connection) == []
    connection.close()


def test_pages_in_the_wal_are_folded_in_and_verified(tmp_path: Path) -> None:
    connection = create_encrypted(tmp_path / "replica.db", KEY)
    fill(connection, 1_500)
    assert verify_pages(connection) == []
    assert (tmp_path / "replica.db-wal").stat().st_size == 0
    connection.close()


def test_a_salt_changed_under_an_open_replica_is_found(tmp_path: Path) -> None:
    path = filled(tmp_path)
    connection = open_encrypted(path, KEY)
    with path.open("r+b") as file:
        file.write(bytes(16))
    assert any("salt" in problem for problem in verify_pages(connection))
    connection.close()


@pytest.mark.threat("T12")
@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0" + bytes(4_080), b"text", bytes(8192)]
)
def test_what_is_no_replica_is_damage_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "replica.db"
    path.write_bytes(content)
    assert (type(refusal(path)), refusal(path).key) == (DamageError, "damage.replica")
    assert path.read_bytes() == content


def test_a_key_that_does_not_fit_opens_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path)
    assert refusal(path, OTHER).key == "damage.replica"
    assert refusal(path, DatabaseKey(OTHER.key, KEY.salt)).key == "damage.replica"


def test_a_missing_an_existing_and_an_unreadable_file_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "replica.db"
    assert refusal(path).key == "damage.replica_missing"
    assert not path.exists()
    assert refusal(tmp_path).key == "access.file"
    filled(tmp_path)
    before = path.read_bytes()
    with pytest.raises(InputError) as existing:
        create_encrypted(path, KEY)
    assert existing.value.key == "input.replica_exists"
    assert path.read_bytes() == before
    with pytest.raises(AccessError) as folder:
        create_encrypted(tmp_path / "nowhere" / "replica.db", KEY)
    assert folder.value.key == "access.file"


@pytest.mark.threat("T14")
def test_a_replica_whose_creation_was_cut_off_can_be_created_again(tmp_path: Path) -> None:
    (tmp_path / "replica.db").touch()
    filled(tmp_path)


@pytest.mark.threat("T14")
def test_a_new_replica_can_be_opened_before_anything_is_written(tmp_path: Path) -> None:
    create_encrypted(tmp_path / "replica.db", KEY).close()
    open_encrypted(tmp_path / "replica.db", KEY).close()


@pytest.mark.threat("T14")
@pytest.mark.skipif(os.name != "posix", reason="needs os._exit in a child")
def test_what_was_committed_is_there_after_the_process_died(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path;"
        "from tests.sync.security.test_cipher import *;"
        f"c = create_encrypted(Path({str(tmp_path / 'replica.db')!r}), KEY); fill(c, 500);"
        "c.execute('BEGIN IMMEDIATE'); c.execute('DELETE FROM pupil'); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    connection = open_encrypted(tmp_path / "replica.db", KEY)
    assert connection.execute("SELECT count(*) FROM pupil").fetchone() == (500,)
    connection.close()


@pytest.mark.threat("T18")
def test_a_second_writer_is_told_that_the_replica_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cipher, "BUSY_TIMEOUT_MS", 10)
    path = filled(tmp_path)
    first, second = open_encrypted(path, KEY), open_encrypted(path, KEY)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError) as busy, database_errors():
        second.execute("BEGIN IMMEDIATE")
    assert busy.value.key == "busy.replica"
    first.execute("DELETE FROM pupil WHERE id = 1")
    first.execute("COMMIT")
    first.close()
    second.close()


def test_a_reader_at_work_puts_the_checkpoint_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cipher, "BUSY_TIMEOUT_MS", 10)
    path = filled(tmp_path)
    writer, reader = open_encrypted(path, KEY), open_encrypted(path, KEY)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM pupil").fetchone()
    writer.execute("DELETE FROM pupil WHERE id = 1")
    assert not checkpoint(writer)
    with pytest.raises(BusyError):
        verify_pages(writer)
    reader.execute("COMMIT")
    assert checkpoint(writer)
    reader.close()
    writer.close()


@pytest.mark.threat("T13")
def test_a_full_disk_is_told_as_such_and_changes_nothing(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path), KEY)
    pages = setting(connection, "page_count")
    connection.execute(f"PRAGMA max_page_count = {pages}")
    connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(AccessError) as full, database_errors():
        connection.execute("INSERT INTO pupil VALUES (-1, ?)", (CANARY * 1_000,))
    assert full.value.key == "access.disk_full"
    assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM pupil").fetchone() == (1_500,)
    connection.close()


def test_a_wrong_statement_stays_a_fault_of_the_program(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path), KEY)
    with pytest.raises(sqlcipher3.OperationalError, match="no such table"), database_errors():
        connection.execute("SELECT 1 FROM absent")
    with pytest.raises(sqlcipher3.IntegrityError), database_errors():
        connection.execute("INSERT INTO pupil VALUES (1, '')")
    connection.close()


@pytest.mark.threat("T1")
def test_without_sqlcipher_there_is_no_replica(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path)
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    assert refusal(path).key == "access.sqlcipher_missing"
    with pytest.raises(AccessError):
        create_encrypted(tmp_path / "new.db", KEY)
    assert not (tmp_path / "new.db").exists()


@pytest.mark.threat("T1")
def test_a_driver_without_a_cipher_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setattr(sqlcipher3.dbapi2, "connect", sqlite3.connect)
    with pytest.raises(AccessError) as missing:
        create_encrypted(tmp_path / "new.db", KEY)
    assert missing.value.key == "access.sqlcipher_missing"
    assert (tmp_path / "new.db").read_bytes() == b""


@pytest.mark.threat("T18")
def test_a_driver_with_an_early_sqlite_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path)
    monkeypatch.setattr(sqlcipher3.dbapi2, "sqlite_version_info", (3, 51, 2))
    monkeypatch.setattr(sqlcipher3.dbapi2, "sqlite_version", "3.51.2")
    error = refusal(path)
    assert error.key == "access.sqlcipher_old"
    assert error.params == {"version": "3.51.2", "minimum": "3.51.3"}


def test_a_bad_file_writes_nothing_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = filled(tmp_path)
    refusal(path, DatabaseKey(OTHER.key, KEY.salt))
    assert capfd.readouterr() == ("", "")
