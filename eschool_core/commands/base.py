"""What a command is and what surrounds it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from eschool_core.domain.row import FOREVER
from eschool_core.errors import InputError
from eschool_core.ids import ROWS_PER_NUMBER, make_id, row_ids
from eschool_core.regulation.clause import Check, Finding
from eschool_core.regulation.interval import Interval
from eschool_core.store.store import Store

MAX_ID = (1 << 53) - 1


def _printable(value: str) -> str:
    if not value.isprintable() and any(
        unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in value
    ):
        raise ValueError("control characters are not allowed")
    return value


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a whole number is needed")
    return value


WHOLE = BeforeValidator(_whole)
"""For enumerations: as lenient as they are, a text or a truth would pass for a number."""

ObjectId = Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]
OptionalId = Annotated[int, Field(strict=True, ge=0, le=MAX_ID)]
Day = Annotated[int, Field(strict=True, ge=0, le=FOREVER)]
Minute = Annotated[int, Field(strict=True, ge=0, le=24 * 60)]
Moment = Annotated[int, Field(strict=True, ge=0, le=1 << 40)]
Flag = Annotated[int, Field(strict=True, ge=0, le=1)]
Small = Annotated[int, Field(strict=True, ge=0, le=1_000)]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_printable),
]
EntryText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_printable),
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_printable)
]


class Command(BaseModel):
    """What an actor asks for: immutable, validated, serialisable.

    Who asks, when and from which device stands in the envelope, never in the command, so that
    nothing of it can be claimed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    version: ClassVar[int] = 1

    def numbers_taken(self) -> int:
        """Return how many command numbers it needs for the ids of its rows."""
        return 1


class HoldForReview(Exception):  # noqa: N818 - not an error: the command waits for a person
    """The evidence does not decide: the command goes to the log without effect.

    Attributes:
        check: The check that could not be decided.
    """

    def __init__(self, check: Check, **params: str | int) -> None:
        super().__init__(check.id)
        self.check = check
        self.params = params


@dataclass(slots=True)
class Occasion:
    """Who gives a command, from where, when, and knowing what.

    Attributes:
        actor_id: The person; 0 for the server's own acts (founding, turn of the day).
        device: Number of the device.
        number: The device's command number ``n``.
        base_seq: The seq that the actor had seen.
        interval: When it can have been.
        take: How many consecutive numbers it takes for its rows.
        ids_from: Number whose ids it uses: that of the command it replaces, else its own.
        overwritten: Cells in which somebody else's unseen value was replaced; filled by handlers.
        group: Number of the first command of its group, 0 for none.
        reviewed_by: Who let a held or proposed command through, else 0. A handler then does not
            raise ``HoldForReview`` again for what that person has decided.
    """

    actor_id: int
    device: int
    number: int
    base_seq: int
    interval: Interval
    take: int = 1
    ids_from: int | None = None
    overwritten: int = 0
    reviewed_by: int = 0
    group: int = 0
    _ids: Iterator[int] = field(init=False, repr=False)
    _given: int = field(default=0, init=False, repr=False)
    _beside: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        """Start the row ids."""
        self._ids = row_ids(self.device, self._first, self.take)

    @property
    def _first(self) -> int:
        return self.number if self.ids_from is None else self.ids_from

    def new_id(self) -> int:
        """Return the next row id of this command.

        Raises:
            InputError: The command makes more rows than its header took numbers for.
        """
        self._require_one_more()
        self._given += 1
        return next(self._ids)

    def new_id_beside(self) -> int:
        """Return the id of a row that is kept beside what the command makes: from the last down.

        So all others have the ids that they would have without it.

        Raises:
            InputError: As ``new_id``.
        """
        self._require_one_more()
        last = make_id(self.device, self._first + self.take - 1, ROWS_PER_NUMBER - 1)
        self._beside += 1
        return last - self._beside + 1

    def _require_one_more(self) -> None:
        limit = self.take * ROWS_PER_NUMBER
        if self._given + self._beside >= limit:
            raise InputError("data.too_many_rows", limit=limit)


Findings = list[Finding]
Handler = Callable[[Store, Any, Occasion], Findings]
Right = Callable[[Store, Any, Occasion], None]


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command with who may give it and what it does.

    Attributes:
        model: The command's class.
        right: Returns for those who may; raises ``RightsError`` or ``HoldForReview`` for others.
        handle: Loads facts, puts the checks, writes rows, returns findings.
    """

    model: type[Command]
    right: Right
    handle: Handler
