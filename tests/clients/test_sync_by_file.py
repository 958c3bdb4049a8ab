"""A sync by stick on the command line: real replicas, a real server folder, no line between."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from tests.core.commands.acts import mark, topic
from tests.sync.conftest import world, world_template
from tests.sync.harness import PASSPHRASE, World, lesson, pupils

__all__ = ["world", "world_template"]


@dataclass
class Room:
    """A school without a line: two computers, a server and a stick."""

    world: World
    stick: Path

    def run(self, *args: str, typed: str = f"{PASSPHRASE}\n") -> Result:
        runner = CliRunner(env={"COLUMNS": "200"})
        return runner.invoke(cli, [*args], input=typed, prog_name="eschool")

    def at(self, who: str, *args: str) -> Result:
        home = ["--home", str(self.world.folder / "replicas"), "--profile", who]
        return self.run(*home, *args)

    def server(self, *args: str) -> Result:
        return self.run("server", "sync", "--data", str(self.world.directory.folder), *args)

    def json(self, result: Result) -> Any:
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def room(world: World, tmp_path: Path) -> Room:
    maths, english = world.synced("maths", "english")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.do(topic(lesson(world)))
    for member in (maths, english):
        member.replica.close()
        del world.members[member.name]
    stick = tmp_path / "stick"
    stick.mkdir()
    return Room(world, stick)


def test_there_and_back(room: Room) -> None:
    request, answer = room.stick / "one.sync", room.stick / "one.sync.answer"
    shown = room.at("maths", "sync", "--to", str(request))
    assert shown.exit_code == 0, shown.output
    assert "eschool server sync" in shown.stdout
    taken = room.server(str(request))
    assert taken.exit_code == 0, taken.output
    assert str(answer) in taken.stdout
    done = room.json(room.at("maths", "sync", "--from", str(answer), "--json"))
    assert done["pending"] == 0
    assert done["answers"] == [{"file": str(answer), "applied": True, "accepted": 2, "rejected": 0}]
    again = room.at("maths", "sync", "--from", str(answer))
    assert again.exit_code == 0
    assert "уже не нужен" in again.stdout


def test_many_files_at_once_and_one_refused_stops_no_other(room: Room) -> None:
    for who in ("maths", "english"):
        assert room.at(who, "sync", "--to", str(room.stick / who)).exit_code == 0
    (room.stick / "cut").write_bytes((room.stick / "maths").read_bytes()[:-1])
    (room.stick / "other").write_bytes(b"something else")
    out = room.stick / "out"
    out.mkdir()
    names = [str(room.stick / name) for name in ("cut", "maths", "other", "english", "nowhere")]
    done = room.server(*names, "--to", str(out), "--json")
    assert done.exit_code == 4
    refused = [entry["refused"] for entry in json.loads(done.stdout)]
    assert refused == [
        "parcel.damaged",
        None,
        "parcel.not_ours",
        None,
        "parcel.unreadable",
    ]
    assert sorted(path.name for path in out.iterdir()) == ["english.answer", "maths.answer"]
    told = room.server(*names)
    assert told.exit_code == 4
    assert "оборван" in told.stderr
    foreign = room.at("maths", "sync", "--from", str(out / "english.answer"))
    assert foreign.exit_code == 4
    assert "другого устройства" in foreign.output
    own = room.json(room.at("maths", "sync", "--from", str(out / "maths.answer"), "--json"))
    assert own["answers"][0]["accepted"] == 2


def test_a_stick_that_takes_nothing_is_told(room: Room) -> None:
    shown = room.at("maths", "sync", "--to", str(room.stick / "no such folder" / "file"))
    assert shown.exit_code == 4
    assert "не записать" in shown.output
    written = room.json(room.at("maths", "sync", "--to", str(room.stick / "file"), "--json"))
    assert written == {"answers": [], "written": True, "pending": 2}
