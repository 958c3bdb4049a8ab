"""Who represents a pupil, on what ground, from when to when (specification §6, guardians)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from eschool_core.commands import rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    Flag,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.commands.breach import officers
from eschool_core.commands.telling import tell
from eschool_core.domain.access import GuardianDecision, PupilConsent
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.enums import NoticeKind, PersonKind, Role
from eschool_core.domain.office import Person
from eschool_core.domain.partition import ACCESS, PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.errors import InputError, RegulationError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

MAX_GUARDIANS = 6


class GuardianEntry(BaseModel):
    """A guardian of the pupil to be admitted.

    Attributes:
        guardian_id: Of one who is known already (an elder child's); 0 for a new person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    guardian_id: OptionalId = 0
    family: Name
    given: Name
    patronymic: ShortText = ""
    relation: ShortText = ""
    phone: ShortText = ""


def add_guardianship(
    store: Store, occasion: Occasion, pupil_id: int, entry: GuardianEntry, day: int, ground: str
) -> None:
    """Write a guardianship, and the guardian where the person is new.

    A member of staff who is a parent has an account of each kind: one that the class teacher may
    give slips for must never open the staff's journal (3.1/1).

    Raises:
        InputError: Who should be known is no guardian, or represents the pupil already.
    """
    guardian_id = entry.guardian_id or occasion.new_id()
    if not entry.guardian_id:
        store.put(Person(id=guardian_id, part=ACCESS, kind=PersonKind.GUARDIAN))
    elif store.require(Person, guardian_id).kind != PersonKind.GUARDIAN:
        raise InputError("data.field", field="guardian_id")
    for known in store.select(Guardianship, pupil_id=pupil_id, guardian_id=guardian_id):
        if known.first_day <= day <= known.last_day:
            raise InputError("data.field", field="guardian_id")
    store.put(
        Guardianship(
            id=occasion.new_id(),
            part=partition(PartitionKind.PUPIL, pupil_id),
            pupil_id=pupil_id,
            guardian_id=guardian_id,
            first_day=day,
            ground=ground,
            **entry.model_dump(exclude={"guardian_id"}),
        )
    )


class AddGuardian(Command):
    """Enter a further guardian of a pupil, on a ground."""

    kind: ClassVar[str] = "add_guardian"
    pupil_id: ObjectId
    guardian: GuardianEntry
    first_day: Day
    ground: Name


def add_guardian(store: Store, command: AddGuardian, occasion: Occasion) -> Findings:
    """Write the guardianship."""
    store.require(Pupil, command.pupil_id)
    add_guardianship(
        store, occasion, command.pupil_id, command.guardian, command.first_day, command.ground
    )
    return []


class EndGuardianship(Command):
    """Close a guardian's access on a document; the other guardian's stays (§6, guardians).

    Attributes:
        last_day: The last day of access; yesterday closes it at once.
        authority: Who decided: a court or the guardianship office. One parent's wish is neither.
        document: Its number.
    """

    kind: ClassVar[str] = "end_guardianship"
    guardianship_id: ObjectId
    last_day: Day
    document: ShortText = ""
    document_day: Day = 0
    authority: Annotated[Authority, WHOLE] = Authority.NONE


def end_guardianship(store: Store, command: EndGuardianship, occasion: Occasion) -> Findings:
    """Write the last day, and the document beside it.

    Raises:
        RegulationError: No court or office has decided so, or its document is not named (2.10).
    """
    entry = store.require(Guardianship, command.guardianship_id)
    dated = 0 < command.document_day <= rights.act_days(store, occasion)[1]
    if command.authority is Authority.NONE or not command.document or not dated:
        raise RegulationError(checks.GUARDIAN_DOCUMENT)
    store.put(entry.replace(last_day=command.last_day))
    _note(store, occasion, entry, command.authority, command.document, command.document_day)
    return []


class AskGuardianClosure(Command):
    """Ask the system officer to close a guardian's access; closes nothing (§6, guardians)."""

    kind: ClassVar[str] = "ask_guardian_closure"
    guardianship_id: ObjectId
    reason: Name


def ask_guardian_closure(store: Store, command: AskGuardianClosure, occasion: Occasion) -> Findings:
    """Write the request and tell the system officers."""
    entry = store.require(Guardianship, command.guardianship_id)
    _note(store, occasion, entry, Authority.NONE, command.reason, 0)
    for officer_id in officers(store, occasion):
        key = "notice.access_asked"
        tell(store, occasion, officer_id, NoticeKind.ACCESS_ASKED, key, {}, entry.id)
    return []


def may_ask_guardian_closure(store: Store, command: AskGuardianClosure, occasion: Occasion) -> None:
    """Let pass the pupil's class teacher.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The appointment covers only a part of the judged interval.
    """
    entry = store.require(Guardianship, command.guardianship_id)
    rights.settle(rights.class_cover(store, occasion, entry.pupil_id), checks.ROLE_DENIED)


def _note(
    store: Store,
    occasion: Occasion,
    entry: Guardianship,
    authority: Authority,
    document: str,
    document_day: int,
) -> None:
    store.put(
        GuardianDecision(
            id=occasion.new_id(),
            part=entry.part,
            pupil_id=entry.pupil_id,
            guardianship_id=entry.id,
            authority=authority,
            document=document,
            document_day=document_day,
            made_by_id=occasion.actor_id,
            made_at=occasion.interval.made_at,
        )
    )


class DecideGuardianAccess(Command):
    """Let a guardian read along from 18 on, or no longer; the pupil's own decision (§6)."""

    kind: ClassVar[str] = "decide_guardian_access"
    guardian_id: ObjectId
    granted: Flag


def decide_guardian_access(
    store: Store, command: DecideGuardianAccess, occasion: Occasion
) -> Findings:
    """Write the pupil's decision; it counts from the eighteenth birthday on."""
    pupil_id = occasion.actor_id
    part = partition(PartitionKind.PUPIL, pupil_id)
    known = store.first(PupilConsent, part=part, guardian_id=command.guardian_id)
    store.put(
        PupilConsent(
            id=occasion.new_id() if known is None else known.id,
            part=part,
            pupil_id=pupil_id,
            guardian_id=command.guardian_id,
            granted=command.granted,
            made_at=occasion.interval.made_at,
        )
    )
    return []


def may_decide_guardian_access(
    store: Store, command: DecideGuardianAccess, occasion: Occasion
) -> None:
    """Let pass a pupil for own guardians.

    A family's replica does not hold who represents whom, so the server decides.

    Raises:
        RightsError: Anybody else, or somebody who represents the pupil in no way.
    """
    pupil = store.get(Pupil, occasion.actor_id)
    if pupil is None:
        raise RightsError(checks.ROLE_DENIED)
    known = store.select(Guardianship, pupil_id=occasion.actor_id, guardian_id=command.guardian_id)
    if not known and not store.complete:
        raise store.absent("data.missing", table="guardianship", id=command.guardian_id)
    if not known:
        raise RightsError(checks.ROLE_DENIED)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(AddGuardian, rights.ENTERS_USERS, add_guardian),
    CommandSpec(EndGuardianship, rights.by_role(Role.SYSTEM_OFFICER), end_guardianship),
    CommandSpec(AskGuardianClosure, may_ask_guardian_closure, ask_guardian_closure),
    CommandSpec(DecideGuardianAccess, may_decide_guardian_access, decide_guardian_access),
)
