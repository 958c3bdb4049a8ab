"""What a duty is: an obligation with a time by which somebody has to keep it (design §3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from eschool_core.queries.answer import Answer

if TYPE_CHECKING:
    from eschool_core.queries.duties.view import View


class DutyState(IntEnum):
    """How a duty stands at the moment that was asked about."""

    OVERDUE = 1
    DUE = 2
    DONE = 3


@dataclass(frozen=True, slots=True)
class Missing(Answer):
    """One thing that a duty still lacks: the key of its text and what fills it."""

    key: str
    params: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Duty(Answer):
    """One obligation of one person.

    Attributes:
        key: Stable name of this very duty: clause, object, period.
        clause: That asks for it.
        person_id: Who has to keep it: who holds the appointment at its due time; 0 for nobody.
        text: Key of its text, which ``params`` fill.
        due: The first moment at which it is overdue, on the school's clock.
        last_day: The last day in time.
        missing: What it still lacks, where that can be listed.
        done_at: When it was kept; None while it is not.
        done_by_id: Who kept it; 0 while nobody has, or where it was kept without a person.
        late: Kept after it was due («с опозданием»).
        object_id: What it is about: a class, journal or pupil; 0 for the school.
    """

    key: str
    clause: str
    person_id: int
    person: str
    state: DutyState
    text: str
    params: dict[str, str | int]
    due: datetime
    last_day: date
    missing: tuple[Missing, ...] = ()
    done_at: datetime | None = None
    done_by_id: int = 0
    done_by: str = ""
    late: bool = False
    object_id: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """That a duty was kept: when, as seconds UTC, and by whom (0 for no person)."""

    at: int
    by_id: int = 0


Rule = Callable[["View"], Iterable[Duty]]
"""One clause: every duty of the view's year that has begun by its moment."""
