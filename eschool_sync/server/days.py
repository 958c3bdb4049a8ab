"""A school's days are opened one after the other, as commands in its log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from eschool_core import calendar
from eschool_core.commands.school import TurnDay

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool

MAX_DAYS_TURNED: Final = 400

_logger = logging.getLogger(__name__)


class Days:
    """Opens the days of a school as its clock goes on."""

    def __init__(self) -> None:
        self._closed_day = -1

    def turn(self, school: ServerSchool, seq: int, now: int) -> None:
        """Open every date up to today that is not open yet, one command each.

        Args:
            school: Open.
            seq: Of its head.
            now: Seconds UTC.
        """
        known = school.known.school(seq)
        if known is None:
            return
        today = calendar.local_day(now, known.zone)
        if today == self._closed_day:
            return
        first = max(known.current_day + 1, today - MAX_DAYS_TURNED)
        for day in range(first, today + 1):
            outcome = school.act(TurnDay(day=day))
            known = school.known.school(school.head().seq)
            if known is None or known.current_day < day:
                # The day stays as it is and the school goes on; the next start tries again.
                _logger.error("day %d was not opened: %s", day, outcome.key)
                self._closed_day = today
                return
