"""``python -m tests.simulation.mutants.tested MODULE SOURCE TESTS``: tests on a changed program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.simulation.mutants.mutant import Planter


def main() -> int:
    """Plant the change, then run the tests of a file until one fails; return pytest's code."""
    module, source, tests = sys.argv[1:]
    Planter(module, Path(source).read_text()).plant()
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not postgres"]
    return int(pytest.main([*options, *Path(tests).read_text().splitlines()]))


if __name__ == "__main__":
    sys.exit(main())
