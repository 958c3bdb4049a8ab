"""Practical, laboratory and control works without a topic of their own (4.5.6)."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core.commands import facts
from eschool_core.commands.base import Findings, Occasion
from eschool_core.commands.telling import is_waived, remedy_findings
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Lesson, LessonWork
from eschool_core.domain.school import Journal
from eschool_core.regulation import checks, entries
from eschool_core.regulation.clause import Finding
from eschool_core.store.store import Store

MINUTES_PER_DAY = 24 * 60
GIVEN = "SELECT 1 FROM mark WHERE lesson_id = ? AND kind = ? AND value <> 0 LIMIT 1"
# A mark says that the work was done, whether or not the teacher has recorded the work itself.
DONE = (
    "SELECT m.lesson_id, m.kind FROM lesson l JOIN mark m ON m.lesson_id = l.id "
    "WHERE l.day BETWEEN ? AND ? AND m.kind IN (?, ?, ?) AND m.value <> 0 "
    "UNION SELECT w.lesson_id, w.kind FROM lesson l JOIN lesson_work w ON w.lesson_id = l.id "
    "WHERE l.day BETWEEN ? AND ? AND w.kind IN (?, ?, ?) ORDER BY 1, 2"
)


def works_without_topic(
    store: Store, first_day: int, last_day: int
) -> Iterator[tuple[Lesson, Finding]]:
    """Yield the works done in the lessons of some days that lack their topic, by lesson and kind.

    A work is done where it is recorded or where a mark is given for it.
    """
    asked = (first_day, last_day, *entries.KINDS_WITH_TOPIC)
    for lesson_id, kind in store.rows(DONE, *asked, *asked):
        finding = _lacking(store, lesson_id, WorkKind(kind))
        if finding is not None:
            yield store.require(Lesson, lesson_id), finding


def settle_work_topics(
    store: Store, occasion: Occasion, lesson: Lesson, *kinds: WorkKind
) -> Findings:
    """Close what was found on works of a lesson that lack nothing now; return what they lack.

    Until the time for topics is over nothing is said: the day's end finds it. For what is written
    after that, such as the marks of a work that was checked for days, there is no other occasion.

    Args:
        store: With the work or mark already written.
        occasion: Of the command that wrote it.
        lesson: In which it was done.
        kinds: Kinds of work that the command touches.
    """
    found, check = [], checks.WORK_TOPIC_MISSING
    for kind in sorted(set(kinds).intersection(entries.KINDS_WITH_TOPIC)):
        finding = _lacking(store, lesson.id, kind)
        if finding is None:
            remedy_findings(store, occasion, check, lesson.id, work_kind=int(kind))
        elif _is_looked_at(store, lesson) and not is_waived(
            store, check, lesson.id, work_kind=int(kind)
        ):
            found.append(finding)
    return found


def _is_looked_at(store: Store, lesson: Lesson) -> bool:
    """Return whether the day's end has passed that looks for the topics of a lesson."""
    today = facts.school(store).current_day
    # The time for topics is over on the lesson's day or on the next one.
    return lesson.day < today - 1 or day_of_topics(store, lesson) < today


def day_of_topics(store: Store, lesson: Lesson) -> int:
    """Return the day on which the time for a lesson's topics is over."""
    grace = facts.policy_number(store, "topic_grace_minutes", lesson.day)
    journal = store.require(Journal, lesson.journal_id)
    end = facts.day_end(store, journal, lesson) + grace
    return lesson.day + (end > MINUTES_PER_DAY)


def _lacking(store: Store, lesson_id: int, kind: WorkKind) -> Finding | None:
    work = store.first(LessonWork, lesson_id=lesson_id, kind=kind)
    if work is None and not store.rows(GIVEN, lesson_id, kind):
        return None
    return entries.check_work_topic(kind, "" if work is None else work.topic)
