"""An outbox of any released version can be read, carried out and drained, for ever (T19)."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgpack
import pytest

from eschool_core.commands.catalogue import BY_KIND, make_command
from eschool_core.domain.enums import Verdict
from eschool_core.ids import MAX_NUMBER
from eschool_core.store.database import transaction
from eschool_sync.protocol.messages import unpack_outcome
from tests.outboxes.corpus import FOLDER, NEXT, RELEASED, Waiting, folders, hash_of, read_folder
from tests.sync.harness import Member, World
from tests.vectors.reader.basics import commitment, keyed, leaf_hash
from tests.vectors.reader.scalars import read, write

CORPUS = [(folder.name, entry) for folder in folders() for entry in read_folder(folder)]
UNREAD = {"command.unknown", "command.invalid"}
SHUTS_OUT = {"block_access", "revoke_device", "report_breach", "dismiss_staff"}
"""Left out of the outbox that drains: the device that sends it hears nothing any more."""

# As version 1 of the tables has them; a later version brings up what it finds.
INSERT = (
    "INSERT INTO outbox (n, kind, version, header, payload, anchor, replaces, made_at, state) "
    "VALUES (?, ?, ?, ?, ?, ?, -1, ?, 0)"
)


def test_there_is_a_folder_for_each_release_and_for_what_comes() -> None:
    assert {folder.name for folder in folders()} == {NEXT, *RELEASED}


def test_every_command_is_in_the_corpus_of_the_next_release() -> None:
    """`scripts/docs` writes it."""
    known = {(entry.kind, entry.version) for entry in read_folder(FOLDER / NEXT)}
    assert set(BY_KIND) - known == set()
    assert len(known) > 100


def test_nobody_has_touched_what_was_released() -> None:
    assert {name: hash_of(FOLDER / name) for name in RELEASED} == RELEASED


def test_a_changed_file_of_a_release_would_be_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "v1"
    shutil.copytree(FOLDER / NEXT, copy)
    before = hash_of(copy)
    path = next(copy.glob("*.json"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"take": 1', '"take": 2'), encoding="utf-8")
    assert hash_of(copy) != before
    path.write_text(text, encoding="utf-8")
    assert hash_of(copy) == before
    path.unlink()
    assert hash_of(copy) != before


@pytest.mark.threat("T19")
@pytest.mark.parametrize(
    ("folder", "entry"), CORPUS, ids=[f"{name} {entry.kind}" for name, entry in CORPUS]
)
def test_every_command_that_was_ever_written_can_be_read(folder: str, entry: Waiting) -> None:
    command = make_command(entry.kind, entry.version, msgpack.unpackb(entry.payload))
    assert command.numbers_taken() == entry.take


def enter(member: Member, entries: list[Waiting]) -> list[int]:
    """Put commands into a replica's outbox as a program of version 1 did; return their numbers."""
    replica, database = member.replica, member.database
    identity = read(database.fetch("SELECT value FROM meta WHERE name = 'identity'")[0][0])
    position = read(database.fetch("SELECT value FROM meta WHERE name = 'position'")[0][0])
    incarnation, cursor, ack, number, link, *rest = position
    anchor_time, anchor, anchor_boot, anchor_monotonic = rest[-4:]
    person, key = identity[2], bytes(range(32))
    numbers = []
    with transaction(database):
        database.execute("INSERT INTO salt_run (first_n, key) VALUES (?, ?)", (number, key))
        for entry in entries:
            salt = keyed("eschool.salt", 16, number.to_bytes(8, "big"), key)
            evidence = (anchor_time + 5, anchor_monotonic + 5, anchor_boot, anchor_time)
            header = write([
                *(1, replica.school, replica.device, number, entry.take, entry.kind),
                *(entry.version, person, cursor, *evidence, anchor_boot, anchor_monotonic),
                *(0, -1, commitment(salt, entry.payload), link),
            ])  # fmt: skip
            row = (number, entry.kind, entry.version, header, entry.payload, anchor, evidence[0])
            database.execute(INSERT, row)
            numbers.append(number)
            number, link = number + entry.take, leaf_hash(header)
        assert number < MAX_NUMBER
        stored = write([incarnation, cursor, ack, number, link, *rest])
        database.execute("UPDATE meta SET value = ? WHERE name = 'position'", (stored,))
    return numbers


@pytest.mark.threat("T19")
@pytest.mark.parametrize("name", [folder.name for folder in folders()])
@pytest.mark.parametrize("who", ["maths", "deputy", "officer"])
def test_a_full_outbox_of_every_version_drains(world: World, name: str, who: str) -> None:
    """Each command gets a verdict, most of them a refusal: who enters them may do only some."""
    [member] = world.synced(who)
    entries = [entry for entry in read_folder(FOLDER / name) if entry.kind not in SHUTS_OUT]
    numbers = enter(member, entries)
    member.reopen()
    assert member.replica.status().pending == len(entries)
    member.sync()
    rows = world.server.database.fetch(
        "SELECT n, outcome FROM log WHERE device = ? ORDER BY n", (member.replica.device,)
    )
    assert [row[0] for row in rows] == numbers
    outcomes = [unpack_outcome(msgpack.unpackb(row[1])) for row in rows]
    assert [outcome.key for outcome in outcomes if outcome.key in UNREAD] == []
    assert any(outcome.verdict is Verdict.ACCEPTED for outcome in outcomes)
    assert member.replica.status().pending == 0
    world.check(who)
