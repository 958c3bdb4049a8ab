"""Guardians who are informed on paper: applications and the weekly printed list (4.6.5)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from eschool_core import calendar
from eschool_core.commands import rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.domain.care_enums import SlipState
from eschool_core.domain.informing import PaperApplication, PaperSlip
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship
from eschool_core.errors import InputError
from eschool_core.regulation import checks
from eschool_core.store.store import Store


class FilePaperApplication(Command):
    """Put a guardian's written wish to be informed on paper on file."""

    kind: ClassVar[str] = "file_paper_application"
    pupil_id: ObjectId
    guardian_id: ObjectId
    document: Name
    first_day: Day


def file_paper_application(
    store: Store, command: FilePaperApplication, occasion: Occasion
) -> Findings:
    """Write the application; it is one guardian's, never the family's.

    Raises:
        InputError: The person does not represent the pupil then, or has one on file already.
    """
    represents = any(
        entry.first_day <= command.first_day <= entry.last_day
        for entry in store.select(
            Guardianship, pupil_id=command.pupil_id, guardian_id=command.guardian_id
        )
    )
    if not represents:
        raise store.absent("informing.no_guardian")
    for entry in store.select(
        PaperApplication, pupil_id=command.pupil_id, guardian_id=command.guardian_id
    ):
        if entry.last_day >= command.first_day:
            raise InputError("informing.on_paper_already")
    store.put(
        PaperApplication(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, command.pupil_id),
            filed_by_id=occasion.actor_id,
            **command.model_dump(),
        )
    )
    return []


class RevokePaperApplication(Command):
    """End an application: the guardian is informed electronically again."""

    kind: ClassVar[str] = "revoke_paper_application"
    application_id: ObjectId
    last_day: Day


def revoke_paper_application(
    store: Store, command: RevokePaperApplication, occasion: Occasion
) -> Findings:
    """Write the last day.

    Raises:
        InputError: It lies before the application.
    """
    entry = store.require(PaperApplication, command.application_id)
    if command.last_day < entry.first_day - 1:
        raise InputError("data.field", field="last_day")
    store.put(entry.replace(last_day=command.last_day))
    return []


class RecordPaperSlip(Command):
    """Say what became of a week's printed list: handed, sent, or could not be handed.

    Attributes:
        week_day: Any day of the week that the list is of.
        day: When it was handed, sent or tried.
    """

    kind: ClassVar[str] = "record_paper_slip"
    application_id: ObjectId
    week_day: Day
    slip_state: Annotated[SlipState, WHOLE]
    day: Day
    note: ShortText = ""


def record_paper_slip(store: Store, command: RecordPaperSlip, occasion: Occasion) -> Findings:
    """Write it in place of what was said of that week before.

    Raises:
        InputError: The day lies in the future, or before the week.
    """
    application = store.require(PaperApplication, command.application_id)
    monday = calendar.monday_of(command.week_day)
    if not monday <= command.day <= rights.act_days(store, occasion)[1]:
        raise InputError("data.field", field="day")
    earlier = store.first(PaperSlip, application_id=application.id, monday=monday)
    store.put(
        PaperSlip(
            id=occasion.new_id() if earlier is None else earlier.id,
            part=application.part,
            application_id=application.id,
            pupil_id=application.pupil_id,
            monday=monday,
            state=command.slip_state,
            day=command.day,
            recorded_by_id=occasion.actor_id,
            recorded_at=occasion.interval.made_at,
            note=command.note,
        )
    )
    return []


def of_class_teacher(store: Store, command: Any, occasion: Occasion) -> None:
    """Let pass the class teacher of the pupil whom the command or its application is about.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    pupil_id = getattr(command, "pupil_id", 0)
    if not pupil_id:
        pupil_id = store.require(PaperApplication, command.application_id).pupil_id
    rights.settle(rights.class_cover(store, occasion, pupil_id), checks.CLASS_TEACHER_ONLY)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(FilePaperApplication, of_class_teacher, file_paper_application),
    CommandSpec(RevokePaperApplication, of_class_teacher, revoke_paper_application),
    CommandSpec(RecordPaperSlip, of_class_teacher, record_paper_slip),
)
