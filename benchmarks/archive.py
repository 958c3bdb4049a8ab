"""How long the packages of a whole school's year take, and how much memory.

The year is lived by commands (``benchmarks.sealed_year``): 30 classes, 750 pupils. Then ``eschool
archive pack`` runs as a process of its own, once for one class and once for all: what all need
beyond what one needs is what grows with the school. The packages of the one are checked from their
own bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.sealed_year import sealed_year
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import SchoolClass
from eschool_sync.packages.check import check_package

BUDGET_SECONDS: Final = 1_200.0
BUDGET_GROWTH: Final = 1.25
"""Of memory, from one class to all."""
KIB_IN_MIB: Final = 1024
SHOWN: Final = "{case:20} {seconds:8.1f} s  {peak_mib:6} MiB at most  {packages} packages"


def main() -> int:
    """Print the figures; return 1 where one is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--size", choices=("small", "full"), default="full")
    parser.add_argument(
        "--until", type=date.fromisoformat, metavar="DATE", help="fill lessons up to this date"
    )
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        begun = perf_counter()
        stage = sealed_year(folder, given.size, given.until)
        lived = perf_counter() - begun
        classes = stage.school.store.select(SchoolClass)
        about = {
            "classes": len(classes),
            "pupils": len(stage.school.store.select(Pupil)),
            "commands": stage.school.head().seq,
            "lived_s": round(lived, 1),
        }
        key = stage.school.public_key
        stage.directory.close()
        one = _packed(folder, "one", ["--class", classes[-1].name])
        every = _packed(folder, "all", [])
        growth = every.peak_mib / one.peak_mib
        sound = all(
            check_package(package, key).is_whole
            for package in sorted((folder / "one").iterdir())
            if package.is_dir()
        )
    figures = {
        **about,
        "figures": [asdict(one), asdict(every)],
        "growth": round(growth, 2),
        "sound": sound,
        "budget_s": BUDGET_SECONDS,
        "budget_growth": BUDGET_GROWTH,
        "in_budget": sound and every.seconds <= BUDGET_SECONDS and growth <= BUDGET_GROWTH,
    }
    if given.json:
        print(json.dumps(figures))
    else:
        print(json.dumps(about))
        for figure in (one, every):
            print(SHOWN.format_map(asdict(figure)))
        print(f"memory of all: {growth:.2f} of one")
    return 0 if figures["in_budget"] else 1


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run of the command took.

    Attributes:
        peak_mib: The most memory that its process held.
        packages: In the data bank afterwards.
    """

    case: str
    seconds: float
    peak_mib: int
    packages: int


def _packed(folder: Path, case: str, options: list[str]) -> Figure:
    """Pack by the command, in a process of its own."""
    bank = folder / case
    program = str(Path(sys.executable).with_name("eschool"))
    command = [program, "archive", "pack", str(bank), "--data", str(folder / "server"), *options]
    begun = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    seconds = round(perf_counter() - begun, 1)
    packages = sum(1 for entry in bank.iterdir() if entry.is_dir())
    return Figure(case, seconds, used.ru_maxrss // KIB_IN_MIB, packages)


if __name__ == "__main__":
    sys.exit(main())
