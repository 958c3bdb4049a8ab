"""The rows that every figure rests on are those of the workload, to the byte."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.workload import CHECKS, Workload


@pytest.fixture(scope="module")
def workload() -> Workload:
    return Workload()


def test_the_generator_gives_the_known_check_values(workload: Workload) -> None:
    assert workload.check_values() == CHECKS


def test_the_school_has_300000_rows_and_scope_0_has_20000(workload: Workload) -> None:
    everything = sum(len(journal.lessons) + len(journal.marks) for journal in workload.all)
    scope = workload.scope(0)
    assert everything == 300_000
    assert sum(len(journal.lessons) + len(journal.marks) for journal in scope) == 20_000
    assert [journal.number for journal in scope] == [
        *(0, 1, *range(8, 16)),
        *(60, 61, 120, 121, 180, 181),
    ]


def test_the_edits_of_replica_0_are_of_the_known_kinds(workload: Workload) -> None:
    kinds = Counter(edit.act for edit in workload.edits_of(0))
    assert kinds == {"upd": 363, "ins": 97, "hw": 40}


def test_another_generator_is_refused(workload: Workload) -> None:
    other = Workload()
    other.all[0].marks[0] = workload.all[0].marks[1]
    with pytest.raises(ValueError, match="not workload W: marks of scope 0"):
        other.require_checked()
