"""``python -m tests.simulation``: play seeds and tell what they found."""

from __future__ import annotations

import argparse
import json
import sys

from tests.simulation.report import Summary, run
from tests.simulation.seed import play


def main() -> int:
    """Play seeds; return 1 if one of them found something."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--trace", action="store_true", help="tell each step of --seed")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        result = play(chosen.seed, keep_trace=chosen.trace)
        for line in result.trace:
            print(line)
        summary = Summary.of([result])
    else:
        seeds = range(chosen.first, chosen.first + chosen.seeds)
        summary = run(seeds, chosen.jobs)
    told = summary.as_json()
    print(json.dumps(told, ensure_ascii=False, indent=1) if chosen.json else summary.as_text())
    return 1 if summary.failed else 0


if __name__ == "__main__":
    sys.exit(main())
