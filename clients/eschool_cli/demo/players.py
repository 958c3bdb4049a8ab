"""The people of the demo at their encrypted replicas, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from eschool_core.app import Outcome
from eschool_sync.replica import Replica, SyncReport, enrol
from eschool_sync.sandbox.cast import Cast
from eschool_sync.sandbox.stage import Stage

PASSPHRASE: Final = "demo-пароль"  # noqa: S105 - made-up people, told to the user at the end


@dataclass(slots=True)
class Player:
    """One person at a replica.

    Attributes:
        role: ``teacher``, ``substitute``, ``class_teacher``, ``deputy`` or ``guardian``.
        bytes_pulled: Bodies received so far.
        outcomes: Verdicts of the server on own commands, by number.
    """

    role: str
    person_id: int
    folder: Path
    replica: Replica
    bytes_pulled: int = 0
    reports: list[SyncReport] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def sync(self) -> SyncReport:
        """Sync and keep the report."""
        report = self.replica.sync()
        self.bytes_pulled += report.bytes_down
        self.reports.append(report)
        return report


def roles_of(stage: Stage, cast: Cast) -> dict[str, int]:
    """Return the person behind each role."""
    return {
        "teacher": cast.teacher_id,
        "substitute": cast.substitute_id,
        "class_teacher": cast.class_teacher_id,
        "deputy": stage.deputy_id,
        "guardian": cast.guardian_id,
    }


@contextmanager
def enrolled(
    stage: Stage, cast: Cast, folder: Path, server_url: str
) -> Iterator[dict[str, Player]]:
    """Enrol everybody with a one-time code, and close the replicas at the end."""
    players: dict[str, Player] = {}
    try:
        for role, person_id in roles_of(stage, cast).items():
            players[role] = _enrol(stage, role, person_id, folder / role, server_url)
        yield players
    finally:
        for player in players.values():
            player.replica.close()


def _enrol(stage: Stage, role: str, person_id: int, folder: Path, server_url: str) -> Player:
    code = stage.school.issue_code(person_id)
    enrol(folder, server_url, stage.number, code, PASSPHRASE, label=role, clock=stage.clock)
    # Each plays at an own computer, or the server would tell of a shared one (6.1).
    machine = role.encode()
    replica = Replica.open(folder, PASSPHRASE, clock=stage.clock, machine=machine)
    return Player(role, person_id, folder, replica)
