"""What the demo shows: the program's own commands at each person's replica, and sums."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from eschool_cli.demo.facts import Fact
from eschool_cli.demo.proof import ReplicaProof
from eschool_cli.diary import diary_command
from eschool_cli.findings import findings_command
from eschool_cli.journal import journal_command
from eschool_cli.localised import say
from eschool_cli.notices import notices_command
from eschool_cli.rejected import rejected_group
from eschool_cli.screen import Column, Screen
from eschool_cli.session import Session
from eschool_cli.today import today_command
from eschool_cli.wording import told

if TYPE_CHECKING:
    from eschool_cli.demo.day import Day
    from eschool_cli.demo.players import Player
    from eschool_sync.replica import Replica

VIEWS: tuple[tuple[str, str, click.Command], ...] = (
    ("substitute", "today", today_command),
    ("teacher", "today", today_command),
    ("teacher", "rejected", rejected_group),
    ("teacher", "notices", notices_command),
    ("substitute", "notices", notices_command),
    ("deputy", "findings", findings_command),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is looked at, by the names that people type."""

    school_class: str
    subject: str
    child: str


@dataclass(frozen=True)
class OpenSession(Session):
    """A run of the program at a replica that is open already and stays open."""

    player: Player | None = None

    @contextmanager
    def replica(self, *, leased: bool = True) -> Iterator[Replica]:
        """Give the open replica."""
        assert self.player is not None
        yield self.player.replica


def show_views(session: Session, players: dict[str, Player], shown: Shown, day: Day) -> None:
    """Run the commands that people would run now, each at the own replica."""
    page = [shown.school_class, shown.subject]
    _run(session, players["class_teacher"], "journal", journal_command, page)
    if day.refused_here is not None:
        _title(session.screen, "class_teacher", say("demo.refused"))
        for sentence in told(day.refused_here, session.language):
            session.screen.line(sentence)
    for role, name, command in VIEWS:
        _run(session, players[role], name, command, [])
    _run(session, players["guardian"], "diary", diary_command, [shown.child])


def show_facts(screen: Screen, facts: list[Fact]) -> None:
    """Write each fact with whether it holds."""
    for fact in facts:
        mark, style = ("✓", "green") if fact.holds else ("✗", "bold red")
        screen.line(f" {mark} {say(fact.key, **fact.params)}", style)


def show_replicas(screen: Screen, proofs: list[ReplicaProof]) -> None:
    """Write what a look at every replica found."""
    columns = (
        Column(say("demo.column.replica")),
        Column(say("demo.column.rows"), "right", keep=True),
        Column(say("demo.column.bytes"), "right", keep=True),
        Column(say("demo.column.equal"), "center", keep=True),
        Column(say("demo.column.foreign"), "right", keep=True),
        Column(say("demo.column.plaintext"), "right", keep=True),
    )
    rows = [
        (
            say(f"demo.role.{proof.role}"),
            f"{proof.rows:,}".replace(",", " "),
            f"{proof.bytes_pulled:,}".replace(",", " "),
            "✓" if proof.digest_equal else "✗",
            str(proof.foreign_rows),
            str(proof.plaintext_hits),
        )
        for proof in proofs
    ]
    screen.table(columns, rows)
    screen.line(say("demo.note.replicas"), "dim")


def _run(
    session: Session, player: Player, name: str, command: click.Command, args: list[str]
) -> None:
    screen = session.screen
    shown = " ".join(f"«{word}»" if " " in word else word for word in args)
    _title(screen, player.role, f"eschool {f'{name} {shown}'.rstrip()}")
    own = OpenSession(session.language, session.home, player.role, screen=screen, player=player)
    parent = click.get_current_context()
    with command.make_context(name, list(args), parent=parent, obj=own) as context:
        command.invoke(context)


def _title(screen: Screen, role: str, what: str) -> None:
    screen.line()
    screen.line(f"── {say(f'demo.role.{role}')} · {what}", "cyan")
