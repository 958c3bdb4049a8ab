"""A made step of the tables: what a database of the version before it looks like, and the step."""

from __future__ import annotations

import msgpack

from eschool_core.domain.journal import Mark
from eschool_core.domain.row import columns
from eschool_core.store import digest, steps
from eschool_core.store.database import Database, transaction
from eschool_core.store.steps import Side, Step

OLD = tuple(name for name in columns(Mark) if name not in ("weight", "comment"))
STEP = Step(
    before={Mark.number: OLD},
    both=(
        # Not at its old place: statements name columns, whatever their order in the file.
        "ALTER TABLE mark ADD COLUMN comment TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE mark ADD COLUMN weight BIGINT NOT NULL DEFAULT 100",
    ),
    server=("ALTER TABLE push ADD COLUMN received_at BIGINT NOT NULL DEFAULT 0",),
    replica=(
        "ALTER TABLE outbox ADD COLUMN said {blob}",
        "CREATE INDEX outbox_state ON outbox (state)",
    ),
)
LOSE = ("ALTER TABLE mark DROP COLUMN weight", "ALTER TABLE mark DROP COLUMN comment")
SERVER_LOSES = ("ALTER TABLE push DROP COLUMN received_at",)
REPLICA_LOSES = ("DROP INDEX outbox_state", "ALTER TABLE outbox DROP COLUMN said")


def take_step() -> None:
    """Let this process be a program of the version that the step leads to."""
    steps.STEPS = (*steps.STEPS, STEP)


def make_older(database: Database, side: Side) -> None:
    """Turn a database into what the version before the step has written.

    Its sums are made meaningless: the old ones would be over other columns.
    """
    keep = [columns(Mark).index(name) for name in OLD]
    with transaction(database):
        for sql in (*LOSE, *(REPLICA_LOSES if side == "replica" else SERVER_LOSES)):
            database.execute(sql)
        if side == "replica":
            images = "SELECT row_id, image FROM undo_image WHERE table_number = ?"
            for row_id, image in database.fetch(images, (Mark.number,)):
                if image is not None:
                    whole = msgpack.unpackb(image)
                    packed = msgpack.packb([whole[place] for place in keep])
                    values = (packed, Mark.number, row_id)
                    database.execute(
                        "UPDATE undo_image SET image = ? WHERE table_number = ? AND row_id = ?",
                        values,
                    )
        database.execute("UPDATE part_state SET digest = ?", (digest.to_bytes(1),))
