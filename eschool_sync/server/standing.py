"""How somebody stands to the portal: whether there is access at all, and what comes first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from eschool_core.commands import facts
from eschool_core.commands.breach import has_acknowledged
from eschool_core.domain.people import Enrolment, Guardianship, Pupil
from eschool_core.domain.school import School, Staff
from eschool_core.store.store import Store
from eschool_sync.server.accounts import Account
from eschool_sync.server.sessions import SessionRow

BLOCKED = "SELECT MAX(blocked_at) FROM access_block WHERE person_id = ?"


class Stage(Enum):
    """What a session has to do next before it shows any data."""

    SET_UP_FACTOR = "set_up_factor"
    SHOW_FACTOR = "show_factor"
    ACKNOWLEDGE = "acknowledge"
    LOCKED = "locked"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Entered:
    """What a sign-in gives: both tokens are told once and kept as hashes.

    Attributes:
        token: Of the session.
        browser: Of the browser, so that it is known the next time.
    """

    token: str
    browser: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Visit:
    """A session with what it may do now."""

    session: SessionRow
    stage: Stage
    is_staff: bool

    @property
    def person_id(self) -> int:
        """Who it is."""
        return self.session.person_id


def may_enter(store: Store, person_id: int) -> bool:
    """Return whether somebody has any access: employed, enrolled or to be, or a guardian.

    A guardian of a former pupil has none, nor has a member of staff after the last day.
    """
    day = facts.school(store).current_day
    staff = store.get(Staff, person_id)
    if staff is not None:
        return staff.last_day >= day
    if any(entry.last_day >= day for entry in store.select(Enrolment, pupil_id=person_id)):
        return True
    return any(
        ward.last_day >= day
        and any(entry.last_day >= day for entry in store.select(Enrolment, pupil_id=ward.pupil_id))
        for ward in store.select(Guardianship, guardian_id=person_id)
    )


def blocked_at(store: Store, person_id: int) -> int:
    """Return when a person's access was last shut; 0 if never. What is older opens nothing."""
    return int(store.rows(BLOCKED, person_id)[0][0] or 0)


def stage_of(store: Store, session: SessionRow, account: Account | None, now: int) -> Stage:
    """Return what comes next: the lock, the second factor of staff, the acknowledgement."""
    is_staff = store.get(Staff, session.person_id) is not None
    idle = now - session.seen_at > seconds_of(store, "idle_lock_minutes")
    has_factor = account is not None and account.factor_at > 0
    if session.locked or (is_staff and idle):
        return Stage.LOCKED
    if is_staff and not has_factor:
        return Stage.SET_UP_FACTOR
    if has_factor and not session.factor_at:
        return Stage.SHOW_FACTOR
    if not has_acknowledged(store, session.person_id):
        return Stage.ACKNOWLEDGE
    return Stage.OPEN


def seconds_of(store: Store, policy: str) -> int:
    """Return a policy that counts minutes, in seconds, as it is today."""
    return 60 * facts.policy_number(store, policy, facts.school(store).current_day)


def known_of(store: Store, person_id: int) -> tuple[str, ...]:
    """Return what others know of a person: names and the school's name."""
    names = [entry.name for entry in store.select(School)]
    person: Staff | Pupil | Guardianship | None = (
        store.get(Staff, person_id)
        or store.get(Pupil, person_id)
        or store.first(Guardianship, guardian_id=person_id)
    )
    if person is not None:
        names += [person.family, person.given, person.patronymic]
    return tuple(names)
