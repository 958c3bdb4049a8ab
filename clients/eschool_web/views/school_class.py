"""The class teacher's page (4.6): who is away and why, the week, pupils at risk, the journals."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.forecast.overview import SubjectForecast, class_forecasts
from eschool_core.forecast.term import TermOutlook
from eschool_core.queries.cards import cards
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.lookup import JournalPlace, journals
from eschool_core.queries.missed_lessons import MissedLessons, missed_lessons, week_of
from eschool_core.queries.unexplained import Unexplained, unexplained
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Elsewhere, Page, Reply
from eschool_web.views.class_cards import class_cards
from eschool_web.views.duties import said
from eschool_web.views.led_class import class_part, led, log_cards_of, person_of

DAYS_BACK = 14
CHECKS = ("4.6.2", "4.6.7")
"""What a class teacher looks through every week and every month."""

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
    person = person_of(asked)
    if len(person.led) == 1:
        return Elsewhere(f"/class/{person.led[0].class_id}")
    return Page("classes.html", {"classes": person.led})


def class_page(asked: Asked) -> Page:
    """Return the page of a class.

    Raises:
        InputError: ``web.not_found``: the person does not lead it.
    """
    school_class, today, now = led(asked), asked.today(), asked.source.now()
    class_id, person_id = school_class.id, asked.source.person_id
    this_day = calendar.date_of(today)

    def question(store: Store) -> ClassView:
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
            forecasts=class_forecasts(store, school_class.name, today, person_id),
        )

    view = asked.read(question)
    found = asked.read(lambda store: duties(store, now, person_id))
    checks = [duty for duty in found.duties if duty.clause in CHECKS and duty.done_at is None]
    log_cards_of(asked, class_id)
    answer = asked.read(lambda store: cards(store, class_id, school_class.name, today))
    return class_part(
        "class.html",
        "/class/{id}",
        class_id,
        {
            "view": view,
            "class_cards": class_cards(asked, school_class, view.journals),
            "this_day": this_day,
            "of_today": sum(entry.day == this_day for entry in view.unexplained),
            "at_risk": at_risk(view.forecasts),
            "checks": [
                {
                    "clause": duty.clause,
                    "text": said(duty.text, duty.params, asked.language),
                    "last_day": duty.last_day,
                    "left": calendar.day_number(duty.last_day) - today,
                    "day": calendar.day_number(duty.last_day),
                }
                for duty in checks
            ],
            "lacking": [card for card in answer.cards if card.missing],
            "cards": answer.cards,
            "today": today,
        },
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
