"""``… tests.simulation.mutants.tested MODULE SOURCE TESTS SECONDS``: tests on a changed program.

Whatever comes to no end ends by SIGPROF after SECONDS of a core: how busy the machine is with other
things says nothing of a bug. Processes that tests start are not counted.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.simulation.mutants.mutant import Planter


def main() -> int:
    """Plant the change, then run the tests of a file until one fails; return pytest's code."""
    module, source, tests, seconds = sys.argv[1:]
    signal.setitimer(signal.ITIMER_PROF, float(seconds))
    Planter(module, Path(source).read_text()).plant()
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not postgres"]
    return int(pytest.main([*options, *Path(tests).read_text().splitlines()]))


if __name__ == "__main__":
    sys.exit(main())
