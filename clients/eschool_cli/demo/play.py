"""The demo from the first to the last act, and what it found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final

from eschool_cli.demo.day import Day, before_lessons, in_the_office, without_network
from eschool_cli.demo.facts import Fact, count_commands, state_facts
from eschool_cli.demo.players import Player, enrolled, roles_of
from eschool_cli.demo.proof import ReplicaProof, lost_commands, prove, secret_words
from eschool_core.domain.people import Pupil
from eschool_core.errors import TransportError
from eschool_core.imports.summary import not_taken_summary, timetable_summary
from eschool_sync.sandbox.cast import Cast, choose
from eschool_sync.sandbox.living import lived_stage
from eschool_sync.sandbox.stage import Report, Setting, Stage, build_stage, hire_head
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server

STEPS: Final = 6
HOURS_UNTIL_NETWORK: Final = 2
SYNC_ORDER: Final = ("teacher", "substitute", "class_teacher", "deputy", "guardian")
ASK_AGAIN: Final = ("teacher", "substitute", "class_teacher")

Watcher = Callable[[Stage, Cast, dict[str, Player], Day], None]


@dataclass(frozen=True, slots=True)
class Played:
    """What the demo found.

    Attributes:
        port: Where the replicas expect their server.
        people: Who may look at the pages, by role.
        child: Family and given name of the guardian's child; there may be brothers and sisters.
    """

    stage: Stage
    proofs: list[ReplicaProof]
    commands: dict[str, int]
    facts: list[Fact]
    school: dict[str, int]
    port: int
    people: dict[str, int]
    child: str

    @property
    def holds(self) -> bool:
        """Whether every stated fact is true."""
        return all(fact.holds for fact in self.facts)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        stage = self.stage
        draft, result = stage.draft, stage.result
        return {
            "timetable": {
                **timetable_summary(draft),
                "imported": result.imported,
                "not_taken": not_taken_summary(result.not_taken),
                "unplaced": len(stage.unplaced),
            },
            "school": self.school,
            "replicas": [proof.as_dict() for proof in self.proofs],
            "commands": self.commands,
            "facts": [{"key": fact.key, "holds": fact.holds} for fact in self.facts],
        }


def play(setting: Setting, report: Report, watch: Watcher, *, lived: bool = False) -> Played:
    """Play the day.

    Args:
        setting: What is asked for.
        lived: Whether the school has lived the weeks before the day.
        report: Told of each step, for a progress bar.
        watch: Called when everybody has synced, with the replicas open.

    Raises:
        InputError: The timetable cannot be taken, or nobody can play on that day.
        TransportError: The server does not start.
    """
    build = lived_stage if lived else build_stage
    stage = build(setting, report)
    with closing(stage.directory):
        return _play_on(stage, setting, report, watch)


def _play_on(stage: Stage, setting: Setting, report: Report, watch: Watcher) -> Played:
    cast = choose(stage)
    before_lessons(stage, cast)
    home = setting.folder / "home"
    with ExitStack() as open_replicas:
        with Server(make_app(stage.directory)) as server:
            report("demo.step.enrol", 1, STEPS)
            players = open_replicas.enter_context(enrolled(stage, cast, home, server.url))
            for player in players.values():
                player.sync()
        report("demo.step.offline", 2, STEPS)
        day = without_network(stage, cast, players)
        down = _server_is_down(players["teacher"])
        in_the_office(stage, cast)
        report("demo.step.sync", 3, STEPS)
        stage.clock.advance(HOURS_UNTIL_NETWORK * 3600)
        with Server(make_app(stage.directory), port=server.port):
            for role in (*SYNC_ORDER, *ASK_AGAIN):
                players[role].sync()
        report("demo.step.prove", 4, STEPS)
        words = secret_words(stage, day.topics)
        proofs = [prove(stage, player, words) for player in players.values()]
        lost = sum(lost_commands(stage, player) for player in players.values())
        commands = count_commands(stage, players, lost)
        facts = [
            Fact("demo.fact.offline", down),
            *state_facts(stage, cast, players, day, proofs, commands),
        ]
        report("demo.step.show", STEPS, STEPS)
        watch(stage, cast, players, day)
        figures = _school_figures(stage)
        people = {
            **roles_of(stage, cast),
            "pupil": cast.child,
            "officer": stage.officer_id,
            "head": hire_head(stage),
        }
        child = stage.school.store.require(Pupil, cast.child)
        named = f"{child.family} {child.given}"
        return Played(stage, proofs, commands, facts, figures, server.port, people, named)


def _server_is_down(player: Player) -> bool:
    """Return whether a sync fails as it must while the server is stopped."""
    try:
        player.replica.sync()
    except TransportError:
        return True
    return False


def _school_figures(stage: Stage) -> dict[str, int]:
    store = stage.school.store
    [[rows]] = store.rows("SELECT sum(rows) FROM part_state")
    [[lessons]] = store.rows("SELECT count(*) FROM lesson")
    [[pupils]] = store.rows("SELECT count(*) FROM pupil")
    return {"lessons": int(lessons), "pupils": int(pupils), "rows": int(rows)}
