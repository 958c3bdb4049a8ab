"""An import is taken back as a whole (4.7.4): what it made goes, what it changed comes back.

What rests on it forbids that: rows of others that name one of its rows, and later work on rows
that it wrote. Marks are no rows that simply go: they are taken back as their author would do it
by hand, and their history stays (2.2).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from eschool_core.commands import rights
from eschool_core.commands.base import Command, CommandSpec, Findings, ObjectId, Occasion, ShortText
from eschool_core.commands.columns import writes_lesson
from eschool_core.commands.imported import may_import
from eschool_core.commands.lessons import RecordMark, record_mark
from eschool_core.domain.enums import Role, WorkKind
from eschool_core.domain.imports import ImportImage, ImportRecord, ImportSource
from eschool_core.domain.journal import CellHistory, Mark, PlanItem, TimetableSlot
from eschool_core.domain.office import FindingRecord, Notice
from eschool_core.domain.partition import parts_of_objects
from eschool_core.domain.planning import PlanApproval
from eschool_core.domain.privacy import PersonalRead
from eschool_core.domain.row import Row, columns
from eschool_core.domain.school import TeachingLoad
from eschool_core.domain.tables import BY_NUMBER, TABLES
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Cover
from eschool_core.regulation.marks import TAKEN_BACK
from eschool_core.store import statements
from eschool_core.store.store import Store

NUMBERS: Final = 16
"""Command numbers of an undo: more rows of history than an import has commands."""
WITHIN: Final = "id BETWEEN ? AND ? ORDER BY id"
OF_PARTS: Final = "part BETWEEN ? AND ? ORDER BY id"
IMAGED: Final = (
    "id IN (SELECT row_id FROM import_image WHERE import_id = ? AND table_number = ?) ORDER BY id"
)
BURIED_SINCE: Final = (
    "SELECT COUNT(*) FROM tombstone WHERE seq > ? AND (row_id BETWEEN ? AND ? "
    "OR row_id IN (SELECT row_id FROM import_image WHERE import_id = ?))"
)
IMAGED_AGAIN: Final = (
    "SELECT COUNT(*) FROM import_image later JOIN import_image own "
    "ON own.row_id = later.row_id AND own.table_number = later.table_number "
    "WHERE own.import_id = ? AND later.import_id <> own.import_id AND later.seq > own.seq"
)
MARKS_OF_IMPORT: Final = (
    "SELECT m.id, m.lesson_id, m.position, m.seq, n.pupil_id FROM mark m "
    "JOIN journal_line n ON n.part = m.part WHERE m.id BETWEEN ? AND ? "
    "OR m.id IN (SELECT row_id FROM cell_history WHERE id BETWEEN ? AND ? AND table_number = ?) "
    "ORDER BY m.id"
)
BESIDE: Final[tuple[type[Row], ...]] = (Notice, FindingRecord)
"""What others were told of the import's objects: it goes with them."""
RESTS_ON_NOTHING: Final[tuple[type[Row], ...]] = (*BESIDE, PersonalRead, ImportRecord)
"""Beside these, what stays true without the rows: who looked at a card, what was imported."""
SETTLED_TOGETHER: Final[tuple[type[Row], ...]] = (TimetableSlot, TeachingLoad)
"""A clash is judged over the whole school: whatever was set later was judged against the import."""
PLANNED: Final[tuple[type[Row], ...]] = (PlanItem, PlanApproval)

Rows = list[tuple[type[Row], list[Row]]]
"""Rows by table."""


class UndoImport(Command):
    """Take back an import.

    Attributes:
        reason: Of marks that change after the lesson's day (2.2).
    """

    kind: ClassVar[str] = "undo_import"
    import_id: ObjectId
    reason: ShortText = ""

    def numbers_taken(self) -> int:
        """Return the numbers for the history of every mark."""
        return NUMBERS


def undo_import(store: Store, command: UndoImport, occasion: Occasion) -> Findings:
    """Make the school as if the import had not been; all of it or nothing.

    Raises:
        InputError: ``import.undo_done``: that has happened; ``import.undo_changed``: rows that it
            wrote were written since; ``import.undo_rests``: rows outside of it name its rows;
            ``import.undo_later``: a later timetable or plan was made beside it.
        UnknownFactError: On a replica: the school has not confirmed the import yet.
        RegulationError, HoldForReview: A mark cannot be taken back.
    """
    record = store.require(ImportRecord, command.import_id)
    if record.undone_at:
        raise InputError("import.undo_done")
    if not store.complete and not record.seq:
        raise store.absent("import.undo_unconfirmed")
    if record.source == ImportSource.MARKS:
        _take_marks_back(store, record, command, occasion)
    else:
        _take_rows_back(store, record)
    store.change(
        record,
        record.replace(undone_at=occasion.interval.made_at, undone_by_id=occasion.actor_id),
    )
    return []


def may_undo(store: Store, command: UndoImport, occasion: Occasion) -> None:
    """Let pass who gave the file and still may, and the system officer; of marks the author alone.

    Raises:
        RightsError: Anybody else (4.5.1 of marks, else 4.1).
    """
    record = store.require(ImportRecord, command.import_id)
    of_marks = record.source == ImportSource.MARKS
    officer = rights.role_cover(store, occasion, Role.SYSTEM_OFFICER)
    if not of_marks and (occasion.actor_id == 0 or officer is Cover.THROUGHOUT):
        return
    if occasion.actor_id != record.person_id:
        raise RightsError(checks.FOREIGN_PAGE if of_marks else checks.ROLE_DENIED)
    may_import(store, record, occasion)


