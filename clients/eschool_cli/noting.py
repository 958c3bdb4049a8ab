"""Personal data are shown after the reading was logged, or refused after that (1.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_core.errors import RightsError
from eschool_core.queries.personal_reads import Reading
from eschool_core.regulation import checks

if TYPE_CHECKING:
    from eschool_sync.replica import Replica


def log_reading(replica: Replica, reading: Reading) -> None:
    """Log a reading where this day's log lacks it, and let pass who may read.

    Raises:
        RightsError: The data are not within the reader's work; the attempt is logged.
    """
    if reading.note is not None:
        replica.do(reading.note)
    if not reading.allowed:
        raise RightsError(checks.OUT_OF_SCOPE)
