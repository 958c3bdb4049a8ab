"""Erasure of what an approved act of destruction names: the end of keeping (5.3).

The act is proposed by the leaders, approved by the head (``archive``), and carried out by the
server with this command. What is erased is told by rows alone, so every replay erases the same.
Payload and salt of the commands that wrote it go with the rows; that is ``eschool_sync``'s work.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final

import msgpack
from pydantic import StringConstraints

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.base import Command, CommandSpec, Findings, Flag, ObjectId, Occasion
from eschool_core.commands.former import check_over, partitions_of, rows_of
from eschool_core.domain.archive import ArchiveEntry, RegisterRow
from eschool_core.domain.journal import CellHistory, JournalLine, Lesson
from eschool_core.domain.office import FindingRecord, Notice
from eschool_core.domain.partition import OF_LINE, PartitionKind, partition
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.domain.results import CouncilDecision
from eschool_core.domain.review import HeldCommand
from eschool_core.domain.row import Row
from eschool_core.domain.school import AcademicYear
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_core.store.store import Store

MINUTES_PER_DAY: Final = 24 * 60
WHOLE: Final = (PartitionKind.JOURNAL, *OF_LINE)
"""Kinds of partitions that a journal takes with it."""


class EraseRecord(Command):
    """Erase what an approved act names; the server's own act.

    Attributes:
        remains: Hash over what is kept in place of the erased payloads, so that nobody can change
            it unnoticed.
        again: 1 where it was erased before and came back with a restored backup, from a time when
            the act was not approved yet.
    """

    kind: ClassVar[str] = "erase_record"
    entry_id: ObjectId
    remains: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    again: Flag = 0


def erase_record(store: Store, command: EraseRecord, occasion: Occasion) -> Findings:
    """Delete the rows; the archive's entry stays for ever, with the act.

    Raises:
        RegulationError: It must still be kept (5.3).
        InputError: ``archive.state``: no act was approved, or it is erased already.
    """
    entry = store.require(ArchiveEntry, command.entry_id)
    if entry.state == ArchiveState.ERASED or (
        entry.state != ArchiveState.DESTROYED and not command.again
    ):
        raise InputError("archive.state")
    today = rights.act_days(store, occasion)[1]
    check_over(store, entry, today)
    for row in erased_rows(store, entry):
        store.delete(row)
    store.put(entry.replace(state=ArchiveState.ERASED))
    return []


def whole_partitions(store: Store, entry: ArchiveEntry) -> list[int]:
    """Return the partitions of which nothing stays: of a journal its own and its lines."""
    if entry.kind == ArchiveKind.PUPIL:
        return partitions_of(store, entry.object_id)
    if entry.kind != ArchiveKind.JOURNAL:
        return []
    lines = store.select(JournalLine, journal_id=entry.object_id)
    own = partition(PartitionKind.JOURNAL, entry.object_id)
    return [own, *(partition(kind, line.id) for line in lines for kind in OF_LINE)]


def erased_rows(store: Store, entry: ArchiveEntry) -> Iterator[Row]:
    """Yield the rows that go with an entry, each once.

    Of a journal: its lessons, its pupils' lines, what was found in its lessons, commands on them
    that still wait, and notices of the years up to its own. Of a register: its rows, and the
    council's decisions on its pupils in that year with what they were before. Of a package none:
    it lies on a medium. Of people see ``former``, and commands on a pupil that still wait.
    """
    if entry.kind == ArchiveKind.REGISTER:
        yield from _of_register(store, entry)
    elif entry.kind == ArchiveKind.JOURNAL:
        yield from _of_journal(store, entry)
    elif entry.kind in (ArchiveKind.PUPIL, ArchiveKind.ACCESS):
        yield from rows_of(store, ArchiveKind(entry.kind), entry.object_id)
        if entry.kind == ArchiveKind.PUPIL:
            yield from _held(store, {entry.object_id})


def _of_journal(store: Store, entry: ArchiveEntry) -> Iterator[Row]:
    lessons = store.select(Lesson, journal_id=entry.object_id)
    yield from _of_lessons(store, lessons)
    year = store.require(AcademicYear, entry.year_id)
    zone = facts.school(store).zone
    until = calendar.moment_of(year.last_day, MINUTES_PER_DAY, zone)
    yield from store.where(Notice, "made_at < ? ORDER BY id", until)
    for part in whole_partitions(store, entry):
        for spec in TABLES:
            if not {*spec.kinds}.isdisjoint(WHOLE):
                yield from store.select(spec.table, part=part)


def _of_register(store: Store, entry: ArchiveEntry) -> Iterator[Row]:
    pupils = []
    for line in store.select(RegisterRow, entry_id=entry.id):
        pupils.append(line.pupil_id)
        yield line
    for pupil_id in pupils:
        for row in store.select(CouncilDecision, pupil_id=pupil_id, year_id=entry.year_id):
            yield row
            earlier = {"table_number": row.number, "row_id": row.id}
            yield from store.select(CellHistory, part=row.part, **earlier)


def _of_lessons(store: Store, lessons: list[Lesson]) -> Iterator[Row]:
    ids = {lesson.id for lesson in lessons}
    for lesson in lessons:
        yield from store.select(FindingRecord, lesson_id=lesson.id)
    yield from _held(store, ids)


def _held(store: Store, ids: set[int]) -> Iterator[Row]:
    for held in store.select(HeldCommand):
        if mentions(held.payload, ids):
            yield held


def mentions(payload: bytes, ids: set[int]) -> bool:
    """Return whether a packed command names one of some rows; ids are unique in a school."""
    return any(number in ids for number in _numbers(msgpack.unpackb(payload)))


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _numbers(each)


SPECS: tuple[CommandSpec, ...] = (CommandSpec(EraseRecord, rights.server_only, erase_record),)
