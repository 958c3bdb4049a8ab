"""W4: nothing has changed; one sync of the replica of W1.

``python -m benchmarks.idle [--json] [--runs N]``. Each run is the median of ``SYNCS`` syncs after a
warm-up, beside L4 measured in turn with it (a POST of 200 bytes by the engine's own libraries).

Statements on domain tables are counted on both sides by SQLite's own trace. Syncs a second are
counted by ``wrk`` with 20 connections (left out where it is not installed), the very body of the
replica's idle sync over and over; a figure for a core is syncs by seconds of the server's process,
so other work on the machine hardly moves it. The rate limit of one address is lifted for it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.limits import Line, bare_line
from benchmarks.raw_http import exchanged
from benchmarks.replicas import Enrolled, enrolled
from benchmarks.report import (
    Arguments,
    middle,
    percentile,
    print_report,
    read_arguments,
    timing,
)
from benchmarks.school import EDITS_BEGIN, BuiltSchool, build
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import Workload
from eschool_core.domain.tables import TABLES
from eschool_sync.protocol.error_body import CONTENT_TYPE

SYNCS: Final = 200
TINY_SYNCS: Final = 5
WARM_UP: Final = 20
CONNECTIONS: Final = 20
LOAD_SECONDS: Final = 5
_NAMES: Final = "|".join(str(spec.table.__tablename__) for spec in TABLES)
DOMAIN: Final = re.compile(rf"\b(FROM|JOIN|INTO|UPDATE)\s+({_NAMES})\b", re.IGNORECASE)
_SCRIPT: Final = """
local file = io.open("{body}", "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "{kind}"
file:close()
function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration,
    summary.errors.status, latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load generator saw.

    Attributes:
        per_second: Syncs answered.
        per_core_second: Syncs for each second of the server's process.
        p99_s: Seconds that 99 of 100 syncs did not exceed.
    """

    per_second: float
    per_core_second: float
    p99_s: float


@dataclass(frozen=True, slots=True)
class Quiet:
    """What idle syncs of one replica cost.

    Attributes:
        at_server: Statements of one sync on domain tables at the server, and of all kinds.
        at_replica: The same at the replica.
        body_bytes: Up and down.
        message_bytes: Up and down, headers of a plain client included.
    """

    wall: float
    p99: float
    limit: float
    rounds: int
    at_server: tuple[int, int]
    at_replica: tuple[int, int]
    body_bytes: tuple[int, int]
    message_bytes: tuple[int, int]
    load: Load | None


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report of W4."""
    workload = arguments.workload
    workload.require_checked()
    with TemporaryDirectory() as name, bare_line() as line:
        folder = Path(name)
        school = build(folder / "server", workload)
        quiet = [
            run(folder / f"run{number}", folder / "server", school, workload, line)
            for number in range(arguments.runs)
        ]
    return report(arguments, quiet)


def run(
    folder: Path, server_folder: Path, school: BuiltSchool, workload: Workload, line: Line
) -> Quiet:
    """Bootstrap a replica and measure it; leave no file."""
    shutil.copytree(server_folder, folder / "server")
    where = (folder / "server", EDITS_BEGIN, school.number)
    with (
        Served(serve_school, *where) as served,
        enrolled(folder / "replica", served, school) as new,
    ):
        new.replica.sync()
        new.replica.sync()
        quiet = _quiet(new, served, workload, line, folder)
    shutil.rmtree(folder)
    return quiet


def _quiet(new: Enrolled, served: Served, workload: Workload, line: Line, folder: Path) -> Quiet:
    served.ask("trace")
    here: list[str] = []
    connection = new.replica.store.database.connection  # type: ignore[attr-defined]
    connection.set_trace_callback(here.append)
    one = new.replica.sync()
    connection.set_trace_callback(None)
    there = served.ask("traced")
    if one.pulled_rows or one.rounds != 1 or not (here and there):
        raise ValueError(f"this was no idle sync: {one}")
    taken = []
    for _ in range(WARM_UP + (SYNCS if workload.is_full else TINY_SYNCS)):
        begin = time.perf_counter()
        new.replica.sync()
        taken.append(time.perf_counter() - begin)
    del taken[:WARM_UP]
    limit = line.measured().small
    url = f"{served.url}/v1/{new.replica.school}/sync"
    return Quiet(
        middle(taken),
        percentile(taken, 99),
        limit,
        one.rounds,
        (_on_domain(there), len(there)),
        (_on_domain(here), len(here)),
        (one.bytes_up, one.bytes_down),
        exchanged(url, new.wire.body, len(new.wire.answer)),
        _load(url, new.wire.body, served, folder) if shutil.which("wrk") else None,
    )


def _on_domain(statements: Sequence[str]) -> int:
    return sum(bool(DOMAIN.search(statement)) for statement in statements)


def _load(url: str, body: bytes, served: Served, folder: Path) -> Load:
    """Let ``wrk`` send one body from many connections.

    Raises:
        ValueError: A sync was answered otherwise than with 200.
    """
    content, script = folder / "body", folder / "post.lua"
    content.write_bytes(body)
    script.write_text(_SCRIPT.format(body=content, kind=CONTENT_TYPE))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{LOAD_SECONDS}s", "-s", str(script), url]
    cpu = served.cpu_seconds()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu = served.cpu_seconds() - cpu
    words = done.stdout.partition("RESULT ")[2].split()
    requests, microseconds, refused, p99 = map(int, words)
    if refused or not requests:
        raise ValueError(f"{refused} of {requests} syncs were refused")
    return Load(requests / microseconds * 1e6, requests / cpu, p99 / 1e6)


def report(arguments: Arguments, quiet: Sequence[Quiet]) -> dict[str, object]:
    """Return what is printed."""
    last = quiet[-1]
    loads = [one.load for one in quiet if one.load is not None]
    return {
        "case": "W4 idle",
        "n": arguments.runs,
        **timing([one.wall for one in quiet], [one.limit for one in quiet]),
        "p99_s": middle([one.p99 for one in quiet]),
        "rounds": max(one.rounds for one in quiet),
        "bytes_up": last.body_bytes[0],
        "bytes_down": last.body_bytes[1],
        "message_bytes_up": last.message_bytes[0],
        "message_bytes_down": last.message_bytes[1],
        "domain_statements": {
            "server": max(one.at_server[0] for one in quiet),
            "replica": max(one.at_replica[0] for one in quiet),
        },
        "statements": {"server": last.at_server[1], "replica": last.at_replica[1]},
        "load": None
        if not loads
        else {
            "clients": CONNECTIONS,
            "syncs_per_s": _spread([load.per_second for load in loads]),
            "syncs_per_server_core_s": _spread([load.per_core_second for load in loads]),
            "p99_s": middle([load.p99_s for load in loads]),
        },
    }


def _spread(values: Sequence[float]) -> dict[str, int]:
    return {
        "median": round(middle(values)),
        "least": round(min(values)),
        "most": round(max(values)),
    }


if __name__ == "__main__":
    main()
