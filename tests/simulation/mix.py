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
    files,
    imports,
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
        **{
            name: (name,)
            for name in ("head", "safety", "officer", "hr", "guardian", "pupil", "server")
        },
    }
)
"""Columns of the hand-written table of rights, by name of the cast; others are teachers."""

OFFICE = (
    "head", "head", "deputy", "deputy", "deputy", "safety", "officer", "hr", "russian", "russian",
    "maths", "maths", "english", "guardian", "pupil", "server", "server",
)  # fmt: skip
"""Who enters something on the server's pages, by how often; ``server`` is the server itself."""

LEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "admit_pupil": ("add_guardian", "issue_slip", "change_group", "keep_pupil_file"),
        "ask_guardian_closure": ("end_guardianship",),
        "attach_link": ("detach_link",),
        "close_term": ("propose_correction", "release_marks", "reopen_term", "draw_up_register"),
        "copy_plan": ("approve_plan",),
        "draft_group": ("approve_groups",),
        "approve_groups": ("confirm_group",),
        "draft_inspection": ("register_inspection_order", "add_inspection_item"),
        "add_inspection_item": ("drop_inspection_item", "release_inspection"),
        "release_inspection": ("acknowledge_result", "remedy_result"),
        "draft_timetable": ("set_draft_slots",),
        "draw_up_register": ("record_package", "seal_journal"),
        "enter_external_mark": ("decide_external_mark", "confirm_final_mark"),
        "file_paper_application": ("record_paper_slip", "revoke_paper_application"),
        "give_owed_work": ("settle_owed_work",),
        "grant_access": ("end_grant",),
        "begin_import": ("undo_import",),
        "issue_slip": ("hand_out_slip",),
        "open_feed": ("revoke_feed",),
        "open_thread": ("send_message", "read_thread"),
        "propose_correction": ("decide_correction",),
        "propose_destruction": ("decide_destruction",),
        "propose_erasure": ("decide_destruction",),
        "reopen_term": ("set_term_mark", "close_term"),
        "record_consent": ("withdraw_consent",),
        "register_act": ("set_policy", "revoke_act"),
        "release_marks": ("see_marks",),
        "request_pupil": ("confirm_request", "reject_request"),
        "request_removal": ("confirm_request", "reject_request"),
        "send_concern": ("see_concern",),
        "set_draft_slots": ("publish_timetable",),
        "set_plan": ("approve_plan", "set_plan"),
        "set_term_mark": ("set_year_mark", "confirm_final_mark", "close_term", "set_exam_mark"),
        "set_year_mark": ("confirm_final_mark", "record_retake", "set_exam_mark"),
        "withdraw_pupil": ("readmit_pupil", "note_school_change"),
    }
)
"""What becomes likelier once something was entered, by its kind."""

ROWS: Mapping[str, type[Row]] = MappingProxyType(
    {
        "finding_id": office.FindingRecord, "held_id": review.HeldCommand,
        "substitution_id": school.Substitution, "term_id": school.Term,
        "thread_id": informing.Thread, "message_id": informing.Message,
        "link_id": informing.ResourceLink, "concern_id": informing.Concern,
        "file_id": files.LessonFile,
        "application_id": informing.PaperApplication, "act_id": acts.LocalAct,
        "appointment_id": school.Appointment, "consent_id": privacy.ProcessingConsent,
        "correction_id": results.Correction, "draft_id": planning.TimetableDraft,
        "enrolment_id": people.Enrolment, "entry_id": archive.ArchiveEntry,
        "external_mark_id": results.ExternalMark, "feed_id": feeds.CalendarFeed,
        "grant_id": access.AccessGrant, "guardianship_id": people.Guardianship,
        "import_id": imports.ImportRecord,
        "inspection_id": inspection.Inspection, "item_id": inspection.InspectionItem,
        "release_id": archive.MarksRelease, "request_id": care.PupilRequest,
        "result_id": inspection.InspectionResult, "slip_id": office.Slip,
    }
)  # fmt: skip
"""What a field names that only a command before it can have made."""

