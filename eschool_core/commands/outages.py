"""Acts whose time the evidence does not decide: settled one by one, or by a declared outage.

Source: clause 4.5.3, specification §6 "outage".
"""

from __future__ import annotations

import json
from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
)
from eschool_core.commands.telling import tell
from eschool_core.domain.enums import FindingState, NoticeKind, Role, Timeliness
from eschool_core.domain.journal import Homework, Lesson
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.review import Outage
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError
from eschool_core.ids import MAX_DEVICE
from eschool_core.regulation import checks
from eschool_core.regulation.homework import SECONDS_PER_MINUTE
from eschool_core.regulation.interval import judge
from eschool_core.store.store import Store

MAX_OUTAGE_DAYS = 60


class SettleTimeliness(Command):
    """Decide whether an entry of undetermined time was in time (4.5.3, design §5.8)."""

    kind: ClassVar[str] = "settle_timeliness"
    finding_id: ObjectId
    in_time: Annotated[int, Field(strict=True, ge=0, le=1)]
    reason: Name


def settle_timeliness(store: Store, command: SettleTimeliness, occasion: Occasion) -> Findings:
    """Close the finding as in time, or make it one of lateness; the reason stays with it.

    Raises:
        InputError: ``control.finding_closed``, ``control.not_undetermined``.
    """
    finding = store.require(FindingRecord, command.finding_id)
    if finding.check_id != checks.HOMEWORK_UNDETERMINED.id:
        raise InputError("control.not_undetermined")
    if finding.state != FindingState.OPEN:
        raise InputError("control.finding_closed")
    about: dict[str, str | int] = {"waived": command.reason}
    if command.in_time:
        _settle(store, occasion, finding, Timeliness.CREDIBLE, about)
        return []
    lesson = store.require(Lesson, finding.lesson_id)
    late = finding.found_at - _deadline(store, lesson)
    minutes = max(1, -(-late // SECONDS_PER_MINUTE))
    _write_timeliness(store, finding, Timeliness.LATE)
    store.put(
        finding.replace(
            check_id=checks.HOMEWORK_LATE.id,
            params=_with(finding, {"late_minutes": minutes, "settled": command.reason}),
        )
    )
    return []


class DeclareOutage(Command):
    """State by an act that there was no network: undetermined entries inside count as in time.

    Attributes:
        device: Number of the device concerned; 0 for the whole school.
    """

    kind: ClassVar[str] = "declare_outage"
    act: Name
    first_day: Day
    last_day: Day
    device: Annotated[int, Field(strict=True, ge=0, le=MAX_DEVICE)] = 0


def declare_outage(store: Store, command: DeclareOutage, occasion: Occasion) -> Findings:
    """Write the outage and settle what is undetermined inside; what is proven late stays late.

    Raises:
        InputError: The dates are in the wrong order, too far apart, or not over yet.
    """
    days = command.last_day - command.first_day
    if not 0 <= days <= MAX_OUTAGE_DAYS or command.last_day > rights.made_day(store, occasion):
        raise InputError("data.field", field="last_day")
    store.put(
        Outage(
            id=occasion.new_id(),
            part=SCHOOL,
            first_day=command.first_day,
            last_day=command.last_day,
            device=command.device,
            act=command.act,
            declared_by_id=occasion.actor_id,
            declared_at=occasion.interval.made_at,
        )
    )
    undetermined = checks.HOMEWORK_UNDETERMINED.id
    for finding in store.select(FindingRecord, check_id=undetermined, state=FindingState.OPEN):
        lesson = store.get(Lesson, finding.lesson_id)
        if lesson is None or not command.first_day <= lesson.day <= command.last_day:
            continue
        if command.device and command.device != _device_of(store, finding):
            continue
        _settle(store, occasion, finding, Timeliness.CREDIBLE, {"outage": command.act})
    return []


def timeliness_of(store: Store, occasion: Occasion, lesson: Lesson, deadline: int) -> Timeliness:
    """Return how an act on a lesson stands to its deadline; a declared outage settles a doubt."""
    found = judge(occasion.interval, deadline)
    if found is not Timeliness.UNDETERMINED:
        return found
    for outage in store.select(Outage):
        inside = outage.first_day <= lesson.day <= outage.last_day
        if inside and outage.device in (0, occasion.device):
            return Timeliness.CREDIBLE
    return found


def _settle(
    store: Store,
    occasion: Occasion,
    finding: FindingRecord,
    timeliness: Timeliness,
    about: dict[str, str | int],
) -> None:
    _write_timeliness(store, finding, timeliness)
    store.put(
        finding.replace(
            state=FindingState.WAIVED,
            closed_at=occasion.interval.made_at,
            closed_by_id=occasion.actor_id,
            params=_with(finding, about),
        )
    )
    tell(
        store,
        occasion,
        finding.staff_id,
        NoticeKind.SETTLED,
        "notice.settled_outage" if "outage" in about else "notice.settled",
        facts.place_of(store, finding.lesson_id) | about,
        finding.id,
    )


def _write_timeliness(store: Store, finding: FindingRecord, timeliness: Timeliness) -> None:
    """Write it into the homework that the finding is about: no new value, so no history."""
    for entry in store.select(Homework, lesson_id=finding.lesson_id):
        if entry.timeliness == Timeliness.UNDETERMINED and entry.author_id == finding.staff_id:
            store.put(entry.replace(timeliness=timeliness))


def _with(finding: FindingRecord, about: dict[str, str | int]) -> str:
    return json.dumps(json.loads(finding.params) | about, ensure_ascii=False, sort_keys=True)


def _device_of(store: Store, finding: FindingRecord) -> int:
    """Return the device that the entry was written on; 0 if it is not here."""
    entries = store.select(Homework, lesson_id=finding.lesson_id)
    return next((entry.device for entry in entries if entry.author_id == finding.staff_id), 0)


def _deadline(store: Store, lesson: Lesson) -> int:
    return facts.homework_deadline(store, store.require(Journal, lesson.journal_id), lesson)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(
        SettleTimeliness, rights.by_role(Role.DEPUTY_STUDIES, Role.HEAD), settle_timeliness
    ),
    CommandSpec(
        DeclareOutage,
        rights.by_role(Role.DEPUTY_STUDIES, Role.HEAD, Role.SYSTEM_OFFICER),
        declare_outage,
    ),
)
