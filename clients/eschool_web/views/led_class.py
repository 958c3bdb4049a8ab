"""What the pages of a class share: whose class it is, and the row of its parts (4.6)."""

from __future__ import annotations

from typing import Any, Final

from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.queries.me import Me, me
from eschool_core.queries.personal_reads import reading_of_class
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.noting import log_shown

SECTIONS: Final = (
    ("/class/{id}", "web.class.overview"),
    ("/class/{id}/families", "web.class.families"),
    ("/class/{id}/changes", "web.class.changes"),
    ("/class/{id}/consents", "web.consents"),
)


def person_of(asked: Asked) -> Me:
    """Return who asks."""
    day = asked.today()
    return asked.read(lambda store: me(store, asked.source.person_id, day))


def led(asked: Asked) -> SchoolClass:
    """Return the class in the address.

    Raises:
        InputError: ``web.not_found``: the person does not lead it.
    """
    class_id = asked.path["school_class"]
    if class_id not in {entry.class_id for entry in person_of(asked).led}:
        _log_attempt(asked, class_id)
        raise InputError(NOT_FOUND)
    return asked.read(lambda store: store.require(SchoolClass, class_id))


def _log_attempt(asked: Asked, class_id: int) -> None:
    """Log that somebody who may not asked for the data of a class that there is (1.4)."""
    person_id, day = asked.source.person_id, asked.today()
    if asked.read(lambda store: store.get(SchoolClass, class_id)) is None:
        return
    reading = asked.read(lambda store: reading_of_class(store, person_id, class_id, day))
    if not reading.allowed and reading.note is not None:
        asked.source.do(reading.note)


def log_cards_of(asked: Asked, class_id: int) -> None:
    """Log that the cards of a led class are shown, where this day's log lacks it (1.4)."""
    person_id, day = asked.source.person_id, asked.today()
    log_shown(asked, asked.read(lambda store: reading_of_class(store, person_id, class_id, day)))


def class_part(template: str, here: str, class_id: int, values: dict[str, Any]) -> Page:
    """Return a page of a class with the row of its parts."""
    sections = [
        {"to": to.format(id=class_id), "key": key, "here": to == here, "count": 0}
        for to, key in SECTIONS
    ]
    return Page(template, {"sections": sections, "class_id": class_id, **values})
