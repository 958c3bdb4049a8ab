"""4.5.6 and 4.5.2: what lessons still lack after their day: topics, topics of works, rolls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.domain.enums import FindingState
from eschool_core.domain.partition import PartitionKind
from eschool_core.queries.duties.duty import Duty, Missing
from eschool_core.queries.duties.view import View
from eschool_core.regulation import checks

MAX_LISTED = 50
WATCHED = (checks.TOPIC_MISSING, checks.WORK_TOPIC_MISSING, checks.ROLL_NOT_TAKEN)
OPEN_GAPS = (
    "SELECT f.staff_id, f.check_id, l.day, l.period, g.name, s.name FROM finding_record f "
    "JOIN lesson l ON l.id = f.lesson_id JOIN journal j ON j.id = l.journal_id "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "WHERE f.state = ? AND f.check_id IN (?, ?, ?) AND l.day BETWEEN ? AND ? "
    "ORDER BY l.day, l.period, f.id"
)


def lesson_gap_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each person and kind of gap that is open, due since its first lesson.

    A gap closes when it is filled or waived; its history is the finding's.
    """
    year = view.year
    if year is None:
        return
    if view.person_id and not view.knows(PartitionKind.STAFF, [view.person_id]):
        return
    found: dict[tuple[int, str], list[tuple[int, int, str, str]]] = defaultdict(list)
    ids = [check.id for check in WATCHED]
    for staff_id, check_id, *place in view.store.rows(
        OPEN_GAPS, FindingState.OPEN, *ids, year.first_day, view.day
    ):
        if view.wants(int(staff_id)):
            day, period, group, subject = place
            found[int(staff_id), str(check_id)].append(
                (int(day), int(period), str(group), str(subject))
            )
    clauses = {check.id: check.clause for check in WATCHED}
    for (staff_id, check_id), lessons in found.items():
        yield view.duty(
            clauses[check_id],
            f"{check_id.rpartition('/')[2]}:{staff_id}",
            staff_id,
            lessons[0][0],
            {"count": len(lessons)},
            missing=[_missing(*lesson) for lesson in lessons[:MAX_LISTED]],
            text=f"duty.{check_id}",
        )


def _missing(day: int, period: int, group: str, subject: str) -> Missing:
    date = calendar.date_of(day).isoformat()
    params: dict[str, str | int] = {"date": date, "period": period, "group": group}
    return Missing("gap.lesson", {**params, "subject": subject})
