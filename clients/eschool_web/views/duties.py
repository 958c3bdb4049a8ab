"""What the person has to do by when (4.3, 4.5.4, 4.6.2, 4.6.7 …)."""

from __future__ import annotations

from typing import Any, Final

from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import Role
from eschool_core.labels import Language, text
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.in_force import year_on
from eschool_web import wording
from eschool_web.asking import Asked, Page

LISTS = {"section": Section, "role": Role}
"""Parameters that are numbers of a closed list."""

MAX_SHOWN = 200
PLACES: Final = {
    "4.5.4": "/concerns",
    "4.6.2": "/class",
    "4.6.4/1": "/class/{id}/changes#groups",
    "duty.4.6.4/1.agree": "/groups",
    "4.6.5": "/class",
    "4.6.7": "/class",
    "5.1": "/results",
}
"""Pages on which a duty is kept by a press, by its text or clause; ``id`` is what it is about."""


def duties_page(asked: Asked) -> Page:
    """Return the person's duties, the overdue ones first."""
    now, person_id, today = asked.source.now(), asked.source.person_id, asked.today()
    year = asked.read(lambda store: year_on(store, today))
    found = asked.read(lambda store: duties(store, now, person_id))
    return Page(
        "duties.html",
        {
            "partial": found.partial,
            "year_id": 0 if year is None else year.id,
            "groups": [
                (state, shown_duties(found.duties, state, asked.language)) for state in DutyState
            ],
        },
    )


def shown_duties(
    found: tuple[Duty, ...], state: DutyState, language: Language
) -> list[dict[str, Any]]:
    """Return the duties of one state, in words."""
    return [
        {
            "text": said(duty.text, duty.params, language),
            "clause": duty.clause,
            "to": PLACES.get(duty.text, PLACES.get(duty.clause, "")).format(id=duty.object_id),
            "section": duty.params.get("section", 0),
            "is_open": duty.done_at is None,
            "person": duty.person,
            "last_day": duty.last_day,
            "done_at": duty.done_at,
            "late": duty.late,
            "missing": [said(each.key, each.params, language) for each in duty.missing],
        }
        for duty in found
        if duty.state is state
    ][:MAX_SHOWN]


def said(key: str, params: dict[str, str | int], language: Language) -> str:
    """Return a text whose parameters may be numbers of a closed list."""
    spelled: dict[str, object] = dict(params)
    for name, words in LISTS.items():
        if isinstance(value := params.get(name), int):
            spelled[name] = text(f"{words.__name__}.{words(value).name.lower()}", language)
    return wording.sentence(key, spelled, language)
