"""A made-up step of the tables, and files as the program before it has left them (T19).

An older program cannot be played beside a newer one: both would be this program. What it leaves is
simulated, on any database at any moment, without losing a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import msgpack

from eschool_core.domain.journal import Mark
from eschool_core.domain.row import columns
from eschool_core.store import digest, schema, steps
from eschool_core.store.database import Database, transaction
from eschool_core.store.steps import Side, Step

NEW = columns(Mark)
OLD = tuple("remark" if name == "comment" else name for name in reversed(NEW))
STEP = Step(
    before={Mark.number: OLD},
    both=("ALTER TABLE mark RENAME COLUMN remark TO comment",),
    server=("ALTER TABLE push RENAME COLUMN arrived_at TO received_at",),
    replica=(
        "ALTER TABLE outbox RENAME COLUMN heard TO said",
        "CREATE INDEX outbox_state ON outbox (state)",
    ),
)
BEFORE: dict[Side, tuple[str, ...]] = {
    "server": ("ALTER TABLE push RENAME COLUMN received_at TO arrived_at",),
    "replica": ("DROP INDEX outbox_state", "ALTER TABLE outbox RENAME COLUMN said TO heard"),
}
IMAGES = "SELECT row_id, image FROM undo_image WHERE table_number = ? AND image IS NOT NULL"
PUT = "UPDATE undo_image SET image = ? WHERE table_number = ? AND row_id = ?"


@contextmanager
def taken() -> Iterator[None]:
    """Let this process be the program that comes after the step, and make its databases so."""
    version = schema.SCHEMA_VERSION
    with (
        patch.object(steps, "STEPS", (*steps.STEPS, STEP)),
        patch.object(schema, "SCHEMA_VERSION", version + 1),
    ):
        yield


def make_older(database: Database, side: Side) -> None:
    """Turn a database into what the version before the step has written.

    Its sums are made meaningless: the old ones would be over other columns.
    """
    with transaction(database):
        for sql in ("ALTER TABLE mark RENAME COLUMN comment TO remark", *BEFORE[side]):
            database.execute(sql)
        if side == "replica":
            for row_id, image in database.fetch(IMAGES, (Mark.number,)):
                packed = msgpack.packb(msgpack.unpackb(image)[::-1], use_bin_type=True)
                database.execute(PUT, (packed, Mark.number, row_id))
        database.execute("UPDATE part_state SET digest = ?", (digest.to_bytes(1),))
        database.execute(steps.WRITE, (steps.newest() - 1,))
