"""What the imports share: the school that a file joins, one group of commands, the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eschool_cli.localised import option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_core.domain.imports import ImportSource
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.joining import JoinedSchool, check_hiring

if TYPE_CHECKING:
    from eschool_sync.replica import Receipt, Replica

MAX_SHOWN = 20

dry_run = option("--dry-run", "dry_run", is_flag=True, says="dry_run")
from_day = option("--from", "first", type=DayType(), says="import_from", shown_as="date")
FILE = click.Path(path_type=Path)


def carry_out(
    session: Session,
    source: ImportSource,
    first: Day | None,
    build: Callable[[CommandBatch, JoinedSchool], dict[str, Any]],
) -> dict[str, Any]:
    """Give the commands of an import as one group; return what is to be told of it.

    Raises:
        UnknownStaffError: It would need new staff, and the actor may not enter any.
        RegulationError, InputError: One command is refused, so none is kept.
    """
    with session.replica() as replica:
        batch = CommandBatch(replica.device, replica.next_number())
        batch.begin_import(source)
        today = today_of(replica)
        first_day = 0 if first is None else first.number(today)
        told = build(batch, JoinedSchool(replica.store, replica.person_id, today, first_day))
        give_all(replica, batch)
    return {**told, "commands": len(batch.commands)}


def give_all(replica: Replica, batch: CommandBatch) -> list[Receipt]:
    """Give the commands of an import as one group, and return their receipts; see ``carry_out``."""
    check_hiring(replica.store, batch, replica.person_id, today_of(replica))
    return replica.do_all(batch.group)[1:] if batch.commands else []


def show(session: Session, summary: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    """Show what an import found or did."""
    if as_json:
        session.screen.json(summary)
        return
    screen = session.screen
    figures = [(name, value) for name, value in summary.items() if isinstance(value, int)]
    screen.fields([(say(f"cli.import.{name}"), str(value)) for name, value in figures])
    left_out = summary["not_taken"]
    if left_out:
        screen.line()
        screen.heading(say("cli.import.not_taken", count=len(left_out)))
        columns = (Column(say("cli.column.where"), keep=True), Column(say("cli.column.reason")))
        rows = [(row["where"], row["reason"]) for row in left_out[:MAX_SHOWN]]
        screen.table(columns, rows)
        if len(left_out) > MAX_SHOWN:
            screen.line(say("cli.import.more", count=len(left_out) - MAX_SHOWN), "dim")
    screen.line()
    nothing = not dry_run and not summary["commands"]
    key = "cli.import.nothing" if nothing else "cli.written.sync"
    screen.line(say("cli.import.preview" if dry_run else key), "dim")
