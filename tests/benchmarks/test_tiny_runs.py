"""Each benchmark runs in its tiny form, checks its result and prints one JSON object."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMON = {"case", "n", "versions", "cores"}


def run_tiny(name: str, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--tiny", "--runs", "1", "--json", *options],
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
        ("offline_day", {"edit_p50", "edit_p99", "sync", "commands_per_s", "bytes_up"}),
        ("judging", {"server_us_per_command", "replica_us_per_command", "edit_us"}),
        ("rebase", {"pending", "pulled_rows", "median_s", "cpu_s"}),
    ],
)
def test_a_benchmark_prints_its_report(name: str, fields: set[str]) -> None:
    report = run_tiny(name)
    assert report.keys() >= COMMON | fields
    assert report["n"] == 1


def test_the_first_journals_are_usable_before_the_whole_replica_is() -> None:
    report = run_tiny("bootstrap")
    assert report.keys() >= COMMON | {"median_s", "spread", "limit_s", "ratio", "cold", "own_rows"}
    assert report.keys() >= {"bytes_up", "bytes_down"}
    assert 0 < report["first_usable"]["median_s"] < report["median_s"]


def test_an_idle_sync_is_one_round_trip_without_domain_tables() -> None:
    report = run_tiny("idle")
    assert report.keys() >= COMMON | {"median_s", "limit_s", "ratio", "load"}
    assert report["rounds"] == 1
    assert report["domain_statements"] == {"server": 0, "replica": 0}
    assert report["bytes_up"] + report["bytes_down"] <= 250
    assert report["message_bytes_up"] > report["bytes_up"]


def test_no_value_of_a_conflict_is_lost_and_everybody_is_told() -> None:
    report = run_tiny("conflict")
    assert report["cells"] > 0
    assert set(report["kept_share"].values()) == {1.0}
    assert set(report["told_share"].values()) == {1.0}


def test_a_morning_ends_with_equal_rows_also_in_several_schools() -> None:
    report = run_tiny("morning", "--replicas", "4", "--schools", "2")
    [case] = report["replicas"].values()
    assert case["accepted"] == case["commands"] == 4 * report["edits"]
    assert case["rounds"] <= 3


def test_a_rush_refuses_only_with_the_time_to_come_back() -> None:
    report = run_tiny("rush")
    assert set(report["statuses"]) <= {"200", "503"}
    assert report["statuses"]["200"] == report["devices"]
    assert sum(report["verdicts"].values()) == report["commands"]


def test_a_repair_mends_every_row_that_is_wrong() -> None:
    report = run_tiny("repair")
    assert report["sums"]["mended_rows"] == 0
    assert report["all"]["mended_rows"] >= report["some"]["mended_rows"] > 0


def test_an_undone_import_leaves_the_rows_that_there_were() -> None:
    report = run_tiny("undo")
    assert report["rows"] > 0
    assert report.keys() >= COMMON | {"import", "undo", "in_budget"}


def test_growth_measures_each_size_and_draws_them(tmp_path: Path) -> None:
    picture = tmp_path / "growth.svg"
    report = run_tiny("growth", "--scales", "1,2", "--svg", str(picture))
    one, two = report["scales"]["1"], report["scales"]["2"]
    assert two["rows"] == 2 * one["rows"]
    assert one.keys() >= {"cold", "warm", "edit", "sync", "idle", "server_cpu_s"}
    root = ET.parse(picture).getroot()
    lines = [entry for entry in root if entry.tag.endswith("polyline")]
    assert len(lines) == 5
    assert all(len(str(line.get("points")).split()) == 2 for line in lines)
