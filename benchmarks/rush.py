"""Half past eight: 1,000 devices of one school send 50 commands each at the same moment.

``python -m benchmarks.rush [--json] [--runs N]``. Every device is enrolled and stands at the
school's head; its push lies ready (``benchmarks/devices.py``). All connect at once; whoever is sent
away with 503 comes back after the time that ``Retry-After`` names, which the server has drawn over
the time that it needs (full jitter). Measured is until the last device has its verdicts.

Meanwhile a guardian at the portal asks for the own session, over and over: what that person waits
is the interactive time. Checked: every command has a verdict in its device's answer, the log has
grown by as many entries, no device has got an error but 503 with ``Retry-After``.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.devices import Device, Prepared
from benchmarks.raw_http import message, post
from benchmarks.report import Arguments, middle, percentile, print_report, read_arguments
from benchmarks.school import EDITS_BEGIN, BuiltSchool, build, originals_of
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import EDIT_SECONDS, Workload
from eschool_core.commands.base import Command
from eschool_core.ids import login_of
from eschool_sync.protocol.messages import read_response

DEVICES: Final = 1_000
TINY_DEVICES: Final = 100
COMMANDS: Final = 50
TINY_COMMANDS: Final = 3
BAR_SECONDS: Final = 60
INTERACTIVE_BAR_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 0.2
PATIENCE_SECONDS: Final = 600
JSON: Final = "application/json"
PASSWORD: Final = "семь слов, которых никто не знает"


@dataclass(slots=True)
class Rush:
    """One run.

    Attributes:
        statuses: Of all answers to devices.
        waits: Seconds of each of the guardian's requests.
        verdicts: Of all commands.
    """

    wall: float = 0.0
    server_cpu: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report."""
    workload = arguments.workload
    workload.require_checked()
    devices, commands = (DEVICES, COMMANDS) if workload.is_full else (TINY_DEVICES, TINY_COMMANDS)
    with TemporaryDirectory() as name:
        folder = Path(name)
        school = build(folder / "server", workload)
        rushes = []
        for number in range(arguments.runs):
            at = folder / f"run{number}"
            shutil.copytree(folder / "server", at)
            with Served(serve_school, at, EDITS_BEGIN, school.number) as served:
                rushes.append(_run(served, school, workload, devices, commands))
            shutil.rmtree(at)
    return _report(arguments, rushes, devices, commands)


def _run(
    served: Served, school: BuiltSchool, workload: Workload, devices: int, commands: int
) -> Rush:
    ready = _prepared(served, school, workload, devices, commands)
    served.ask("advance", EDIT_SECONDS * commands)
    portal = f"{served.url}/v1/{school.number}/portal"
    token = asyncio.run(_signed_in(portal, served, school.people.guardian))
    before, _ = served.ask("standing", school.people.staff[0])
    cpu = served.cpu_seconds()
    rush = asyncio.run(_meet(f"{served.url}/v1/{school.number}/sync", portal, token, ready))
    rush.server_cpu = served.cpu_seconds() - cpu
    after, _ = served.ask("standing", school.people.staff[0])
    if after - before != devices * commands:
        raise ValueError(f"the log has grown by {after - before} entries")
    return rush


