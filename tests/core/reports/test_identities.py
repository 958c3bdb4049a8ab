"""The identities of specification §5 on schools of 10, 30 and 60 classes made by a seed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.identities import check_identities
from benchmarks.made_school import made_school

PUPILS_A_CLASS = 4
LOOKED_AT_ONE_BY_ONE = 2


@pytest.mark.scenario("4.4.3/8:1")
@pytest.mark.clause("4.4.3")
@pytest.mark.parametrize("classes", [10, 30, 60])
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_reports_of_a_school_agree_with_each_other(classes: int, seed: int) -> None:
    school = made_school(seed, classes, PUPILS_A_CLASS, lessons_a_week=1)
    assert check_identities(school, LOOKED_AT_ONE_BY_ONE) == []
