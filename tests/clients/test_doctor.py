"""The check and the rescue of a replica by command line, on real encrypted files (T12)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from eschool_core.labels import text
from eschool_sync.replica import checkup
from eschool_sync.replica.checkup import Checkup, Inside
from eschool_sync.replica.replica import DATABASE_FILE
from eschool_sync.security.cipher import PAGE_BYTES
from tests.core.commands.acts import homework, mark, topic
from tests.sync.conftest import world, world_template
from tests.sync.harness import NOON, PASSPHRASE, World, lesson, pupils

__all__ = ["world", "world_template"]

pytestmark = pytest.mark.threat("T12")
JUDGED, PENDING = 2, 24


@dataclass
class Desk:
    """A teacher's computer: the replica's files and the command line."""

    world: World
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / DATABASE_FILE

    def run(self, *args: str, typed: str = PASSPHRASE) -> Result:
        home = ["--home", str(self.folder.parent), "--profile", self.folder.name]
        runner = CliRunner(env={"COLUMNS": "100"})
        return runner.invoke(cli, [*home, *args], input=f"{typed}\n", prog_name="eschool")

    def json(self, *args: str, code: int = 0) -> Any:
        done = self.run(*args, "--json")
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def flip(self, page: int) -> None:
        """Turn one bit over in a page, counted from 1."""
        stored = bytearray(self.file.read_bytes())
        stored[(page - 1) * PAGE_BYTES + 50] ^= 1
        self.file.write_bytes(stored)

    def page_that_costs(self) -> int:
        """Return a page without which commands are gone but the owner is known."""
        stored = self.file.read_bytes()
        for page in range(len(stored) // PAGE_BYTES, 1, -1):
            self.flip(page)
            found = self.json("doctor", code=6)
            self.file.write_bytes(stored)
            if found["lost"] and found["last_sync"] is not None:
                return page
        raise AssertionError("no page holds commands")


@pytest.fixture
def desk(world: World) -> Desk:
    """A replica with two judged commands and more that wait, closed."""
    member = world.member("maths")
    for pupil in pupils(world)[:JUDGED]:
        member.do(mark(lesson(world), pupil, 4))
    member.sync()
    for number in range(PENDING):
        # Every third one is longer than a page.
        long = number % 3 == 0
        said = homework(lesson(world), "§" * 2_000) if long else topic(lesson(world), f"№ {number}")
        member.do(said)
    member.replica.close()
    del world.members["maths"]
    return Desk(world, world.folder / "replicas" / "maths")


def test_a_sound_replica(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.file.read_bytes()
    found = desk.json("doctor")
    assert (found["sound"], found["damaged"], found["damaged_pages"]) == (True, False, [])
    assert (found["pending"], found["rejected"], found["held"]) == (PENDING, 0, 0)
    assert (found["lost"], found["broken"], found["last_sync"]) == ([], [], NOON)
    assert found["inside"]["digest_equal"]
    assert not found["inside"]["alarm"]
    assert found["pages"] * PAGE_BYTES == len(before)
    shown = desk.run("doctor").stdout
    assert text("doctor.advice.sound") in shown
    assert text("doctor.chain.whole") in shown
    assert desk.file.read_bytes() == before
    monkeypatch.setattr(checkup, "MANY_PENDING", PENDING - 1)
    assert text("doctor.advice.many") in desk.run("doctor").stdout


def test_nothing_is_rescued_that_is_whole(desk: Desk) -> None:
    before = desk.file.read_bytes()
    refused = desk.run("doctor", "--rescue")
    assert refused.exit_code == 4
    assert desk.file.read_bytes() == before
    assert not (desk.folder / "replica.damaged").exists()


def test_a_wrong_passphrase(desk: Desk) -> None:
    for args in (("doctor",), ("doctor", "--rescue"), ("doctor", "--json")):
        refused = desk.run(*args, typed="не тот пароль")
        assert (refused.exit_code, refused.stdout.replace("\n", "")) == (5, "")


def test_a_flipped_bit_where_the_file_no_longer_opens(desk: Desk) -> None:
    desk.flip(1)
    stored = desk.file.read_bytes()
    found = desk.json("doctor", code=6)
    assert (found["damaged_pages"], found["inside"], found["pending"]) == ([1], None, PENDING)
    shown = desk.run("doctor")
    assert shown.exit_code == 6
    assert text("doctor.advice.rescue") in " ".join(shown.stdout.split())
    assert desk.file.read_bytes() == stored
    rescued = desk.run("doctor", "--rescue")
    assert rescued.exit_code == 0, rescued.output
    assert "eschool sync" in rescued.stdout
    assert (desk.folder / "replica.damaged").read_bytes() == stored
    found = desk.json("doctor")
    assert (found["sound"], found["pending"], found["inside"]["again"]) == (True, PENDING, 0)
    assert (found["advice"], found["inside"]["digest_equal"]) == (["sound", "load", "long"], None)


def test_the_salt_has_no_hmac_and_is_looked_at_all_the_same(desk: Desk) -> None:
    stored = bytearray(desk.file.read_bytes())
    stored[3] ^= 1
    desk.file.write_bytes(stored)
    assert desk.json("doctor", code=6)["damaged_pages"] == [1]
    assert desk.json("doctor", "--rescue")["lost"] == []


def test_what_is_lost_is_named_and_the_rest_arrives(desk: Desk) -> None:
    page = desk.page_that_costs()
    desk.flip(page)
    found = desk.json("doctor", code=6)
    assert found["damaged_pages"] == [page]
    told = desk.json("doctor", "--rescue")
    lost = [entry["number"] for entry in told["lost"]]
    assert lost == found["lost"]
    assert told["end_known"]
    pending = told["pending"] + len(told["again"]) + len(lost)
    assert pending == PENDING
    assert {entry["kind"] for entry in told["again"]} <= {"record_homework", "record_topic"}
    before = desk.json("doctor")
    assert before["inside"]["again"] == len(told["again"])
    replica = desk.world.member("maths").replica
    replica.sync()
    assert [each.refusal for each in replica.enter_again()] == [None] * len(told["again"])
    replica.sync()
    assert (replica.status().pending, replica.status().digest_equal) == (0, True)


def test_a_file_that_is_cut_off(desk: Desk) -> None:
    stored = desk.file.read_bytes()
    pages = len(stored) // PAGE_BYTES
    desk.file.write_bytes(stored[: (pages - 3) * PAGE_BYTES])
    found = desk.json("doctor", code=6)
    assert (found["missing_pages"], found["pages"]) == (3, pages)
    assert found["damaged_pages"] == []
    told = desk.json("doctor", "--rescue")
    named = told["pending"] + len(told["again"]) + len(told["lost"])
    assert named == PENDING or not told["end_known"]
    desk.file.write_bytes(b"")
    assert desk.run("doctor").exit_code == 6
    gone = desk.run("doctor", "--rescue")
    assert (gone.exit_code, text("damage.identity") in gone.stderr) == (6, True)


def test_what_the_server_said_counts_too() -> None:
    def checked(inside: Inside | None) -> Checkup:
        return Checkup(9, (), 0, 0, 0, 0, (), (), 1, False, inside)

    sound = Inside(True, False, False, "Asia/Novokuznetsk", 0)
    assert checked(sound).sound
    assert not checked(Inside(False, False, False, "", 0)).sound
    assert not checked(Inside(True, True, False, "", 0)).sound
    assert checked(Inside(None, False, True, "", 0)).sound
    assert checked(None).damaged
