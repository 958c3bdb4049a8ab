"""Issuing a paper: it enters the log with the hash of what it says (5.2, 4.4.5/2, 4.6.5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Final

from pydantic import StringConstraints

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Flag,
    Moment,
    Occasion,
    OptionalId,
)
from eschool_core.domain.enums import Role
from eschool_core.domain.informing import PaperApplication
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.partition import ARCHIVE, PartitionKind, partition
from eschool_core.domain.school import Appointment, SchoolClass
from eschool_core.errors import InputError
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Cover, best
from eschool_core.store.store import Store

WEEKLY_SLIP: Final = "weekly_slip"
REGISTER: Final = "register"
JOURNAL: Final = "journal"
POSTS: Final = (*rights.ADMINISTRATION, Role.CLASS_TEACHER)
"""Who issues papers, the highest first."""

Form = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SheetHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class IssueDocument(Command):
    """Enter a paper in the log of issued ones; its row's id is its number.

    Attributes:
        object_id: The application of a weekly list, the person or journal of another form.
        day: The date that the paper bears.
        as_of: The moment whose data it shows, seconds UTC.
    """

    kind: ClassVar[str] = "issue_document"
    form: Form
    sheet_hash: SheetHash
    class_id: OptionalId = 0
    object_id: OptionalId = 0
    first_day: Day
    last_day: Day
    day: Day
    as_of: Moment
    certified: Flag = 0


def issue_document(store: Store, command: IssueDocument, occasion: Occasion) -> Findings:
    """Write the log's row.

    Raises:
        InputError: ``data.field``: days the wrong way round, or data of a time to come.
    """
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    if command.as_of > occasion.interval.hi:
        raise InputError("data.field", field="as_of")
    if command.class_id:
        store.require(SchoolClass, command.class_id)
    store.put(
        IssuedDocument(
            id=occasion.new_id(),
            part=_part(store, command),
            issued_by_id=occasion.actor_id,
            post=_post(store, command, occasion),
            issued_at=occasion.interval.made_at,
            **command.model_dump(),
        )
    )
    return []


def may_issue(store: Store, command: IssueDocument, occasion: Occasion) -> None:
    """Let pass the administration, and a class teacher with own lists and registers (5.2).

    A certified copy is the administration's alone.

    Raises:
        RightsError: Anybody else (5.2).
        HoldForReview: The right covers only a part of the judged interval.
    """
    covers = [
        rights.role_cover(store, occasion, *rights.ADMINISTRATION),
        _class_cover(store, command, occasion),
    ]
    rights.settle(best(covers), checks.PAPER_ISSUER)


def _class_cover(store: Store, command: IssueDocument, occasion: Occasion) -> Cover:
    if command.certified:
        return Cover.NOWHERE
    if command.form == WEEKLY_SLIP:
        application = store.require(PaperApplication, command.object_id)
        return rights.class_cover(store, occasion, application.pupil_id)
    if command.form != REGISTER:
        return Cover.NOWHERE
    return rights.covered(_led(store, command, occasion), rights.act_days(store, occasion))


def _led(store: Store, command: IssueDocument, occasion: Occasion) -> Iterable[tuple[int, int]]:
    return [
        (entry.first_day, entry.last_day)
        for entry in store.select(Appointment, person_id=occasion.actor_id, role=Role.CLASS_TEACHER)
        if entry.class_id == command.class_id
    ]


def _part(store: Store, command: IssueDocument) -> int:
    if command.form == WEEKLY_SLIP:
        pupil_id = store.require(PaperApplication, command.object_id).pupil_id
        return partition(PartitionKind.PUPIL, pupil_id)
    if command.class_id:
        return partition(PartitionKind.CLASS_CARE, command.class_id)
    return ARCHIVE


def _post(store: Store, command: IssueDocument, occasion: Occasion) -> int:
    held = rights.roles_of(store, occasion.actor_id, rights.act_days(store, occasion))
    return int(next(role for role in POSTS if role in held))


SPECS: tuple[CommandSpec, ...] = (CommandSpec(IssueDocument, may_issue, issue_document),)
