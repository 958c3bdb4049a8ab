"""Consents about the pupils of a class, and the log of who read personal data (1.4)."""

from __future__ import annotations

from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.queries.consents import class_consents
from eschool_core.queries.personal_reads import ReadEntry, personal_reads, reading_of_class
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.led_class import class_part, led, log_cards_of
from eschool_web.views.noting import log_shown
from eschool_web.views.officer import office, officer
from eschool_web.views.people import classes_of_year

MOST_SHOWN: Final = 200
"""Entries of the log on a page, the newest first; ``eschool reads`` shows all."""


def class_consents_page(asked: Asked) -> Page:
    """Return who has consented to the processing of the data of the own class's pupils.

    Raises:
        InputError: ``web.not_found``: the person does not lead the class.
    """
    school_class = led(asked)
    log_cards_of(asked, school_class.id)
    return class_part(
        "class_consents.html", "/class/{id}/consents", school_class.id, _board(asked, school_class)
    )


def officer_consents_page(asked: Asked) -> Page:
    """Return the same of any class that is asked for; first of all the choice of one.

    Raises:
        InputError: ``web.not_found``: it is not for this person, or there is no such class.
    """
    officer(asked)
    today, person_id = asked.today(), asked.source.person_id
    values: dict[str, Any] = {
        "classes": asked.read(lambda store: classes_of_year(store, today)),
        "pupils": None,
        "class_id": asked.number("class"),
    }
    class_id = asked.number("class")
    if class_id:
        school_class = asked.read(lambda store: store.get(SchoolClass, class_id))
        if school_class is None:
            raise InputError(NOT_FOUND)
        log_shown(
            asked, asked.read(lambda store: reading_of_class(store, person_id, class_id, today))
        )
        values |= _board(asked, school_class)
    return office("consents.html", "/officer/consents", values)


def reads_page(asked: Asked) -> Page:
    """Return who has opened personal data, and what was refused, the newest first.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    officer(asked)
    denied_only = asked.query.get("denied") == "1"

    def wanted(entry: ReadEntry) -> bool:
        return entry.denied or not denied_only

    found = [entry for entry in reversed(asked.read(personal_reads)) if wanted(entry)]
    return office(
        "reads.html",
        "/officer/reads",
        {"reads": found[:MOST_SHOWN], "count": len(found), "denied_only": denied_only},
    )


def _board(asked: Asked, school_class: SchoolClass) -> dict[str, Any]:
    today = asked.today()
    pupils = asked.read(lambda store: class_consents(store, school_class.id, today))
    return {
        "name": school_class.name,
        "pupils": pupils,
        "lacking": sum(not one.given for one in pupils),
        "today": calendar.date_of(today),
    }
