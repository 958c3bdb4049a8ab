"""The class teacher's page (4.6): who is away and why, the week, pupils at risk, the journals."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.forecast.overview import SubjectForecast, class_forecasts
from eschool_core.forecast.term import TermOutlook
from eschool_core.queries.lookup import JournalPlace, journals
from eschool_core.queries.me import Me, me
from eschool_core.queries.missed_lessons import MissedLessons, missed_lessons, week_of
from eschool_core.queries.unexplained import Unexplained, unexplained
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Elsewhere, Page, Reply
from eschool_web.refusals import NOT_FOUND

DAYS_BACK = 14
PASS = 3
RISK_PERCENT = 30
"""A chance of failing from which a pupil is named."""

MAX_AT_RISK = 20


@dataclass(frozen=True, slots=True)
class ClassView:
    """What the page shows."""

    name: str
    pupils: tuple[tuple[int, str], ...]
    unexplained: tuple[Unexplained, ...]
    missed: MissedLessons
    journals: tuple[JournalPlace, ...]
    forecasts: tuple[SubjectForecast, ...]


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A pupil who may fail a subject; the mean in hundredths, the risk in percent."""

    pupil_id: int
    name: str
    subject: str
    mean: int | None
    outlook: TermOutlook
    risk: int


PUPILS = (
    "SELECT p.id, p.family, p.given FROM enrolment e JOIN pupil p ON p.id = e.pupil_id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ? ORDER BY p.family, p.given"
)


def own_class(asked: Asked) -> Reply:
    """Lead to the class that the person leads."""
    person = _person(asked)
    if len(person.led) == 1:
        return Elsewhere(f"/class/{person.led[0].class_id}")
    return Page("classes.html", {"classes": person.led})


def class_page(asked: Asked) -> Page:
    """Return the page of a class.

    Raises:
        InputError: ``web.not_found``: the person does not lead it.
    """
    class_id, today, person = asked.path["school_class"], asked.today(), _person(asked)
    if class_id not in {entry.class_id for entry in person.led}:
        raise InputError(NOT_FOUND)

    def question(store: Store) -> ClassView:
        school_class = store.require(SchoolClass, class_id)
        return ClassView(
            name=school_class.name,
            pupils=tuple(
                (int(row[0]), f"{row[1]} {row[2]}")
                for row in store.rows(PUPILS, class_id, today, today)
            ),
            unexplained=unexplained(store, class_id, today - DAYS_BACK, today),
            missed=missed_lessons(store, class_id, school_class.name, *week_of(today)),
            journals=tuple(
                place for place in journals(store, today) if school_class.name in place.classes
            ),
            forecasts=class_forecasts(store, school_class.name, today, person.person_id),
        )

    view = asked.read(question)
    return Page(
        "class.html",
        {"view": view, "class_id": class_id, "at_risk": at_risk(view.forecasts)},
    )


def at_risk(found: tuple[SubjectForecast, ...]) -> list[AtRisk]:
    """Return the pupils who may well fail a term, the most likely ones first."""
    rows = [
        AtRisk(one.pupil_id, one.name, each.subject, one.mean_hundredths, one.outlook, chance)
        for each in found
        for one in each.forecast.pupils
        if one.outlook is not None and (chance := risk(one.outlook)) >= RISK_PERCENT
    ]
    return sorted(rows, key=lambda row: (-row.risk, row.name))[:MAX_AT_RISK]


def risk(outlook: TermOutlook) -> int:
    """Return the chance of a mark below a pass, in percent."""
    return sum(chance for mark, chance in outlook.chances.items() if mark < PASS)


def _person(asked: Asked) -> Me:
    day = asked.today()
    return asked.read(lambda store: me(store, asked.source.person_id, day))
