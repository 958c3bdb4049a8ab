"""Giving commands to a school as its server takes them, and looking at what they leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from eschool_core.app import Outcome, carry_out
from eschool_core.commands.base import Command, Occasion
from eschool_core.commands.catalogue import fields_of, make_command
from eschool_core.domain.enums import Verdict
from eschool_core.domain.row import Row, Value
from eschool_core.domain.tables import TABLES
from eschool_core.ids import make_id
from eschool_core.regulation.interval import Interval
from eschool_core.store import digest
from eschool_core.store.database import Database, transaction
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.statements import name_of
from eschool_core.store.store import Store
from tests.school_plan import KEY, SERVER, Given, read_aloud

R = TypeVar("R", bound=Row)


@dataclass
class LoggedSchool:
    """A school with its log.

    Attributes:
        now: Moment of commands that name none, seconds UTC.
        staff: Ids by name.
        log: Every command given, refused ones included.
    """

    database: Database
    now: int = 0
    seq: int = 0
    staff: dict[str, int] = field(default_factory=dict)
    devices: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    log: list[Given] = field(default_factory=list)
    store: Store = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.attach(self.database)

    def attach(self, database: Database) -> None:
        """Go on with the same school in another database that holds the same rows."""
        self.database = database
        self.ledger = ConfirmedLedger(database, KEY)
        self.store = Store(database, self.ledger)

    def do(
        self,
        command: Command,
        actor: int | str = 0,
        *,
        at: int | Interval | None = None,
        base: int | None = None,
        device: int | None = None,
        take: int = 1,
        ids_from: int | None = None,
        group: int = 0,
    ) -> Outcome:
        """Give a command as a person of the school and return what became of it.

        Args:
            command: It crosses the wire on its way.
            actor: Id or name; 0 is the server itself.
            at: Exact moment, or the judged interval; by default ``now``.
            base: The seq that the actor had seen; by default everything.
            device: By default one of the actor's own.
            take: How many command numbers it takes.
            ids_from: Number of the command it replaces.
            group: Number of the first command of its group.
        """
        person = self.staff[actor] if isinstance(actor, str) else actor
        where = self.device_of(person) if device is None else device
        number = self.numbers.get(where, 0)
        self.numbers[where] = number + take
        moment = self.now if at is None else at
        interval = moment if isinstance(moment, Interval) else Interval.at(moment)
        seen = self.seq if base is None else base
        occasion = Occasion(person, where, number, seen, interval, take, ids_from, group=group)
        values = fields_of(command)
        outcome = self._carry_out(make_command(command.kind, command.version, values), occasion)
        read_aloud(outcome)
        self.log.append(
            Given(
                command.kind,
                command.version,
                values,
                person,
                where,
                number,
                seen,
                interval,
                take,
                outcome,
                ids_from,
                group,
            )
        )
        return outcome

    def must(self, command: Command, actor: int | str = 0, **how: object) -> int:
        """Give a command that has to be accepted; return the first id it may use."""
        outcome = self.do(command, actor, **how)  # type: ignore[arg-type]
        assert outcome.verdict in (Verdict.ACCEPTED, Verdict.WITH_FINDINGS), outcome
        given = self.log[-1]
        return make_id(given.device, given.number)

    def device_of(self, person: int) -> int:
        """Return the number of a person's own device."""
        if person == 0:
            return SERVER
        return self.devices.setdefault(person, SERVER + 1 + len(self.devices))

    def _carry_out(self, command: Command, occasion: Occasion) -> Outcome:
        with transaction(self.database):
            self.seq += 1
            self.ledger.seq = self.seq
            outcome = carry_out(self.store, command, occasion)
            self.ledger.flush()
        return outcome

    def give_again(self, log: Sequence[Given]) -> None:
        """Give the commands of another school's log."""
        for given in log:
            occasion = Occasion(
                given.actor,
                given.device,
                given.number,
                given.base_seq,
                given.interval,
                given.take,
                given.ids_from,
                group=given.group,
            )
            self._carry_out(make_command(given.kind, given.version, list(given.values)), occasion)

    def all(self, table: type[R], **equals: Value) -> list[R]:
        """Return the rows of a table."""
        return self.store.select(table, **equals)

    def one(self, table: type[R], **equals: Value) -> R:
        """Return the only row of a table that fits."""
        [row] = self.all(table, **equals)
        return row

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of every table, with the sums and tombstones."""
        tables = {
            name_of(spec.table): [row.values() for row in self.store.select(spec.table)]
            for spec in TABLES
        }
        sums = "SELECT part, rows, digest FROM part_state ORDER BY part"
        gone = "SELECT part, seq, table_number, row_id FROM tombstone ORDER BY part, seq, row_id"
        return {**tables, "part_state": self.store.rows(sums), "tombstone": self.store.rows(gone)}

    def recomputed(self) -> dict[int, tuple[int, int]]:
        """Return rows and digest of each partition, counted from the rows alone."""
        row_hash = digest.row_hasher(KEY)
        found: dict[int, tuple[int, int]] = {}
        for spec in TABLES:
            for row in self.store.select(spec.table):
                rows, total = found.get(row.part, (0, 0))
                total = (total + row_hash(row.number, row.values())) % digest.MODULUS
                found[row.part] = (rows + 1, total)
        return found

    def kept(self) -> dict[int, tuple[int, int]]:
        """Return rows and digest of each partition as the ledger keeps them; empty ones not."""
        return {
            part: (rows, digest.from_bytes(bytes(value)))
            for part, rows, value in self.store.rows("SELECT part, rows, digest FROM part_state")
            if rows
        }
