"""4.6.5: guardians on paper get a printed list every week with a school day of the class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.domain.informing import PaperApplication, PaperSlip
from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.people import Enrolment
from eschool_core.domain.school import SchoolClass
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View, weeks
from eschool_core.queries.names import full_name

CLAUSE = "4.6.5"
DAYS_OF_WEEK = 7
ENROLLED = "first_day <= ? AND last_day >= ? ORDER BY pupil_id, id"
NAMES = "SELECT id, family, given FROM pupil WHERE id IN (SELECT pupil_id FROM paper_application)"


@dataclass(frozen=True, slots=True)
class Spell:
    """A pupil's time in a class, with a guardian's application; the pupil by name."""

    school_class: SchoolClass
    enrolment: Enrolment
    application: PaperApplication
    pupil: str


def paper_slip_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each application and week; due at the end of the week.

    Done is a list that was handed, sent or could not be handed, on the date that is recorded;
    printing alone is not.
    """
    if view.year is None:
        return
    first, last = view.year.first_day, min(view.day, view.year.last_day)
    slips: dict[int, dict[int, PaperSlip]] = defaultdict(dict)
    for slip in view.store.select(PaperSlip):
        slips[slip.application_id][slip.monday] = slip
    applications: dict[int, list[PaperApplication]] = defaultdict(list)
    for application in view.store.select(PaperApplication):
        applications[application.pupil_id].append(application)
    enrolled: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in view.store.where(Enrolment, ENROLLED, last, first):
        enrolled[enrolment.class_id].append(enrolment)
    names = {int(row[0]): full_name(*row[1:3]) for row in view.store.rows(NAMES)}
    for school_class in view.classes:
        if not _led(view, school_class, first, last):
            continue
        enrolments = enrolled[school_class.id]
        if not view.knows(PartitionKind.PUPIL, {entry.pupil_id for entry in enrolments}):
            continue
        days = view.school_days(school_class, first, view.year.last_day)
        taught = {calendar.monday_of(day) for day in days}
        for enrolment in enrolments:
            name = names.get(enrolment.pupil_id, "")
            for application in applications[enrolment.pupil_id]:
                spell = Spell(school_class, enrolment, application, name)
                yield from _of_application(view, spell, taught, slips[application.id])


def _led(view: View, school_class: SchoolClass, first: int, last: int) -> bool:
    """Return whether one who is asked about led the class at the end of some week."""
    return any(
        view.wants(view.holder(Role.CLASS_TEACHER, monday + DAYS_OF_WEEK - 1, school_class.id))
        for monday in weeks(first, last)
    )


def _of_application(
    view: View, spell: Spell, taught: set[int], slips: dict[int, PaperSlip]
) -> Iterator[Duty]:
    enrolment, application = spell.enrolment, spell.application
    begin = max(application.first_day, enrolment.first_day)
    end = min(application.last_day, enrolment.last_day, view.day)
    for monday in weeks(begin, end):
        if monday not in taught:
            continue
        sunday = monday + DAYS_OF_WEEK - 1
        slip = slips.get(monday)
        yield view.duty(
            CLAUSE,
            f"{application.id}:{calendar.date_of(monday).isoformat()}",
            view.holder(Role.CLASS_TEACHER, sunday, spell.school_class.id),
            sunday,
            {
                "pupil": spell.pupil,
                "school_class": spell.school_class.name,
                "first": calendar.date_of(monday).isoformat(),
                "last": calendar.date_of(sunday).isoformat(),
            },
            done=Done(view.midnight(slip.day), slip.recorded_by_id) if slip else None,
            object_id=application.pupil_id,
        )
