"""A school in memory on which batches are tried."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from eschool_core.app import Outcome, carry_out
from eschool_core.calendar import day_number
from eschool_core.commands.base import Command, Occasion
from eschool_core.commands.school import FoundSchool
from eschool_core.domain.enums import Verdict
from eschool_core.domain.row import Value
from eschool_core.errors import EschoolError
from eschool_core.imports.builder import BatchEntry, BellsRef, CommandBatch, YearRef
from eschool_core.imports.builder_existing import ExistingSchool, read_existing
from eschool_core.imports.builder_year import YearDraft, build_bells, build_year
from eschool_core.imports.drafts import PeriodDraft
from eschool_core.regulation.interval import Interval
from eschool_core.sample.bells import first_shift
from eschool_core.sample.year_draft import sample_year
from eschool_core.store.database import SqliteDatabase, transaction
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.schema import create_domain_tables
from eschool_core.store.store import Store

DEVICE = 1
START_YEAR = 2026
ORDER = "№ 1-у"
MOMENT = 1_788_000_000


class RefusedError(Exception):
    """The school refused a command of a batch."""

    def __init__(self, command: Command, outcome: Outcome) -> None:
        super().__init__(f"{command!r}: {outcome}")
        self.command = command
        self.outcome = outcome


@dataclass
class School:
    """A school in memory, with a year and bells."""

    store: Store
    ledger: ConfirmedLedger
    year: YearRef
    bells: BellsRef
    next_number: int
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def batch(self) -> CommandBatch:
        """Return an empty batch with the next free number."""
        return CommandBatch(DEVICE, self.next_number)

    def existing(self) -> ExistingSchool:
        """Return what the school has."""
        return read_existing(self.store, self.year.id, self.year.first_day)

    def apply(self, batch: CommandBatch, actor_id: int = 0) -> None:
        """Carry out a batch: all of it or nothing.

        Raises:
            RefusedError: The school refused a command.
        """
        verdicts = apply(self.store, self.ledger, batch.commands, actor_id)
        self.verdicts += verdicts
        self.next_number = batch.next_number

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        [(rows,)] = self.store.rows(f"SELECT count(*) FROM {table}")
        return int(rows)

    def ids(self, sql: str, *parameters: Value) -> list[int]:
        """Return the first column of a query."""
        return [int(row[0]) for row in self.store.rows(sql, *parameters)]

    def dump(self) -> list[str]:
        """Return everything that the database holds."""
        database = self.store.database
        assert isinstance(database, SqliteDatabase)
        return list(database.connection.iterdump())


def apply(
    store: Store, ledger: ConfirmedLedger, entries: tuple[BatchEntry, ...], actor_id: int = 0
) -> Counter[Verdict]:
    """Carry out commands in one transaction; return how many got which verdict."""
    verdicts: Counter[Verdict] = Counter()
    try:
        with transaction(store.database):
            for entry in entries:
                ledger.seq += 1
                occasion = Occasion(
                    actor_id,
                    DEVICE,
                    entry.number,
                    ledger.seq - 1,
                    Interval.at(MOMENT),
                    take=entry.take,
                )
                outcome = carry_out(store, entry.command, occasion)
                if outcome.verdict not in (Verdict.ACCEPTED, Verdict.WITH_FINDINGS):
                    raise RefusedError(entry.command, outcome)
                verdicts[outcome.verdict] += 1
            ledger.flush()
    except (RefusedError, EschoolError):
        ledger.forget()
        raise
    return verdicts


def year_draft(weekdays: int = 5, cycle_weeks: int = 1) -> YearDraft:
    """Return the sample year."""
    return sample_year(START_YEAR, ORDER, weekdays=weekdays, cycle_weeks=cycle_weeks)


def new_school(
    draft: YearDraft | None = None,
    periods: tuple[PeriodDraft, ...] | None = None,
    path: str = ":memory:",
) -> School:
    """Found a school and open its year."""
    connection = sqlite3.connect(path, isolation_level=None)
    database = SqliteDatabase(connection)
    create_domain_tables(database)
    ledger = ConfirmedLedger(database, b"k" * 16)
    store = Store(database, ledger)
    batch = CommandBatch(DEVICE, 0)
    batch.add(FoundSchool(name="Школа № 1", zone="Asia/Novokuznetsk"))
    year = build_year(batch, draft or year_draft()).year
    bells = build_bells(batch, "1 смена", periods or first_shift())
    apply(store, ledger, batch.commands)
    return School(store, ledger, year, bells, batch.next_number)


def tiny_year(first: int, days: int, weekdays: int, cycle_weeks: int) -> YearDraft:
    """Return a year of a few days without terms or days off."""
    from datetime import date, timedelta

    start = date(START_YEAR, 9, 7) + timedelta(days=first)
    assert day_number(start) > 0
    return YearDraft("y", start, start + timedelta(days=days), weekdays, ORDER, cycle_weeks)
