"""Telling families of failing and absent pupils, and how it has arrived (4.5.4)."""

from __future__ import annotations

from eschool_core.errors import InputError
from eschool_core.queries.concerns import ConcernAnswer, Concerns, concerns
from eschool_core.queries.lookup import journals, own_journals
from eschool_core.queries.me import LedClass, me
from eschool_core.queries.notices import notices
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND

MAX_SHOWN = 200


def concerns_page(asked: Asked) -> Page:
    """Return whom to tell of, and of whom was told: in own journals and those of a led class.

    Raises:
        InputError: ``web.not_found``: it is for staff.
    """
    day, person_id = asked.today(), asked.source.person_id
    person = asked.read(lambda store: me(store, person_id, day))
    if not person.is_staff:
        raise InputError(NOT_FOUND)

    def question(store: Store) -> tuple[Concerns, list[ConcernAnswer]]:
        own = own_journals(store, person_id, day)
        led = [one for one in led_journals(store, person.led, day) if one not in own]
        return concerns(store, own, day), list(concerns(store, led, day).sent)

    own, of_class = asked.read(question)
    told = asked.read(lambda store: notices(store, person_id, asked.language))
    return Page(
        "concerns.html",
        {
            "proposed": own.proposed[:MAX_SHOWN],
            "sent": [*own.sent, *of_class][:MAX_SHOWN],
            "partial": own.partial,
            "unread": {one.concern_id for one in told if one.concern_id and one.seen_at is None},
        },
    )


def led_journals(store: Store, led: tuple[LedClass, ...], day: int) -> list[int]:
    """Return the journals of the classes that somebody leads."""
    names = {one.name for one in led}
    return [place.journal_id for place in journals(store, day) if names & set(place.classes)]
