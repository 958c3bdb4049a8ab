"""How the person's entries stand; asked again and again by open pages."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

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
        "synced": "" if last is None else f"{last:%H:%M}",
        "synced_on": wording.moment(last),
        "trouble": wording.sentence(standing.trouble, {}, language) if standing.trouble else "",
    }
