"""What passes with a class to its next class teacher: open duties and applications (§2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.domain.school import SchoolClass
from eschool_core.queries.answer import Answer
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.duties.view import View
from eschool_core.queries.names import full_name
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
    found = duties(store, moment, holder).duties if holder else ()
    return HandedOver(
        duties=tuple(
            duty
            for duty in found
            if duty.state is not DutyState.DONE
            and duty.params.get("school_class") == school_class.name
        ),
        applications=tuple(
            HandedApplication(
                application_id=int(row[0]),
                guardian=full_name(*row[1:4]),
                pupil=full_name(*row[4:7]),
                document=str(row[7]),
                first_day=calendar.date_of(int(row[8])),
            )
            for row in store.rows(APPLICATIONS, school_class.id, day, day, day)
        ),
    )
