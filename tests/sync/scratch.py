"""What a replica must show, made anew: the server's rows, and what is pending on top of them."""

from __future__ import annotations

from functools import cache

from eschool_core.app import carry_out
from eschool_core.commands.base import Occasion
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_core.store import statements
from eschool_core.store.database import Database, transaction
from eschool_core.store.ledger import OptimisticLedger
from eschool_core.store.schema import create_domain_tables, typed
from eschool_core.store.store import Store
from eschool_sync.clock import Clock
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.replica.held import HeldParts
from eschool_sync.replica.outbox import Outbox
from eschool_sync.replica.position import Identity, Position
from eschool_sync.replica.pushing import KNOWN
from eschool_sync.replica.tables import TABLES as REPLICA_TABLES
from eschool_sync.replica.tables import find_meta
from eschool_sync.security.random_source import SeededRandom
from tests.school import memory
from tests.sync.harness import Rows, all_rows


def from_scratch(confirmed: Rows, replica: Database, clock: Clock) -> Rows:
    """Return the rows of a replica that loads everything anew and replays what is pending.

    Args:
        confirmed: The server's rows in the partitions that it holds.
        replica: Its database, for its outbox.
        clock: The device's.
    """
    database = memory()
    database.connection.deserialize(_empty())
    for spec, rows in zip(TABLES, confirmed.values(), strict=True):
        database.execute_many(statements.insert(spec.table), rows)  # type: ignore[arg-type]
    held = HeldParts([row[0] for row in replica.fetch("SELECT part FROM part_state")])
    store = Store(database, OptimisticLedger(database), held)
    identity, position = Identity.load(replica), Position.load(replica)
    estimate = Evidence.now(clock, position.contact).estimate()
    now = max(position.contact_time, clock.wall()) if estimate is None else estimate
    with transaction(database):
        known = find_meta(replica, KNOWN) or 0
        for entry in Outbox(replica, identity, SeededRandom(1)).pending():
            if entry.number <= known:
                continue
            header = entry.envelope.header
            occasion = Occasion(
                header.actor,
                header.device,
                header.number,
                header.base_seq,
                header.evidence.interval(max(now, header.evidence.anchor_time)),
                header.take,
                None if entry.ids_from < 0 else entry.ids_from,
                group=header.group,
            )
            try:
                carry_out(store, entry.command(), occasion)
            except (InputError, RuntimeError):
                # What is unknown here, and what meets a defect, waits for the server.
                continue
    return all_rows(database)


@cache
def _empty() -> bytes:
    """Return a replica's database without rows or indexes: made once, it is the same each time."""
    database = memory()
    create_domain_tables(database, indexes=False)
    for statement in REPLICA_TABLES:
        database.execute(typed(database, statement))
    image: bytes = database.connection.serialize()
    return image
