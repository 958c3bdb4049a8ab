"""What the end of a class's day leaves open: lessons without topics, roll or word of homework."""

from __future__ import annotations

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.base import Occasion
from eschool_core.commands.telling import record_finding
from eschool_core.commands.work_topics import day_of_topics, works_without_topic
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import Journal, Subject, Substitution, TeachingLoad
from eschool_core.regulation import checks, policy
from eschool_core.regulation.clause import Finding
from eschool_core.store.store import Store

WITHOUT_TOPIC = (
    "day BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM topic WHERE topic.lesson_id = lesson.id) "
    "ORDER BY id"
)
WITHOUT_ROLL = (
    "day BETWEEN ? AND ? AND NOT EXISTS "
    "(SELECT 1 FROM roll_taken WHERE roll_taken.lesson_id = lesson.id) ORDER BY id"
)
WITHOUT_HOMEWORK = (
    "day BETWEEN ? AND ? AND NOT EXISTS "
    "(SELECT 1 FROM homework WHERE homework.lesson_id = lesson.id) ORDER BY id"
)


def find_gaps(store: Store, occasion: Occasion, first_day: int, last_day: int) -> None:
    """Record findings on lessons of some days that lack topics or roll (4.5.2, 4.5.6).

    Marks, attendance and homework are never refused for a missing topic; the gap is looked for
    once the day is over, and closes by itself when the teacher fills it. Topics have their grace
    beyond the end of the day, which may reach into the next.
    """
    for lesson in store.where(Lesson, WITHOUT_ROLL, first_day, last_day):
        _record(store, occasion, lesson, Finding(checks.ROLL_NOT_TAKEN, {}))
    for lesson in store.where(Lesson, WITHOUT_TOPIC, first_day - 1, last_day):
        if first_day <= day_of_topics(store, lesson) <= last_day:
            _record(store, occasion, lesson, Finding(checks.TOPIC_MISSING, {}))
    for lesson, finding in works_without_topic(store, first_day - 1, last_day):
        if first_day <= day_of_topics(store, lesson) <= last_day:
            _record(store, occasion, lesson, finding)


def find_blanks(store: Store, occasion: Occasion, first_day: int, last_day: int) -> None:
    """Record findings on lessons whose homework nobody has said anything of in time (4.4.4/4).

    «Не указано» is no breach of 4.5.3. Where the policy ``homework_blank`` says ``remind``, as it
    does by itself, the teacher's day and the report of homework show it and no finding is made.
    """
    for lesson in store.where(Lesson, WITHOUT_HOMEWORK, first_day - 1, last_day):
        if facts.policy_value(store, "homework_blank", lesson.day) != "flag":
            continue
        is_over = first_day <= _day_of_homework(store, lesson) <= last_day
        if is_over and _may_have_homework(store, lesson):
            _record(store, occasion, lesson, Finding(checks.HOMEWORK_BLANK, {}))


def _may_have_homework(store: Store, lesson: Lesson) -> bool:
    """Return whether the lesson was held, of a kind and for grades that get homework (3.6)."""
    journal = store.require(Journal, lesson.journal_id)
    if journal.kind == JournalKind.EXTRACURRICULAR:
        return False
    subject = store.get(Subject, journal.subject_id)
    unusual = facts.policy_value(store, "homework_not_usual", lesson.day)
    if subject is not None and policy.is_among(subject.name, unusual):
        return False
    if lesson.planned and not _was_held(store, journal, lesson.day):
        return False
    grades = facts.grades_taught(store, journal, lesson.day)
    return bool(grades - set(facts.markless_grades(store, lesson.day)))


def _day_of_homework(store: Store, lesson: Lesson) -> int:
    """Return the day on which the time for a lesson's homework is over (4.5.3)."""
    journal = store.require(Journal, lesson.journal_id)
    deadline = facts.homework_deadline(store, journal, lesson)
    return calendar.local_day(deadline, facts.school(store).zone)


def teachers_of(store: Store, lesson: Lesson) -> list[int]:
    """Return who answers for a lesson: its substitute, else the teachers of its journal."""
    substitutes = [
        entry.substitute_id
        for entry in store.select(Substitution, journal_id=lesson.journal_id)
        if entry.lesson_id == lesson.id
        or (entry.lesson_id == 0 and entry.first_day <= lesson.day <= entry.last_day)
    ]
    if substitutes:
        return substitutes
    return [
        load.staff_id
        for load in store.select(TeachingLoad, journal_id=lesson.journal_id)
        if load.first_day <= lesson.day <= load.last_day
    ]


def _was_held(store: Store, journal: Journal, day: int) -> bool:
    """Return whether the calendar left lessons to a class of the journal (quarantine, closure)."""
    return any(
        facts.class_day(store, school_class, day).has_lessons
        for school_class in facts.group_classes(store, journal)
    )


def _record(store: Store, occasion: Occasion, lesson: Lesson, finding: Finding) -> None:
    journal = store.get(Journal, lesson.journal_id)
    if journal is None or journal.kind == JournalKind.EXTRACURRICULAR:
        return
    if lesson.planned and not _was_held(store, journal, lesson.day):
        return
    for staff_id in teachers_of(store, lesson):
        record_finding(store, occasion, staff_id, finding, lesson.id)
