"""Every command the school knows, drawn from its registry and filled in by what is there.

A kind is in the mix by its sample, or it stands in ``LEFT_OUT`` with the reason; a new kind needs
nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import validated
from eschool_core.domain import (
    access,
    acts,
    archive,
    care,
    feeds,
    informing,
    inspection,
    office,
    people,
    planning,
    privacy,
    results,
    review,
    school,
)
from eschool_core.domain.row import Row
from eschool_core.errors import InputError
from eschool_core.store.database import Database
from eschool_core.store.statements import name_of
from tests.matrix.stage import COLUMNS
from tests.matrix.tables import read
from tests.simulation.dice import Dice

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "found_school": "a school is founded once, before the first step",
        "turn_day": "the server gives it itself as its clock goes on",
        "enrol_device": "the server gives it in answer to a device: the step `enrol`",
        "use_slip": "the server gives it in answer to a device: the step `enrol`",
        "readmit_device": "the server gives it after a restore, of a device it has forgotten",
        "branch_device": "the server gives it in answer to a copied replica",
        "revoke_device": "the step `role` gives it, rarely: it ends what a device can do",
        "erase_record": "takes the payload out of the log, which is then not given again (I2)",
    }
)

COLUMNS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "russian": ("maths", "russian"),
        "deputy": ("studies",),
        **{name: (name,) for name in ("head", "officer", "hr", "guardian", "pupil", "server")},
    }
)
"""Columns of the hand-written table of rights, by name of the cast; others are teachers."""

OFFICE = ("head", "deputy", "officer", "hr", "russian", "maths")
"""Who enters something on the server's pages."""

ROWS: Mapping[str, type[Row]] = MappingProxyType(
    {
        "finding_id": office.FindingRecord, "held_id": review.HeldCommand,
        "substitution_id": school.Substitution, "term_id": school.Term,
        "thread_id": informing.Thread, "message_id": informing.Message,
        "link_id": informing.ResourceLink, "concern_id": informing.Concern,
        "application_id": informing.PaperApplication, "act_id": acts.LocalAct,
        "appointment_id": school.Appointment, "consent_id": privacy.ProcessingConsent,
        "correction_id": results.Correction, "draft_id": planning.TimetableDraft,
        "enrolment_id": people.Enrolment, "entry_id": archive.ArchiveEntry,
        "external_mark_id": results.ExternalMark, "feed_id": feeds.CalendarFeed,
        "grant_id": access.AccessGrant, "guardianship_id": people.Guardianship,
        "inspection_id": inspection.Inspection, "item_id": inspection.InspectionItem,
        "release_id": archive.MarksRelease, "request_id": care.PupilRequest,
        "result_id": inspection.InspectionResult, "slip_id": office.Slip,
    }
)  # fmt: skip
"""What a field names that only a command before it can have made."""

MADE = ROWS.keys() - {"term_id", "appointment_id", "enrolment_id", "guardianship_id"}
"""Of them, what is not there when the play begins."""

TRIES = 6
FLAGS = ("approve", "accept", "granted", "in_time", "value")
DAYS = ("day", "first_day", "last_day", "due_day")


@cache
def lawful(name: str) -> tuple[str, ...]:
    """Return the kinds that a person of the cast may give on some object, by the second table."""
    table = read("commands.txt", len(COLUMNS))
    places = [COLUMNS.index(column) for column in COLUMNS_OF.get(name, ("maths",))]
    may = {
        label.split("/")[0]
        for label, signs in table.items()
        if any(signs[place] == "+" for place in places)
    }
    return tuple(sorted(may - LEFT_OUT.keys()))


class Mix:
    """Draws commands of every kind.

    Args:
        samples: One command of each kind.
        text: Makes a text that no other command has.
    """

    def __init__(self, samples: Mapping[str, Command], dice: Dice, text: Callable[[], str]) -> None:
        self._samples = {kind: samples[kind] for kind in sorted(samples.keys() - LEFT_OUT.keys())}
        self._dice = dice
        self._text = text

    def drawn(self, name: str, database: Database, near: Mapping[str, int]) -> Command:
        """Return a command that a person may give, now and then another one.

        Args:
            database: What the person sees: rows to name are looked for in it.
            near: Ids by field that belong together: a page, one of its pupils.
        """
        kinds = lawful(name) if self._dice.chance(0.9) else tuple(self._samples)
        sample = self._samples[self._dice.one_of(kinds)]
        if self._dice.chance(0.5):
            sample = self._going_on(kinds, database) or sample
        values = {
            field: self._varied(sample, field, value, database, near)
            for field, value in sample.model_dump(mode="json").items()
        }
        return self._valid(sample, values)

    def _going_on(self, kinds: Sequence[str], database: Database) -> Command | None:
        """Return a sample about something that a command before it has made, if there is any."""
        for _ in range(TRIES):
            sample = self._samples[self._dice.one_of(kinds)]
            named = MADE & type(sample).model_fields.keys()
            if named and all(_ids(database, field) for field in sorted(named)):
                return sample
        return None

    def _varied(
        self, sample: Command, field: str, value: Any, database: Database, near: Mapping[str, int]
    ) -> Any:
        dice = self._dice
        if field in ROWS and dice.chance(0.9):
            found = _ids(database, field)
            return dice.one_of(found) if found else value
        if field in near and dice.chance(0.7):
            return near[field]
        if field in DAYS and dice.chance(0.3):
            return value + dice.between(-2, 4)
        if field in FLAGS and isinstance(value, int) and dice.chance(0.4):
            return dice.one_of((0, 1, 2, 3, 4, 5)) if field == "value" else dice.below(2)
        kind = type(sample).model_fields[field].annotation
        if isinstance(kind, type) and issubclass(kind, IntEnum) and dice.chance(0.2):
            return int(dice.one_of(tuple(kind)))
        return value

    def _valid(self, sample: Command, values: dict[str, Any]) -> Command:
        """Return the command with a text of its own where its fields take one."""
        texts = [
            field
            for field, value in values.items()
            if isinstance(value, str) and value and field not in shaped_texts(type(sample))
        ]
        told = {field: self._text() for field in texts if self._dice.chance(0.8)}
        for attempt in (values | told, values):
            try:
                return validated(type(sample), attempt)
            except InputError:
                continue
        return sample


def _ids(database: Database, field: str) -> list[int]:
    rows = database.fetch(f"SELECT id FROM {name_of(ROWS[field])} ORDER BY id")
    return [row[0] for row in rows]


@cache
def shaped_texts(model: type[Command]) -> frozenset[str]:
    """Return the fields whose texts have a shape of their own: a hash, an address, a name."""
    shaped = {"secret_hash", "public_key", "digest", "root", "remains", "url", "name", "service"}
    return frozenset(shaped & model.model_fields.keys())
