"""The planted bugs can still be planted; hunting all of them is ``tests.simulation.mutants``."""

from __future__ import annotations

from contextlib import suppress
from typing import NoReturn

import pytest

from tests.simulation.mutants import hunt
from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.hunt import hunt_all
from tests.simulation.mutants.mutant import Mutant


def test_each_has_a_name_of_its_own_and_there_are_many() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) > 50


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_stands_where_it_was_written_for(mutant: Mutant) -> None:
    """Who changes that text writes the bug anew: what must not happen there?"""
    assert mutant.old in mutant.source() or mutant.new in mutant.source()
    compile(mutant.source(), mutant.path, "exec")


def test_a_seed_that_comes_to_no_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The play takes any error for a finding of its own; this one must reach the hunter."""

    def endless(seed: int) -> NoReturn:
        while True:
            with suppress(Exception):
                sum(range(1_000))

    monkeypatch.setattr(hunt, "play", endless)
    monkeypatch.setattr(hunt, "HANGS_AFTER", 0.05)
    assert hunt.search(3) == (1, "it hangs")


def test_one_of_them_is_found() -> None:
    [mutant] = [each for each in MUTANTS if each.name == "forget-where-it-is"]
    [fate] = hunt_all([mutant], 5, 1)
    assert fate.killed
    assert fate.seed
