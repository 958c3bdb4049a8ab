"""``python -m tests.simulation.mutants.one NAME``: play seeds on a program with a planted bug."""

from __future__ import annotations

import argparse
import json
import sys
from math import inf
from pathlib import Path

from tests.simulation.mutants.mutant import Planter


def main() -> int:
    """Print which seed finds the bug, if one does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("source", type=Path, help="file with the changed text")
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=inf)
    chosen = parser.parse_args()
    Planter(chosen.module, chosen.source.read_text()).plant()
    print(json.dumps(hunt(chosen.seeds, chosen.seconds)))
    return 0


def hunt(seeds: int, seconds: float) -> dict[str, object]:
    """Play seeds until one finds something; 0 stands for the base school that cannot be built."""
    try:
        # Imported only now: the planted bug must be there before the program is.
        from tests.simulation.mutants.hunt import search
    except Exception as error:  # noqa: BLE001 - a program that does not start is found at once
        return {"seed": 0, "found": type(error).__name__}
    seed, found = search(seeds, seconds)
    return {"seed": seed, "found": found}


if __name__ == "__main__":
    sys.exit(main())
