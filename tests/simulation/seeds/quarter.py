"""The 500 seeds of every run of the tests, in four files that go to different workers."""

from __future__ import annotations

from tests.simulation.report import run

SEEDS = 500
QUARTERS = 4


def check(quarter: int) -> None:
    """Play a quarter of the seeds."""
    size = SEEDS // QUARTERS
    summary = run(range(1 + quarter * size, 1 + (quarter + 1) * size))
    assert not summary.failed, summary.as_text()
    assert summary.seeds == size
    assert summary.commands > size, "hardly anything was entered"
    assert len(summary.faults) > 20, "hardly anything went wrong"
    assert len(summary.accepted) > 100, "hardly any kind of command was carried out"
