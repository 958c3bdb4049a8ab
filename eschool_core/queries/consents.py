"""Consents to the processing of a pupil's data, in force and ended (1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.people import Pupil
from eschool_core.domain.privacy import ProcessingConsent
from eschool_core.domain.row import FOREVER
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import people_names, short_name
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class ConsentAnswer(Answer):
    """A consent.

    Attributes:
        last_day: None while it is in force.
        withdrawal: The paper that withdrew it; empty while it is in force.
    """

    consent_id: int
    given_by: str
    document: str
    first_day: date
    last_day: date | None
    withdrawal: str


def consents_of(store: Store, pupil_id: int) -> tuple[ConsentAnswer, ...]:
    """Return a pupil's consents in the order in which they were recorded."""
    names, pupil = people_names(store), store.get(Pupil, pupil_id)
    if pupil is not None:
        names[pupil_id] = short_name(pupil.family, pupil.given, pupil.patronymic)
    return tuple(
        ConsentAnswer(
            consent_id=entry.id,
            given_by=names.get(entry.given_by_id, ""),
            document=entry.document,
            first_day=calendar.date_of(entry.first_day),
            last_day=None if entry.last_day == FOREVER else calendar.date_of(entry.last_day),
            withdrawal=entry.withdrawal,
        )
        for entry in store.select(ProcessingConsent, pupil_id=pupil_id)
    )
