from __future__ import annotations

from tests.simulation.seeds.quarter import check


def test_no_seed_finds_anything() -> None:
    check(2)
