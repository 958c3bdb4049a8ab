"""Who may write to whom, judged from dated rows by the table of ``regulation.messaging`` (2.11)."""

from __future__ import annotations

from eschool_core.commands import facts, rights
from eschool_core.commands.base import Occasion
from eschool_core.domain.enums import PersonKind, Role, SubstitutionKind
from eschool_core.domain.informing import ThreadMember
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.school import Appointment, Staff, Substitution
from eschool_core.errors import RegulationError, RightsError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Check
from eschool_core.regulation.interval import Cover
from eschool_core.regulation.messaging import Over, Side, families_of
from eschool_core.store.store import Store

Days = tuple[int, int]


def kind_of(store: Store, person_id: int) -> PersonKind:
    """Return what a person is to the school, from rows that the person's own replica holds."""
    if store.get(Staff, person_id) is not None:
        return PersonKind.STAFF
    if store.get(Pupil, person_id) is not None:
        return PersonKind.PUPIL
    return PersonKind.GUARDIAN


def require_employed(store: Store, person_id: int, days: Days) -> None:
    """Let pass a member of staff who holds an appointment then.

    Raises:
        RegulationError: 2.11: there is no such person, or the person holds none.
    """
    if not rights.roles_of(store, person_id, days):
        raise RegulationError(checks.MESSAGE_ADDRESSEE)


def require_family(
    store: Store, person_id: int, pupil_id: int, days: Days, check: Check = checks.MESSAGE_ADDRESSEE
) -> None:
    """Let pass the pupil, and who represents the pupil then.

    Raises:
        RightsError: ``check``: anybody else, also whose access has ended.
        UnknownFactError: On a family's replica, which names no guardians: the server decides.
    """
    if person_id == pupil_id:
        store.require(Pupil, pupil_id)
        return
    if any(
        entry.first_day <= days[1] and days[0] <= entry.last_day
        for entry in store.select(Guardianship, pupil_id=pupil_id, guardian_id=person_id)
    ):
        return
    if not store.complete:
        raise store.absent("data.missing", table="guardianship", id=pupil_id)
    raise RightsError(check)


def require_may_write(store: Store, staff_id: int, pupil_id: int, days: Days) -> None:
    """Let pass a member of staff and the family of a pupil, whichever of them writes.

    Raises:
        RegulationError: 2.11: the table names no such pair.
        UnknownFactError: On a replica that lacks the pupil's lists.
    """
    for side in sides_of(store, staff_id, days):
        for over in families_of(side):
            if _reaches(store, over, staff_id, pupil_id, days):
                return
    if not store.complete and store.get(Pupil, pupil_id) is None:
        raise store.absent("data.missing", table="pupil", id=pupil_id)
    raise RegulationError(checks.MESSAGE_ADDRESSEE)


def sides_of(store: Store, staff_id: int, days: Days) -> list[Side]:
    """Return what a member of staff is in a conversation, the widest side first."""
    roles = rights.roles_of(store, staff_id, days)
    sides = []
    if roles & set(rights.ADMINISTRATION):
        sides.append(Side.ADMINISTRATION)
    if Role.CLASS_TEACHER in roles:
        sides.append(Side.CLASS_TEACHER)
    if roles & {Role.TEACHER, Role.CLASS_TEACHER}:
        sides.append(Side.TEACHER)
    return [*sides, Side.STAFF] if roles else []


def _reaches(store: Store, over: Over, staff_id: int, pupil_id: int, days: Days) -> bool:
    if over is Over.LED_CLASS:
        return _leads(store, staff_id, pupil_id, days)
    return over is Over.SCHOOL or _teaches(store, staff_id, pupil_id, days)


def _leads(store: Store, staff_id: int, pupil_id: int, days: Days) -> bool:
    enrolment = facts.enrolment_on(store, pupil_id, days[0])
    if enrolment is None:
        return False
    led = store.select(
        Appointment, person_id=staff_id, role=Role.CLASS_TEACHER, class_id=enrolment.class_id
    )
    periods = [(entry.first_day, entry.last_day) for entry in led]
    return rights.covered(periods, days) is not Cover.NOWHERE


def _teaches(store: Store, staff_id: int, pupil_id: int, days: Days) -> bool:
    lines = [
        line
        for line in store.select(JournalLine, pupil_id=pupil_id)
        if line.first_day <= days[1] and days[0] <= line.last_day
    ]
    return any(
        facts.teaches(store, line.journal_id, staff_id, *days)
        or _acts(store, line.journal_id, staff_id, days)
        for line in lines
    )


def _acts(store: Store, journal_id: int, staff_id: int, days: Days) -> bool:
    return any(
        entry.kind == SubstitutionKind.ACTING
        and entry.first_day <= days[1]
        and days[0] <= entry.last_day
        for entry in store.select(Substitution, journal_id=journal_id, substitute_id=staff_id)
    )


def require_member(store: Store, thread_id: int, occasion: Occasion) -> ThreadMember:
    """Return the actor's membership of a conversation.

    Raises:
        RightsError: 2.11: the actor takes no part in it, or a guardian's access has ended.
    """
    member = store.first(ThreadMember, thread_id=thread_id, person_id=occasion.actor_id)
    if member is None:
        raise RightsError(checks.MESSAGE_MEMBER)
    days = rights.act_days(store, occasion)
    if member.kind == PersonKind.STAFF:
        if not rights.roles_of(store, member.person_id, days):
            raise RightsError(checks.MESSAGE_MEMBER)
    elif store.complete:
        # A family's replica lost the conversation when access ended; it names no guardians.
        require_family(store, member.person_id, member.pupil_id, days)
    return member
