"""What all benchmarks share: arguments, medians, and the one JSON object they print."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Final

from benchmarks.workload import Workload

LEAST_RUNS: Final = 5
_LIBRARIES: Final = (
    "cryptography",
    "httpx",
    "msgpack",
    "pydantic",
    "sqlcipher3",
    "uvicorn",
    "zstandard",
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a benchmark was asked for."""

    runs: int = LEAST_RUNS
    json: bool = False
    workload: Workload = Workload()  # noqa: RUF009 - frozen


def read_arguments(description: str | None) -> Arguments:
    """Return the command line's arguments."""
    return taken(argument_parser(description).parse_args())


def argument_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of what all benchmarks take, to which one may add its own."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--runs", type=int, default=LEAST_RUNS, metavar="N", help="default 5")
    parser.add_argument(
        "--tiny", action="store_true", help="try the benchmark itself: its figures say nothing"
    )
    return parser


def taken(given: argparse.Namespace) -> Arguments:
    """Return what all benchmarks take, out of a parsed command line."""
    workload = Workload(journals=16, lessons=3, edits=12) if given.tiny else Workload()
    return Arguments(max(1, given.runs), given.json, workload)


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return float(median(values))


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that ``percent`` of all do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def timing(seconds: Sequence[float], limits: Sequence[float]) -> dict[str, object]:
    """Return median, spread and the ratio to the limit of the same run."""
    limit = middle(limits)
    ratios = [taken / bound for taken, bound in zip(seconds, limits, strict=True)]
    return {
        "median_s": _short(middle(seconds)),
        "spread": [_short(min(seconds)), _short(max(seconds))],
        "limit_s": _short(limit),
        "ratio": _short(middle(seconds) / limit),
        "ratio_spread": [_short(min(ratios)), _short(max(ratios))],
    }


def print_report(report: Mapping[str, object], arguments: Arguments) -> None:
    """Print a report with what it was measured on: one JSON object, or lines for people."""
    whole = {**report, "versions": _versions(), "cores": os.cpu_count()}
    if arguments.json:
        print(json.dumps(whole, ensure_ascii=False))
        return
    for name, value in whole.items():
        if not isinstance(value, Mapping):
            print(f"{name}: {value}")
            continue
        print(f"{name}:")
        for part, entry in value.items():
            print(f"  {part}: {entry}")


def _versions() -> dict[str, str]:
    from sqlcipher3 import dbapi2

    found = {name: version(name) for name in _LIBRARIES}
    return {
        "python": platform.python_version(),
        "sqlite": str(dbapi2.sqlite_version),
        **found,
    }


def _short(value: float) -> float:
    return float(f"{value:.4g}")
