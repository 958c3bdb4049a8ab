"""Drawn bugs: the draw repeats itself, and those tests are asked that run the changed lines."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.simulation.covered import Covered, statements_at
from tests.simulation.mutants.hunt import Fate
from tests.simulation.mutants.mutant import ROOT, Mutant
from tests.simulation.operators import Drawn, _is_other, asked, drawn, judge, known

FRAMES = "tests/sync/protocol/test_frames.py"
PATH = "eschool_sync/protocol/frames.py"


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Covered:
    """What the tests of the frames run."""
    output = tmp_path_factory.mktemp("covered") / "covered.json"
    command = [sys.executable, "-m", "tests.simulation.covered", str(output), FRAMES]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return Covered.load(output)


def test_the_same_seed_draws_the_same_bugs() -> None:
    first, second = (list(drawn(4, 7)) for _ in range(2))
    assert [each.source() for each in first] == [each.source() for each in second]
    assert len({each.source() for each in first}) == 4


def test_a_line_stands_for_its_statement() -> None:
    text = "def made(\n    one,\n):\n    return [\n        one,\n        two,\n    ]\n"
    assert statements_at(text, [5]) == {4, 5, 6, 7}
    assert statements_at(text, [2]) == {1, 2, 3}


def test_the_quickest_tests_of_a_line_come_first() -> None:
    lines = {"a.py": {1: frozenset({"slow", "quick"}), 2: frozenset({"other"})}}
    known_tests = Covered({"slow": 3.0, "quick": 1.0, "other": 2.0}, lines)
    assert known_tests.of("a.py", [1]) == ["quick", "slow"]
    assert known_tests.of("a.py", [9]) == ["quick", "other", "slow"]
    assert known_tests.of("b.py", [1]) == []


def test_the_tests_of_a_file_of_the_same_name_come_before_all() -> None:
    own = "tests/sync/test_a.py::test_a"
    lines = {"eschool_sync/a.py": {1: frozenset({own, "quick"})}}
    known_tests = Covered({own: 9.0, "quick": 1.0}, lines)
    assert known_tests.of("eschool_sync/a.py", [1]) == [own, "quick"]


def test_a_bug_is_found_by_a_test_that_runs_it(covered: Covered) -> None:
    old, new = "rows[start : start + FRAME_ROWS]", "rows[start + 1 : start + FRAME_ROWS]"
    bug = Mutant("planted", PATH, old, new, "a frame is read as it was written")
    tests = asked(bug, covered)
    assert tests
    assert all(name.startswith(FRAMES) for name in tests)
    found = judge(bug, Fate(bug.name, False, 25, "", 1.0, bug.breaks), covered)
    assert (found.killer, found.found.split("::")[0]) == ("tests", FRAMES)


def test_what_changes_nothing_survives(covered: Covered) -> None:
    text = (ROOT / PATH).read_text()
    line = next(line for line in text.splitlines() if line.startswith("def "))
    same = Mutant("same", PATH, line, f"# Nothing.\n{line}", "nothing")
    found = judge(same, Fate(same.name, False, 25, "", 1.0, same.breaks), covered)
    assert (found.killer, found.found.split()[1]) == ("", "tests")


def test_tests_that_come_to_no_end_have_found_nothing(
    covered: Covered,
) -> None:
    text = (ROOT / PATH).read_text()
    line = next(line for line in text.splitlines() if line.startswith("def "))
    endless = Mutant("endless", PATH, line, f"while True:\n    pass\n{line}", "everything")
    fate = Fate(endless.name, False, 25, "", 1.0, endless.breaks)
    found = judge(endless, fate, covered, limit=2)
    assert found.killer == ""
    assert found.found.endswith("ran out of time")


def test_a_run_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    done = Drawn(PATH, "1 Operator", "a → b", "tests", FRAMES, 1.5)
    file = tmp_path / "lines"
    assert known(file) == []
    file.write_text(json.dumps(asdict(done)) + "\n")
    assert known(file) == [done]


@pytest.mark.parametrize(
    ("changed", "is_other"),
    [
        ("@dataclass(frozen=True, slots=False)\nclass A:\n    a: int = 1\n", False),
        ("@dataclass(frozen=False, slots=True)\nclass A:\n    a: str = 1\n", False),
        ("@dataclass(frozen=True, slots=True, eq=False)\nclass A:\n    a: int = 1\n", True),
        ("@dataclass(frozen=True, slots=True)\nclass A:\n    a: int = 2\n", True),
        ("@dataclass(frozen=True, slots=True\n", False),
    ],
)
def test_what_changes_nothing_that_is_done_is_not_drawn(changed: str, is_other: bool) -> None:  # noqa: FBT001
    old = "@dataclass(frozen=True, slots=True)\nclass A:\n    a: int = 1\n"
    assert _is_other(old, changed) == is_other
