"""A closed term is a barrier in server order: what comes later waits for a person (4.5.5, 2.2).

It does not matter when a command was made, only whether the closing came before it into the log.
``Occasion.reviewed_by`` names who has let it through since.
"""

from __future__ import annotations

from eschool_core.commands.base import HoldForReview, Occasion
from eschool_core.domain.journal import Lesson
from eschool_core.domain.results import TermClosing
from eschool_core.domain.school import Journal
from eschool_core.regulation import checks
from eschool_core.results import terms
from eschool_core.store.store import Store


def hold_if_closed(occasion: Occasion, closing: TermClosing | None) -> None:
    """Let pass what concerns an open term, or has been reviewed.

    Raises:
        HoldForReview: The term is closed (4.5.5).
    """
    if closing is not None and not occasion.reviewed_by:
        raise HoldForReview(checks.TERM_CLOSED)


def hold_lesson(
    store: Store, occasion: Occasion, journal: Journal, lesson: Lesson, pupil_id: int = 0
) -> None:
    """Let pass what is written of a lesson while its term is open, for a pupil or for all.

    Raises:
        HoldForReview: The term, or the year, is closed for the pupil's class.
    """
    hold_if_closed(occasion, terms.closing_of_day(store, journal, lesson.day, pupil_id))
