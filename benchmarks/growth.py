"""W1, W2 and W4 at a school of 1, 4 and 16 times the data; a scope stays as large.

``python -m benchmarks.growth [--json] [--runs N] [--scales 1,4,16] [--svg FILE]``. The same person
sees the same 20,000 rows, whether 300,000, 1.2 or 4.8 million lie beside them, so all of it should
cost the same. ``push`` counts the steps of SQLite's machine and the reads of files for 500 commands
at the server. ``--svg`` draws by how much each ratio to its limit of the same run grows.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks import bootstrap, idle, offline_day
from benchmarks.limits import bare_line
from benchmarks.report import (
    Arguments,
    argument_parser,
    middle,
    print_report,
    taken,
    timing,
)
from benchmarks.school import EDITS_BEGIN, BuiltSchool, build
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import Workload

SERIES: Final = {
    "cold": "bootstrap, cold ÷ L1",
    "warm": "bootstrap, warm ÷ L1",
    "edit": "offline edit ÷ L2",
    "sync": "sync of 500 commands ÷ its limit",
    "idle": "idle sync ÷ L4",
}


def main() -> None:
    """Measure, print, and draw."""
    parser = argument_parser(__doc__)
    parser.add_argument("--scales", default="1,4,16", metavar="N,N", help="default 1,4,16")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw how the ratios grow")
    given = parser.parse_args()
    arguments = taken(given)
    scales = [int(word) for word in str(given.scales).split(",")]
    report = measured(arguments, scales)
    if given.svg:
        given.svg.write_text(drawn(report["scales"]), encoding="utf-8")
    print_report(report, arguments)


def measured(arguments: Arguments, scales: Sequence[int]) -> dict[str, Any]:
    """Return the report."""
    arguments.workload.require_checked()
    found = {str(scale): _at(arguments.workload.scaled(scale), arguments.runs) for scale in scales}
    return {"case": "growth", "n": arguments.runs, "scales": found}


def _at(workload: Workload, runs: int) -> dict[str, Any]:
    """Measure one school."""
    pulls, limits, days, quiet = [], [], [], []
    with TemporaryDirectory() as name, bare_line() as line:
        folder = Path(name)
        school = build(folder / "server", workload)
        for number in range(runs):
            at = folder / f"run{number}"
            at.mkdir()
            pulls.append(bootstrap.run(at / "pull", folder / "server", school, workload))
            quiet.append(idle.run(at / "idle", folder / "server", school, workload, line))
            shutil.copytree(folder / "server", at / "day")
            limits.append(offline_day.limit_of(at, workload, line))
            with Served(serve_school, at / "day", EDITS_BEGIN, school.number) as served:
                days.append(offline_day.day_of(at / "replica", served, school, workload))
            shutil.rmtree(at)
        counted = _counted(folder, school, workload)
    return {
        "rows": workload.journals * (workload.lessons + _marks(workload)),
        "cold": timing([one.cold.wall for one in pulls], [one.load for one in pulls]),
        "warm": timing([one.warm.wall for one in pulls], [one.load for one in pulls]),
        "edit": timing([middle(day.edits) for day in days], [one.edit for one in limits]),
        "sync": timing([day.sync for day in days], [one.sync for one in limits]),
        "idle": timing([one.wall for one in quiet], [one.limit for one in quiet]),
        "server_cpu_s": {
            "cold": middle([one.cold.server_cpu for one in pulls]),
            "warm": middle([one.warm.server_cpu for one in pulls]),
            "sync": middle([day.server_cpu for day in days]),
        },
        "push": {"sqlite_steps": counted.steps, "reads": counted.reads},
        "idle_syncs_per_server_core_s": [
            round(one.load.per_core_second) for one in quiet if one.load is not None
        ],
    }


def _counted(folder: Path, school: BuiltSchool, workload: Workload) -> offline_day.Day:
    """Count what a push asks of the server's database; the school is not used afterwards."""
    with Served(serve_school, folder / "server", EDITS_BEGIN, school.number) as served:
        return offline_day.day_of(folder / "replica", served, school, workload, counting=True)


def _marks(workload: Workload) -> int:
    return len(workload.journal(0).marks)


WIDTH: Final = 720
HEIGHT: Final = 360
LEFT: Final = 60
RIGHT: Final = 280
BOTTOM: Final = 40
COLOURS: Final = ("#1b6ca8", "#c0392b", "#2e7d32", "#8e44ad", "#b8860b")


def drawn(scales: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a picture of growth: for each measure how many times its ratio at the first scale."""
    names = list(scales)
    ratios = {key: [float(scales[scale][key]["ratio"]) for scale in names] for key in SERIES}
    grown = {key: [value / values[0] for value in values] for key, values in ratios.items()}
    top = max(2.0, *(value * 1.1 for values in grown.values() for value in values))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(names) - 1)

    def place(number: int, value: float) -> tuple[float, float]:
        return LEFT + number * step, HEIGHT - BOTTOM - value / top * (HEIGHT - 2 * BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for mark in range(5):
        value = top * mark / 4
        _, y = place(0, value)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.0f}" y2="{y:.0f}" stroke="#dddddd"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{value:.1f}×</text>'
        )
    for number, scale in enumerate(names):
        x, _ = place(number, 0)
        parts.append(f'<text x="{x:.0f}" y="{HEIGHT - 16}" text-anchor="middle">{scale}×</text>')
    for colour, (key, title) in zip(COLOURS, SERIES.items(), strict=True):
        points = [place(n, value) for n, value in enumerate(grown[key])]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in points]
        row = 40 + 22 * list(SERIES).index(key)
        parts.append(
            f'<rect x="{WIDTH - RIGHT + 20}" y="{row}" width="14" height="4" fill="{colour}"/>'
            f'<text x="{WIDTH - RIGHT + 42}" y="{row + 7}">{title}: {ratios[key][0]:.1f}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
