"""Making term and year marks known to families, and who has seen them (2.9)."""

from __future__ import annotations

from typing import ClassVar

from eschool_core import calendar
from eschool_core.commands import rights
from eschool_core.commands.base import Command, CommandSpec, Findings, ObjectId, Occasion
from eschool_core.commands.closing import OfClassTerm, class_term
from eschool_core.commands.released import show_results
from eschool_core.commands.telling import tell
from eschool_core.domain.archive import MarksRelease, MarksSeen
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.errors import InputError, RegulationError, RightsError
from eschool_core.regulation import checks
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm
from eschool_core.store.store import Store, UnknownFactError

IN_CLASS = "class_id = ? AND first_day <= ? AND last_day >= ? ORDER BY pupil_id, id"
GUARDIANS = (
    "SELECT DISTINCT g.guardian_id FROM guardianship g JOIN enrolment e ON e.pupil_id = g.pupil_id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ? "
    "AND g.first_day <= ? AND g.last_day >= ? ORDER BY g.guardian_id"
)


class ReleaseMarks(OfClassTerm):
    """Make the marks of a term, or of the year, known to the families of a class."""

    kind: ClassVar[str] = "release_marks"


def release_marks(store: Store, command: ReleaseMarks, occasion: Occasion) -> Findings:
    """Write the release and what it shows; tell every guardian and pupil of the class.

    Raises:
        RegulationError: The date of the order is not over and the term not closed (2.9).
        InputError: They are released already.
    """
    of = class_term(store, command)
    _check_ripe(store, occasion, of)
    school_class = of.school_class
    if store.first(
        MarksRelease, year_id=school_class.year_id, term_id=of.term_id, class_id=school_class.id
    ):
        raise InputError("release.already")
    release_id = occasion.new_id()
    store.put(
        MarksRelease(
            id=release_id,
            part=SCHOOL,
            year_id=school_class.year_id,
            term_id=of.term_id,
            class_id=school_class.id,
            released_at=occasion.interval.made_at,
            released_by_id=occasion.actor_id,
        )
    )
    show_results(store, of)
    today = rights.made_day(store, occasion)
    day = of.last_day
    members = {row.pupil_id for row in store.where(Enrolment, IN_CLASS, school_class.id, day, day)}
    rows = store.rows(GUARDIANS, school_class.id, day, day, today, today)
    for person_id in sorted(members | {int(row[0]) for row in rows}):
        kind, key = NoticeKind.MARKS_RELEASED, "notice.marks_released"
        tell(store, occasion, person_id, kind, key, {}, release_id)
    return []


def _check_ripe(store: Store, occasion: Occasion, of: ClassTerm) -> None:
    school_class, year_id = of.school_class, of.school_class.year_id
    if terms.closing_of(store, year_id, of.term_id, school_class.id) is not None:
        return
    due = terms.due_date(store, year_id, of.term_id, school_class.grade, 0)
    last = of.last_day if due is None else due.day
    if rights.act_days(store, occasion)[1] <= last:
        raise RegulationError(checks.RELEASE_TOO_EARLY, date=calendar.date_of(last).isoformat())


class SeeMarks(Command):
    """Confirm, as a guardian or the pupil, that released marks were opened (2.9)."""

    kind: ClassVar[str] = "see_marks"
    release_id: ObjectId
    pupil_id: ObjectId


def see_marks(store: Store, command: SeeMarks, occasion: Occasion) -> Findings:
    """Write the receipt, once for each person; families' own replicas do not hold receipts.

    Raises:
        InputError: The release is not for the pupil's class.
    """
    release = store.require(MarksRelease, command.release_id)
    enrolled = store.select(Enrolment, pupil_id=command.pupil_id, class_id=release.class_id)
    if not enrolled:
        raise InputError("data.field", field="release_id")
    part = partition(PartitionKind.PUPIL, command.pupil_id)
    known = {
        "part": part,
        "release_id": release.id,
        "pupil_id": command.pupil_id,
        "person_id": occasion.actor_id,
    }
    if store.holds(part) and store.first(MarksSeen, **known) is None:
        seen_at = occasion.interval.made_at
        store.put(MarksSeen(id=occasion.new_id(), seen_at=seen_at, **known))
    return []


def sees_marks(store: Store, command: SeeMarks, occasion: Occasion) -> None:
    """Let pass the pupil, and who represents the pupil at that time (2.10).

    Raises:
        RightsError: Anybody else.
        UnknownFactError: On a family's replica: it does not hold who represents whom.
    """
    if occasion.actor_id == command.pupil_id:
        return
    part = partition(PartitionKind.PUPIL, command.pupil_id)
    if not store.holds(part):
        raise UnknownFactError("data.missing", table="guardianship", id=command.pupil_id)
    days = rights.act_days(store, occasion)
    own = store.select(Guardianship, pupil_id=command.pupil_id, guardian_id=occasion.actor_id)
    if not own:
        raise RightsError(checks.OTHER_CHILD)
    periods = [(entry.first_day, entry.last_day) for entry in own]
    rights.settle(rights.covered(periods, days), checks.OTHER_CHILD)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(ReleaseMarks, rights.by_role(*rights.STUDIES), release_marks),
    CommandSpec(SeeMarks, sees_marks, see_marks),
)
