"""The simulator itself: that it repeats itself, and that its oracles can see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from tests.simulation.dice import Dice
from tests.simulation.play import Play
from tests.simulation.profile import CAST, Profile
from tests.simulation.seed import play

ROOT = Path(__file__).parents[2]
SEEDS = 12


def traces(hash_seed: str) -> str:
    """Return the hash over the traces of some seeds, from a process of its own."""
    command = [sys.executable, "-m", "tests.simulation", "--seeds", str(SEEDS), "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    told = json.loads(done.stdout)
    assert told["seeds"] == SEEDS
    assert told["failing"] == []
    return str(told["trace_hash"])


def test_a_seed_has_one_trace_in_every_process() -> None:
    assert traces("1") == traces("2")


def test_another_seed_has_another_trace() -> None:
    assert play(1).trace_hash != play(2).trace_hash


def test_profiles_differ_and_together_name_everything() -> None:
    profiles = [Profile.drawn(Dice(seed)) for seed in range(200)]
    assert {name for profile in profiles for name in profile.cast} == set(CAST)
    assert {profile.encrypted for profile in profiles} == {True, False}
    assert len({profile.network_rate for profile in profiles}) == 4


class Meddler(Play, ABC):
    """Changes something behind everybody's back before the check."""

    meddled = False

    @abstractmethod
    def meddle(self) -> None:
        """Change a row, or leave a text where it must not be."""

    def note(self, *told: object) -> None:
        """Come in as everything has been synced and nothing is checked yet."""
        super().note(*told)
        if self.network.healed and not self.meddled:
            self.meddled = True
            self.meddle()


def meddled(kind: type[Meddler], folder: Path) -> set[tuple[str, str]]:
    """Return the kinds of failures, and their invariants, that a seed finds then."""
    seed = next(
        seed
        for seed in range(1, 500)
        if Profile.drawn(Dice(seed)).network_rate == 0 and not Profile.drawn(Dice(seed)).encrypted
    )
    played = kind(seed, folder)
    played.run()
    assert played.meddled
    return {(failure.kind, failure.invariant) for failure in played.witness.failures}


class LostEntry(Meddler):
    def meddle(self) -> None:
        device = next(iter(self.world.devices.values()))
        self.witness.given[device.name, 10_000] = (0, 0, 0, 0)


class GapInOrder(Meddler):
    def meddle(self) -> None:
        self.world.server.school.database.execute("DELETE FROM log WHERE seq = 3")


class OtherRow(Meddler):
    def meddle(self) -> None:
        database = self.world.server.school.database
        database.execute("UPDATE subject SET name = 'Другое'")


class Leftover(Meddler):
    def meddle(self) -> None:
        device = next(iter(self.world.devices.values()))
        text = self.author.text()
        device.database.execute("INSERT INTO meta (name, value) VALUES ('left', ?)", (text,))


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (LostEntry, ("lost", "I7")),
        (GapInOrder, ("order", "I1")),
        (OtherRow, ("divergent", "I2")),
        (Leftover, ("residual", "I6")),
    ],
)
def test_what_is_meddled_with_is_found(
    kind: type[Meddler], found: tuple[str, str], tmp_path: Path
) -> None:
    assert found in meddled(kind, tmp_path)
