"""The law on personal data: reads that are logged, consents given and withdrawn (1.4)."""

from __future__ import annotations

from typing import ClassVar

from eschool_core import calendar
from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Flag,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
)
from eschool_core.commands.breach import anybody, officers
from eschool_core.commands.class_care import corrects_pupil
from eschool_core.commands.groups import AGE_OF_MAJORITY
from eschool_core.commands.telling import tell
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil, PupilCard
from eschool_core.domain.privacy import PersonalRead, ProcessingConsent
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store


class NoteRead(Command):
    """Log that the actor opened personal data, or was refused them.

    The pages and the command line give it with each first reading of a day.

    Attributes:
        class_id: Every card of the class.
        pupil_id: One pupil's card. Where neither is named: the cards of the whole school.
        denied: 1 where the data were not shown.
        conversations: 1 where it was the list of the actor's conversations, which names the
            guardians in them; then it names neither class nor pupil.
    """

    kind: ClassVar[str] = "note_read"
    class_id: OptionalId = 0
    pupil_id: OptionalId = 0
    denied: Flag = 0
    conversations: Flag = 0


def note_read(store: Store, command: NoteRead, occasion: Occasion) -> Findings:
    """Write who looked at what, once for each day.

    Raises:
        InputError: It names more than one of a class, a pupil and the conversations; or there is
            no such one.
    """
    if command.class_id and command.pupil_id:
        raise InputError("data.field", field="pupil_id")
    if command.conversations and (command.class_id or command.pupil_id):
        raise InputError("data.field", field="conversations")
    if command.class_id:
        store.require(SchoolClass, command.class_id)
    if command.pupil_id:
        store.require(Pupil, command.pupil_id)
    known = {
        "part": partition(PartitionKind.ACCOUNT, occasion.actor_id),
        "person_id": occasion.actor_id,
        "day": rights.made_day(store, occasion),
        **command.model_dump(),
    }
    if store.first(PersonalRead, **known) is None:
        first_at = occasion.interval.made_at
        store.put(PersonalRead(id=occasion.new_id(), first_at=first_at, **known))
    return []


class RecordConsent(Command):
    """Put a written consent to the processing of a pupil's data on file."""

    kind: ClassVar[str] = "record_consent"
    pupil_id: ObjectId
    given_by_id: ObjectId
    first_day: Day
    document: Name


def record_consent(store: Store, command: RecordConsent, occasion: Occasion) -> Findings:
    """Write the consent.

    Raises:
        InputError: Who gives it does not represent the pupil on that day and is not the pupil of
            age; the day is to come; or a consent of that person is in force.
    """
    if command.first_day > rights.act_days(store, occasion)[1]:
        raise InputError("data.field", field="first_day")
    if not _may_consent(store, command):
        raise store.absent("privacy.no_representative")
    for known in store.select(
        ProcessingConsent, pupil_id=command.pupil_id, given_by_id=command.given_by_id
    ):
        if known.last_day >= command.first_day:
            raise InputError("privacy.consent_in_force")
    store.put(
        ProcessingConsent(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, command.pupil_id),
            recorded_by_id=occasion.actor_id,
            recorded_at=occasion.interval.made_at,
            **command.model_dump(),
        )
    )
    return []


def _may_consent(store: Store, command: RecordConsent) -> bool:
    if command.given_by_id == command.pupil_id:
        card = store.first(PupilCard, pupil_id=command.pupil_id)
        if card is None or not card.birth_day:
            return False
        return calendar.full_years(card.birth_day, command.first_day) >= AGE_OF_MAJORITY
    return any(
        entry.first_day <= command.first_day <= entry.last_day
        for entry in store.select(
            Guardianship, pupil_id=command.pupil_id, guardian_id=command.given_by_id
        )
    )


class WithdrawConsent(Command):
    """End a consent on a written demand.

    Attributes:
        last_day: The last day on which it was in force.
        document: Number of the demand.
    """

    kind: ClassVar[str] = "withdraw_consent"
    consent_id: ObjectId
    last_day: Day
    document: Name


def withdraw_consent(store: Store, command: WithdrawConsent, occasion: Occasion) -> Findings:
    """Write the end and tell the system officers what has to be erased by when, and what stays.

    Marks, attendance and the registers are kept by law and not by consent, so nothing of them
    changes; what only the consent allowed is the officer's to erase.

    Raises:
        InputError: It is withdrawn already, or the day lies before the consent or in the future.
    """
    entry = store.require(ProcessingConsent, command.consent_id)
    if entry.withdrawal:
        raise InputError("privacy.withdrawn_already")
    if not entry.first_day <= command.last_day <= rights.act_days(store, occasion)[1]:
        raise InputError("data.field", field="last_day")
    store.put(entry.replace(last_day=command.last_day, withdrawal=command.document))
    for officer_id in officers(store, occasion):
        kind, key = NoticeKind.CONSENT_WITHDRAWN, "notice.consent_withdrawn"
        tell(store, occasion, officer_id, kind, key, {}, entry.id)
    return []


def a_person(store: Store, command: NoteRead, occasion: Occasion) -> None:
    """Let pass every person of the school; the server reads no cards.

    Raises:
        RightsError: The school does not know the actor.
    """
    if occasion.actor_id == 0:
        raise RightsError(checks.ROLE_DENIED)
    anybody(store, command, occasion)


def may_record_consent(store: Store, command: RecordConsent, occasion: Occasion) -> None:
    """See ``corrects_pupil``."""
    corrects_pupil(store, command.pupil_id, occasion)


def may_withdraw_consent(store: Store, command: WithdrawConsent, occasion: Occasion) -> None:
    """See ``corrects_pupil``."""
    pupil_id = store.require(ProcessingConsent, command.consent_id).pupil_id
    corrects_pupil(store, pupil_id, occasion)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(NoteRead, a_person, note_read),
    CommandSpec(RecordConsent, may_record_consent, record_consent),
    CommandSpec(WithdrawConsent, may_withdraw_consent, withdraw_consent),
)
