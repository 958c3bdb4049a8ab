"""What the imports share: the school that a file joins, one group of commands, the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eschool_cli.localised import option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_core.commands import rights
from eschool_core.commands.people import HireStaff
from eschool_core.domain.enums import Role
from eschool_core.domain.school import AcademicYear, BellPeriod, BellSchedule
from eschool_core.errors import InputError, RightsError
from eschool_core.imports.builder import BellsRef, CommandBatch, YearRef
from eschool_core.imports.builder_existing import ExistingSchool, read_existing
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.in_force import year_on
from eschool_core.queries.names import full_name
from eschool_core.regulation import checks
from eschool_core.store.store import Store

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

MAX_SHOWN = 20
MAX_NAMED = 12

dry_run = option("--dry-run", "dry_run", is_flag=True, says="dry_run")
from_day = option("--from", "first", type=DayType(), says="import_from", shown_as="date")
FILE = click.Path(path_type=Path)


class UnknownStaffError(RightsError):
    """The file names teachers whom the school does not have, and the actor may not enter them.

    Attributes:
        candidates: Their names, to be shown to the person who gave the file and never logged.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(checks.ACCOUNT_CREATOR, count=len(names))
        self.key = "cli.import.unknown_staff"
        self.candidates = tuple(sorted(names, key=sort_key)[:MAX_NAMED])


class School:
    """What an import joins: the year, its bells, and what there is already.

    Attributes:
        gives_loads: Whether the actor may say who teaches a group (4.4.2).

    Args:
        replica: Where to look.
        first: From which day the file holds; None for today, or the nearest day of the year.

    Raises:
        InputError: There is no year or no bells, or the day lies outside the year.
    """

    def __init__(self, replica: Replica, first: Day | None) -> None:
        store, today = replica.store, today_of(replica)
        year = year_of(store, today)
        self.year = YearRef(year.id, year.first_day, year.last_day, year.weekdays, year.cycle_weeks)
        self.bells = _bells_of(store)
        self.from_day = min(max(today, year.first_day), year.last_day)
        if first is not None:
            self.from_day = first.number(today)
            if not year.first_day <= self.from_day <= year.last_day:
                raise InputError("cli.import.from_outside", name=year.name)
        held = rights.roles_of(store, replica.person_id, (today, today))
        self.gives_loads = not held.isdisjoint(rights.STUDIES)
        self.existing: ExistingSchool = read_existing(store, year.id, self.from_day)


def year_of(store: Store, today: int) -> AcademicYear:
    """Return the year of a day, or the nearest.

    Raises:
        InputError: ``cli.import.no_year``.
    """
    year = year_on(store, today)
    if year is None:
        raise InputError("cli.import.no_year")
    return year


def _bells_of(store: Store) -> BellsRef:
    """Return the first bell schedule of the school, that of new classes."""
    schedule = store.first(BellSchedule)
    if schedule is None:
        raise InputError("cli.import.no_bells")
    periods = store.select(BellPeriod, schedule_id=schedule.id)
    times = {entry.period: (entry.start_minute, entry.end_minute) for entry in periods}
    return BellsRef(schedule.id, times)


def carry_out(
    session: Session, first: Day | None, build: Callable[[CommandBatch, School], dict[str, Any]]
) -> dict[str, Any]:
    """Give the commands of an import as one group; return what is to be told of it.

    Raises:
        UnknownStaffError: It would need new staff, and the actor may not enter any.
        RegulationError, InputError: One command is refused, so none is kept.
    """
    with session.replica() as replica:
        batch = CommandBatch(replica.device, replica.next_number())
        told = build(batch, School(replica, first))
        give_all(replica, batch)
    return {**told, "commands": len(batch.commands)}


def give_all(replica: Replica, batch: CommandBatch) -> None:
    """Give the commands of a batch as one group; see ``carry_out``."""
    commands = [entry.command for entry in batch.commands]
    hired = [command for command in commands if isinstance(command, HireStaff)]
    today = today_of(replica)
    held = rights.roles_of(replica.store, replica.person_id, (today, today))
    if hired and Role.SYSTEM_OFFICER not in held:
        raise UnknownStaffError([full_name(one.family, one.given, one.patronymic) for one in hired])
    if commands:
        replica.do_all(commands)


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
