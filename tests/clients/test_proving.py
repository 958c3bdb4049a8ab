"""Proofs and the check of the server's tables by command line, on a real server's files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from eschool_core.domain.journal import Mark
from eschool_core.labels import text
from tests.core.commands.acts import mark
from tests.sync.conftest import world, world_template
from tests.sync.harness import World, lesson, pupils

__all__ = ["world", "world_template"]


def run(*args: object) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(cli, [*map(str, args)], prog_name="eschool")


@pytest.fixture
def school(world: World) -> World:
    """A school in which the first pupil of 5А has a mark."""
    maths, guardian = world.synced("maths", "guardian")
    maths.do(mark(lesson(world), pupils(world)[0], 4))
    maths.sync()
    guardian.sync()
    return world


def proof_file(world: World) -> Path:
    guardian = world.member("guardian").replica
    [row] = guardian.store.select(Mark)
    path = world.folder / "proof.json"
    path.write_text(guardian.prove(Mark.number, row.id).to_json(), encoding="utf-8")
    return path


def head_file(world: World) -> Path:
    path = world.folder / "head.json"
    path.write_text(world.member("guardian").replica.witness().to_json(), encoding="utf-8")
    return path


def test_a_proof_is_checked_with_the_key_alone(school: World) -> None:
    path, data = proof_file(school), school.directory.folder
    key = json.loads(run("server", "key", "--data", data, "--json").stdout)["school_key"]
    done = run("verify", path, "--key", key)
    assert done.exit_code == 0, done.output
    assert text("cli.verify.proven", school=school.number) in done.stdout
    read = json.loads(run("verify", path, "--key", head_file(school), "--json").stdout)
    assert read["accepted"]
    assert read["fields"]["value"] == 4
    assert read["actor"] == school.person("maths")


def test_a_changed_proof_is_told(school: World) -> None:
    path = proof_file(school)
    fields = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(fields | {"received": fields["received"] - 60}), encoding="utf-8")
    assert run("verify", path, "--key", head_file(school)).exit_code == 6
    assert run("verify", path, "--key", "00").exit_code == 4
    assert run("verify", path.with_name("none"), "--key", head_file(school)).exit_code == 4


def test_the_servers_tables_are_checked(school: World) -> None:
    data, head = school.directory.folder, head_file(school)
    done = run("server", "verify", "--data", data, "--head", head, "--json")
    assert done.exit_code == 0, done.output
    read = json.loads(done.stdout)
    assert (read["sound"], read["witnesses"], read["count"]) == (True, 1, 0)
    assert read["entries"] == school.server.head().seq
    shown = run("server", "verify", "--data", data).stdout
    assert text("cli.verify.no_witness") in " ".join(shown.split())


def test_an_edit_behind_the_logs_back_is_told(school: World) -> None:
    school.server.database.execute("UPDATE mark SET value = 5")
    [row] = school.server.store.select(Mark)
    done = run("server", "verify", "--data", school.directory.folder)
    assert done.exit_code == 6
    assert text("verify.row", table="mark", place=row.id) in " ".join(done.stdout.split())
