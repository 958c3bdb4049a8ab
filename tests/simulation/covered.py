"""``python -m tests.simulation.covered FILE PATH…``: which tests run which line, and how long.

Made once for many drawn bugs: of each, only the tests that run its lines are asked. Lines that run
as a module is imported belong to no test; every test that runs a line of the file is asked about
them.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from coverage import Coverage

from tests.simulation.mutants.mutant import ROOT


@dataclass(frozen=True)
class Covered:
    """What tests run.

    Attributes:
        seconds: Of each test, by its name.
        lines: Names of tests, by file and line.
    """

    seconds: Mapping[str, float]
    lines: Mapping[str, Mapping[int, frozenset[str]]]

    @classmethod
    def load(cls, path: Path) -> Covered:
        """Read what ``main`` has written."""
        told = json.loads(path.read_text())
        names = list(told["seconds"])
        lines = {
            file: {int(line): frozenset(names[place] for place in places) for line, places in found}
            for file, found in told["lines"].items()
        }
        return cls(told["seconds"], lines)

    def of(self, path: str, lines: Iterable[int]) -> list[str]:
        """Return the tests that run any of some lines of a file.

        Those of the file of its own name come first, and of these and the others the quickest.
        """
        file = self.lines.get(path, {})
        found = frozenset[str]().union(*(file.get(line, frozenset()) for line in lines))
        if not found:
            found = frozenset[str]().union(*file.values())
        own = f"/test_{Path(path).name}::"
        return sorted(found, key=lambda name: (own not in name, self.seconds[name], name))


def statements_at(text: str, lines: Iterable[int]) -> set[int]:
    """Return all lines of the simple statements, or heads of others, that some lines belong to."""
    spans = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            spans.append(range(node.lineno, max(last, node.lineno) + 1))
    wanted = set(lines)
    return wanted.union(*(span for span in spans if wanted & set(span)))


class Recorder:
    """Tells the coverage which test runs, and keeps how long each took."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """From here on a test runs, with what it needs."""
        self._coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add the time of a part of a test."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.outcome != "passed":
            self.failed.add(report.nodeid)


def record(paths: Sequence[str], folders: Sequence[str]) -> Covered:
    """Run tests and return what they run of some folders; tests that do not pass are left out."""
    coverage = Coverage(data_file=None, source=[str(ROOT / folder) for folder in folders])
    recorder = Recorder(coverage)
    coverage.start()
    options = ["-q", "-n0", "-p", "no:cacheprovider", "-m", "not postgres and not browser"]
    pytest.main([*options, *paths], plugins=[recorder])
    coverage.stop()
    data = coverage.get_data()
    passed = recorder.seconds.keys() - recorder.failed
    lines = {
        str(Path(file).relative_to(ROOT)): {
            line: frozenset(passed.intersection(names))
            for line, names in data.contexts_by_lineno(file).items()
        }
        for file in sorted(data.measured_files())
    }
    return Covered({name: recorder.seconds[name] for name in sorted(passed)}, lines)


def main() -> int:
    """Run tests and write what they run."""
    output, *paths = sys.argv[1:]
    covered = record(paths, ("eschool_sync", "eschool_core/store"))
    places = {name: place for place, name in enumerate(covered.seconds)}
    told = {
        "seconds": {name: round(seconds, 3) for name, seconds in covered.seconds.items()},
        "lines": {
            file: [[line, sorted(places[name] for name in names)] for line, names in found.items()]
            for file, found in covered.lines.items()
        },
    }
    Path(output).write_text(json.dumps(told))
    print(f"{len(covered.seconds)} tests, {sum(covered.seconds.values()):.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
