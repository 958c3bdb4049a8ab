from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eschool_sync
from eschool_sync.security.random_source import Random, SeededRandom, SystemRandom

PACKAGE = Path(eschool_sync.__file__).parent


@pytest.mark.asvs("11.5.1")
def test_the_system_gives_the_bytes_asked_for_and_never_the_same() -> None:
    source: Random = SystemRandom()
    assert {len(source.bytes(n)) for n in (0, 1, 32)} == {0, 1, 32}
    assert len({source.bytes(16) for _ in range(1_000)}) == 1_000


@given(st.lists(st.integers(0, 200), max_size=20))
def test_a_seeded_stream_does_not_depend_on_how_it_is_cut(cuts: list[int]) -> None:
    source = SeededRandom(5)
    pieces = b"".join(source.bytes(n) for n in cuts)
    assert pieces == SeededRandom(5).bytes(sum(cuts))


def test_a_seeded_stream_is_the_same_on_every_machine() -> None:
    assert (
        SeededRandom(1).bytes(8).hex() == SeededRandom(1).bytes(70)[:8].hex() == "3a04ef4fa1a908c3"
    )
    assert SeededRandom(1).bytes(64) != SeededRandom(2).bytes(64)


@pytest.mark.asvs("11.5.1")
def test_nothing_but_tests_and_simulation_may_use_the_seeded_source() -> None:
    users = [
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "SeededRandom"
    ]
    assert users == []