def _prepared(
    served: Served, school: BuiltSchool, workload: Workload, devices: int, commands: int
) -> list[Prepared]:
    """Enrol devices, and let each do its share of what its teacher does in so many days."""
    teachers = workload.teachers
    enrolled = [Device.enrolled(served, school, place % teachers) for place in range(devices)]
    several = Workload(workload.journals, workload.lessons, commands * -(-devices // teachers))
    acts = [_acts(several, school, teacher) for teacher in range(teachers)]
    standings = [served.ask("standing", school.people.staff[one]) for one in range(teachers)]
    return [
        device.prepared(
            acts[device.teacher][commands * (place // teachers) :][:commands],
            standings[device.teacher],
            EDITS_BEGIN,
        )
        for place, device in enumerate(enrolled)
    ]


def _acts(workload: Workload, school: BuiltSchool, teacher: int) -> list[Command]:
    originals = originals_of(workload.own(teacher))
    return [school.command(entry, originals) for entry in workload.edits_of(teacher)]


async def _signed_in(portal: str, served: Served, guardian: int) -> str:
    """Let a guardian come in with a slip; return the token of the session."""
    content = {
        "login": login_of(guardian),
        "code": served.ask("code", guardian),
        "password": PASSWORD,
    }
    body = json.dumps(content).encode()
    answer = await post(portal, message(f"{portal}/first-login", body, JSON))
    if answer.status != HTTPStatus.OK:
        raise ValueError(f"the guardian cannot come in: {answer}")
    return str(json.loads(answer.body)["token"])


async def _meet(sync: str, portal: str, token: str, ready: Sequence[Prepared]) -> Rush:
    """Let all devices sync at once, and the guardian ask until they are through."""
    rush, over = Rush(), asyncio.Event()
    asking = asyncio.create_task(_ask(portal, token, rush, over))
    begin = time.perf_counter()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(_send(sync, device, rush) for device in ready))
    rush.wall = time.perf_counter() - begin
    over.set()
    await asking
    return rush


async def _send(sync: str, device: Prepared, rush: Rush) -> None:
    """Send a device's push until it has its verdicts.

    Raises:
        ValueError: Another error than 503 with ``Retry-After``, or a verdict is missing.
    """
    sent = message(sync, device.body)
    while (answer := await post(sync, sent)).status != HTTPStatus.OK:
        rush.statuses[answer.status] += 1
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE or answer.retry_after is None:
            raise ValueError(f"a device was told {answer.status}, {answer.retry_after}")
        await asyncio.sleep(answer.retry_after)
    rush.statuses[answer.status] += 1
    verdicts = read_response(answer.body, device.request).verdicts
    if [number for number, _ in verdicts] != list(range(1, device.commands + 1)):
        raise ValueError("a command has no verdict")
    rush.verdicts.update(outcome.verdict.name.lower() for _, outcome in verdicts)


async def _ask(portal: str, token: str, rush: Rush, over: asyncio.Event) -> None:
    """Ask for the guardian's session over and over."""
    sent = message(f"{portal}/session", b"{}", JSON, token)
    while not over.is_set():
        begin = time.perf_counter()
        answer = await post(portal, sent)
        rush.waits.append(time.perf_counter() - begin)
        if answer.status != HTTPStatus.OK:
            raise ValueError(f"the guardian was told {answer.status}")
        await asyncio.sleep(PAUSE_SECONDS)


def _report(
    arguments: Arguments, rushes: Sequence[Rush], devices: int, commands: int
) -> dict[str, object]:
    walls = [rush.wall for rush in rushes]
    p99 = [percentile(rush.waits, 99) for rush in rushes]
    total, last = devices * commands, rushes[-1]
    return {
        "case": "rush",
        "n": arguments.runs,
        "devices": devices,
        "commands": total,
        "cleared_s": round(middle(walls), 2),
        "spread": [round(min(walls), 2), round(max(walls), 2)],
        "bar_s": BAR_SECONDS,
        "commands_per_s": round(total / middle(walls)),
        "commands_per_server_cpu_s": round(total / middle([rush.server_cpu for rush in rushes])),
        "statuses": {str(status): count for status, count in sorted(last.statuses.items())},
        "verdicts": dict(sorted(last.verdicts.items())),
        "interactive": {
            "requests": len(last.waits),
            "p50_s": round(middle([middle(rush.waits) for rush in rushes]), 4),
            "p99_s": round(middle(p99), 4),
            "p99_spread": [round(min(p99), 4), round(max(p99), 4)],
            "bar_s": INTERACTIVE_BAR_SECONDS,
        },
    }


if __name__ == "__main__":
    main()
