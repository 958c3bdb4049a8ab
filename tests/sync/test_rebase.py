"""Whatever three people write and whatever the wire does: everybody ends up with the same rows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eschool_core.commands.base import Command
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.domain.enums import ExcuseKind
from eschool_core.errors import EschoolError, InputError, TransportError
from eschool_sync.replica.reports import SyncReport
from tests.core.commands.acts import absent, homework, mark, roll, topic
from tests.school import MONDAY
from tests.sync.harness import (
    Fault,
    World,
    answer_cut,
    answer_lost,
    closing,
    copied,
    lesson,
    old_request_first,
    pupils,
    request_cut,
    request_lost,
    request_repeated,
    substitute,
)
from tests.sync.scratch import from_scratch

WRITERS = ("maths", "substitute", "russian")
FAULTS: tuple[Fault | None, ...] = (
    None, None, request_lost, answer_lost, request_repeated, request_cut, answer_cut,
    old_request_first,
)  # fmt: skip
HOUR = 3_600

Make = Callable[[World, int, int], list[Command]]
ACTS: dict[str, Make] = {
    "mark": lambda world, pupil, value: [mark(lesson(world), pupils(world)[pupil], value, "испр.")],
    "absent": lambda world, pupil, value: [absent(lesson(world), pupils(world)[pupil], value % 3)],
    "topic": lambda world, pupil, value: [topic(lesson(world), f"Тема {value}")],
    "homework": lambda world, pupil, value: [homework(lesson(world), f"§ {value}" * (value % 3))],
    "roll": lambda world, pupil, value: [roll(lesson(world))],
    "group": lambda world, pupil, value: [
        mark(lesson(world), pupils(world)[pupil], 5, "испр."),
        topic(lesson(world), f"Вместе {value}"),
    ],
    "fallen group": lambda world, pupil, value: [
        mark(lesson(world), pupils(world)[pupil], 2, "испр."),
        topic(world.school.lesson("1А", "Математика"), "Чужой класс"),
    ],
    "foreign": lambda world, pupil, value: [topic(world.school.lesson("1А", "Математика"))],
    "excuse": lambda world, pupil, value: [
        ExcuseAbsence(
            pupil_id=pupils(world)[pupil],
            excuse=ExcuseKind(1 + value % 4),
            first_day=MONDAY,
            last_day=MONDAY,
        )
    ],
}


@dataclass(frozen=True)
class Step:
    """One thing that happens: somebody acts, syncs, acts during a sync, or time passes."""

    kind: str
    who: str = "maths"
    act: str = "mark"
    pupil: int = 0
    value: int = 5
    fault: int = 0
    seconds: int = 0


acting = st.builds(
    Step,
    st.sampled_from(["act", "act", "act", "race"]),
    st.sampled_from(WRITERS),
    st.sampled_from(sorted(ACTS)),
    st.integers(0, 3),
    st.sampled_from([0, 2, 3, 4, 5]),
)
syncing = st.builds(
    Step, st.just("sync"), st.sampled_from(WRITERS), fault=st.integers(0, len(FAULTS) - 1)
)
passing = st.builds(Step, st.just("pass"), seconds=st.sampled_from([1, HOUR, 20 * HOUR]))
restarting = st.builds(Step, st.sampled_from(["restart", "reopen"]), st.sampled_from(WRITERS))
steps = st.lists(
    st.one_of(acting, acting, acting, syncing, syncing, passing, restarting), max_size=30
)


@dataclass
class Play:
    """Plays steps in a world, and checks after each race that a rebase is a replay."""

    world: World
    given: int = 0
    checked: int = 0
    trace: list[object] = field(default_factory=list)

    def run(self, played: list[Step]) -> None:
        for step in played:
            getattr(self, f"_{step.kind}")(step)
        self.world.settle()
        self.world.check()

    def _act(self, step: Step) -> None:
        commands = ACTS[step.act](self.world, step.pupil, step.value)
        try:
            receipts = self.world.members[step.who].replica.do_all(commands)
        except EschoolError as refused:
            self.trace.append((step.who, refused.key))
            return
        self.given += len(receipts)
        self.trace.append([receipt.number for receipt in receipts])

    def _sync(self, step: Step) -> None:
        fault = FAULTS[step.fault]
        member = self.world.members[step.who]
        member.wire.faults = [] if fault is None else [fault]
        try:
            self.trace.append(member.sync())
        except (TransportError, InputError) as failed:
            self.trace.append(failed.key)
        member.wire.faults = []

    def _race(self, step: Step) -> None:
        """Give a command while the server's answer is on its way; then the line breaks."""
        member = self.world.members[step.who]

        def busy(wire: Any, route: str, body: bytes) -> bytes:
            answer: bytes = wire.deliver(route, body)
            self._act(step)
            wire.faults = [request_lost]
            return answer

        member.wire.faults = [busy]
        try:
            member.sync()
        except TransportError:
            confirmed = self.world.rows_in_scope(member)
            assert member.rows() == from_scratch(confirmed, member.database, member.clock)
            self.checked += 1
        member.wire.faults = []

    def _pass(self, step: Step) -> None:
        self.world.advance(step.seconds)

    def _restart(self, step: Step) -> None:
        self.world.restart()

    def _reopen(self, step: Step) -> None:
        self.world.members[step.who].reopen()


