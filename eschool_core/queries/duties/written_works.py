"""4.5.2: a written work has its marks within the days that the school's act gives."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.result_enums import AssessmentMode
from eschool_core.domain.school import Journal
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View
from eschool_core.results import terms

CLAUSE = "4.5.2"
WRITTEN = (
    WorkKind.INDEPENDENT,
    WorkKind.TEST,
    WorkKind.PRACTICAL,
    WorkKind.LABORATORY,
    WorkKind.DICTATION,
    WorkKind.ESSAY,
)
# A work with the earliest mark of its lesson that was given for it, or nothing.
WORKS = (
    "SELECT w.id, w.kind, w.topic, l.day, l.journal_id, g.name, s.name, "
    "(SELECT MIN(m.made_at) FROM mark m WHERE m.lesson_id = l.id AND m.kind = w.kind "
    "AND m.value <> 0), "
    "(SELECT m.author_id FROM mark m WHERE m.lesson_id = l.id AND m.kind = w.kind "
    "AND m.value <> 0 ORDER BY m.made_at, m.id LIMIT 1) "
    "FROM lesson_work w JOIN lesson l ON l.id = w.lesson_id "
    "JOIN journal j ON j.id = l.journal_id AND j.year_id = ? "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "WHERE w.kind IN (?, ?, ?, ?, ?, ?) AND l.day <= ? ORDER BY l.day, w.id"
)


def written_work_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each written work that was held; due ``written_mark_days`` later.

    Journals that are not marked on the day ask for nothing (3.6).
    """
    if view.year is None:
        return
    for row in view.store.rows(WORKS, view.year.id, *WRITTEN, view.day):
        work_id, kind, topic, day, journal_id, group, subject, made_at, author_id = row
        last_day = day + facts.policy_number(view.store, "written_mark_days", day)
        teachers = [one for one in view.teachers(journal_id, last_day) if view.wants(one)]
        if not teachers or not _is_marked(view, journal_id, day):
            continue
        if not view.knows(PartitionKind.JOURNAL, [journal_id]):
            continue
        for teacher in teachers:
            yield view.duty(
                CLAUSE,
                f"work:{work_id}",
                teacher,
                last_day,
                {
                    "group": group,
                    "subject": subject,
                    "work_kind": kind,
                    "topic": topic,
                    "date": calendar.date_of(day).isoformat(),
                },
                done=None if made_at is None else Done(int(made_at), int(author_id)),
                object_id=journal_id,
                text="duty.4.5.2/work",
            )


def _is_marked(view: View, journal_id: int, day: int) -> bool:
    journal = view.store.get(Journal, journal_id)
    if journal is None:
        return False
    term = terms.term_on(view.store, journal, day)
    mode = terms.mode_of(view.store, journal, terms.WHOLE_YEAR if term is None else term.id)
    return mode is not AssessmentMode.NONE
