"""4.6.5: guardians on paper get a printed list every week with a school day of the class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.domain.informing import PaperApplication, PaperSlip
from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.people import Enrolment, Pupil
from eschool_core.domain.school import SchoolClass
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View, weeks
from eschool_core.queries.names import full_name

CLAUSE = "4.6.5"
DAYS_OF_WEEK = 7
IN_CLASS = "class_id = ? AND first_day <= ? AND last_day >= ? ORDER BY pupil_id, id"


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
    for school_class in view.classes:
        if not _led(view, school_class, first, last):
            continue
        enrolments = view.store.where(Enrolment, IN_CLASS, school_class.id, last, first)
        if not view.knows(PartitionKind.PUPIL, {entry.pupil_id for entry in enrolments}):
            continue
        days = view.school_days(school_class, first, view.year.last_day)
        taught = {calendar.monday_of(day) for day in days}
        for enrolment in enrolments:
            for application in view.store.select(PaperApplication, pupil_id=enrolment.pupil_id):
                yield from _of_application(
                    view, school_class, enrolment, application, taught, slips[application.id]
                )


def _led(view: View, school_class: SchoolClass, first: int, last: int) -> bool:
    """Return whether one who is asked about led the class at the end of some week."""
    return any(
        view.wants(view.holder(Role.CLASS_TEACHER, monday + DAYS_OF_WEEK - 1, school_class.id))
        for monday in weeks(first, last)
    )


def _of_application(
    view: View,
    school_class: SchoolClass,
    enrolment: Enrolment,
    application: PaperApplication,
    taught: set[int],
    slips: dict[int, PaperSlip],
) -> Iterator[Duty]:
    begin = max(application.first_day, enrolment.first_day)
    end = min(application.last_day, enrolment.last_day, view.day)
    pupil = view.store.get(Pupil, application.pupil_id)
    for monday in weeks(begin, end):
        if monday not in taught:
            continue
        sunday = monday + DAYS_OF_WEEK - 1
        slip = slips.get(monday)
        yield view.duty(
            CLAUSE,
            f"{application.id}:{calendar.date_of(monday).isoformat()}",
            view.holder(Role.CLASS_TEACHER, sunday, school_class.id),
            sunday,
            {
                "pupil": "" if pupil is None else full_name(pupil.family, pupil.given),
                "school_class": school_class.name,
                "first": calendar.date_of(monday).isoformat(),
                "last": calendar.date_of(sunday).isoformat(),
            },
            done=Done(view.midnight(slip.day), slip.recorded_by_id) if slip else None,
            object_id=application.pupil_id,
        )
