"""What the pages of a class share: whose class it is, and the row of its parts (4.6)."""

from __future__ import annotations

from typing import Any, Final

from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.queries.me import Me, me
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND

SECTIONS: Final = (
    ("/class/{id}", "web.class.overview"),
    ("/class/{id}/families", "web.class.families"),
    ("/class/{id}/changes", "web.class.changes"),
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
        raise InputError(NOT_FOUND)
    return asked.read(lambda store: store.require(SchoolClass, class_id))


def class_part(template: str, here: str, class_id: int, values: dict[str, Any]) -> Page:
    """Return a page of a class with the row of its parts."""
    sections = [
        {"to": to.format(id=class_id), "key": key, "here": to == here, "count": 0}
        for to, key in SECTIONS
    ]
    return Page(template, {"sections": sections, "class_id": class_id, **values})
