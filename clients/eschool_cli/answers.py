"""What commands share: the switch ``--json`` and the options that name a lesson."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from eschool_cli.localised import argument, option
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.session import today_of
from eschool_cli.wording import long_date
from eschool_core import calendar
from eschool_core.domain.journal import Lesson
from eschool_core.labels import Language, text
from eschool_core.queries import lookup
from eschool_core.queries.lookup import JournalPlace

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

F = TypeVar("F", bound=Callable[..., Any])
TODAY = Day()
MAX_PERIOD = 20

as_json = option("--json", "as_json", is_flag=True, says="json")


def journal_arguments(command: F) -> F:
    """Add the class and the subject."""
    return argument("class_name", says="class")(argument("subject", says="subject")(command))


def lesson_options(command: F) -> F:
    """Add the date and the period of a lesson."""
    day = option("--date", "day", type=DayType(), default=TODAY, says="date", shown_as="date")
    period = option("--period", type=NumberType(0, MAX_PERIOD), says="period", shown_as="number")
    return day(period(command))


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson that a command is about."""

    journal: JournalPlace
    lesson: Lesson

    def said(self, language: Language) -> str:
        """Return how people name it."""
        return text(
            "cli.place",
            language,
            group=self.journal.group,
            subject=self.journal.subject,
            date=long_date(calendar.date_of(self.lesson.day), language),
            period=self.lesson.period,
        )


def find_lesson(
    replica: Replica, class_name: str, subject: str, day: Day, period: int | None
) -> Place:
    """Return the lesson that was named.

    Raises:
        LookupFailedError: Nothing or several things fit.
    """
    number = day.number(today_of(replica))
    store = replica.store
    journal = lookup.journal(store, class_name, subject, number, replica.person_id)
    return Place(journal, lookup.lesson(store, journal.journal_id, number, period))
