"""The system officer records that a backup was verified (1.2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from eschool_core.commands import rights
from eschool_core.commands.base import MAX_ID, Command, CommandSpec, Findings, Moment, Occasion
from eschool_core.domain.backups import BackupRecord
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import SCHOOL
from eschool_core.errors import InputError
from eschool_core.store.store import Store

Root = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RecordBackup(Command):
    """Record a backup that was restored for trial and compared (1.2)."""

    kind: ClassVar[str] = "record_backup"
    backup_seq: Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]
    root: Root
    made_at: Moment


def record_backup(store: Store, command: RecordBackup, occasion: Occasion) -> Findings:
    """Write the record; the same backup is recorded once.

    Raises:
        InputError: ``data.field``: it would have been made after it was recorded.
    """
    if command.made_at > occasion.interval.hi:
        raise InputError("data.field", field="made_at")
    if store.first(BackupRecord, root=command.root, made_at=command.made_at) is None:
        store.put(
            BackupRecord(
                id=occasion.new_id(),
                part=SCHOOL,
                recorded_by_id=occasion.actor_id,
                recorded_at=occasion.interval.made_at,
                **command.model_dump(),
            )
        )
    return []


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(RecordBackup, rights.by_role(Role.SYSTEM_OFFICER), record_backup),
)
