from __future__ import annotations

import pytest

from tests.drills.page_kills import drill

KILLS = 6


@pytest.mark.threat("T13")
def test_a_kill_takes_no_saved_mark_and_at_most_the_key_in_hand() -> None:
    outcome = drill(KILLS, seed=1)
    assert outcome.kills == KILLS
    assert outcome.saved > 0
    assert outcome.lost == 0
    assert outcome.most_keys <= 1
    assert outcome.keys_lost <= KILLS
