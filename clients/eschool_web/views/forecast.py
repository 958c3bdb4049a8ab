"""The forecast beside the names of a journal (2.8): fetched once the grid takes keys."""

from __future__ import annotations

from typing import Any, Final

from eschool_core.errors import InputError
from eschool_core.forecast.journal import JournalForecast, PupilForecast, journal_forecast
from eschool_core.forecast.overview import NOTHING_TO_SAY
from eschool_core.labels import text
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Data
from eschool_web.views.school_class import RISK_PERCENT, risk

NONE: Final[dict[str, Any]] = {"pupils": {}}


def journal_chips(asked: Asked) -> Data:
    """Return for each pupil the mark that is likely, and in words how likely it is.

    Raises:
        InputError: ``lookup.journal_not_here``.
    """
    today, journal_id, person_id = asked.today(), asked.path["journal"], asked.source.person_id

    def question(store: Store) -> JournalForecast | None:
        try:
            return journal_forecast(store, journal_id, today, person_id)
        except InputError as error:
            if error.key not in NOTHING_TO_SAY:
                raise
            return None

    found = asked.read(question)
    if found is None:
        return Data(NONE)
    return Data(
        {"pupils": {one.pupil_id: _chip(one, asked) for one in found.pupils if one.outlook}}
    )


def _chip(one: PupilForecast, asked: Asked) -> dict[str, Any]:
    told = one.outlook
    assert told is not None
    chance = risk(told)
    return {
        "mark": told.mark,
        "risky": chance >= RISK_PERCENT,
        "words": text(
            "web.forecast.chip",
            asked.language,
            mark=told.mark,
            percent=told.chances.get(told.mark, 0),
            low=wording.hundredths(told.low),
            high=wording.hundredths(told.high),
        )
        + (text("web.forecast.risk", asked.language, percent=chance) if chance else ""),
    }
