"""Of whom class teacher and guardians are to be told, and how what was told has arrived (4.5.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.commands.concern_facts import Case, cases_of, term_of
from eschool_core.domain.care_enums import ConcernKind, DeliveryWay
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.informing import Concern, ConcernDelivery
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import AcademicYear, Journal
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name, people_names
from eschool_core.results import terms
from eschool_core.store.snapshot import Snapshot
from eschool_core.store.store import Store

PLACES = (
    "SELECT j.id, g.name, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id"
)
NAMES = "SELECT id, family, given, patronymic FROM pupil"


@dataclass(frozen=True, slots=True)
class Receipt(Answer):
    """How a concern reached one person; on paper it comes with the printed list."""

    person: str
    way: DeliveryWay
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConcernAnswer(Answer):
    """A case that is proposed, or was told.

    Attributes:
        amount: Mean mark in hundredths, or lessons missed.
        since: Day on which it came to that; None for what was told and is over.
        concern_id: 0 while it is only proposed.
        receipts: As far as this replica knows them.
    """

    journal_id: int
    group: str
    subject: str
    pupil_id: int
    pupil: str
    kind: ConcernKind
    amount: int
    since: date | None
    concern_id: int
    sent_at: datetime | None
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Concerns(Answer):
    """Cases of some journals: those to be told first.

    Attributes:
        partial: True where this replica lacks one of the journals.
    """

    proposed: tuple[ConcernAnswer, ...]
    sent: tuple[ConcernAnswer, ...]
    partial: bool


def concerns(store: Store, journal_ids: list[int], day: int) -> Concerns:
    """Return the cases of the journals' present terms, by journal and pupil."""
    zone = zone_of(store)
    places = {int(row[0]): (str(row[1]), str(row[2])) for row in store.rows(PLACES)}
    names = {int(row[0]): full_name(*row[1:4]) for row in store.rows(NAMES)}
    receipts = _receipts(store, zone)
    told: dict[int, list[Concern]] = defaultdict(list)
    for each in store.select(Concern):
        told[each.journal_id].append(each)
    proposed: list[ConcernAnswer] = []
    sent: list[ConcernAnswer] = []
    begun = _begun(store, journal_ids, day)
    found = cases_of(store, begun, day)
    for journal_id, first_day in begun.items():
        cases = {(case.pupil_id, case.kind): case for case in found[journal_id]}
        known = {
            (entry.pupil_id, ConcernKind(entry.kind)): entry
            for entry in told[journal_id]
            if entry.first_day == first_day
        }
        group, subject = places.get(journal_id, ("", ""))
        for pupil_id, kind in sorted({*cases, *known}):
            case, entry = cases.get((pupil_id, kind)), known.get((pupil_id, kind))
            answer = ConcernAnswer(
                journal_id=journal_id,
                group=group,
                subject=subject,
                pupil_id=pupil_id,
                pupil=names.get(pupil_id, ""),
                kind=kind,
                amount=_amount(case, entry),
                since=None if case is None else calendar.date_of(case.since),
                concern_id=0 if entry is None else entry.id,
                sent_at=None if entry is None else local(entry.sent_at, zone),
                receipts=() if entry is None else tuple(receipts[entry.id]),
            )
            (proposed if entry is None else sent).append(answer)
    held = all(store.holds(partition(PartitionKind.JOURNAL, each)) for each in journal_ids)
    return Concerns(tuple(proposed), tuple(sent), partial=not held)


def _begun(store: Store, journal_ids: Iterable[int], day: int) -> dict[int, int]:
    """Return the first day of the present term of each journal that gives marks."""
    once = Snapshot(store, frozenset({*terms.TERMS_REST_ON, AcademicYear}))
    journals = [once.require(Journal, journal_id) for journal_id in journal_ids]
    return {
        journal.id: term_of(once, journal, day)[0]
        for journal in journals
        if journal.kind != JournalKind.EXTRACURRICULAR
    }


def told_of(store: Store, pupil_id: int) -> frozenset[int]:
    """Return the concerns about a pupil that the store knows, by id."""
    return frozenset(row.id for row in store.select(Concern, pupil_id=pupil_id))


def _amount(case: Case | None, entry: Concern | None) -> int:
    """Return what was told, else what it is now."""
    if entry is not None:
        return entry.amount
    return 0 if case is None else case.amount


def _receipts(store: Store, zone: str) -> dict[int, list[Receipt]]:
    names = people_names(store)
    found: dict[int, list[Receipt]] = defaultdict(list)
    for entry in store.select(ConcernDelivery):
        found[entry.concern_id].append(
            Receipt(
                person=names.get(entry.person_id, ""),
                way=DeliveryWay(entry.way),
                seen_at=local(entry.seen_at, zone),
            )
        )
    return found
