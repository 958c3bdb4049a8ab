"""What the class teacher looks through at set intervals: missed lessons, pupils' data."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.domain.care import CardChange, ClassCheck
from eschool_core.domain.care_enums import ClassCheckKind
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, Guardianship, Pupil, PupilCard
from eschool_core.domain.row import Row, Value, columns
from eschool_core.domain.school import AcademicYear, Appointment, SchoolClass
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.interval import best
from eschool_core.store.store import Store

MAX_PUPILS = 100
IN_CLASS = "class_id = ? AND first_day <= ? AND last_day >= ? ORDER BY pupil_id, id"


class CheckAttendance(Command):
    """Record that the missed lessons of a week were looked through (4.6.2).

    Attributes:
        day: Any day of the week.
    """

    kind: ClassVar[str] = "check_attendance"
    class_id: ObjectId
    day: Day
    note: ShortText = ""


def check_attendance(store: Store, command: CheckAttendance, occasion: Occasion) -> Findings:
    """Write who has checked the week and when; a week that was checked before stays so.

    Raises:
        InputError: The week has not begun, or lies outside the year of the class.
    """
    monday = calendar.monday_of(command.day)
    _record_check(
        store, command.class_id, ClassCheckKind.ATTENDANCE, monday, command.note, occasion
    )
    return []


class CheckCards(Command):
    """Record that the data of every pupil of a class were looked through (4.6.7).

    Attributes:
        day: Any day of the month.
        pupil_ids: The pupils whose data were seen and are right by now.
    """

    kind: ClassVar[str] = "check_cards"
    class_id: ObjectId
    day: Day
    pupil_ids: Annotated[tuple[ObjectId, ...], Field(max_length=MAX_PUPILS)]
    note: ShortText = ""


def check_cards(store: Store, command: CheckCards, occasion: Occasion) -> Findings:
    """Write who has checked the month and when.

    Raises:
        InputError: The month has not begun, or lies outside the year of the class.
        RegulationError: A pupil of the class is left out (4.6.7).
    """
    today = rights.made_day(store, occasion)
    listed = {
        entry.pupil_id for entry in store.where(Enrolment, IN_CLASS, command.class_id, today, today)
    }
    left_out = len(listed - set(command.pupil_ids))
    if left_out:
        raise RegulationError(checks.CARDS_LEFT_OUT, count=left_out)
    first = calendar.month_begin(command.day)
    _record_check(store, command.class_id, ClassCheckKind.CARDS, first, command.note, occasion)
    return []


def _record_check(
    store: Store,
    class_id: int,
    kind: ClassCheckKind,
    first_day: int,
    note: str,
    occasion: Occasion,
) -> None:
    school_class = store.require(SchoolClass, class_id)
    year = store.require(AcademicYear, school_class.year_id)
    begun = first_day <= rights.act_days(store, occasion)[1]
    if not begun or not calendar.monday_of(year.first_day) - 31 <= first_day <= year.last_day:
        raise InputError("data.field", field="day")
    if store.first(ClassCheck, class_id=class_id, kind=kind, first_day=first_day) is None:
        store.put(
            ClassCheck(
                id=occasion.new_id(),
                part=partition(PartitionKind.CLASS_CARE, class_id),
                class_id=class_id,
                kind=kind,
                first_day=first_day,
                checked_by_id=occasion.actor_id,
                checked_at=occasion.interval.made_at,
                note=note,
            )
        )


class CorrectPupil(Command):
    """Correct a pupil's own data (3.3, 4.6.7)."""

    kind: ClassVar[str] = "correct_pupil"
    pupil_id: ObjectId
    family: Name
    given: Name
    patronymic: ShortText = ""
    birth_day: Day = 0
    sex: Annotated[int, Field(strict=True, ge=0, le=2)] = 0


