from __future__ import annotations

import pytest

from tests.drills import page_kills
from tests.drills.page_kills import drill

KILLS = 6


def ended_at_once(*_: object) -> None:
    """Stand for a worker that cannot start."""
    raise SystemExit(7)


@pytest.mark.threat("T13")
def test_a_kill_takes_no_saved_mark_and_at_most_the_key_in_hand() -> None:
    outcome = drill(KILLS, seed=1)
    assert outcome.kills == KILLS
    assert outcome.saved > 0
    assert outcome.lost == 0
    assert outcome.most_keys <= 1
    assert outcome.keys_lost <= KILLS


def test_a_worker_that_does_not_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_kills, "run", ended_at_once)
    monkeypatch.setattr(page_kills, "ASKED_EVERY_SECONDS", 0.5)
    with pytest.raises(page_kills.WorkerError, match="did not start: 7"):
        drill(1, seed=1)
