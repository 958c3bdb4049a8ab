from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills import standby


@pytest.mark.usefixtures("postgres_url")
@pytest.mark.threat("T16")
def test_nothing_acknowledged_dies_with_a_primary(tmp_path: Path) -> None:
    """By command with 20 rounds: ``python -m tests.drills.standby``."""
    result = standby.run(tmp_path, rounds=2, seed=3)
    assert result.acknowledged > 0
    assert result.missing == 0