def play(template: World, played: list[Step]) -> Play:
    with tempfile.TemporaryDirectory() as folder, closing(copied(template, Path(folder))) as world:
        substitute(world)
        world.synced(*WRITERS)
        played_out = Play(world)
        played_out.run(played)
        return played_out


@given(steps)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
def test_after_quiet_everybody_has_the_rows_of_the_server(
    world_template: World, played: list[Step]
) -> None:
    play(world_template, played)


MIXTURE = [
    Step("act", "maths", "mark", 0, 5),
    Step("act", "substitute", "mark", 0, 2),
    Step("act", "substitute", "topic", 0, 3),
    Step("sync", "substitute", fault=3),
    Step("race", "maths", "topic", 0, 4),
    Step("act", "russian", "excuse", 1, 2),
    Step("act", "maths", "fallen group", 2, 4),
    Step("pass", seconds=HOUR),
    Step("race", "substitute", "group", 1, 4),
    Step("restart"),
    Step("race", "russian", "excuse", 1, 3),
    Step("reopen", "maths"),
    Step("race", "maths", "mark", 0, 3),
    Step("sync", "maths", fault=4),
    Step("pass", seconds=20 * HOUR),
    Step("act", "substitute", "homework", 0, 4),
]


def test_a_rebase_over_foreign_changes_is_a_replay_on_them(world_template: World) -> None:
    played = play(world_template, MIXTURE)
    assert played.checked >= 3
    assert played.given >= 8


def test_the_same_steps_give_the_same_verdicts(world_template: World) -> None:
    """Nothing of an outcome depends on chance: the trace of one play is that of the next.

    Only the sizes of bodies do: drawn keys and signatures are packed more or less well.
    """
    traces = [[_unsized(entry) for entry in play(world_template, MIXTURE).trace] for _ in range(2)]
    assert traces[0] == traces[1]


def _unsized(entry: object) -> object:
    return replace(entry, bytes_up=0, bytes_down=0) if isinstance(entry, SyncReport) else entry


@pytest.mark.threat("T8")
def test_after_healing_one_round_is_enough_for_the_writer(world_template: World) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(copied(world_template, Path(folder))) as w,
    ):
        substitute(w)
        maths, second = w.synced("maths", "substitute")
        maths.do(mark(lesson(w), pupils(w)[0]))
        second.do(mark(lesson(w), pupils(w)[1]))
        assert maths.sync().rounds == second.sync().rounds == 1
        assert maths.sync().rounds == 1
        w.check("maths", "substitute")
