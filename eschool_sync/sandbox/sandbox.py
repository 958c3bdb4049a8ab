"""For embedders, examples and first steps: a small school that is gone when the block ends."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from eschool_sync.replica import Replica, enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.transport import LocalTransport
from eschool_sync.sandbox.cast import Cast, choose
from eschool_sync.sandbox.playing_day import school_day_before
from eschool_sync.sandbox.stage import MORNING_MINUTE, Setting, Stage, build_stage

PASSPHRASE: Final = "sandbox-passphrase"  # noqa: S105 - made-up people
HALF_LESSON_SECONDS: Final = 20 * 60


class Sandbox:
    """A small school of made-up people with its server, without network.

    The clock stands in the middle of the teacher's first lesson; ``clock.advance`` turns it.

    Args:
        day: A date; the school day at or before it is taken. Today by default.
        seed: Of the names.
    """

    def __init__(self, day: date | None = None, seed: int = 1) -> None:
        self._day = school_day_before(day or datetime.now(UTC).date())
        self._seed = seed

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="eschool-sandbox-"))
        self._replicas: list[Replica] = []
        setting = Setting(self._folder, "small", self._seed, self._day)
        self.stage: Stage = build_stage(setting, lambda key, done, total: None)
        self.cast: Cast = choose(self.stage)
        self.clock = self.stage.clock
        until_begin = (self.cast.first.start_minute - MORNING_MINUTE) * 60
        self.clock.advance(until_begin + HALF_LESSON_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for replica in self._replicas:
            replica.close()
        self.stage.directory.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def person(self, role: str) -> int:
        """Return who plays a role.

        Args:
            role: ``teacher``, ``substitute``, ``class_teacher``, ``deputy``, ``guardian`` or
                ``officer``.

        Raises:
            KeyError: No such role.
        """
        return {
            "teacher": self.cast.teacher_id,
            "substitute": self.cast.substitute_id,
            "class_teacher": self.cast.class_teacher_id,
            "deputy": self.stage.deputy_id,
            "guardian": self.cast.guardian_id,
            "officer": self.stage.officer_id,
        }[role]

    def replica(self, role: str) -> Replica:
        """Return a new encrypted replica of whoever plays ``role``, enrolled and synced."""
        return self.replica_of(self.person(role))

    def replica_of(self, person_id: int) -> Replica:
        """Return a new encrypted replica of anybody of the school, enrolled and synced."""
        stage, folder = self.stage, self._folder / f"replica-{len(self._replicas)}"
        transport = LocalTransport(
            lambda route, body: stage.directory.handle(stage.number, route, body, "sandbox")
        )
        profile = Profile("https://sandbox.invalid", stage.number)
        code = stage.school.issue_code(person_id)
        enrol_through(transport, profile, folder, code, PASSPHRASE, clock=self.clock)
        # Each has a computer of their own, or the server would tell of a shared one (6.1).
        replica = Replica.open(
            folder,
            PASSPHRASE,
            clock=self.clock,
            transport=transport,
            machine=folder.name.encode(),
        )
        self._replicas.append(replica)
        replica.sync()
        return replica
