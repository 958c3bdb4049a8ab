"""The duties of every user: to keep the way in secret, and to tell of a leak (3.2, 6.1–6.3)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    LongText,
    ObjectId,
    Occasion,
    OptionalId,
    Small,
)
from eschool_core.commands.credentials import shut_access
from eschool_core.commands.office_days import working_day_after
from eschool_core.commands.telling import tell
from eschool_core.domain.access import Acknowledgement, BreachReport
from eschool_core.domain.access_enums import AlertKind, BlockReason, BreachKind
from eschool_core.domain.enums import NoticeKind, Role, Timeliness
from eschool_core.domain.office import Person
from eschool_core.domain.partition import ACCESS, PartitionKind, partition
from eschool_core.domain.school import Staff
from eschool_core.errors import InputError, RightsError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding
from eschool_core.regulation.interval import judge
from eschool_core.store.store import Store

EDITION = 1
"""Of the text of a user's duties; a new one is put before everybody again."""

MINUTES_PER_DAY = 24 * 60


def anybody(store: Store, command: Any, occasion: Occasion) -> None:
    """Let pass every person of the school, for himself.

    Raises:
        RightsError: The school does not know the actor.
    """
    if occasion.actor_id and store.complete and store.get(Person, occasion.actor_id) is None:
        raise RightsError(checks.ROLE_DENIED)


class AcknowledgeDuties(Command):
    """Take on the duties of a user: to keep the own credentials, and to whom to tell (3.2)."""

    kind: ClassVar[str] = "acknowledge_duties"
    edition: Small = EDITION


def acknowledge_duties(store: Store, command: AcknowledgeDuties, occasion: Occasion) -> Findings:
    """Write who has taken on which edition, and when; once.

    Raises:
        InputError: There is no such edition, or the server has no duties.
    """
    if occasion.actor_id == 0 or not 1 <= command.edition <= EDITION:
        raise InputError("data.field", field="edition")
    part = partition(PartitionKind.ACCOUNT, occasion.actor_id)
    if store.first(Acknowledgement, part=part, edition=command.edition) is None:
        store.put(
            Acknowledgement(
                id=occasion.new_id(),
                part=part,
                person_id=occasion.actor_id,
                edition=command.edition,
                made_at=occasion.interval.made_at,
            )
        )
    return []


def has_acknowledged(store: Store, person_id: int) -> bool:
    """Return whether a person has taken on the present edition of the duties."""
    part = partition(PartitionKind.ACCOUNT, person_id)
    return store.first(Acknowledgement, part=part, edition=EDITION) is not None


class ReportBreach(Command):
    """Tell that a password, slip or device is no longer only one's own (6.3).

    Attributes:
        person_id: Whose it was; 0 for the reporter's own.
        learned_day: The day on which the reporter learned of it.
    """

    kind: ClassVar[str] = "report_breach"
    breach_kind: Annotated[BreachKind, WHOLE]
    learned_day: Day
    person_id: OptionalId = 0
    text: LongText = ""


def report_breach(store: Store, command: ReportBreach, occasion: Occasion) -> Findings:
    """Write the report, tell the system officers, and shut the reporter's own access at once.

    Somebody else's access stays: a report must not be a way to shut others out.

    Raises:
        InputError: It was learned of in the future.
    """
    if command.learned_day > rights.act_days(store, occasion)[1]:
        raise InputError("data.field", field="learned_day")
    whose = command.person_id or occasion.actor_id
    due = breach_due(store, command.learned_day)
    timeliness = judge(occasion.interval, due)
    store.put(
        BreachReport(
            id=occasion.new_id(),
            part=ACCESS,
            reporter_id=occasion.actor_id,
            person_id=whose,
            kind=command.breach_kind,
            learned_day=command.learned_day,
            due_at=due,
            reported_at=occasion.interval.made_at,
            timeliness=timeliness,
            text=command.text,
        )
    )
    if whose == occasion.actor_id and whose:
        shut_access(store, occasion, whose, BlockReason.BREACH)
    for officer_id in officers(store, occasion):
        tell(store, occasion, officer_id, NoticeKind.BREACH, "notice.breach", {}, whose)
    is_staff = store.get(Staff, occasion.actor_id) is not None
    if timeliness is Timeliness.LATE and is_staff:
        last = calendar.local_day(due, facts.school(store).zone)
        return [Finding(checks.BREACH_LATE, {"due": calendar.date_of(last).isoformat()})]
    return []


def breach_due(store: Store, learned_day: int) -> int:
    """Return the last second in which a leak is told of in time: the end of the working day."""
    count = facts.policy_number(store, "breach_report_working_days", learned_day)
    last = working_day_after(store, learned_day, count)
    return calendar.moment_of(last, MINUTES_PER_DAY, facts.school(store).zone) - 1


def officers(store: Store, occasion: Occasion) -> list[int]:
    """Return the system officers of the day, in the order of their ids."""
    return rights.holders(store, Role.SYSTEM_OFFICER, rights.made_day(store, occasion))


class RaiseAlert(Command):
    """Tell the owner and the system officers of an odd sign-in (6.1); the server's own act.

    Attributes:
        other_id: The second person at one device; 0 where a device is not the person's.
    """

    kind: ClassVar[str] = "raise_alert"
    alert_kind: Annotated[AlertKind, WHOLE]
    person_id: ObjectId
    other_id: OptionalId = 0


def raise_alert(store: Store, command: RaiseAlert, occasion: Occasion) -> Findings:
    """Leave a notice for the owner, for the other person, and for each system officer.

    No place and no address is kept (6.1).
    """
    key = f"notice.alert.{command.alert_kind.name.lower()}"
    owners = [command.person_id, *([command.other_id] if command.other_id else [])]
    for person_id in owners:
        store.require(Person, person_id)
    for person_id in sorted({*owners, *officers(store, occasion)}):
        tell(store, occasion, person_id, NoticeKind.ALERT, key, {}, command.person_id)
    return []


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(AcknowledgeDuties, anybody, acknowledge_duties),
    CommandSpec(ReportBreach, anybody, report_breach),
    CommandSpec(RaiseAlert, rights.server_only, raise_alert),
)
