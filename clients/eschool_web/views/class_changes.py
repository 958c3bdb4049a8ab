"""What changes in a class: newcomers, leavers, subgroups, releases, cards (4.6.4, 4.6.6, 4.6.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from eschool_core import calendar
from eschool_core.domain.care_enums import RequestState
from eschool_core.domain.enums import ExemptionKind, GroupChangeGround
from eschool_core.domain.school import Subject
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.cards import cards
from eschool_core.queries.names import full_name
from eschool_core.queries.pupil_requests import pupil_requests
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.views.class_groups import signers_of, splits, subgroups
from eschool_web.views.led_class import class_part, led, log_cards_of

RELEASES: Final = (
    "SELECT DISTINCT x.id, p.family, p.given, p.patronymic, COALESCE(s.name, ''), x.kind, "
    "x.document, x.first_day, x.last_day FROM exemption x JOIN pupil p ON p.id = x.pupil_id "
    "LEFT JOIN subject s ON s.id = x.subject_id JOIN enrolment e ON e.pupil_id = p.id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ? AND x.last_day >= ? "
    "ORDER BY x.first_day, x.id"
)

OF_A_SUBJECT: Final = (ExemptionKind.SUBJECT, ExemptionKind.PRACTICE, ExemptionKind.INDIVIDUAL)


@dataclass(frozen=True, slots=True)
class Release:
    """By which document a pupil is released or taught otherwise; never why (1.4).

    Attributes:
        subject: Empty for teaching in the family, which is of all of them.
    """

    pupil: str
    subject: str
    kind: ExemptionKind
    document: str
    first_day: date
    last_day: date


def changes_page(asked: Asked) -> Page:
    """Return requests with their state, subgroups, releases, and the cards that lack something.

    Raises:
        InputError: ``web.not_found``: the person does not lead the class.
    """
    school_class, today = led(asked), asked.today()
    requests = asked.read(pupil_requests)
    log_cards_of(asked, school_class.id)
    answer = asked.read(lambda store: cards(store, school_class.id, school_class.name, today))
    return class_part(
        "class_changes.html",
        "/class/{id}/changes",
        school_class.id,
        {
            "name": school_class.name,
            "requests": [one for one in requests if one.school_class == school_class.name],
            "open": RequestState.OPEN,
            "groups": asked.read(lambda store: subgroups(store, school_class.id, today)),
            "splits": asked.read(lambda store: splits(store, school_class.id, today)),
            "signers": asked.read(lambda store: signers_of(store, school_class.id, today)),
            "grounds": {entry.name.lower(): int(entry) for entry in GroupChangeGround},
            "releases": asked.read(lambda store: releases(store, school_class.id, today)),
            "release_kinds": OF_A_SUBJECT,
            "family_kinds": (ExemptionKind.FAMILY,),
            "subjects": asked.read(subjects),
            "cards": answer,
            "pupils": [(card.pupil_id, card.name) for card in answer.cards],
            "day": today,
            "today": calendar.date_of(today),
        },
    )


def releases(store: Store, class_id: int, day: int) -> tuple[Release, ...]:
    """Return what a class's pupils are released from, or taught otherwise, and is not over."""
    return tuple(
        Release(
            full_name(*row[1:4]),
            row[4],
            ExemptionKind(row[5]),
            row[6],
            calendar.date_of(row[7]),
            calendar.date_of(row[8]),
        )
        for row in store.rows(RELEASES, class_id, day, day, day)
    )


def subjects(store: Store) -> list[tuple[int, str]]:
    """Return the school's subjects by name."""
    listed = [(entry.id, entry.name) for entry in store.select(Subject)]
    return sorted(listed, key=lambda one: sort_key(one[1]))
