"""Word of new notices, as a person and as the operator see it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from eschool_core.commands.breach import RaiseAlert
from eschool_core.commands.channels import SetChannel
from eschool_core.domain.access_enums import AlertKind
from eschool_core.domain.channels import NoticeChannel
from eschool_sync.server.directory import Directory
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.sync.server.mailbox import Mailbox


def test_a_person_switches_a_channel_on_and_off(world: World, terminal: Terminal) -> None:
    terminal.shown("account", "channel", "email", "maths@example.org")
    assert world.school.one(NoticeChannel).address == "maths@example.org"
    assert "maths@example.org" in terminal.shown("account", "channels")
    terminal.shown("account", "channel", "email", "--off")
    assert terminal.json("account", "channels") == [{"service": "email", "address": ""}]
    assert terminal.run("account", "channel", "email").exit_code == 4
    assert terminal.run("account", "channel", "email", "not an address").exit_code == 4


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="eschool")


def told(*args: object) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A school on a server whose officer wants mail."""
    folder = tmp_path / "data"
    made = told(
        "server", "init", "--data", folder, "Школа № 1", "--officer", "Иванов Иван Иванович"
    )
    with closing(Directory(folder)) as directory:
        served = directory.school(made["school"])
        served.act(SetChannel(service="email", address="officer@example.org"), made["officer"])
    return folder


def settings(data: Path, port: int) -> None:
    path = data / "notices.toml"
    path.write_text(
        'journal = "https://school.example"\n[mail]\nhost = "127.0.0.1"\ntls = "none"\n'
        f'port = {port}\nsender = "journal@school.example"\n',
        encoding="utf-8",
    )
    path.chmod(0o600)


def alert(data: Path) -> None:
    with closing(Directory(data)) as directory:
        served = directory.school(directory.numbers()[0])
        [(officer,)] = served.store.rows("SELECT id FROM staff")
        served.act(RaiseAlert(alert_kind=AlertKind.UNKNOWN_DEVICE, person_id=int(officer)))


def test_the_operator_sends_lists_and_tries_anew(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eschool_sync.server.outbox.QUIET_SECONDS", 0)
    monkeypatch.setattr("eschool_sync.server.outbox.MOST_ATTEMPTS", 1)
    mail = Mailbox()
    settings(data, mail.port)
    nothing = {"sent": 0, "later": 0, "dropped": 0, "dead": 0}
    assert told("server", "notices", "send", "--data", data) == nothing
    alert(data)
    assert told("server", "notices", "send", "--data", data) == nothing | {"dead": 1}
    [listed] = told("server", "notices", "list", "--data", data)
    assert (listed["state"], listed["reason"]) == ("dead", "notices.unreachable")
    assert "Служба рассылки не отвечает" in run("server", "notices", "list", "--data", data).stdout
    assert told("server", "notices", "again", "--data", data, "1") == {"again": 1}
    assert run("server", "notices", "again", "--data", data, "1").exit_code == 4
    with mail:
        assert told("server", "notices", "send", "--data", data) == nothing | {"sent": 1}
    assert [reader for reader, _ in mail.taken] == ["officer@example.org"]
    assert told("server", "notices", "list", "--data", data) == []


def test_without_settings_nothing_is_sent(data: Path) -> None:
    refused = run("server", "notices", "send", "--data", data)
    assert refused.exit_code == 4
    assert "notices.toml" in refused.stderr
