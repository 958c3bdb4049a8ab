"""What a page shows of pupils' personal data is logged before it is shown (1.4)."""

from __future__ import annotations

from eschool_core.queries.personal_reads import Reading
from eschool_web.asking import Asked


def log_shown(asked: Asked, *readings: Reading) -> None:
    """Log readings where this day's log lacks them; the page itself has let the reader pass."""
    for reading in readings:
        if reading.note is not None:
            asked.source.do(reading.note)
