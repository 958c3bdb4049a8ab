"""Journals, loads, timetable, lessons made from it, substitutions, plans (4.4.2, 4.5.1, 2.3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import clashes, facts, rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    LongText,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
    Small,
)
from eschool_core.commands.membership import open_lines
from eschool_core.commands.plans import plans_journal, withdraw_approval
from eschool_core.commands.telling import remedy_findings
from eschool_core.commands.timetable import SPECS as TIMETABLE_SPECS
from eschool_core.domain.enums import JournalKind, Role, SubstitutionKind
from eschool_core.domain.journal import Lesson, PlanItem
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.domain.school import (
    AcademicYear,
    Journal,
    Staff,
    StudyGroup,
    Subject,
    Substitution,
    TeachingLoad,
)
from eschool_core.errors import InputError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding
from eschool_core.store.store import Store

MAX_PLAN_ITEMS = 400


class OpenJournal(Command):
    """Open the journal of a subject in a group."""

    kind: ClassVar[str] = "open_journal"
    year_id: ObjectId
    group_id: ObjectId
    subject_id: ObjectId
    journal_kind: Annotated[JournalKind, WHOLE]


def open_journal(store: Store, command: OpenJournal, occasion: Occasion) -> Findings:
    """Write the journal and a line for each member of its group in the year.

    Raises:
        InputError: The group is of another year.
    """
    year = store.require(AcademicYear, command.year_id)
    if store.require(StudyGroup, command.group_id).year_id != year.id:
        raise InputError("data.field", field="group_id")
    store.require(Subject, command.subject_id)
    journal = Journal(
        id=occasion.new_id(),
        part=SCHOOL,
        year_id=year.id,
        group_id=command.group_id,
        subject_id=command.subject_id,
        kind=command.journal_kind,
    )
    store.put(journal)
    open_lines(store, occasion, journal, year.first_day)
    return []


class SetLoad(Command):
    """Give a teacher a journal, with the weekly periods, from one day to another."""

    kind: ClassVar[str] = "set_load"
    journal_id: ObjectId
    staff_id: ObjectId
    weekly_periods: Small
    first_day: Day
    last_day: Day


def set_load(store: Store, command: SetLoad, occasion: Occasion) -> Findings:
    """Write the load, or its new dates and hours.

    Raises:
        InputError: It ends before it begins, or lies outside the journal's year.
        RegulationError: The journal's timetable has the teacher in two places at once (4.4.2).
    """
    journal = store.require(Journal, command.journal_id)
    year = store.require(AcademicYear, journal.year_id)
    if command.last_day < command.first_day or command.last_day < year.first_day:
        raise InputError("data.field", field="last_day")
    if command.first_day > year.last_day:
        raise InputError("data.field", field="first_day")
    store.require(Staff, command.staff_id)
    known = store.first(
        TeachingLoad,
        journal_id=command.journal_id,
        staff_id=command.staff_id,
        first_day=command.first_day,
    )
    store.put(
        TeachingLoad(
            id=occasion.new_id() if known is None else known.id,
            part=SCHOOL,
            **command.model_dump(),
        )
    )
    slots = clashes.weekly(store, [journal.id], command.first_day)[journal.id]
    clashes.refuse_clash(store, journal, slots, clashes.rivals_of_teacher(store, journal))
    return []


class RecordSubstitution(Command):
    """Register that somebody teaches for somebody else (4.5.1).

    SINGLE and MERGED name a lesson; ACTING goes by dates and needs an order.
    """

    kind: ClassVar[str] = "record_substitution"
    journal_id: ObjectId
    lesson_id: OptionalId = 0
    absent_id: ObjectId
    substitute_id: ObjectId
    substitution_kind: Annotated[SubstitutionKind, WHOLE]
    first_day: Day
    last_day: Day
    act: ShortText = ""


def record_substitution(store: Store, command: RecordSubstitution, occasion: Occasion) -> Findings:
    """Write the substitution; one that its teacher had claimed becomes registered.

    Raises:
        InputError: ACTING without an order, or another kind without its lesson; the lesson is of
            another journal or date; who is absent does not teach the journal then; somebody
            would stand in for oneself.
    """
    store.require(Journal, command.journal_id)
    _check_pair(store, command)
    acting = command.substitution_kind is SubstitutionKind.ACTING
    if acting and not command.act:
        raise InputError("data.field", field="act")
    if acting == bool(command.lesson_id):
        raise InputError("data.field", field="lesson_id")
    if command.lesson_id:
        lesson = store.require(Lesson, command.lesson_id)
        if lesson.journal_id != command.journal_id:
            raise InputError("data.field", field="lesson_id")
        if not command.first_day <= lesson.day <= command.last_day:
            raise InputError("data.field", field="first_day")
        remedy_findings(store, occasion, checks.SUBSTITUTION_UNREGISTERED, lesson.id)
    claimed = store.first(
        Substitution,
        journal_id=command.journal_id,
        lesson_id=command.lesson_id,
        substitute_id=command.substitute_id,
        confirmed=0,
    )
    store.put(
        Substitution(
            id=occasion.new_id() if claimed is None else claimed.id,
            part=SCHOOL,
            journal_id=command.journal_id,
            lesson_id=command.lesson_id,
            absent_id=command.absent_id,
            substitute_id=command.substitute_id,
            kind=command.substitution_kind,
            first_day=command.first_day,
            last_day=command.last_day,
            act=command.act,
        )
    )
    return []


def _check_pair(store: Store, command: RecordSubstitution) -> None:
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    store.require(Staff, command.substitute_id)
    if command.substitute_id == command.absent_id:
        raise InputError("data.field", field="substitute_id")
    dates = (command.first_day, command.last_day)
    if not facts.teaches(store, command.journal_id, command.absent_id, *dates):
        raise InputError("journal.not_its_teacher")


class ClaimSubstitution(Command):
    """Say that one has taken a lesson whose substitution is not registered yet (4.5.1)."""

    kind: ClassVar[str] = "claim_substitution"
    lesson_id: ObjectId
    absent_id: ObjectId


def claim_substitution(store: Store, command: ClaimSubstitution, occasion: Occasion) -> Findings:
    """Write it as «замена не оформлена»: the lesson is kept, the deputy head confirms.

    Raises:
        InputError: Who is absent does not teach the journal, the actor teaches it already, or
            somebody else has written in the lesson's column.
    """
    lesson = store.require(Lesson, command.lesson_id)
    dates = (lesson.day, lesson.day)
    if not facts.teaches(store, lesson.journal_id, command.absent_id, *dates):
        raise InputError("journal.not_its_teacher")
    if facts.teaches(store, lesson.journal_id, occasion.actor_id, *dates):
        raise InputError("journal.own_lesson")
    if store.first(Substitution, lesson_id=lesson.id, substitute_id=occasion.actor_id):
        return []
    if rights.others_wrote(store, lesson.id, occasion.actor_id):
        raise InputError("journal.lesson_written")
    store.put(
        Substitution(
            id=occasion.new_id(),
            part=SCHOOL,
            journal_id=lesson.journal_id,
            lesson_id=lesson.id,
            absent_id=command.absent_id,
            substitute_id=occasion.actor_id,
            kind=SubstitutionKind.SINGLE,
            first_day=lesson.day,
            last_day=lesson.day,
            confirmed=0,
        )
    )
    return [Finding(checks.SUBSTITUTION_UNREGISTERED, {})]


class EndSubstitution(Command):
    """End a substitution: an ACTING one on a day, another one altogether (4.5.1)."""

    kind: ClassVar[str] = "end_substitution"
    substitution_id: ObjectId
    last_day: Day


def end_substitution(store: Store, command: EndSubstitution, occasion: Occasion) -> Findings:
    """Write the last day of an ACTING one; withdraw one of a single lesson.

    Raises:
        InputError: The day lies outside its dates.
    """
    entry = store.require(Substitution, command.substitution_id)
    if entry.kind != SubstitutionKind.ACTING:
        store.delete(entry)
        return []
    if not entry.first_day <= command.last_day <= entry.last_day:
        raise InputError("data.field", field="last_day")
    store.put(entry.replace(last_day=command.last_day))
    return []


class PlanRow(Command):
    """One row of a calendar plan; see ``PlanItem``."""

    ordinal: Small
    section: ShortText
    topic: LongText
    hours: Small = 1
    planned_day: Day = 0
    work_kind: Annotated[int, Field(strict=True, ge=0, le=10)] = 0
    homework: LongText = ""


class SetPlan(Command):
    """Enter the calendar plan (КТП) of a journal in place of an earlier one (2.3)."""

    kind: ClassVar[str] = "set_plan"
    journal_id: ObjectId
    items: Annotated[tuple[PlanRow, ...], Field(min_length=1, max_length=MAX_PLAN_ITEMS)]


def set_plan(store: Store, command: SetPlan, occasion: Occasion) -> Findings:
    """Write the items in place of those of the same number; the others of the plan go.

    The plan is a draft until it is approved (again): nothing is refused for its hours.
    Topics recorded from it keep their own text.

    Raises:
        InputError: Two rows have the same number.
    """
    store.require(Journal, command.journal_id)
    if len({row.ordinal for row in command.items}) < len(command.items):
        raise InputError("data.field", field="items")
    part = partition(PartitionKind.JOURNAL, command.journal_id)
    known = {item.ordinal: item for item in store.select(PlanItem, part=part)}
    fresh: list[PlanItem] = []
    for row in command.items:
        item = PlanItem(id=0, part=part, **row.model_dump())
        earlier = known.pop(row.ordinal, None)
        if earlier is None:
            fresh.append(item.replace(id=occasion.new_id()))
        elif earlier.replace(seq=0).values() != item.replace(id=earlier.id).values():
            store.put(item.replace(id=earlier.id))
    for earlier in known.values():
        store.delete(earlier)
    store.add_many(fresh)
    withdraw_approval(store, command.journal_id)
    return []


def may_claim(store: Store, command: ClaimSubstitution, occasion: Occasion) -> None:
    """Let pass any teacher, for a lesson that is not in the future.

    Raises:
        RightsError: The actor is no teacher.
        InputError: The lesson is on a later date.
    """
    rights.require_role(store, occasion, Role.TEACHER, check=checks.FOREIGN_PAGE)
    lesson = store.require(Lesson, command.lesson_id)
    today = calendar.local_day(occasion.interval.hi, facts.school(store).zone)
    if lesson.day > today:
        raise InputError("data.field", field="lesson_id")


MANAGES = rights.by_role(Role.HEAD, Role.DEPUTY_STUDIES)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(OpenJournal, MANAGES, open_journal),
    CommandSpec(SetLoad, MANAGES, set_load),
    CommandSpec(RecordSubstitution, MANAGES, record_substitution),
    CommandSpec(ClaimSubstitution, may_claim, claim_substitution),
    CommandSpec(EndSubstitution, MANAGES, end_substitution),
    CommandSpec(SetPlan, plans_journal, set_plan),
    *TIMETABLE_SPECS,
)
