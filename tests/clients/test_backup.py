"""Backup, trial restore and restore as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from eschool_core.domain.backups import BackupRecord
from eschool_core.queries.duties.registry import duties
from eschool_sync.server.erasing import FILE as ERASED
from eschool_sync.server.erasing import read_erased
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school, clock


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="eschool")


def shown(*args: object) -> str:
    result = run(*args)
    assert result.exit_code == 0, result.output
    return result.stdout


def told(*args: object) -> object:
    return json.loads(shown(*args, "--json"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A school on a server, the public key beside it and the secret one elsewhere."""
    folder = tmp_path / "data"
    shown("server", "init", "--data", folder, "Школа № 1", "--officer", "Иванов Иван Иванович")
    public, private = folder / "recovery.pub", tmp_path / "secret"
    shown("server", "keys", "recovery", "--private", private, "--public", public)
    return folder


def made(data: Path, *more: object) -> Path:
    """Make a backup and return its file."""
    shown("server", "backup", "--data", data, "--to", data.parent / "out", *more)
    [path] = (data.parent / "out").glob("*.eschool-backup")
    return path


@pytest.mark.scenario("1.2:1")
@pytest.mark.clause("1.2")
def test_the_drill_backup_verify_restore_into_an_empty_folder(data: Path, tmp_path: Path) -> None:
    file, key = made(data), tmp_path / "secret"
    assert "всё совпало" in shown("server", "backup", "verify", file, "--key", key)
    new = tmp_path / "new"
    assert "новое воплощение" in shown("server", "restore", file, "--key", key, "--data", new)
    before, after = (json.loads(shown("server", "status", "--data", at, "--json")) for at in
                     (data, new))  # fmt: skip
    assert after == before
    assert run("server", "restore", file, "--key", key, "--data", new).exit_code == 4


def test_the_secret_key_is_shown_once_and_never_written_over(tmp_path: Path) -> None:
    answer = told("server", "keys", "recovery")
    assert isinstance(answer, dict)
    assert answer["private"].startswith("ESCHOOL-BACKUP-SECRET-1-")
    private, public = tmp_path / "secret", tmp_path / "public"
    shown("server", "keys", "recovery", "--private", private, "--public", public)
    assert private.stat().st_mode & 0o077 == 0
    assert run("server", "keys", "recovery", "--private", private).exit_code == 4
    assert run("server", "keys", "recovery", "--public", public).exit_code == 4
    kept = public.read_text(encoding="ascii")
    shown("server", "keys", "recovery", "--public", public, "--replace")
    assert public.read_text(encoding="ascii") != kept


def test_without_a_public_key_nothing_is_written(data: Path) -> None:
    (data / "recovery.pub").unlink()
    result = run("server", "backup", "--data", data, "--to", data.parent / "out")
    assert result.exit_code == 4
    assert "eschool server keys recovery" in result.stderr


def test_the_public_key_may_be_named(data: Path) -> None:
    spelled = (data / "recovery.pub").read_text(encoding="ascii").strip()
    (data / "recovery.pub").unlink()
    listed = told("server", "backup", "make", "--data", data, "--to", data.parent / "out",
                  "--recipient", spelled)  # fmt: skip
    assert isinstance(listed, list)
    assert listed[0]["manifest"]["seq"] > 0


def test_a_wrong_key_and_a_changed_file_are_told_apart(data: Path, tmp_path: Path) -> None:
    file, other = made(data), tmp_path / "other"
    shown("server", "keys", "recovery", "--private", other)
    assert run("server", "backup", "verify", file, "--key", other).exit_code == 5
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert run("server", "backup", "verify", file, "--key", tmp_path / "secret").exit_code == 6
    (tmp_path / "noise").write_bytes(b"\xff\xfe")
    for bad in ("noise", "none"):
        code = run("server", "backup", "verify", file, "--key", tmp_path / bad).exit_code
        assert code in (4, 5)


@pytest.mark.clause("1.2")
def test_a_verified_backup_is_entered_in_the_journal(
    data: Path, world: World, terminal: Terminal
) -> None:
    file = made(data)
    world.school.now = 4_000_000_000
    key = str(data.parent / "secret")
    arguments = ("server", "backup", "verify", str(file), "--key", key, "--record")
    terminal.shown(*arguments, who="officer")
    terminal.shown(*arguments, who="officer")
    [record] = world.school.store.select(BackupRecord)
    assert record.recorded_by_id == world.school.staff["officer"]


def backups_of(school: SmallSchool, moment: int) -> list[tuple[str, str, str]]:
    found = duties(school.store, moment, school.staff["officer"]).duties
    return [
        (duty.state.name, duty.last_day.isoformat(), duty.done_by)
        for duty in found
        if duty.clause == "1.2"
    ]


@pytest.mark.scenario("1.2:2")
@pytest.mark.clause("1.2")
def test_a_period_without_a_verified_backup_is_overdue() -> None:
    from eschool_core.commands.backups import RecordBackup

    school = built_school()
    assert backups_of(school, clock(FIRST_DAY, 12)) == [("DUE", "2026-09-02", "")]
    assert backups_of(school, clock(MONDAY, 12)) == [("OVERDUE", "2026-09-02", "")]
    record = RecordBackup(backup_seq=9, root="0" * 64, made_at=clock(MONDAY, 2))
    school.must(record, "officer")
    assert backups_of(school, clock(MONDAY, 13)) == [
        ("DUE", "2026-09-08", ""),
        ("DONE", "2026-09-08", "Officer А."),
    ]
    assert backups_of(school, clock(MONDAY + 2, 1))[0][0] == "OVERDUE"


def test_a_backup_is_not_made_after_it_is_recorded() -> None:
    from eschool_core.commands.backups import RecordBackup
    from tests.school import verdict

    school = built_school()
    record = RecordBackup(backup_seq=9, root="0" * 64, made_at=school.now + 60)
    assert verdict(school.do(record, "officer")) == "data.field"


@pytest.mark.clause("5.3")
def test_the_list_of_what_was_erased_goes_with_the_backups(data: Path, tmp_path: Path) -> None:
    status = json.loads(shown("server", "status", "--data", data, "--json"))
    number = status[0]["school"]
    assert "Стирать нечего" in shown("server", "erase", "--data", data)
    assert told("server", "erase", "--data", data) == []
    commitment = "ab" * 32
    listed = {"format": 1, "erased": {"77": [commitment]}}
    (data / str(number) / ERASED).write_text(json.dumps(listed), encoding="utf-8")
    file = made(data)
    new = tmp_path / "new"
    shown("server", "restore", file, "--key", tmp_path / "secret", "--data", new)
    assert read_erased(new / str(number) / ERASED) == {77: [commitment]}
    damaged = data / str(number) / ERASED
    damaged.write_text("{", encoding="utf-8")
    assert run("server", "erase", "--data", data).exit_code == 6
