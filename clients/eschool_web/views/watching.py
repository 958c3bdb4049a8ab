"""Who watches over the journal (3.5, 4.4): the head and the deputies; their pages and no others."""

from __future__ import annotations

from typing import Any, Final

from eschool_core.domain.enums import FindingState, Role
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.result_enums import CorrectionState
from eschool_core.domain.results import Correction
from eschool_core.domain.review import HeldCommand, HeldState
from eschool_core.errors import InputError
from eschool_core.queries.me import Me, me
from eschool_core.regulation import checks
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND

WATCHING: Final = (Role.HEAD, Role.DEPUTY_STUDIES, Role.DEPUTY_UPBRINGING)
SECTIONS: Final = (
    ("/control", "web.control.overview"),
    ("/control/review", "web.control.review"),
    ("/control/matrix", "web.control.matrix"),
    ("/control/terms", "web.control.terms"),
    ("/control/substitutions", "web.control.substitutions"),
    ("/control/inspections", "web.control.inspections"),
    ("/control/archive", "web.control.archive"),
)


def watcher(asked: Asked) -> Me:
    """Return the person.

    Raises:
        InputError: ``web.not_found``: the page is not for this person.
    """
    day = asked.today()
    person = asked.read(lambda store: me(store, asked.source.person_id, day))
    if not set(WATCHING) & set(person.roles):
        raise InputError(NOT_FOUND)
    return person


def control(asked: Asked, template: str, here: str, values: dict[str, Any]) -> Page:
    """Return a page of control with the row of its sections.

    Args:
        asked: By whom.
        template: Of the page.
        here: The section that it belongs to.
        values: Of the template.
    """
    waiting = asked.read(waits)
    sections = [
        {"to": to, "key": key, "here": to == here,
         "count": waiting if to == "/control/review" else 0}
        for to, key in SECTIONS
    ]  # fmt: skip
    return Page(template, {"sections": sections, **values})


def waits(store: Store) -> int:
    """Return how many things wait for a decision: held, undetermined, corrections."""
    held = len(store.select(HeldCommand, state=HeldState.OPEN))
    undetermined = len(
        store.select(
            FindingRecord, state=FindingState.OPEN, check_id=checks.HOMEWORK_UNDETERMINED.id
        )
    )
    proposed = len(store.select(Correction, state=CorrectionState.PROPOSED))
    return held + undetermined + proposed
