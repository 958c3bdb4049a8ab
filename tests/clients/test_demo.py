"""The demo from end to end: generated and real schools, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from eschool_cli.demo.command import shorter
from eschool_cli.demo.players import PASSPHRASE
from eschool_cli.demo.serving import Offer
from eschool_cli.main import cli

from eschool_core.ids import login_of

REAL = (
    "Bulgaria__Lom_high_school_2007-2008.fet",
    "Germany__DGS-Pro__dgspro200809.fet",
    "Greece__Didymoteicho__6th-Primary-School.fet",
    "Italy__2010__Liceo-2010.fet",
    "Russia__Russian-Medical-College__timetable-ru.fet",
    "Spain__1-school__school.fet",
)
FIRST_EXCHANGE_SECONDS = 60
ROLES = ["teacher", "substitute", "class_teacher", "deputy", "guardian"]


def played(*args: str) -> dict[str, Any]:
    """Run the demo and return its JSON; it must have ended with every fact true."""
    command = ["demo", "--date", "2026-11-23", "--json", *args]
    result = CliRunner().invoke(cli, command, prog_name="eschool", catch_exceptions=False)
    assert result.exit_code == 0, result.output[-3000:]
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def check(found: dict[str, Any]) -> None:
    """Check what every run must show."""
    assert [entry["role"] for entry in found["replicas"]] == ROLES
    for entry in found["replicas"]:
        assert entry["rows"] > 0
        assert entry["bytes_pulled"] > 0
        assert entry["digest_equal"]
        assert entry["foreign_rows"] == entry["plaintext_hits"] == 0
    commands = found["commands"]
    judged = ("accepted", "with_findings", "rejected", "held")
    assert commands["sent"] == sum(commands[verdict] for verdict in judged)
    assert (commands["rejected"], commands["overwritten"], commands["lost"]) == (1, 1, 0)
    assert commands["with_findings"] >= 1
    assert all(fact["holds"] for fact in found["facts"])
    timetable = found["timetable"]
    assert timetable["imported"] + len(timetable["not_taken"]) == timetable["activities"]


def test_a_small_school_on_sqlite() -> None:
    found = played("--size", "small")
    check(found)
    assert found["school"]["pupils"] == 40
    assert found["timetable"]["classes"] == 4


@pytest.mark.postgres
def test_a_small_school_on_postgresql(postgres_url: str) -> None:
    check(played("--size", "small", "--database", postgres_url))


def test_the_same_seed_gives_the_same_school() -> None:
    first, second = (played("--size", "small", "--seed", "5") for _ in range(2))
    assert first["school"] == second["school"]
    assert first["commands"] == second["commands"]


@pytest.mark.parametrize("file", REAL)
def test_a_real_timetable(shared_data: Path, file: str) -> None:
    check(played("--timetable", str(shared_data / "timetables_fet" / file)))


def test_the_replicas_stay_for_a_look(tmp_path: Path) -> None:
    folder = tmp_path / "school"
    check(played("--size", "small", "--dir", str(folder)))
    assert sorted(path.name for path in (folder / "home").iterdir()) == sorted(ROLES)
    again = CliRunner().invoke(cli, ["demo", "--dir", str(folder)], prog_name="eschool")
    assert again.exit_code == 4


def ended(*args: str) -> list[str]:
    """Run a small demo that speaks; return its last lines."""
    command = ["demo", "--size", "small", "--date", "2026-11-23", *args]
    result = CliRunner().invoke(cli, command, prog_name="eschool", catch_exceptions=False)
    assert result.exit_code == 0, result.output[-3000:]
    return result.output.splitlines()[-10:]


def test_the_commands_it_ends_with_are_those_that_work_in_this_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = tmp_path / "a school"
    lines = ended("--dir", str(folder))
    at = lines.index(f"  cd '{folder}'")
    assert lines[at - 1] == f"  PATH={beside}:$PATH"
    # The guardian has two children at this school: the command says whose diary it is.
    [_, *words] = shlex.split(next(line for line in lines if " diary " in line))
    words[words.index("--home") + 1] = str(folder / "home")
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE.encode())
    os.close(writing)
    shown = CliRunner().invoke(cli, ["--passphrase-fd", str(reading), *words], prog_name="eschool")
    assert shown.exit_code == 0, shown.output
    monkeypatch.setenv("PATH", str(beside))
    assert ended()[-1] == "  eschool demo --serve"


def test_a_program_beside_is_called_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shorter(tmp_path / ".venv/bin/eschool") == ".venv/bin/eschool"
    assert shorter(tmp_path.parent / "eschool") == str(tmp_path.parent / "eschool")


def test_the_demo_can_stay_and_offer_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[Path] = []

    def serve_pages(
        offer: Offer, tell: Callable[[str, str], None], tell_slip: Callable[[str, str, str], None]
    ) -> None:
        offered.append(offer.folder)
        assert (offer.folder / "home" / "teacher" / "profile.json").is_file()
        tell("teacher", f"http://127.0.0.1:{offer.port}/start#code")
        tell_slip("guardian", login_of(offer.people["guardian"]), "0000-code")

    monkeypatch.setattr("eschool_cli.demo.serving.serve_pages", serve_pages)
    result = CliRunner().invoke(cli, ["demo", "--size", "small", "--serve"], prog_name="eschool")
    assert result.exit_code == 0, result.output
    assert "/start#code" in result.output
    assert "0000-code" in result.output
    # Meanwhile the port is taken, and afterwards the folder is gone.
    assert "server serve" not in result.output
    assert not offered[0].exists()


OFFERED = (*ROLES, "pupil", "officer", "head")
NOT_PLAYING = {"pupil": "/diary", "officer": "/officer", "head": "/control"}
"""Who gets a replica for the pages alone, and where they begin."""


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let a program that is started be interrupted: who runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_everybodys_pages_are_served_until_interrupted() -> None:
    """Each role opens its own start page, by a new link too; Ctrl+C ends it without our words."""
    program = [str(Path(sys.executable).parent / "eschool"), "demo", "--size", "small", "--serve"]
    keyboard, terminal = os.openpty()
    with subprocess.Popen(
        program, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as running:  # fmt: skip
        assert running.stdout is not None
        try:
            lines = []
            for line in running.stdout:
                lines.append(line.strip())
                if sum("код " in one for one in lines) == len(OFFERED):
                    break
            links = [line for line in lines if "/start#" in line]
            assert len(links) == len(OFFERED)
            for link, role in zip(links, OFFERED, strict=True):
                if role in NOT_PLAYING:
                    assert first_page(link).startswith(NOT_PLAYING[role])
            os.write(keyboard, b"\n")
            again = [line.strip() for line in islice(running.stdout, 2 * len(OFFERED))]
            assert len({*links, *again[1::2]}) == 2 * len(OFFERED)
            assert first_page(again[-1]).startswith("/control")
            os.killpg(running.pid, signal.SIGINT)
            rest, _ = running.communicate(timeout=FIRST_EXCHANGE_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            os.close(keyboard)
            os.close(terminal)
    assert running.returncode == 0, rest
    assert "Traceback" not in rest
    assert "Fatal" not in rest


def first_page(link: str) -> str:
    """Return where a start link leads once the passphrase is given."""
    url, _, code = link.partition("/start#")
    headers = {"origin": url, "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as browser:
        assert browser.post("/start", json={"code": code}).status_code == 200
        opened = browser.post("/unlock", json={"passphrase": PASSPHRASE})
        assert opened.json()["refused"] is None
        for _ in range(FIRST_EXCHANGE_SECONDS):
            answer = browser.get("/", follow_redirects=True)
            if answer.status_code != 403:
                break
            time.sleep(1)
        assert answer.status_code == 200
        return answer.url.path
