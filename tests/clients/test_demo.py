"""The demo from end to end: generated and real schools, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
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
    assert not offered[0].exists()
