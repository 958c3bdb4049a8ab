"""A lesson's column: who may write in it, and what may stand there (4.5.1, 4.5.2)."""

from __future__ import annotations

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.barrier import hold_lesson
from eschool_core.commands.base import Command, ObjectId, Occasion
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.journal import JournalLine, Lesson
from eschool_core.domain.school import Journal
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks, marks, results
from eschool_core.results import terms
from eschool_core.results.family_form import is_in_family
from eschool_core.store.store import Store


class LessonCommand(Command):
    """A command about one lesson."""

    lesson_id: ObjectId


def writes_lesson(store: Store, command: LessonCommand, occasion: Occasion) -> None:
    """Let pass who teaches the lesson's journal or stands in (4.5.1, 4.6.1).

    Raises:
        RightsError: Somebody else.
        HoldForReview: The right covers only a part of the judged interval, or the lesson's term is
            closed (4.5.5).
    """
    lesson = store.require(Lesson, command.lesson_id)
    journal = store.require(Journal, lesson.journal_id)
    rights.writes_journal(store, occasion, journal, lesson)
    hold_lesson(store, occasion, journal, lesson, int(getattr(command, "pupil_id", 0)))


def line_in_lesson(store: Store, lesson: Lesson, pupil_id: int) -> JournalLine:
    """Return the pupil's line in the lesson's journal, if the pupil belongs there that day."""
    line = facts.require_line(store, lesson.journal_id, pupil_id)
    stays = facts.stays_of(store, store.require(Journal, lesson.journal_id), line)
    covering = [stay for stay in stays if stay[0] <= lesson.day <= stay[1]]
    first_day, last_day = (covering or stays)[-1]
    marks.check_enrolled(
        calendar.date_of(first_day),
        calendar.date_of(last_day),
        calendar.date_of(lesson.day),
        facts.journal_name(store, lesson.journal_id),
    )
    return line


def check_at_lessons(store: Store, lesson: Lesson, pupil_id: int) -> None:
    """Refuse current marks and presence of a pupil who is taught in the family that day (4.5.2).

    Raises:
        RegulationError: Only interim assessment is written of the pupil.
    """
    if is_in_family(store, pupil_id, lesson.day):
        raise RegulationError(checks.FAMILY_FORM, date=calendar.date_of(lesson.day).isoformat())


def check_mark(
    store: Store, occasion: Occasion, value: int, lesson: Lesson, line: JournalLine
) -> None:
    """Let a mark pass that may stand in a lesson's column (4.5.2, 3.6, 4.6.6).

    Raises:
        RegulationError: The first check that refuses.
    """
    marks.check_scale(value, facts.policy_number(store, "lowest_mark", lesson.day))
    marks.check_begun(facts.lesson_begin(store, lesson), occasion.interval)
    journal = store.require(Journal, lesson.journal_id)
    if journal.kind == JournalKind.EXTRACURRICULAR:
        raise RegulationError(checks.EXTRACURRICULAR_MARK)
    grade = facts.grade_on(store, line.pupil_id, lesson.day)
    if grade is None and store.complete:
        raise RegulationError(
            checks.PUPIL_NOT_ENROLLED,
            date=calendar.date_of(lesson.day).isoformat(),
            school_class=facts.journal_name(store, journal.id),
        )
    if grade is not None and value != marks.TAKEN_BACK:
        marks.check_markless(grade, facts.markless_grades(store, lesson.day))
        term = terms.term_on(store, journal, lesson.day)
        term_id = terms.WHOLE_YEAR if term is None else term.id
        mode = terms.mode_of(store, journal, term_id, line.pupil_id, grade)
        results.check_marks_given(mode)
    if value != marks.TAKEN_BACK:
        check_at_lessons(store, lesson, line.pupil_id)
