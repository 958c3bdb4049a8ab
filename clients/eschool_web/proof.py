"""What an unlocked computer alone shall not allow: the passphrase is asked for again (T2).

Somebody at a computer that was left for a minute can still write a mark, and the mark can be taken
back. What sums up a term, what lets people in, what changes a lesson of an earlier day and what
leaves the journal as a file needs a proof that the person is still the one who unlocked the pages.
"""

from __future__ import annotations

from typing import Final

from eschool_core.commands.base import Command
from eschool_core.commands.columns import LessonCommand
from eschool_core.commands.corrections import MoveMark
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
    RecordWork,
)
from eschool_core.domain.journal import Attendance, Homework, Lesson, LessonWork, Mark, Topic
from eschool_core.queries.cell_history import line_of
from eschool_core.store.store import Store
from eschool_web.asking import Asked
from eschool_web.refusals import RefusedRequest

NEEDED: Final = "web.proof"
OF_RESULTS: Final = frozenset(
    {
        "set_term_mark",
        "set_year_mark",
        "set_exam_mark",
        "confirm_final_mark",
        "close_term",
        "reopen_term",
        "release_marks",
        "propose_correction",
        "decide_correction",
        "seal_journal",
        "decide_destruction",
    }
)
OF_ACCESS: Final = frozenset(
    {
        "hire_staff",
        "appoint",
        "end_appointment",
        "dismiss_staff",
        "grant_access",
        "end_grant",
        "issue_slip",
        "block_access",
        "revoke_device",
        "readmit_device",
        "branch_device",
        "decide_guardian_access",
        "set_policy",
        "undo_import",
    }
)


def lacks_proof(asked: Asked, command: Command) -> bool:
    """Return whether a command waits for the passphrase."""
    if asked.proven:
        return False
    today = asked.today()
    return asked.read(lambda store: needs_proof(store, command, today))


def needs_proof(store: Store, command: Command, today: int) -> bool:
    """Return whether a command asks for the passphrase again."""
    if command.kind in OF_RESULTS or command.kind in OF_ACCESS:
        return True
    return edits_the_past(store, command, today)


def edits_the_past(store: Store, command: Command, today: int) -> bool:
    """Return whether a command changes what stands in a lesson of an earlier day.

    What was forgotten may be entered: it lies open to everybody who looks at the page.
    """
    if not isinstance(command, MoveMark | LessonCommand):
        return False
    if not _is_past(store, command.lesson_id, today):
        return False
    if isinstance(command, RecordMark | RecordAttendance):
        return _changes_a_cell(store, command)
    if isinstance(command, RecordTopic | RecordHomework | RecordWork):
        return _changes_a_text(store, command)
    return isinstance(command, MoveMark)


def _changes_a_cell(store: Store, command: RecordMark | RecordAttendance) -> bool:
    lesson = store.require(Lesson, command.lesson_id)
    line = line_of(store, lesson.journal_id, command.pupil_id)
    if line is None:
        return False
    cell = {"part": line.part, "lesson_id": lesson.id}
    if isinstance(command, RecordAttendance):
        there = store.first(Attendance, **cell)
        return there is not None and there.presence not in (0, command.presence)
    mark = store.first(Mark, position=command.position, **cell)
    return mark is not None and mark.value not in (0, command.value)


def _changes_a_text(store: Store, command: RecordTopic | RecordHomework | RecordWork) -> bool:
    """Return whether another topic, homework or work stands there; «не задано» is an entry too."""
    lesson_id = command.lesson_id
    if isinstance(command, RecordHomework):
        homework = store.first(Homework, lesson_id=lesson_id, grade=command.grade)
        return homework is not None and homework.text != command.text
    if isinstance(command, RecordTopic):
        topic = store.first(Topic, lesson_id=lesson_id)
        return topic is not None and topic.text not in ("", command.text)
    work = store.first(LessonWork, lesson_id=lesson_id, kind=command.work_kind)
    return work is not None and work.topic not in ("", command.topic)


def _is_past(store: Store, lesson_id: int, today: int) -> bool:
    lesson = store.get(Lesson, lesson_id)
    return lesson is not None and lesson.day < today


def require(asked: Asked) -> None:
    """Let pass who has entered the passphrase again.

    Raises:
        RefusedRequest: ``web.proof``.
    """
    if not asked.proven:
        raise RefusedRequest(403, NEEDED)
