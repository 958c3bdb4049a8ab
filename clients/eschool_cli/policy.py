"""``eschool policy``: what the school has set, by which act, and what a file proposes (4.4.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.importing import FILE, dry_run
from eschool_cli.localised import LocalCommand, LocalGroup, argument, say
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, remedy, sentence
from eschool_core import calendar
from eschool_core.domain.row import FOREVER
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_policy import Change, build_policy
from eschool_core.imports.policy_file import Mistake, PolicyFile, read_policy_file
from eschool_core.queries.acts import PolicyPeriod, PolicyState, policy_states
from eschool_core.queries.answer import plain


@click.group(name="policy", cls=LocalGroup)
def policy_group() -> None:
    """Values that local acts set."""


@policy_group.command(name="show", cls=LocalCommand, says="policy.show")
@as_json
@click.pass_obj
def show_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show what holds now, and since when by which act."""
    with session.replica() as replica:
        states = policy_states(replica.store, today_of(replica))
    if as_json:
        session.screen.json([state.as_json() for state in states])
    else:
        show_states(session, states)


def show_states(session: Session, states: tuple[PolicyState, ...]) -> None:
    """Write the parameters with their periods; a default where nothing is set."""
    columns = (
        Column(say("cli.column.clause"), keep=True),
        Column(say("cli.column.title"), least=30),
        Column(say("policy.column.value")),
        Column(say("policy.column.days")),
        Column(say("policy.column.act"), least=6),
    )
    rows: list[tuple[str | Cell, ...]] = []
    for state in states:
        title = Cell(say(f"policy.title.{state.name}"), below=state.name)
        if not any(period.now for period in state.periods):
            default = say("policy.default")
            rows.append((state.clause, title, state.default, default, DASH))
            title = Cell("")
        for period in state.periods:
            rows.append((state.clause, title, *_period(period)))
            title = Cell("")
    session.screen.table(columns, rows)


def _period(period: PolicyPeriod) -> tuple[str | Cell, ...]:
    first = f"{period.first_day:%d.%m.%Y}" if period.first_day else ""
    last = f"{period.last_day:%d.%m.%Y}" if period.last_day else ""
    act = period.act if period.registered else say("policy.unregistered", act=period.act)
    style = "bold" if period.now else "dim"
    return (Cell(period.value, style), f"{first}{DASH}{last}", act)


@policy_group.command(name="propose", cls=LocalCommand, says="policy.propose")
@argument("file", says="policy_file", type=FILE)
@dry_run
@as_json
@click.pass_obj
def propose_command(
    session: Session,
    file: Path,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Check a TOML file of acts and values; without ``--dry-run`` set them, all or none."""
    proposed = read_policy_file(file)
    if proposed.mistakes:
        _tell_mistakes(session, proposed, as_json=as_json)
        raise InputError("policy_file.mistakes", count=len(proposed.mistakes))
    with session.replica() as replica:
        batch = CommandBatch(replica.device, replica.next_number())
        changes = build_policy(batch, replica.store, proposed)
        if not dry_run:
            replica.do_all([entry.command for entry in batch.commands])
    if as_json:
        told = [_change_json(change) for change in changes]
        session.screen.json(
            {"acts": [plain(act) for act in proposed.acts], "changes": told, "dry_run": dry_run}
        )
        return
    for act in proposed.acts:
        session.screen.line(say("policy.act", title=act.title, number=act.number))
    _tell_changes(session, changes)
    session.screen.line(say("cli.import.preview" if dry_run else "cli.written.sync"), "dim")


def _tell_mistakes(session: Session, proposed: PolicyFile, *, as_json: bool) -> None:
    if as_json:
        told = [
            {"place": one.place, "key": one.error.key, "text": _said(session, one)}
            for one in proposed.mistakes
        ]
        session.screen.json({"mistakes": told})
        return
    for one in proposed.mistakes:
        session.screen.problem(f"{one.place}: {_said(session, one)}")
        session.screen.problem(f"  {remedy(one.error.key, one.error.params, session.language)}")


def _said(session: Session, one: Mistake) -> str:
    return sentence(one.error.key, one.error.params, session.language)


def _tell_changes(session: Session, changes: list[Change]) -> None:
    columns = (
        Column(say("cli.column.title")),
        Column(say("policy.column.old")),
        Column(say("policy.column.new")),
        Column(say("policy.column.days"), keep=True),
        Column(say("policy.column.act")),
    )
    rows = [
        (
            say(f"policy.title.{change.name}"),
            change.old,
            Cell(change.new, "" if change.new == change.old else "bold"),
            f"{_day(change.first_day)}{DASH}{_day(change.last_day)}",
            change.act,
        )
        for change in changes
    ]
    session.screen.table(columns, rows)


def _change_json(change: Change) -> dict[str, Any]:
    told: dict[str, Any] = plain(change)
    return told | {"first_day": _iso(change.first_day), "last_day": _iso(change.last_day)}


def _iso(day: int) -> str | None:
    return None if day == FOREVER else calendar.date_of(day).isoformat()


def _day(day: int) -> str:
    return "" if day == FOREVER else f"{calendar.date_of(day):%d.%m.%Y}"
