"""How the person's entries stand; asked again and again by open pages."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime
from typing import Any

from eschool_core import calendar
from eschool_core.labels import Language
from eschool_core.queries.in_force import local, zone_of
from eschool_web import wording
from eschool_web.asking import Asked, Data
from eschool_web.source import Standing


def state(asked: Asked) -> Data:
    """Return the standing in words and numbers, and whether the passphrase is still fresh."""
    return Data({**standing_said(asked, asked.source.standing()), "proven": asked.proven})


def seal(asked: Asked) -> Data:
    """Return the key under which the page keeps what is not saved while it is locked."""
    return Data({"key": b64encode(asked.source.page_key()).decode()})


def standing_said(asked: Asked, standing: Standing) -> dict[str, Any]:
    """Return a standing for pages."""
    language: Language = asked.language
    last = local(standing.last_sync, asked.read(zone_of)) if standing.last_sync else None
    return {
        "pending": standing.pending,
        "refused": standing.refused,
        "seq": standing.seq,
        "syncing": standing.syncing,
        "online": standing.online,
        "synced": "" if last is None else _short(last, calendar.date_of(asked.today())),
        "synced_on": wording.moment(last),
        "trouble": wording.sentence(standing.trouble, {}, language) if standing.trouble else "",
    }


def _short(last: datetime, today: date) -> str:
    """Return the time of today, with its date a moment of any other day."""
    return f"{last:%H:%M}" if last.date() == today else f"{last:%d.%m %H:%M}"
