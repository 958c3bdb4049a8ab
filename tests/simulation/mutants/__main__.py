"""``python -m tests.simulation.mutants``: every planted bug has to be found by a seed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from math import inf

from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.hunt import hunt_all


def main() -> int:
    """Hunt all of them, or those whose names are given; return 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="these alone; parts of names will do")
    parser.add_argument("--seeds", type=int, default=400, help="the most that one is given")
    parser.add_argument("--seconds", type=float, default=inf, help="of a core, for each")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true", help="for programs")
    chosen = parser.parse_args()
    wanted = [
        mutant
        for mutant in MUTANTS
        if not chosen.names or any(name in mutant.name for name in chosen.names)
    ]
    started, fates = time.perf_counter(), []
    for fate in hunt_all(wanted, chosen.seeds, chosen.jobs, chosen.seconds):
        fates.append(fate)
        if not chosen.json:
            end = (
                f"seed {fate.seed}: {fate.found}"
                if fate.killed
                else f"SURVIVES {fate.seed} seeds: {fate.breaks}"
            )
            print(f"{fate.name:32} {fate.seconds:6.1f} s  {end}", flush=True)
    survivors = [fate.name for fate in fates if not fate.killed]
    summary = {
        "mutants": len(fates),
        "killed": len(fates) - len(survivors),
        "survived": survivors,
        "seconds": round(time.perf_counter() - started, 1),
        "core_seconds": round(sum(fate.seconds for fate in fates), 1),
    }
    if chosen.json:
        told = summary | {"fates": [fate.as_json() for fate in fates]}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print(summary)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