def _last_seq(record: ImportRecord) -> int:
    return record.seq + record.commands - 1


def _take_rows_back(store: Store, record: ImportRecord) -> None:
    made = _made(store, record)
    images = store.select(ImportImage, import_id=record.id)
    imaged = _imaged(store, record, images)
    _refuse_changed(store, record, [*made, *imaged])
    _refuse_rest(store, record)
    _refuse_later(store, record, made, images)
    parts = parts_of_objects(record.id, record.last_id)
    for table in BESIDE:
        store.delete_many(store.where(table, OF_PARTS, *parts))
    for _, rows in _made(store, record):
        store.delete_many(rows)
    there = {(row.number, row.id): row for _, rows in imaged for row in rows}
    for image in images:
        before = _before(image)
        now = there.get((image.table_number, image.row_id))
        if now is None:
            store.add(before)
        else:
            store.change(now, before)
    store.delete_many(images)


def _made(store: Store, record: ImportRecord) -> Rows:
    """Return the rows that the import made and that are here."""
    own = (ImportRecord, ImportImage)
    found: Rows = [
        (spec.table, store.where(spec.table, WITHIN, record.id, record.last_id))
        for spec in TABLES
        if spec.table not in own
    ]
    return [(table, rows) for table, rows in found if rows]


def _imaged(store: Store, record: ImportRecord, images: Iterable[ImportImage]) -> Rows:
    """Return the rows that the import changed and did not delete."""
    numbers = sorted({image.table_number for image in images})
    tables = [BY_NUMBER[number].table for number in numbers]
    return [(table, store.where(table, IMAGED, record.id, table.number)) for table in tables]


def _before(image: ImportImage) -> Row:
    """Return the row of an image; a column that came later has its default."""
    table = BY_NUMBER[image.table_number].table
    names = columns(table)
    kept = {name: value for name, value in json.loads(image.content).items() if name in names}
    return table(id=image.row_id, part=image.part, **kept)


def _refuse_changed(store: Store, record: ImportRecord, written: Rows) -> None:
    last = _last_seq(record)
    count = sum(row.seq > last for table, rows in written if table not in BESIDE for row in rows)
    if store.complete:
        # A replica does not keep what was deleted; the server then refuses.
        ids = (record.id, record.last_id)
        count += int(store.rows(BURIED_SINCE, last, *ids, record.id)[0][0])
    if count:
        raise InputError("import.undo_changed", count=count)


def _refuse_rest(store: Store, record: ImportRecord) -> None:
    ids = (record.id, record.last_id)
    parts = parts_of_objects(*ids)
    for spec in TABLES:
        if spec.table in RESTS_ON_NOTHING:
            continue
        sql, width = statements.referring(spec.table)
        count = int(store.rows(sql, *ids, *parts, *(ids * width))[0][0])
        if spec.table is ImportImage:
            count += int(store.rows(IMAGED_AGAIN, record.id)[0][0])
        if count:
            table = statements.name_of(spec.table)
            raise InputError("import.undo_rests", table=table, count=count)


def _refuse_later(
    store: Store, record: ImportRecord, made: Rows, images: Sequence[ImportImage]
) -> None:
    last = _last_seq(record)
    numbers = {image.table_number for image in images} | {table.number for table, _ in made}
    count = 0
    for table in SETTLED_TOGETHER:
        if table.number in numbers:
            count += len(store.where(table, "seq > ?", last))
    if record.source == ImportSource.PLAN:
        parts = {image.part for image in images} | {row.part for _, rows in made for row in rows}
        for table in PLANNED:
            count += sum(
                len(store.where(table, "part = ? AND seq > ?", part, last)) for part in parts
            )
    if count:
        raise InputError("import.undo_later", count=count)


def _take_marks_back(
    store: Store, record: ImportRecord, command: UndoImport, occasion: Occasion
) -> None:
    ids = (record.id, record.last_id)
    before: dict[int, dict[str, int | str]] = {}
    for entry in store.where(CellHistory, WITHIN, *ids):
        if entry.table_number == Mark.number:
            before.setdefault(entry.row_id, json.loads(entry.content))
    rows = store.rows(MARKS_OF_IMPORT, *ids, *ids, Mark.number)
    changed = sum(int(row[3]) > _last_seq(record) for row in rows)
    if changed:
        raise InputError("import.undo_changed", count=changed)
    for mark_id, lesson_id, position, _, pupil_id in rows:
        earlier = before.get(int(mark_id), {})
        inner = RecordMark(
            lesson_id=lesson_id,
            pupil_id=pupil_id,
            position=position,
            value=int(earlier.get("value", TAKEN_BACK)),
            work_kind=WorkKind(int(earlier.get("kind", WorkKind.CLASSWORK))),
            weight=int(earlier.get("weight", RecordMark.model_fields["weight"].default)),
            comment=str(earlier.get("comment", "")),
            reason=command.reason,
        )
        writes_lesson(store, inner, occasion)
        record_mark(store, inner, occasion)


SPECS: tuple[CommandSpec, ...] = (CommandSpec(UndoImport, may_undo, undo_import),)