MADE = ROWS.keys() - {"term_id", "appointment_id", "enrolment_id", "guardianship_id"}
"""Of them, what is not there when the play begins."""

TRIES = 6
FOLLOWING = 12
"""So many kinds of those that have become likelier are remembered, the newest."""

FLAGS = ("approve", "accept", "granted", "in_time", "value")
DAYS = ("day", "first_day", "last_day", "due_day")


@cache
def lawful(name: str) -> tuple[str, ...]:
    """Return what a person of the cast may give on some object, by the second table's labels."""
    table = read("commands.txt", len(COLUMNS))
    places = [COLUMNS.index(column) for column in COLUMNS_OF.get(name, ("maths",))]
    return tuple(
        sorted(
            label
            for label, signs in table.items()
            if kind_of(label) not in LEFT_OUT and any(signs[place] == "+" for place in places)
        )
    )


@cache
def givers(label: str) -> int:
    """Return how many of those at the server's pages may give it; each as often as drawn."""
    return sum(label in lawful(name) for name in OFFICE)


def kind_of(label: str) -> str:
    """Return the kind of command that a label of the second table is about."""
    return label.split("/", maxsplit=1)[0]


class Mix:
    """Draws commands of every kind.

    Args:
        samples: One command of each kind, or of each label of the second table.
        text: Makes a text that no other command has.
    """

    def __init__(self, samples: Mapping[str, Command], dice: Dice, text: Callable[[], str]) -> None:
        self._samples = {
            label: samples[label] for label in sorted(samples) if kind_of(label) not in LEFT_OUT
        }
        self._dice = dice
        self._text = text
        self._likelier: list[str] = []
        self._drawn: set[str] = set()

    def drawn(self, name: str, database: Database, near: Mapping[str, int]) -> Command:
        """Return a command that a person may give, now and then another one.

        Args:
            database: What the person sees: rows to name are looked for in it.
            near: Ids by field that belong together: a page, one of its pupils.
        """
        dice = self._dice
        labels = lawful(name) if dice.chance(0.9) else tuple(self._samples)
        following = [label for label in labels if kind_of(label) in self._likelier]
        if following and dice.chance(0.4):
            sample = self._sample(dice.one_of(following))
        else:
            sample = self._sample(self._another(labels))
            if dice.chance(0.3):
                sample = self._going_on(labels, database) or sample
        if dice.chance(0.4):
            # The sample as it is: where the school has all it needs, it is carried out.
            values = sample.model_dump(mode="json")
        else:
            values = {
                field: self._varied(sample, field, value, database, near)
                for field, value in sample.model_dump(mode="json").items()
            }
        following_kinds = LEADS.get(sample.kind, ())
        self._likelier = [*self._likelier, *following_kinds][-FOLLOWING:]
        return self._valid(sample, values)

    def _another(self, labels: Sequence[str]) -> str:
        """Return one of some labels, rather a new one, and one that few people may give."""
        new = [label for label in labels if label not in self._drawn]
        among = new if new and self._dice.chance(0.7) else labels
        label = min(self._dice.one_of(among), self._dice.one_of(among), key=givers)
        self._drawn.add(label)
        return label

    def _sample(self, label: str) -> Command:
        return self._samples.get(label) or self._samples[kind_of(label)]

    def _going_on(self, labels: Sequence[str], database: Database) -> Command | None:
        """Return a sample about something that a command before it has made, if there is any."""
        for _ in range(TRIES):
            sample = self._sample(self._dice.one_of(labels))
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
            if found and dice.chance(0.5):
                return found[-1]
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
    shaped = {
        "secret_hash",
        "public_key",
        "digest",
        "root",
        "remains",
        "url",
        "name",
        "service",
        "value",
    }
    return frozenset(shaped & model.model_fields.keys())
