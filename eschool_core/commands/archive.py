"""The year's end: gaps waived, journals sealed, registers drawn up, destruction by an act (5.3).

What is sealed stays readable; it is destroyed only after its time, by an act that one person
proposes and the head approves. There is no other command that deletes a record of a year.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
)
from eschool_core.commands.former import check_over
from eschool_core.domain.archive import ArchiveEntry, RegisterRow, SectionWaiver
from eschool_core.domain.enums import Role
from eschool_core.domain.json_text import json_text
from eschool_core.domain.partition import ARCHIVE
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState, YearSection
from eschool_core.domain.school import AcademicYear, Journal, SchoolClass, Subject
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks, results
from eschool_core.regulation.retention import keep_until
from eschool_core.results import terms
from eschool_core.results.register import register_lines
from eschool_core.results.year_gaps import YearGap, class_gaps, journal_gaps, register_gaps
from eschool_core.store.store import Store

YEARS_OF = {ArchiveKind.JOURNAL: "journal_years", ArchiveKind.REGISTER: "register_years"}


class WaiveSection(Command):
    """Let a gap of the year pass, with a reason (4.4.5/1).

    Attributes:
        section: A ``YearSection``.
        object_id: Journal or class that the gap is of.
    """

    kind: ClassVar[str] = "waive_section"
    year_id: ObjectId
    section: Annotated[int, Field(strict=True, ge=1, le=len(YearSection))]
    object_id: ObjectId
    reason: Name


def waive_section(store: Store, command: WaiveSection, occasion: Occasion) -> Findings:
    """Write who let it pass and why.

    Raises:
        InputError: There is no such gap.
    """
    year = store.require(AcademicYear, command.year_id)
    section = YearSection(command.section)
    if not any(gap.section is section for gap in _gaps_of(store, year, command.object_id)):
        raise store.absent("archive.no_gap")
    store.put(
        SectionWaiver(
            id=occasion.new_id(),
            part=ARCHIVE,
            year_id=year.id,
            section=section.name.lower(),
            object_id=command.object_id,
            reason=command.reason,
            waived_by_id=occasion.actor_id,
            waived_at=occasion.interval.made_at,
        )
    )
    return []


def _gaps_of(store: Store, year: AcademicYear, object_id: int) -> tuple[YearGap, ...]:
    """Return the gaps of one journal or class: a school waives hundreds."""
    journal = store.get(Journal, object_id)
    if journal is not None:
        return journal_gaps(store, year, journal)
    school_class = store.get(SchoolClass, object_id)
    return () if school_class is None else class_gaps(store, year, school_class)


class SealJournal(Command):
    """Hand a journal of a closed year to the archive (4.4.5/1, 5.3/1)."""

    kind: ClassVar[str] = "seal_journal"
    journal_id: ObjectId


def seal_journal(store: Store, command: SealJournal, occasion: Occasion) -> Findings:
    """Write the archive's entry with the day until which it is kept.

    Raises:
        RegulationError: A gap is neither filled nor waived (4.4.5/1).
        InputError: The year is open for a class of it, or it is sealed already.
    """
    journal = store.require(Journal, command.journal_id)
    year = store.require(AcademicYear, journal.year_id)
    for school_class in terms.classes_of(store, journal):
        _require_closed(store, school_class)
    _require_filled(journal_gaps(store, year, journal))
    subject = store.get(Subject, journal.subject_id)
    name = "" if subject is None else subject.name
    title = f"{year.name} · {facts.journal_name(store, journal.id)} · {name}"
    _enter(store, occasion, ArchiveKind.JOURNAL, journal.id, year, title)
    return []


class DrawUpRegister(Command):
    """Draw up the summary register of a class for the archive (4.4.3/4, 4.4.5/1, 5.3/2)."""

    kind: ClassVar[str] = "draw_up_register"
    class_id: ObjectId

    def numbers_taken(self) -> int:
        """Return the numbers for the rows of the largest class."""
        return 1


def draw_up_register(store: Store, command: DrawUpRegister, occasion: Occasion) -> Findings:
    """Write the register, complete in itself: it is read when the journals are gone.

    Raises:
        RegulationError: A gap of the class or of one of its journals is neither filled nor waived.
        InputError: The year is open for the class, or the register is drawn up already.
    """
    school_class = store.require(SchoolClass, command.class_id)
    year = store.require(AcademicYear, school_class.year_id)
    _require_closed(store, school_class)
    _require_filled(register_gaps(store, year, school_class))
    title = f"{year.name} · {school_class.name}"
    entry_id = _enter(store, occasion, ArchiveKind.REGISTER, school_class.id, year, title)
    store.add_many(
        [
            RegisterRow(
                id=occasion.new_id(),
                part=ARCHIVE,
                entry_id=entry_id,
                ordinal=ordinal,
                pupil_id=line.pupil_id,
                content=json_text(asdict(line)),
            )
            for ordinal, line in enumerate(register_lines(store, school_class), start=1)
        ]
    )
    return []


class ProposeDestruction(Command):
    """Propose to destroy what has been kept its time, by an act (5.3)."""

    kind: ClassVar[str] = "propose_destruction"
    entry_id: ObjectId
    act: Name
    act_day: Day


def propose_destruction(store: Store, command: ProposeDestruction, occasion: Occasion) -> Findings:
    """Write the proposal.

    Raises:
        RegulationError: It must still be kept (5.3/1, 5.3/2).
        InputError: It is destroyed, or proposed already.
    """
    entry = store.require(ArchiveEntry, command.entry_id)
    _check_over(store, occasion, entry)
    if entry.state != ArchiveState.KEPT:
        raise InputError("archive.state")
    store.put(
        entry.replace(
            state=ArchiveState.DESTRUCTION_PROPOSED,
            act=command.act,
            act_day=command.act_day,
            proposed_by_id=occasion.actor_id,
        )
    )
    return []


class DecideDestruction(Command):
    """Approve the act of destruction as the head, or send it back."""

    kind: ClassVar[str] = "decide_destruction"
    entry_id: ObjectId
    approve: Annotated[int, Field(strict=True, ge=0, le=1)]


def decide_destruction(store: Store, command: DecideDestruction, occasion: Occasion) -> Findings:
    """Write the approval: from now on the record may be erased; its entry stays for ever.

    What is sent back is kept on, also after an approval that nobody has carried out yet: people
    come back. That needs no time to be over.

    Raises:
        RegulationError: It must still be kept; or the one who proposed it approves (2.2).
        InputError: Nothing is proposed, or it is erased.
    """
    entry = store.require(ArchiveEntry, command.entry_id)
    if command.approve:
        _check_over(store, occasion, entry)
    open_states = {ArchiveState.DESTRUCTION_PROPOSED}
    if not command.approve:
        open_states.add(ArchiveState.DESTROYED)
    if entry.state not in open_states:
        raise InputError("archive.state")
    results.check_two_persons(entry.proposed_by_id, occasion.actor_id)
    if command.approve:
        changed = entry.replace(
            state=ArchiveState.DESTROYED,
            approved_by_id=occasion.actor_id,
            destroyed_at=occasion.interval.made_at,
        )
    else:
        changed = entry.replace(
            state=ArchiveState.KEPT,
            act="",
            act_day=0,
            proposed_by_id=0,
            approved_by_id=0,
            destroyed_at=0,
        )
    store.put(changed)
    return []


def _check_over(store: Store, occasion: Occasion, entry: ArchiveEntry) -> None:
    check_over(store, entry, rights.act_days(store, occasion)[1])


def _require_closed(store: Store, school_class: SchoolClass) -> None:
    year_id = school_class.year_id
    if terms.closing_of(store, year_id, terms.WHOLE_YEAR, school_class.id) is None:
        raise store.absent("archive.year_open")


def _require_filled(gaps: Iterable[YearGap]) -> None:
    open_ones = [gap for gap in gaps if not gap.waived]
    if open_ones:
        raise RegulationError(checks.SECTIONS_UNFILLED, count=len(open_ones))


def _enter(
    store: Store,
    occasion: Occasion,
    kind: ArchiveKind,
    object_id: int,
    year: AcademicYear,
    title: str,
) -> int:
    if store.first(ArchiveEntry, kind=kind, object_id=object_id) is not None:
        raise InputError("archive.already")
    years = facts.policy_number(store, YEARS_OF[kind], year.last_day)
    start = str(facts.policy_value(store, "retention_start", year.last_day))
    last = keep_until(calendar.date_of(year.last_day), years, start)
    entry_id = occasion.new_id()
    store.put(
        ArchiveEntry(
            id=entry_id,
            part=ARCHIVE,
            year_id=year.id,
            kind=kind,
            object_id=object_id,
            title=title,
            sealed_at=occasion.interval.made_at,
            sealed_by_id=occasion.actor_id,
            keep_until=calendar.day_number(last),
            state=ArchiveState.KEPT,
        )
    )
    return entry_id


LEADERS = rights.by_role(*rights.STUDIES)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(WaiveSection, LEADERS, waive_section),
    CommandSpec(SealJournal, LEADERS, seal_journal),
    CommandSpec(DrawUpRegister, LEADERS, draw_up_register),
    CommandSpec(ProposeDestruction, LEADERS, propose_destruction),
    CommandSpec(DecideDestruction, rights.by_role(Role.HEAD), decide_destruction),
)
