"""Each benchmark runs in its tiny form, checks its result and prints one JSON object."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMON = {"case", "n", "versions", "cores"}


def run_tiny(name: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--tiny", "--runs", "1", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("limits", {"median_s", "spread", "L5 bytes level 19"}),
        (
            "bootstrap",
            {
                "median_s",
                "spread",
                "limit_s",
                "ratio",
                "bytes_up",
                "bytes_down",
                "cold",
                "own_rows",
            },
        ),
        ("offline_day", {"edit_p50", "edit_p99", "sync", "commands_per_s", "bytes_up"}),
    ],
)
def test_a_benchmark_prints_its_report(name: str, fields: set[str]) -> None:
    report = run_tiny(name)
    assert report.keys() >= COMMON | fields
    assert report["n"] == 1
