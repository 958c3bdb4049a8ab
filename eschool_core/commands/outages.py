"""Acts whose time the evidence does not decide: settled one by one, or by a declared outage.

Source: clauses 4.5.3 and 4.5.5, specification §6 "outage".
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core import calendar
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
from eschool_core.domain.json_text import json_text
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import SCHOOL, TO_RESULT
from eschool_core.domain.result_enums import ResultKind
from eschool_core.domain.results import OrderDate, TermMark
from eschool_core.domain.review import Outage
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError
from eschool_core.ids import MAX_DEVICE
from eschool_core.regulation import checks
from eschool_core.regulation.homework import SECONDS_PER_MINUTE
from eschool_core.regulation.interval import judge
from eschool_core.store.store import Store

MAX_OUTAGE_DAYS = 60
BECOMES_LATE = {
    checks.HOMEWORK_UNDETERMINED.id: checks.HOMEWORK_LATE.id,
    checks.TERM_MARK_UNDETERMINED.id: checks.TERM_MARK_LATE.id,
}
"""Findings on times that the evidence leaves open, and what each is once it was late."""

OPEN_DOUBTS = "check_id IN (?, ?) AND state = ? ORDER BY id"
ORDER_DATES = "day BETWEEN ? AND ? ORDER BY day, id"


class SettleTimeliness(Command):
    """Decide whether an entry of undetermined time was in time (4.5.3, 4.5.5, design §5.8)."""

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
    if finding.check_id not in BECOMES_LATE:
        raise InputError("control.not_undetermined")
    if finding.state != FindingState.OPEN:
        raise InputError("control.finding_closed")
    about: dict[str, str | int] = {"waived": command.reason}
    if command.in_time:
        _settle(store, occasion, finding, about)
        place = _place_of(store, finding) | about
        settled = NoticeKind.SETTLED
        tell(store, occasion, finding.staff_id, settled, "notice.settled", place, finding.id)
        return []
    late = {"settled": command.reason} | _lateness(store, finding)
    _write_timeliness(store, finding, Timeliness.LATE)
    store.put(finding.replace(check_id=BECOMES_LATE[finding.check_id], params=_with(finding, late)))
    return []


def _lateness(store: Store, finding: FindingRecord) -> dict[str, str | int]:
    """Return by how much homework was late; of a term mark the order's date says enough."""
    if finding.check_id != checks.HOMEWORK_UNDETERMINED.id:
        return {}
    late = finding.found_at - _deadline(store, store.require(Lesson, finding.lesson_id))
    return {"late_minutes": max(1, -(-late // SECONDS_PER_MINUTE))}


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

    However many entries lie inside, each author gets one notice that says how many: the rows that
    a command adds do not grow with the entries. Dates of orders inside an outage of the whole
    school are laid before the head, who may extend them (4.5.5).

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
    settled: dict[int, list[int]] = defaultdict(list)
    for finding in store.where(FindingRecord, OPEN_DOUBTS, *BECOMES_LATE, FindingState.OPEN):
        day = _day_of(store, finding)
        if day is None or not command.first_day <= day <= command.last_day:
            continue
        if command.device and command.device != _device_of(store, finding):
            continue
        _settle(store, occasion, finding, {"outage": command.act})
        settled[finding.staff_id].append(day)
    _tell_authors(store, command, occasion, settled)
    if not command.device:
        _offer_extension(store, command, occasion)
    return []


def _tell_authors(
    store: Store, command: DeclareOutage, occasion: Occasion, settled: dict[int, list[int]]
) -> None:
    """Tell each author how many entries count as in time, and of which days they are."""
    for staff_id, days in settled.items():
        about: dict[str, str | int] = {
            "outage": command.act,
            "count": len(days),
            "first": calendar.date_of(min(days)).isoformat(),
            "last": calendar.date_of(max(days)).isoformat(),
        }
        tell(store, occasion, staff_id, NoticeKind.SETTLED, "notice.settled_outage", about)


def _offer_extension(store: Store, command: DeclareOutage, occasion: Occasion) -> None:
    """Tell the head of each date of an order that the school could not keep to."""
    dates = store.where(OrderDate, ORDER_DATES, command.first_day, command.last_day)
    heads = rights.holders(store, Role.HEAD, rights.made_day(store, occasion))
    for entry in dates:
        about: dict[str, str | int] = {
            "order": entry.act,
            "due": calendar.date_of(entry.day).isoformat(),
            "outage": command.act,
        }
        for head in heads:
            kind, key = NoticeKind.ORDER_DATE_IN_OUTAGE, "notice.order_date_in_outage"
            tell(store, occasion, head, kind, key, about, entry.id)


def timeliness_of(store: Store, occasion: Occasion, day: int, deadline: int) -> Timeliness:
    """Return how an act stands to its deadline; a declared outage settles a doubt.

    Args:
        store: Where outages are.
        occasion: Of the act.
        day: That the deadline belongs to: of the lesson, or the date of the order.
        deadline: Seconds UTC.
    """
    found = judge(occasion.interval, deadline)
    if found is not Timeliness.UNDETERMINED:
        return found
    for outage in store.select(Outage):
        inside = outage.first_day <= day <= outage.last_day
        if inside and outage.device in (0, occasion.device):
            return Timeliness.CREDIBLE
    return found


def _settle(
    store: Store, occasion: Occasion, finding: FindingRecord, about: dict[str, str | int]
) -> None:
    """Close a finding: the entry counts as in time."""
    _write_timeliness(store, finding, Timeliness.CREDIBLE)
    store.put(
        finding.replace(
            state=FindingState.WAIVED,
            closed_at=occasion.interval.made_at,
            closed_by_id=occasion.actor_id,
            params=_with(finding, about),
        )
    )


def _write_timeliness(store: Store, finding: FindingRecord, timeliness: Timeliness) -> None:
    """Write it into the entry that the finding is about: no new value, so no history."""
    for entry in _entries(store, finding):
        if entry.timeliness == Timeliness.UNDETERMINED and entry.author_id == finding.staff_id:
            store.put(entry.replace(timeliness=timeliness))


def _entries(store: Store, finding: FindingRecord) -> list[Homework] | list[TermMark]:
    """Return the homework of the lesson, or the term mark, that the finding is about."""
    if finding.lesson_id:
        return store.select(Homework, lesson_id=finding.lesson_id)
    about = json.loads(finding.params)
    line = facts.line_of(store, about["journal_id"], about["pupil_id"])
    if line is None:
        return []
    kind = ResultKind.TERM if about["term_id"] else ResultKind.YEAR
    part = line.part + TO_RESULT
    return store.select(TermMark, part=part, kind=kind, term_id=about["term_id"])


def _day_of(store: Store, finding: FindingRecord) -> int | None:
    """Return the day that the deadline belongs to; None where its lesson is not here."""
    if not finding.lesson_id:
        return calendar.day_number(date.fromisoformat(json.loads(finding.params)["due"]))
    lesson = store.get(Lesson, finding.lesson_id)
    return None if lesson is None else lesson.day


def _place_of(store: Store, finding: FindingRecord) -> dict[str, str | int]:
    """Return class and date that name the entry in texts."""
    if finding.lesson_id:
        return facts.place_of(store, finding.lesson_id)
    about = json.loads(finding.params)
    return {"school_class": about["school_class"], "date": about["due"]}


def _with(finding: FindingRecord, about: dict[str, str | int]) -> str:
    return json_text(json.loads(finding.params) | about)


def _device_of(store: Store, finding: FindingRecord) -> int:
    """Return the device that the entry was written on; 0 if it is not here."""
    own = [entry for entry in _entries(store, finding) if entry.author_id == finding.staff_id]
    return own[0].device if own else 0


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
