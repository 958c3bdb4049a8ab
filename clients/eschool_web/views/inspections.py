"""Checks by the deputy head (5.1): draft, note, order, release, and what people answered."""

from __future__ import annotations

from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.enums import PersonKind
from eschool_core.domain.inspection_enums import InspectionState
from eschool_core.queries.inspections import ItemAnswer, inspection, inspections, results_on
from eschool_core.queries.people import people
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Page
from eschool_web.views.watching import control, watcher

MONTH_DAYS: Final = 30


def inspections_page(asked: Asked) -> Page:
    """Return all checks, and the form of a new one.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    watcher(asked)
    today = asked.today()
    return control(
        asked,
        "inspections.html",
        "/control/inspections",
        {
            "inspections": asked.read(inspections),
            "staff": asked.read(lambda store: staff(store, asked)),
            "first": calendar.date_of(today - MONTH_DAYS),
            "last": calendar.date_of(today),
        },
    )


def inspection_page(asked: Asked) -> Page:
    """Return one check with its items by person, and the step that comes next.

    Raises:
        InputError: ``web.not_found``, or there is no such check.
    """
    watcher(asked)
    answer = asked.read(lambda store: inspection(store, asked.path["inspection"]))
    return control(
        asked,
        "inspection.html",
        "/control/inspections",
        {
            "check": answer,
            "states": InspectionState,
            "by_person": by_person(answer.items, asked),
            "staff": asked.read(lambda store: staff(store, asked)),
            "today": calendar.date_of(asked.today()),
        },
    )


def own_results_page(asked: Asked) -> Page:
    """Return what released checks say of the person, to be signed, objected to, remedied."""
    person_id = asked.source.person_id
    found = asked.read(lambda store: results_on(store, person_id))
    return Page("results_on_me.html", {"items": [item_said(entry, asked) for entry in found]})


def by_person(items: tuple[ItemAnswer, ...], asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Return items in words, by whom they are about."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in items:
        found.setdefault(entry.person or wording.DASH, []).append(item_said(entry, asked))
    return found


def item_said(entry: ItemAnswer, asked: Asked) -> dict[str, Any]:
    """Return an item in words: own ones, or those of the check it was drawn from."""
    said = entry.text or wording.sentence(entry.check, entry.params, asked.language)
    return {
        "id": entry.item_id,
        "text": said,
        "clause": wording.clause_of_check(entry.check) if entry.check else "",
        "place": ", ".join(part for part in (entry.group, entry.subject) if part),
        "entry": entry,
    }


def staff(store: Store, asked: Asked) -> list[tuple[int, str]]:
    """Return the members of staff that a form offers."""
    found = people(store, asked.today(), asked.source.now(), kind=PersonKind.STAFF)
    return [(entry.person_id, entry.name) for entry in found]
