"""How long pages show what this computer holds without a word from the server (7.1)."""

from __future__ import annotations

from eschool_core.queries.lease import lease_is_over
from eschool_web.source import Source


def is_over(source: Source) -> bool:
    """Return whether nothing may be shown until the source has heard from the server."""
    last, now = source.standing().last_sync, source.now()
    return source.read(lambda store: lease_is_over(store, last, now))
