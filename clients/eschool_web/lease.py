"""Why pages show nothing of this computer's copy: too old (7.1), or never filled."""

from __future__ import annotations

from typing import Final

from eschool_core.queries.lease import lease_is_over
from eschool_web.source import Source

OVER: Final = "access.lease"
EMPTY: Final = "web.empty"


def why_closed(source: Source) -> str:
    """Return the key of the text that says why nothing may be shown; empty where all may."""
    last, now = source.standing().last_sync, source.now()
    if not last:
        return EMPTY
    return OVER if source.read(lambda store: lease_is_over(store, last, now)) else ""