def correct_pupil(store: Store, command: CorrectPupil, occasion: Occasion) -> Findings:
    """Write the name and the card; each changed value is kept with the one before.

    Raises:
        InputError: The date of birth lies in the future.
    """
    if command.birth_day > rights.act_days(store, occasion)[1]:
        raise InputError("data.field", field="birth_day")
    pupil = store.require(Pupil, command.pupil_id)
    card = store.first(PupilCard, pupil_id=pupil.id)
    if card is None:
        raise store.absent("data.missing", table="pupil_card", id=pupil.id)
    name = command.model_dump(include={"family", "given", "patronymic"})
    data = command.model_dump(include={"birth_day", "sex"})
    for row, values in ((pupil, name), (card, data)):
        if note_changes(store, occasion, pupil.id, 0, row, values):
            store.put(row.replace(**values))
    return []


class CorrectGuardian(Command):
    """Correct a guardian's name, relation or phone (3.3, 4.6.7)."""

    kind: ClassVar[str] = "correct_guardian"
    guardianship_id: ObjectId
    family: Name
    given: Name
    patronymic: ShortText = ""
    relation: ShortText = ""
    phone: ShortText = ""


def correct_guardian(store: Store, command: CorrectGuardian, occasion: Occasion) -> Findings:
    """Write the values; each changed one is kept with the one before."""
    entry = store.require(Guardianship, command.guardianship_id)
    values = command.model_dump(exclude={"guardianship_id"})
    if note_changes(store, occasion, entry.pupil_id, entry.id, entry, values):
        store.put(entry.replace(**values))
    return []


def note_changes(
    store: Store,
    occasion: Occasion,
    pupil_id: int,
    guardianship_id: int,
    row: Row,
    new: dict[str, Any],
) -> bool:
    """Keep each value that differs with the one before; return whether any does."""
    old = dict(zip(columns(type(row)), row.values(), strict=True))
    changed = {name: value for name, value in new.items() if old[name] != value}
    for name, value in changed.items():
        store.put(
            CardChange(
                id=occasion.new_id(),
                part=partition(PartitionKind.PUPIL, pupil_id),
                pupil_id=pupil_id,
                guardianship_id=guardianship_id,
                field=name,
                old=spelled(name, old[name]),
                new=spelled(name, value),
                changed_by_id=occasion.actor_id,
                changed_at=occasion.interval.made_at,
            )
        )
    return bool(changed)


def spelled(field: str, value: Value) -> str:
    """Return a value of a card as it is kept: a date in ISO form, nothing for "unknown"."""
    if field == "birth_day" and isinstance(value, int):
        return calendar.date_of(value).isoformat() if value else ""
    return str(value or "")


def leads_class(store: Store, command: Any, occasion: Occasion) -> None:
    """Let pass the class teacher of the class that a command names.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The appointment covers only a part of the judged interval.
    """
    led = store.select(
        Appointment,
        person_id=occasion.actor_id,
        role=Role.CLASS_TEACHER,
        class_id=command.class_id,
    )
    periods = [(entry.first_day, entry.last_day) for entry in led]
    rights.settle(
        rights.covered(periods, rights.act_days(store, occasion)), checks.CLASS_TEACHER_ONLY
    )


def corrects_pupil(store: Store, pupil_id: int, occasion: Occasion) -> None:
    """Let pass the pupil's class teacher and the system officer.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The right covers only a part of the judged interval.
    """
    if occasion.actor_id:
        answers = [
            rights.class_cover(store, occasion, pupil_id),
            rights.role_cover(store, occasion, Role.SYSTEM_OFFICER),
        ]
        rights.settle(best(answers), checks.CLASS_TEACHER_ONLY)


def may_correct_pupil(store: Store, command: CorrectPupil, occasion: Occasion) -> None:
    """See ``corrects_pupil``."""
    corrects_pupil(store, command.pupil_id, occasion)


def may_correct_guardian(store: Store, command: CorrectGuardian, occasion: Occasion) -> None:
    """See ``corrects_pupil``."""
    corrects_pupil(store, store.require(Guardianship, command.guardianship_id).pupil_id, occasion)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(CheckAttendance, leads_class, check_attendance),
    CommandSpec(CheckCards, leads_class, check_cards),
    CommandSpec(CorrectPupil, may_correct_pupil, correct_pupil),
    CommandSpec(CorrectGuardian, may_correct_guardian, correct_guardian),
)
