"""What waits for the person: refused entries, conflicts, findings, notices."""

from __future__ import annotations

from functools import partial

from eschool_core import calendar
from eschool_core.commands.concerns import SeeConcern
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.people import Pupil
from eschool_core.queries.findings import findings
from eschool_core.queries.names import full_name
from eschool_core.queries.notices import notices
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Elsewhere, Page, form_number
from eschool_web.views.period import place_of
from eschool_web.views.saying import refused_said

MAX_SHOWN = 100
FOR_COMMANDS = (NoticeKind.REJECTED, NoticeKind.HELD)


def inbox_page(asked: Asked) -> Page:
    """Return everything that waits, the refused entries first."""
    person_id = asked.source.person_id
    told = asked.read(lambda store: notices(store, person_id, asked.language))
    refused = [refused_said(entry, asked.language) for entry in asked.source.refused()]
    today = asked.today()
    return Page(
        "inbox.html",
        {
            "told": asked.query.get("told") == "1",
            "refused": [
                {**entry, "where": asked.read(partial(where, entry, today))}
                for entry in refused[:MAX_SHOWN]
            ],
            "conflicts": [entry for entry in told if entry.conflict is not None][:MAX_SHOWN],
            "findings": asked.read(lambda store: findings(store, person_id, limit=MAX_SHOWN)),
            "notices": [
                entry for entry in told
                if entry.conflict is None and entry.kind not in FOR_COMMANDS
            ][:MAX_SHOWN],
        },
    )  # fmt: skip


def seen(asked: Asked) -> Elsewhere:
    """Confirm the receipt of a concern (4.5.4), and go back to where it was shown.

    Raises:
        InputError: ``web.not_found``: a field is no number.
        RightsError: It was told to others.
    """
    concern_id, pupil_id = form_number(asked, "concern"), form_number(asked, "pupil")
    asked.source.do(SeeConcern(concern_id=concern_id))
    return Elsewhere(f"/diary/{pupil_id}?told=1" if pupil_id else "/inbox?told=1")


def where(entry: dict[str, object], today: int, store: Store) -> dict[str, object]:
    """Return the lesson and the pupil that a refused command was about, as far as known here."""
    lesson = store.get(Lesson, int(str(entry["lesson"] or 0)))
    pupil = store.get(Pupil, int(str(entry["pupil"] or 0)))
    if lesson is None:
        return {"journal": 0, "lesson": 0, "day": None, "group": "", "subject": "", "pupil": ""}
    place = place_of(store, lesson.journal_id, today)
    return {
        "journal": lesson.journal_id,
        "lesson": lesson.id,
        "day": calendar.date_of(lesson.day),
        "group": place.group,
        "subject": place.subject,
        "pupil": "" if pupil is None else full_name(pupil.family, pupil.given),
    }
