"""What is kept of people who have left, and the end of that (5.3; 152-ФЗ).

A former pupil's data are kept as long as the journals that name the pupil: they go when those are
erased. What an access has left behind goes a year after it ended. Both need an act that one person
proposes and the head approves, as journals do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.base import Command, CommandSpec, Day, Findings, Name, ObjectId, Occasion
from eschool_core.domain.archive import ArchiveEntry, RegisterRow
from eschool_core.domain.informing import Thread
from eschool_core.domain.journal import CellHistory, JournalLine
from eschool_core.domain.partition import ARCHIVE, PartitionKind, partition
from eschool_core.domain.people import Pupil
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.domain.results import CouncilDecision
from eschool_core.domain.row import FOREVER, Row, columns
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_core.regulation.retention import KEPT, check_kept, keep_until
from eschool_core.store.store import Store

OF_PEOPLE: Final = (ArchiveKind.PUPIL, ArchiveKind.ACCESS)
PENDING: Final = (ArchiveState.DESTRUCTION_PROPOSED, ArchiveState.DESTROYED)
ACCESS_YEARS: Final = 1
WHOLE: Final = (PartitionKind.NAME, PartitionKind.PUPIL, PartitionKind.PERSON)
"""Partitions of a pupil of which nothing stays."""
LONGER: Final = (RegisterRow, CouncilDecision, JournalLine)
"""Rows about a pupil that have their own time: of registers, and of journals, which go before."""
LAST_YEAR: Final = (
    "SELECT max(e.last_day), max(y.last_day) FROM enrolment e "
    "JOIN school_class c ON c.id = e.class_id JOIN academic_year y ON y.id = c.year_id "
    "WHERE e.pupil_id = ?"
)
LAST_CLASS: Final = (
    "SELECT y.id, y.name, c.name FROM enrolment e JOIN school_class c ON c.id = e.class_id "
    "JOIN academic_year y ON y.id = c.year_id WHERE e.pupil_id = ? "
    "ORDER BY e.last_day DESC, e.id DESC LIMIT 1"
)
LAST_POST: Final = "SELECT max(last_day) FROM appointment WHERE person_id = ?"
LAST_WARD: Final = (
    "SELECT g.last_day, max(e.last_day) FROM guardianship g "
    "JOIN enrolment e ON e.pupil_id = g.pupil_id WHERE g.guardian_id = ? GROUP BY g.id, g.last_day"
)


class ProposeErasure(Command):
    """Propose to erase what is kept of somebody who has left, by an act (5.3).

    Attributes:
        what: ``PUPIL`` or ``ACCESS``.
        person_id: A pupil; for ``ACCESS`` a pupil, guardian or member of staff.
    """

    kind: ClassVar[str] = "propose_erasure"
    what: Annotated[int, Field(strict=True, ge=ArchiveKind.PUPIL, le=ArchiveKind.ACCESS)]
    person_id: ObjectId
    act: Name
    act_day: Day


def propose_erasure(store: Store, command: ProposeErasure, occasion: Occasion) -> Findings:
    """Write the proposal as an entry of the archive; no name is in it, for it stays for ever.

    Raises:
        RegulationError: It must still be kept (5.3).
        InputError: ``erasure.not_over``, ``erasure.journals``, ``erasure.access_kept``;
            ``archive.already``: it is proposed, or was decided upon since the person left last.
    """
    kind = ArchiveKind(command.what)
    today = rights.act_days(store, occasion)[1]
    kept = kept_of(store, kind, command.person_id)
    _check(store, kind, command.person_id, kept.keep_until, today)
    for entry in store.select(ArchiveEntry, kind=kind, object_id=command.person_id):
        if entry.state in PENDING or entry.keep_until >= kept.keep_until:
            raise InputError("archive.already")
    store.put(
        ArchiveEntry(
            id=occasion.new_id(),
            part=ARCHIVE,
            year_id=kept.year_id,
            kind=kind,
            object_id=command.person_id,
            title=kept.title,
            sealed_at=occasion.interval.made_at,
            sealed_by_id=occasion.actor_id,
            keep_until=kept.keep_until,
            state=ArchiveState.DESTRUCTION_PROPOSED,
            act=command.act,
            act_day=command.act_day,
            proposed_by_id=occasion.actor_id,
        )
    )
    return []


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of somebody.

    Attributes:
        keep_until: Last day, as a day number.
        title: Year and class, or the day on which the access ended.
        year_id: 0 for an access.
    """

    keep_until: int
    title: str
    year_id: int


