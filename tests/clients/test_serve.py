"""``eschool server serve``: what it holds while it serves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import eschool_cli.server
import httpx
import pytest
from click.testing import CliRunner
from eschool_cli.main import cli
from starlette.applications import Starlette

from eschool_core.domain.office import Person
from eschool_core.errors import BusyError
from eschool_core.imports.drafts import NameDraft
from eschool_sync.server.directory import DATABASE_FILE, Directory
from eschool_sync.server.restoring import put_back, take_copy
from eschool_sync.server.serving import Server
from eschool_sync.server.single import single_server

FREE_PORT = 50_123


def only_listening(
    app: Starlette, host: str, port: int, *, listening: Callable[[int], None], **_: object
) -> None:
    """Stand for a server that listens, and ends at once."""
    listening(port or FREE_PORT)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    directory = Directory(tmp_path)
    directory.found("Школа № 1", "Europe/Moscow", NameDraft("Иванова", "Анна"))
    directory.close()
    return tmp_path


@pytest.mark.asvs("16.2.1")
def test_it_keeps_an_audit_log_and_lets_no_second_process_in(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(app: Starlette, *_args: object, **_options: object) -> None:
        with pytest.raises(BusyError), single_server(data):
            pass
        headers = {"content-type": "application/x-eschool"}
        with Server(app) as running:
            httpx.post(f"{running.url}/v1/7/sync", content=b"no message", headers=headers)

    monkeypatch.setattr(eschool_cli.server, "serve", serve)
    result = CliRunner().invoke(cli, ["server", "serve", "--data", str(data)], prog_name="eschool")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in (data / "audit.jsonl").read_text("ascii").splitlines()]
    assert [line["route"] for line in lines] == ["sync"]


@pytest.mark.threat("T16")
def test_it_says_that_a_database_was_put_back(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("copy") / DATABASE_FILE
    directory = Directory(data)
    [number] = directory.numbers()
    file = data / str(number) / DATABASE_FILE
    school = directory.school(number)
    take_copy(school, copy, file)
    [officer] = [person.id for person in school.store.select(Person)]
    school.issue_code(officer)
    directory.close()
    put_back(file, copy)
    monkeypatch.setattr(eschool_cli.server, "serve", only_listening)
    result = CliRunner().invoke(cli, ["server", "serve", "--data", str(data)], prog_name="eschool")
    assert result.exit_code == 0, result.output
    first, _, then = " ".join(result.output.split()).partition("eschool server verify")
    assert "eschool server restored begin" not in first
    assert "eschool server restored begin" in then


def test_a_program_is_told_in_one_line_what_is_served(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eschool_cli.server, "serve", only_listening)

    def told(port: int) -> dict[str, Any]:
        args = ["server", "serve", "--data", str(data), "--port", str(port), "--json"]
        result = CliRunner().invoke(cli, args, prog_name="eschool")
        assert result.exit_code == 0, result.output
        [line] = result.stdout.splitlines()
        return dict(json.loads(line))

    first = told(8765)
    assert first["url"] == first["site"] == "http://127.0.0.1:8765"
    [school] = first["schools"]
    assert (school["name"], school["phase"]) == ("Школа № 1", "open")
    # Any free port: which one is known when it is bound.
    assert told(0)["url"] == f"http://127.0.0.1:{FREE_PORT}"


def test_the_folder_is_free_once_it_has_ended(data: Path) -> None:
    with single_server(data):
        pass
    with single_server(data):
        pass
