"""An import begins, and what its commands change is kept for its undo (4.7.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar, Final

from pydantic import Field

from eschool_core.commands import rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Findings,
    Occasion,
    OptionalId,
)
from eschool_core.commands.plans import plans_journal
from eschool_core.domain.enums import Role
from eschool_core.domain.imports import ImportImage, ImportRecord, ImportSource
from eschool_core.domain.json_text import json_text
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.row import Row, columns
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError
from eschool_core.ids import MAX_NUMBER, ROWS_PER_NUMBER, make_id
from eschool_core.regulation import checks
from eschool_core.store.store import Store

MAX_COMMANDS: Final = 10_000
ENVELOPE: Final = ("id", "part", "seq")

_STAFF: Final = frozenset({"hire_staff", "appoint"})
_SCHOOL: Final = frozenset(
    {"create_subject", "create_class", "create_group", "open_journal", "set_load"}
)
CONSISTS_OF: Final[Mapping[int, frozenset[str]]] = MappingProxyType(
    {
        ImportSource.TIMETABLE: _STAFF | _SCHOOL | {"set_slots", "schedule_lessons"},
        ImportSource.ROSTER: _STAFF | _SCHOOL | {"admit_pupil", "add_guardian", "change_group"},
        ImportSource.STAFF: _STAFF,
        ImportSource.PLAN: frozenset({"set_plan"}),
        ImportSource.MARKS: frozenset({"record_mark"}),
    }
)
"""The commands that an import may be made of: its undo knows what they write."""
OF_JOURNAL: Final = (ImportSource.PLAN, ImportSource.MARKS)


class BeginImport(Command):
    """Say that the commands of the group after this one came out of a file.

    Attributes:
        journal_id: Of a plan and of marks, else 0.
        commands: Of the group, this one included.
        last: The last number that one of them takes.
    """

    kind: ClassVar[str] = "begin_import"
    source: Annotated[ImportSource, WHOLE]
    journal_id: OptionalId = 0
    commands: Annotated[int, Field(strict=True, ge=1, le=MAX_COMMANDS)]
    last: Annotated[int, Field(strict=True, ge=0, le=MAX_NUMBER)]


def begin_import(store: Store, command: BeginImport, occasion: Occasion) -> Findings:
    """Write the record of the import.

    One that somebody has let through after a review has none: its commands have been judged
    one by one, and are taken back so.

    Raises:
        InputError: ``import.begins``: it is not the first of its group, or replaces another
            command; ``data.field``: a journal where none belongs.
    """
    if occasion.reviewed_by:
        return []
    if occasion.ids_from is not None or occasion.group not in (0, occasion.number):
        raise InputError("import.begins")
    if command.last < occasion.number:
        raise InputError("data.field", field="last")
    if command.source in OF_JOURNAL:
        store.require(Journal, command.journal_id)
    elif command.journal_id:
        raise InputError("data.field", field="journal_id")
    store.add(
        ImportRecord(
            id=occasion.new_id(),
            part=partition(PartitionKind.ACCOUNT, occasion.actor_id),
            person_id=occasion.actor_id,
            source=command.source,
            journal_id=command.journal_id,
            commands=command.commands,
            last_id=make_id(occasion.device, command.last, ROWS_PER_NUMBER - 1),
            made_at=occasion.interval.made_at,
        )
    )
    return []


def may_import(store: Store, what: BeginImport | ImportRecord, occasion: Occasion) -> None:
    """Let pass who may give a file of this kind; each of its commands is judged by itself too.

    Raises:
        RightsError: 4.5.1 for a plan or marks, else 4.1.
    """
    if what.source == ImportSource.PLAN:
        plans_journal(store, what, occasion)
    elif what.source == ImportSource.MARKS:
        rights.require_role(store, occasion, Role.TEACHER, check=checks.FOREIGN_PAGE)
    else:
        rights.require_role(store, occasion, Role.SYSTEM_OFFICER, *rights.STUDIES)


@contextmanager
def kept_for_undo(store: Store, command: Command, occasion: Occasion) -> Iterator[None]:
    """Keep what the rows were that a command of an import changes in the block.

    Of marks nothing is kept: they have their history.

    Raises:
        InputError: ``import.foreign``: the command belongs to no import of this kind.
    """
    record = _import_of(store, command, occasion)
    if record is None or record.source == ImportSource.MARKS:
        yield
        return
    with store.telling(_Images(store, record, occasion).keep):
        yield


def _import_of(store: Store, command: Command, occasion: Occasion) -> ImportRecord | None:
    if occasion.group in (0, occasion.number):
        return None
    record = store.get(ImportRecord, make_id(occasion.device, occasion.group))
    if record is None:
        return None
    # The seqs of a group follow each other; a replica has none for what it has not sent.
    seq = store.ledger.stamp(None)
    follows = not store.complete or record.seq < seq < record.seq + record.commands
    last_id = make_id(occasion.device, occasion.number + occasion.take - 1, ROWS_PER_NUMBER - 1)
    if not follows or last_id > record.last_id or command.kind not in CONSISTS_OF[record.source]:
        raise InputError("import.foreign")
    return record


@dataclass(frozen=True, slots=True)
class _Images:
    """Keeps the first image of each row that was there before an import."""

    store: Store
    record: ImportRecord
    occasion: Occasion

    def keep(self, row: Row) -> None:
        """Write what a row is before it changes."""
        record = self.record
        place = {"import_id": record.id, "table_number": row.number, "row_id": row.id}
        made_here = record.id <= row.id <= record.last_id
        if made_here or self.store.first(ImportImage, **place) is not None:
            return
        values = dict(zip(columns(type(row)), row.values(), strict=True))
        content = {name: value for name, value in values.items() if name not in ENVELOPE}
        image = ImportImage(
            id=self.occasion.new_id_beside(),
            part=row.part,
            content=json_text(content),
            **place,
        )
        self.store.add(image)


SPECS: tuple[CommandSpec, ...] = (CommandSpec(BeginImport, may_import, begin_import),)
