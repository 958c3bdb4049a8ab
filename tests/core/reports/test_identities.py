"""The identities of specification §5 on schools made by a seed; the benchmark tries bigger ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.identities import check_identities
from benchmarks.made_school import made_school


@pytest.mark.scenario("4.4.3/8:1")
@pytest.mark.clause("4.4.3")
@settings(max_examples=2, deadline=None)
@given(st.integers(0, 10_000))
def test_the_reports_of_a_school_agree_with_each_other(seed: int) -> None:
    assert check_identities(made_school(seed, 10, 4, 1), 2) == []
