"""What the rules of duties look at: one store at one moment, with what they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.care import ClassCheck
from eschool_core.domain.enums import Role, SubstitutionKind
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.results import AssessmentRule, OrderDate, TermClosing, TermScheme
from eschool_core.domain.row import Row
from eschool_core.domain.school import (
    AcademicYear,
    Appointment,
    CalendarDay,
    GroupClass,
    Journal,
    PolicyValue,
    SchoolClass,
    Substitution,
    TeachingLoad,
    Term,
)
from eschool_core.queries.duties.duty import Done, Duty, DutyState, Missing
from eschool_core.queries.in_force import year_on, zone_of
from eschool_core.queries.names import full_name, staff_names
from eschool_core.store.snapshot import Snapshot
from eschool_core.store.store import Store

PUPILS = "SELECT id, family, given FROM pupil"
WHOLE: frozenset[type[Row]] = frozenset(
    {
        AcademicYear,
        AssessmentRule,
        ClassCheck,
        GroupClass,
        Journal,
        OrderDate,
        PolicyValue,
        SchoolClass,
        Term,
        TermClosing,
        TermScheme,
    }
)
"""What rules ask of each class, journal and date: read once for all of them."""


@dataclass
class View:
    """A store at a moment.

    Attributes:
        moment: Seconds UTC that the duties are judged at.
        person_id: Whose duties are wanted; 0 for everybody's.
        partial: Set where a duty of the wanted person could not be judged from this store.
    """

    store: Store
    moment: int
    person_id: int = 0
    partial: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.store = Snapshot(self.store, WHOLE)

    @cached_property
    def zone(self) -> str:
        """The school's time zone."""
        return zone_of(self.store)

    @cached_property
    def day(self) -> int:
        """The school's date at the moment."""
        return calendar.local_day(self.moment, self.zone)

    @cached_property
    def year(self) -> AcademicYear | None:
        """The academic year that the moment lies in, else the one before it."""
        return year_on(self.store, self.day)

    @cached_property
    def names(self) -> dict[int, str]:
        """Short names of staff."""
        return staff_names(self.store)

    @cached_property
    def pupils(self) -> dict[int, str]:
        """Family and given names of pupils."""
        return {int(row[0]): full_name(*row[1:3]) for row in self.store.rows(PUPILS)}

    @cached_property
    def classes(self) -> list[SchoolClass]:
        """The classes of the year."""
        return [] if self.year is None else self.store.select(SchoolClass, year_id=self.year.id)

    @cached_property
    def _calendar_rules(self) -> list[CalendarDay]:
        """The calendar of the year, the nearest rule of a date last."""
        year = self.year
        return (
            [] if year is None else facts.calendar_rules(self.store, year.first_day, year.last_day)
        )

    @cached_property
    def _appointments(self) -> dict[tuple[int, int], list[Appointment]]:
        found: dict[tuple[int, int], list[Appointment]] = {}
        for entry in self.store.select(Appointment):
            found.setdefault((entry.role, entry.class_id), []).append(entry)
        return found

    @cached_property
    def _journal_holders(self) -> dict[int, list[tuple[int, int, int, int]]]:
        """(is acting, first day, last day, person) of each journal; one who acts comes last."""
        found: dict[int, list[tuple[int, int, int, int]]] = {}
        for load in self.store.select(TeachingLoad):
            entry = (0, load.first_day, load.last_day, load.staff_id)
            found.setdefault(load.journal_id, []).append(entry)
        for acting in self.store.select(Substitution, kind=SubstitutionKind.ACTING, confirmed=1):
            whole = (1, acting.first_day, acting.last_day, acting.substitute_id)
            found.setdefault(acting.journal_id, []).append(whole)
        return {journal_id: sorted(entries) for journal_id, entries in found.items()}

    def holder(self, role: Role, day: int, class_id: int = 0) -> int:
        """Return who holds a role on a day; of several the one appointed last; 0 for nobody."""
        held = [
            entry
            for entry in self._appointments.get((role, class_id), ())
            if entry.first_day <= day <= entry.last_day
        ]
        return max(held, key=lambda entry: (entry.first_day, entry.id)).person_id if held else 0

    def teachers(self, journal_id: int, day: int) -> list[int]:
        """Return who answers for a journal on a day: who acts by order, else its teachers."""
        entries = [
            entry
            for entry in self._journal_holders.get(journal_id, ())
            if entry[1] <= day <= entry[2]
        ]
        acting = [entry[3] for entry in entries if entry[0]]
        return acting or [entry[3] for entry in entries]

    def teachers_ever(self, journal_id: int) -> set[int]:
        """Return who answers for a journal at some time."""
        return {entry[3] for entry in self._journal_holders.get(journal_id, ())}

    def journals_of(self, school_class: SchoolClass) -> list[int]:
        """Return the journals in which pupils of a class can stand, by id."""
        return [
            journal.id
            for link in self.store.select(GroupClass, class_id=school_class.id)
            for journal in self.store.select(Journal, group_id=link.group_id)
        ]

    def wants(self, person_id: int) -> bool:
        """Return whether this person's duties are asked for."""
        return self.person_id in (0, person_id)

    def knows(self, kind: PartitionKind, object_ids: Iterable[int]) -> bool:
        """Return whether every one of these partitions is here; else the answer is partial."""
        known = all(self.store.holds(partition(kind, each)) for each in object_ids)
        self.partial = self.partial or not known
        return known

    def school_days(self, school_class: SchoolClass, first_day: int, last_day: int) -> list[int]:
        """Return the days between two of the year on which a class of it has lessons."""
        year = self.store.require(AcademicYear, school_class.year_id)
        days = facts.class_days_by(self._calendar_rules, year, school_class, first_day, last_day)
        return [each.day for each in days if each.has_lessons]

    def midnight(self, day: int) -> int:
        """Return the moment at which a day begins."""
        return calendar.moment_of(day, 0, self.zone)

    def duty(
        self,
        clause: str,
        name: str,
        person_id: int,
        last_day: int,
        params: dict[str, str | int],
        *,
        done: Done | None = None,
        missing: Iterable[Missing] = (),
        object_id: int = 0,
        text: str = "",
    ) -> Duty:
        """Return a duty that is due by the end of ``last_day``, judged at this view's moment.

        Args:
            clause: That asks for it.
            name: Tells it from the other duties of the clause.
            person_id: Who has to keep it.
            last_day: The last day in time.
            params: Of its text.
            done: That it was kept, or None.
            missing: What it lacks.
            object_id: What it is about.
            text: Key of its text, where it is not the clause's own.
        """
        due = self.midnight(last_day + 1)
        state = DutyState.OVERDUE if self.moment >= due else DutyState.DUE
        return Duty(
            key=f"{clause}:{name}",
            clause=clause,
            person_id=person_id,
            person=self.names.get(person_id, ""),
            state=state if done is None else DutyState.DONE,
            text=text or f"duty.{clause}",
            params=params,
            due=calendar.local_time(due, self.zone),
            last_day=calendar.date_of(last_day),
            missing=tuple(missing),
            done_at=None if done is None else calendar.local_time(done.at, self.zone),
            done_by_id=0 if done is None else done.by_id,
            done_by="" if done is None else self.names.get(done.by_id, ""),
            late=done is not None and done.at >= due,
            object_id=object_id,
        )


def weeks(first_day: int, last_day: int) -> Iterator[int]:
    """Yield the Monday of every week that touches a span of days."""
    yield from range(calendar.monday_of(first_day), last_day + 1, 7)


def months(first_day: int, last_day: int) -> Iterator[int]:
    """Yield the first day of every month that touches a span of days."""
    month = calendar.month_begin(first_day)
    while month <= last_day:
        yield month
        month = calendar.next_month(month)
