"""The forecast of a pupil in all subjects, and of a class in all its journals (2.8)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.forecast.journal import JournalForecast, journal_forecast
from eschool_core.queries import lookup
from eschool_core.queries.answer import Answer
from eschool_core.queries.lookup import JournalPlace
from eschool_core.store.store import Store

JOURNALS_OF_PUPIL = (
    "SELECT DISTINCT journal_id FROM journal_line "
    "WHERE pupil_id = ? AND first_day <= ? AND last_day >= ?"
)
NOTHING_TO_SAY = ("forecast.no_term", "forecast.no_marks")


@dataclass(frozen=True, slots=True)
class SubjectForecast(Answer):
    """One journal's forecast with the names that people know the journal by."""

    subject: str
    group: str
    forecast: JournalForecast


def pupil_forecasts(
    store: Store, pupil_id: int, as_of: int, person_id: int = 0
) -> tuple[SubjectForecast, ...]:
    """Return the forecast of a pupil in every journal that is here, by subject."""
    own = {int(row[0]) for row in store.rows(JOURNALS_OF_PUPIL, pupil_id, as_of, as_of)}
    places = [place for place in lookup.journals(store, as_of) if place.journal_id in own]
    return _forecasts(store, places, as_of, person_id, pupil_id)


def class_forecasts(
    store: Store, class_name: str, as_of: int, person_id: int = 0
) -> tuple[SubjectForecast, ...]:
    """Return the forecast of every journal of a class, its subgroups included, by group."""
    places = [place for place in lookup.journals(store, as_of) if class_name in place.classes]
    return _forecasts(store, places, as_of, person_id, 0)


def _forecasts(
    store: Store, places: list[JournalPlace], as_of: int, person_id: int, pupil_id: int
) -> tuple[SubjectForecast, ...]:
    """Leave out journals without marks, without a term on the day, and those not here."""
    found = []
    for place in places:
        here = store.holds(partition(PartitionKind.JOURNAL, place.journal_id))
        if not here:
            continue
        try:
            forecast = journal_forecast(store, place.journal_id, as_of, person_id, pupil_id)
        except InputError as error:
            if error.key not in NOTHING_TO_SAY:
                raise
            continue
        found.append(SubjectForecast(place.subject, place.group, forecast))
    return tuple(found)
