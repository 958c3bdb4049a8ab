"""What passes with a class to its next class teacher: open duties and applications (§2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.access import HandOver
from eschool_core.domain.enums import Role
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.queries.answer import Answer
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import Duties, duties
from eschool_core.queries.duties.view import View
from eschool_core.queries.names import full_name, staff_names
from eschool_core.queries.slips import SlipAnswer, unissued
from eschool_core.store.store import Store

APPLICATIONS = (
    "SELECT DISTINCT a.id, g.family, g.given, g.patronymic, p.family, p.given, p.patronymic, "
    "a.document, a.first_day FROM paper_application a "
    "JOIN enrolment e ON e.pupil_id = a.pupil_id AND e.class_id = ? "
    "AND e.first_day <= ? AND e.last_day >= ? "
    "JOIN pupil p ON p.id = a.pupil_id "
    "JOIN guardianship g ON g.pupil_id = a.pupil_id AND g.guardian_id = a.guardian_id "
    "WHERE a.last_day >= ? ORDER BY p.family, p.given, a.id"
)


@dataclass(frozen=True, slots=True)
class HandedApplication(Answer):
    """An application on file: a guardian's, to be informed on paper (4.6.5)."""

    application_id: int
    guardian: str
    pupil: str
    document: str
    first_day: date


@dataclass(frozen=True, slots=True)
class HandedOver(Answer):
    """What the act lists beside the slips.

    Attributes:
        duties: Of the class, not done; what is overdue stays with the former class teacher.
    """

    duties: tuple[Duty, ...]
    applications: tuple[HandedApplication, ...]


def handed_over(store: Store, school_class: SchoolClass, moment: int, day: int) -> HandedOver:
    """Return what is open for a class while its present class teacher holds it.

    Args:
        store: Of a replica that holds the class, or the server's.
        school_class: The class that is handed over.
        moment: Seconds UTC that the duties are judged at.
        day: The school's date.
    """
    holder = View(store, moment).holder(Role.CLASS_TEACHER, day, school_class.id)
    return HandedOver(
        duties=_open_of(duties(store, moment, holder), school_class) if holder else (),
        applications=_applications(store, school_class, day),
    )


@dataclass(frozen=True, slots=True)
class HandOverAct(Answer):
    """The act by which a class has passed last, with what was open then (§2).

    Attributes:
        number: Of the act, as it was registered.
        passed: Duties that are now the new class teacher's.
        stayed: What was overdue before the hand-over stays with the former one.
        partial: True where this replica lacks something that duties rest on.
    """

    number: str
    school_class: str
    day: date
    from_name: str
    to_name: str
    passed: tuple[Duty, ...]
    stayed: tuple[Duty, ...]
    slips: tuple[SlipAnswer, ...]
    applications: tuple[HandedApplication, ...]
    partial: bool


def hand_over_act(store: Store, school_class: SchoolClass, moment: int) -> HandOverAct:
    """Return the act of a class's last hand-over.

    Args:
        store: Of a replica that holds the class, or the server's.
        school_class: The class that has passed.
        moment: Seconds UTC that the duties and slips are judged at.

    Raises:
        InputError: ``form.no_hand_over``: none is registered.
    """
    acts = store.select(HandOver, class_id=school_class.id)
    if not acts:
        raise InputError("form.no_hand_over")
    last = max(acts, key=lambda act: (act.day, act.id))
    names = staff_names(store)
    given, taken = (duties(store, moment, each) for each in (last.from_id, last.to_id))
    return HandOverAct(
        number=last.act,
        school_class=school_class.name,
        day=calendar.date_of(last.day),
        from_name=names.get(last.from_id, ""),
        to_name=names.get(last.to_id, ""),
        passed=_open_of(taken, school_class),
        stayed=_open_of(given, school_class),
        slips=unissued(store, moment, school_class.id),
        applications=_applications(store, school_class, last.day),
        partial=given.partial or taken.partial,
    )


def _open_of(found: Duties, school_class: SchoolClass) -> tuple[Duty, ...]:
    return tuple(
        duty
        for duty in found.duties
        if duty.state is not DutyState.DONE and duty.params.get("school_class") == school_class.name
    )


def _applications(
    store: Store, school_class: SchoolClass, day: int
) -> tuple[HandedApplication, ...]:
    return tuple(
        HandedApplication(
            application_id=int(row[0]),
            guardian=full_name(*row[1:4]),
            pupil=full_name(*row[4:7]),
            document=str(row[7]),
            first_day=calendar.date_of(int(row[8])),
        )
        for row in store.rows(APPLICATIONS, school_class.id, day, day, day)
    )
