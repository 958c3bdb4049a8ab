"""Families of a class: codes to hand out, lists on paper, who has not seen the marks (4.6.5)."""

from __future__ import annotations

from typing import Final

from eschool_core import calendar
from eschool_core.domain.care_enums import SlipState as PaperState
from eschool_core.queries.paper import paper_week
from eschool_core.queries.people import families
from eschool_core.queries.slips import SlipState, register
from eschool_core.queries.term_state import unseen_marks
from eschool_web.asking import Asked, Page
from eschool_web.views.led_class import class_part, led

LIVING: Final = (SlipState.WAITING, SlipState.HANDED_OUT)
WEEK: Final = 7


def families_page(asked: Asked) -> Page:
    """Return the families of a class and what is to be handed to them.

    Raises:
        InputError: ``web.not_found``: the person does not lead the class.
    """
    school_class, today, now = led(asked), asked.today(), asked.source.now()
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
            "week_day": day,
            "before": day - WEEK,
            "after": day + WEEK,
            "today": calendar.date_of(today),
            "unseen": asked.read(lambda store: unseen_marks(store, school_class.id, today)),
        },
    )