def kept_of(store: Store, kind: ArchiveKind, person_id: int) -> Kept:
    """Return how long something is kept of a person.

    Raises:
        InputError: ``erasure.not_over``: the person has not left, or was never here.
    """
    if kind is ArchiveKind.PUPIL:
        [(_, year_end)] = store.rows(LAST_YEAR, person_id)
        if year_end is None:
            raise store.absent("erasure.not_over")
        [(year_id, year_name, class_name)] = store.rows(LAST_CLASS, person_id)
        years = facts.policy_number(store, "journal_years", year_end)
        start = str(facts.policy_value(store, "retention_start", year_end))
        last = keep_until(calendar.date_of(year_end), years, start)
        return Kept(calendar.day_number(last), f"{year_name} · {class_name}", int(year_id))
    ended = access_ended(store, person_id)
    if ended is None:
        raise store.absent("erasure.not_over")
    if ended >= FOREVER:
        raise InputError("erasure.not_over")
    day = calendar.date_of(ended)
    return Kept(calendar.day_number(keep_until(day, ACCESS_YEARS, "")), day.isoformat(), 0)


def access_ended(store: Store, person_id: int) -> int | None:
    """Return the last day of a person's last post, enrolment or ward; None for nobody."""
    days = [row[0] for row in store.rows(LAST_POST, person_id)]
    days += [row[0] for row in store.rows(LAST_YEAR, person_id)]
    days += [min(own, ward) for own, ward in store.rows(LAST_WARD, person_id)]
    return max((int(day) for day in days if day is not None), default=None)


def check_over(store: Store, entry: ArchiveEntry, today: int) -> None:
    """Let pass what has been kept its time; of people it is counted anew, for they come back.

    Raises:
        RegulationError: It must still be kept (5.3).
        InputError: ``erasure.not_over``, ``erasure.journals``, ``erasure.access_kept``.
    """
    kind = ArchiveKind(entry.kind)
    last = entry.keep_until
    if kind in OF_PEOPLE:
        last = kept_of(store, kind, entry.object_id).keep_until
    _check(store, kind, entry.object_id, last, today)


def _check(store: Store, kind: ArchiveKind, object_id: int, last: int, today: int) -> None:
    last_day = calendar.date_of(last)
    if kind is ArchiveKind.ACCESS:
        if today <= last:
            raise InputError("erasure.access_kept", date=last_day.isoformat())
        return
    if kind is ArchiveKind.PUPIL:
        [(ended, _)] = store.rows(LAST_YEAR, object_id)
        if ended >= today:
            raise InputError("erasure.not_over")
        lines = len(store.select(JournalLine, pupil_id=object_id))
        if lines:
            raise InputError("erasure.journals", count=lines)
    check_kept(KEPT[kind], last_day, calendar.date_of(today))


def partitions_of(store: Store, pupil_id: int) -> list[int]:
    """Return the partitions of a former pupil of which nothing stays: own ones and messages."""
    threads = store.select(Thread, pupil_id=pupil_id)
    return [
        *(partition(kind, pupil_id) for kind in WHOLE),
        *(partition(PartitionKind.THREAD, thread.id) for thread in threads),
    ]


def rows_of(store: Store, kind: ArchiveKind, person_id: int) -> Iterator[Row]:
    """Yield the rows that go with a person, each once.

    Of a pupil: every row of the pupil's partitions and threads and every row elsewhere that names
    the pupil, but what registers keep: the council's decisions with what they were before. Of an
    access: slips, grants, blocks, feeds, channels, reads;
    public keys of devices stay, since signatures in the history are checked by them.
    """
    seen: set[tuple[int, int]] = set()
    for row in _pupil(store, person_id) if kind is ArchiveKind.PUPIL else _access(store, person_id):
        if (row.number, row.id) not in seen:
            seen.add((row.number, row.id))
            yield row


def _pupil(store: Store, pupil_id: int) -> Iterator[Row]:
    parts = partitions_of(store, pupil_id)
    day = partition(PartitionKind.PUPIL_DAY, pupil_id)
    for spec in TABLES:
        if spec.table in LONGER:
            continue
        if "pupil_id" in columns(spec.table):
            yield from store.select(spec.table, pupil_id=pupil_id)
        for part in (*parts, day):
            for row in store.select(spec.table, part=part):
                if not _is_history_of_decision(row):
                    yield row
    yield from store.select(Pupil, id=pupil_id)


def _is_history_of_decision(row: Row) -> bool:
    """Return whether a row is an earlier decision of the council: it goes with the decision."""
    return isinstance(row, CellHistory) and row.table_number == CouncilDecision.number


def _access(store: Store, person_id: int) -> Iterator[Row]:
    for spec in TABLES:
        if spec.retention == "access_1_year" and "person_id" in columns(spec.table):
            yield from store.select(spec.table, person_id=person_id)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(ProposeErasure, rights.by_role(*rights.STUDIES), propose_erasure),
)
