"""Personal data are shown after the reading was logged, or refused after that (1.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_core.errors import RightsError
from eschool_core.queries.personal_reads import Reading
from eschool_core.regulation import checks

if TYPE_CHECKING:
    from eschool_sync.replica import Replica


def log_reading(replica: Replica, *readings: Reading) -> None:
    """Log readings where this day's log lacks them, and let pass who may read.

    Raises:
        RightsError: The data are not within the reader's work; the attempt is logged.
    """
    for reading in readings:
        if reading.note is not None:
            replica.do(reading.note)
    if not all(reading.allowed for reading in readings):
        raise RightsError(checks.OUT_OF_SCOPE)
