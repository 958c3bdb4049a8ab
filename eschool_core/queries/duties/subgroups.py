"""4.6.4/1: at the year's start classes are split, and each teacher agrees to the list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.care import GroupApproval
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View

CLAUSE = "4.6.4/1"
SPLIT = (
    "SELECT gc.class_id, c.name, j.subject_id, s.name, j.id, g.name FROM journal j "
    "JOIN study_group g ON g.id = j.group_id AND g.whole = 0 "
    "JOIN group_class gc ON gc.group_id = g.id JOIN school_class c ON c.id = gc.class_id "
    "JOIN subject s ON s.id = j.subject_id WHERE j.year_id = ? ORDER BY gc.class_id, s.name, j.id"
)


def subgroup_duties(view: View) -> Iterator[Duty]:
    """Yield a duty of the class teacher for each split subject, one of each teacher once approved.

    Due within the policy ``placing_window_days`` from the first day of the year; a teacher's not
    before the day of the approval.
    """
    if view.year is None:
        return
    window = facts.policy_number(view.store, "placing_window_days", view.year.first_day)
    last_day = view.year.first_day + window - 1
    approvals: dict[tuple[int, int], GroupApproval] = {
        (entry.journal_id, entry.class_id): entry for entry in view.store.select(GroupApproval)
    }
    splits: dict[tuple[int, str, int, str], list[tuple[int, str]]] = defaultdict(list)
    for class_id, class_name, subject_id, subject, journal_id, group in view.store.rows(
        SPLIT, view.year.id
    ):
        splits[class_id, class_name, subject_id, subject].append((journal_id, group))
    for (class_id, class_name, subject_id, subject), journals in splits.items():
        ids = [journal_id for journal_id, _ in journals]
        found = [approvals.get((journal_id, class_id)) for journal_id in ids]
        given = [entry for entry in found if entry is not None]
        holder = view.holder(Role.CLASS_TEACHER, last_day, class_id)
        if view.wants(holder) and view.knows(PartitionKind.JOURNAL, ids):
            whole = len(given) == len(ids)
            latest = max(given, key=lambda entry: entry.approved_at, default=None)
            yield view.duty(
                CLAUSE,
                f"{class_id}:{subject_id}",
                holder,
                last_day,
                {"school_class": class_name, "subject": subject},
                done=Done(latest.approved_at, latest.approved_by_id) if whole and latest else None,
                object_id=class_id,
            )
        for journal_id, group in journals:
            approval = approvals.get((journal_id, class_id))
            if approval is not None:
                yield from _agreements(view, approval, group, subject, last_day)


def _agreements(
    view: View, approval: GroupApproval, group: str, subject: str, last_day: int
) -> Iterator[Duty]:
    """Yield the teachers' duty to agree: a duty, never a barrier."""
    due = max(last_day, calendar.local_day(approval.approved_at, view.zone))
    for teacher in view.teachers(approval.journal_id, due):
        yield view.duty(
            CLAUSE,
            f"{approval.class_id}:agree:{approval.journal_id}",
            teacher,
            due,
            {"group": group, "subject": subject},
            done=Done(approval.confirmed_at, approval.confirmed_by_id)
            if approval.confirmed_at
            else None,
            object_id=approval.journal_id,
            text="duty.4.6.4/1.agree",
        )
