"""People of the school with roles and access; one person's appointments and devices (4.7.1)."""

from __future__ import annotations

from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import Appointment, SchoolClass, Staff
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.devices import devices
from eschool_core.queries.in_force import year_on
from eschool_core.queries.names import full_name
from eschool_core.queries.people import children_of, people
from eschool_core.queries.personal_reads import readings_of_pupils
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.noting import log_shown
from eschool_web.views.officer import office, officer

MAX_FOUND: Final = 60
MAX_TYPED: Final = 60


def people_page(asked: Asked) -> Page:
    """Return the staff, or whoever fits a part of a name; and the form of a new member.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    officer(asked)
    today, now = asked.today(), asked.source.now()
    typed = asked.query.get("q", "").strip()[:MAX_TYPED]
    kind = None if typed else PersonKind.STAFF
    found = asked.read(lambda store: people(store, today, now, kind=kind, typed=typed))
    shown, own = found[:MAX_FOUND], asked.source.person_id
    wards = children_of(shown)
    log_shown(asked, *asked.read(lambda store: readings_of_pupils(store, own, wards, today)))
    return office(
        "people.html",
        "/officer/people",
        {"people": shown, "count": len(found), "typed": typed},
    )


def person_page(asked: Asked) -> Page:
    """Return a member of staff: appointments, devices, and what may be changed.

    Raises:
        InputError: ``web.not_found``: it is not for this person, or there is no such member.
    """
    officer(asked)
    person_id, today, now = asked.path["person"], asked.today(), asked.source.now()

    def question(store: Store) -> dict[str, Any]:
        entry = store.get(Staff, person_id)
        if entry is None:
            raise InputError(NOT_FOUND)
        [known] = [
            one
            for one in people(store, today, now, kind=PersonKind.STAFF)
            if one.person_id == person_id
        ]
        return {
            "name": full_name(entry.family, entry.given, entry.patronymic),
            "access": known.access,
            "appointments": _appointments(store, person_id, today),
            "devices": devices(store, person_id),
            "classes": classes_of_year(store, today),
        }

    values = asked.read(question)
    roles = [(role, text(f"Role.{role.name.lower()}", asked.language)) for role in Role]
    return office(
        "person.html",
        "/officer/people",
        {**values, "who": person_id, "roles": roles, "today": calendar.date_of(today)},
    )


def _appointments(store: Store, person_id: int, today: int) -> list[dict[str, Any]]:
    classes = {entry.id: entry.name for entry in store.select(SchoolClass)}
    return [
        {
            "id": entry.id,
            "role": Role(entry.role),
            "school_class": classes.get(entry.class_id, ""),
            "first": calendar.date_of(entry.first_day),
            "last": None if entry.last_day == FOREVER else calendar.date_of(entry.last_day),
            "act": entry.act,
            "acting": bool(entry.acting),
            "over": entry.last_day < today,
        }
        for entry in sorted(
            store.select(Appointment, person_id=person_id),
            key=lambda entry: (entry.last_day < today, entry.first_day, entry.id),
        )
    ]


def classes_of_year(store: Store, today: int) -> list[tuple[int, str]]:
    """Return the classes of the year of a day, by name."""
    year = year_on(store, today)
    found = [] if year is None else store.select(SchoolClass, year_id=year.id)
    return [(entry.id, entry.name) for entry in sorted(found, key=lambda e: sort_key(e.name))]
