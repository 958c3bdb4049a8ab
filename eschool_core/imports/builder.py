"""From drafts to commands: the batch they are put in, and what all builders share.

A builder is a pure function: it adds commands to a ``CommandBatch`` and knows the ids that the
handlers will give, because every handler gives the first id of its command to its main row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from eschool_core.commands.base import Command
from eschool_core.commands.imported import BeginImport
from eschool_core.domain.imports import ImportSource
from eschool_core.errors import InputError
from eschool_core.ids import ROWS_PER_NUMBER, make_id

C = TypeVar("C", bound=Command)


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One command of a batch.

    Attributes:
        number: Its command number ``n``.
        take: How many consecutive numbers it takes for its rows.
    """

    number: int
    take: int
    command: Command


class CommandBatch:
    """Commands of one device in their order; they stand or fall together.

    Args:
        device: The device that will send them.
        first_number: Its next free command number.
    """

    def __init__(self, device: int, first_number: int) -> None:
        self._device = device
        self._next_number = first_number
        self._entries: list[BatchEntry] = []
        self._import: tuple[ImportSource, int] | None = None

    @property
    def commands(self) -> tuple[BatchEntry, ...]:
        """Return what was added, in order."""
        return tuple(self._entries)

    @property
    def group(self) -> list[Command]:
        """Return what is given as one group: the commands, and before those of an import its begin.

        Nothing is given of an import without commands.
        """
        given = [entry.command for entry in self._entries]
        if self._import is None or not given:
            return given
        source, journal_id = self._import
        begin = make(
            BeginImport,
            "",
            source=source,
            journal_id=journal_id,
            commands=len(given) + 1,
            last=self._next_number - 1,
        )
        return [begin, *given]

    def begin_import(self, source: ImportSource, journal_id: int = 0) -> None:
        """Let what is added be an import that can be taken back; before anything is added.

        Args:
            source: What the file holds.
            journal_id: Of a plan and of marks.
        """
        if self._entries or self._import is not None:
            raise ValueError("the batch has begun already")
        self._import = (source, journal_id)
        self._next_number += 1

    @property
    def next_number(self) -> int:
        """Return the first number that the batch leaves free."""
        return self._next_number

    def add(self, command: Command, take: int = 1) -> int:
        """Append a command and return the id of its main row.

        Args:
            command: What is to be carried out.
            take: Numbers its rows need, at least those that the command asks for itself.

        Raises:
            InputError: The device has no numbers left.
        """
        take = max(take, command.numbers_taken())
        main_id = make_id(self._device, self._next_number)
        make_id(self._device, self._next_number + take - 1)
        self._entries.append(BatchEntry(self._next_number, take, command))
        self._next_number += take
        return main_id


@dataclass(frozen=True, slots=True)
class YearRef:
    """The academic year that an import belongs to; see ``AcademicYear``."""

    id: int
    first_day: int
    last_day: int
    weekdays: int
    cycle_weeks: int = 1


@dataclass(frozen=True, slots=True)
class BellsRef:
    """The bell schedule of new classes.

    Attributes:
        periods: First and last minute, from midnight, by number.
    """

    schedule_id: int
    periods: Mapping[int, tuple[int, int]]


def take_for(rows: int) -> int:
    """Return how many command numbers a command of so many rows takes.

    >>> take_for(0), take_for(1024), take_for(1025)
    (1, 1, 2)
    """
    return max(1, -(-rows // ROWS_PER_NUMBER))


def make(model: type[C], place: str, **values: object) -> C:
    """Return a command.

    Args:
        model: Its class.
        place: Where the values stand in the file, for the message; never a person's name.
        **values: Its fields.

    Raises:
        InputError: A value is too long or otherwise out of its field's bounds.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        step = error.errors(include_input=False, include_context=False)[0]["loc"]
        field = ".".join(map(str, step)) or "*"
        raise InputError("import.value_refused", place=place[:_PLACE_LENGTH], field=field) from None


_PLACE_LENGTH = 80
