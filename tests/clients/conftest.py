"""The command line as a person uses it, on the small school."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from eschool_sync import replica
from tests.clients import fakes
from tests.clients.fakes import PASSPHRASE, FakeReplica, World
from tests.school import built_school

PROFILES = ("maths", "russian", "deputy", "english", "mother", "primary", "officer")


@dataclass
class Terminal:
    """Types commands and reads what comes."""

    world: World
    home: Path

    def run(
        self, *args: str, who: str = "maths", typed: str = f"{PASSPHRASE}\n", width: int = 100
    ) -> Result:
        named = ["--home", str(self.home), "--profile", who]
        runner = CliRunner(env={"COLUMNS": str(width), "ESCHOOL_HOME": str(self.home)})
        return runner.invoke(cli, [*named, *args], input=typed, prog_name="eschool")

    def shown(self, *args: str, who: str = "maths", width: int = 100) -> str:
        """Return what a command that succeeds writes."""
        result = self.run(*args, who=who, width=width)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *args: str, who: str = "maths") -> Any:
        """Return the JSON of a command that succeeds."""
        return json.loads(self.shown(*args, "--json", who=who))


@pytest.fixture
def world() -> World:
    school = built_school()
    made = World(school)
    made.people["mother"] = school.guardian(school.pupils["5А"][0])
    return made


@pytest.fixture
def terminal(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    module = ModuleType("eschool_sync.replica")
    # All but the replica itself is the real thing, whoever imports it first.
    vars(module).update(vars(replica))
    FakeReplica.world = world
    module.Replica = FakeReplica  # type: ignore[attr-defined]
    module.enrol = fakes.enrol  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "eschool_sync.replica", module)
    for name in PROFILES:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "profile.json").write_text("{}", encoding="utf-8")
    return Terminal(world, tmp_path)
