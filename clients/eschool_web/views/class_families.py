"""Families of a class: codes to hand out, lists on paper, who has not seen the marks (4.6.5)."""

from __future__ import annotations

from typing import Final

from eschool_core import calendar
from eschool_core.domain.care_enums import SlipState as PaperState
from eschool_core.queries.names import full_name
from eschool_core.queries.paper import paper_week
from eschool_core.queries.people import families
from eschool_core.queries.slips import SlipState, register
from eschool_core.queries.term_state import unseen_marks
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.views.led_class import class_part, led, log_cards_of

LIVING: Final = (SlipState.WAITING, SlipState.HANDED_OUT)
WEEK: Final = 7
GUARDIANS: Final = (
    "SELECT g.guardian_id, g.pupil_id, g.family, g.given, g.patronymic, p.family, p.given "
    "FROM guardianship g JOIN pupil p ON p.id = g.pupil_id "
    "JOIN enrolment e ON e.pupil_id = g.pupil_id AND e.class_id = ? "
    "AND e.first_day <= ? AND e.last_day >= ? "
    "WHERE g.first_day <= ? AND g.last_day >= ? ORDER BY p.family, p.given, g.family, g.given"
)


def families_page(asked: Asked) -> Page:
    """Return the families of a class and what is to be handed to them.

    Raises:
        InputError: ``web.not_found``: the person does not lead the class.
    """
    school_class, today, now = led(asked), asked.today(), asked.source.now()
    log_cards_of(asked, school_class.id)
    day = asked.number("day", today)
    moment = asked.source.standing().last_sync or now
    lines = asked.read(lambda store: register(store, now, school_class.id))
    return class_part(
        "class_families.html",
        "/class/{id}/families",
        school_class.id,
        {
            "name": school_class.name,
            "slips": [line for line in lines if line.state in LIVING],
            "waiting": SlipState.WAITING,
            "members": asked.read(lambda store: families(store, school_class.id, today)),
            "paper": asked.read(
                lambda store: paper_week(store, school_class.id, school_class.name, day, moment)
            ),
            "paper_states": tuple(PaperState),
            "guardians": asked.read(lambda store: guardians(store, school_class.id, today)),
            "week_day": day,
            "before": day - WEEK,
            "after": day + WEEK,
            "today": calendar.date_of(today),
            "unseen": asked.read(lambda store: unseen_marks(store, school_class.id, today)),
        },
    )


def guardians(store: Store, class_id: int, day: int) -> list[tuple[int, int, str]]:
    """Return who represents whom in a class: guardian, pupil, both names."""
    return [
        (int(guardian), int(pupil), f"{full_name(*names[:3])} ({full_name(*names[3:])})")
        for guardian, pupil, *names in store.rows(GUARDIANS, class_id, *(day, day) * 2)
    ]
