"""What a teacher writes in a journal: topics, works, homework, marks, attendance (4.5)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    WHOLE,
    CommandSpec,
    EntryText,
    Findings,
    LongText,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.commands.cells import signed, unseen, write_cell
from eschool_core.commands.columns import (
    LessonCommand,
    check_at_lessons,
    check_mark,
    line_in_lesson,
    writes_lesson,
)
from eschool_core.commands.outages import timeliness_of
from eschool_core.commands.telling import remedy_findings
from eschool_core.commands.work_topics import settle_work_topics
from eschool_core.domain.enums import (
    ExcuseKind,
    HomeworkState,
    JournalKind,
    Presence,
    Timeliness,
    WorkKind,
)
from eschool_core.domain.journal import (
    Attendance,
    Homework,
    Lesson,
    LessonWork,
    Mark,
    PlanItem,
    RollTaken,
    Topic,
)
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks, entries, homework, marks
from eschool_core.regulation.clause import Finding
from eschool_core.store.store import Store

FULL_WEIGHT = 100


class RecordTopic(LessonCommand):
    """Write what a lesson was about (4.5.6)."""

    kind: ClassVar[str] = "record_topic"
    text: EntryText
    plan_item_id: OptionalId = 0


def record_topic(store: Store, command: RecordTopic, occasion: Occasion) -> Findings:
    """Write the topic; closes a finding that it was missing.

    Raises:
        InputError: The plan's row belongs to another journal.
    """
    lesson = store.require(Lesson, command.lesson_id)
    # The plan may have been replaced while the teacher was offline; the text stands by itself.
    item = store.get(PlanItem, command.plan_item_id) if command.plan_item_id else None
    if item is not None and item.part != lesson.part:
        raise InputError("data.field", field="plan_item_id")
    earlier = store.first(Topic, lesson_id=lesson.id)
    topic = Topic(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=lesson.part,
        lesson_id=lesson.id,
        text=command.text,
        plan_item_id=0 if item is None else item.id,
        **signed(occasion),
    )
    write_cell(store, occasion, earlier, topic)
    remedy_findings(store, occasion, checks.TOPIC_MISSING, lesson.id)
    return _found(_check_language(store, occasion, lesson, "topic", command.text))


class RecordWork(LessonCommand):
    """Write a work done in a lesson: control, laboratory, practical … (4.5.6)."""

    kind: ClassVar[str] = "record_work"
    work_kind: Annotated[WorkKind, WHOLE]
    topic: LongText = ""


def record_work(store: Store, command: RecordWork, occasion: Occasion) -> Findings:
    """Write the work; its topic closes a finding that it was missing (4.5.6)."""
    lesson = store.require(Lesson, command.lesson_id)
    earlier = store.first(LessonWork, lesson_id=lesson.id, kind=command.work_kind)
    work = LessonWork(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=lesson.part,
        lesson_id=lesson.id,
        kind=command.work_kind,
        topic=command.topic,
        **signed(occasion),
    )
    write_cell(store, occasion, earlier, work)
    cell = f"work/{command.work_kind:d}"
    return [
        *settle_work_topics(store, occasion, lesson, command.work_kind),
        *_found(_check_language(store, occasion, lesson, cell, command.topic)),
    ]


class RecordHomework(LessonCommand):
    """Write the homework of a lesson, or that none is set (4.5.3).

    Attributes:
        text: Empty means «не задано».
        grade: In a mixed group, the grade it is addressed to; 0 for all.
    """

    kind: ClassVar[str] = "record_homework"
    text: LongText
    grade: Annotated[int, Field(strict=True, ge=0, le=12)] = 0


def record_homework(store: Store, command: RecordHomework, occasion: Occasion) -> Findings:
    """Write the homework with how it stands to its deadline; late is a finding, never refused.

    Raises:
        RegulationError: A grade it is for gets no homework (3.6), or the journal is
            extracurricular (4.5.1).
        InputError: The journal has no pupil of the grade.
    """
    lesson = store.require(Lesson, command.lesson_id)
    journal = store.require(Journal, lesson.journal_id)
    _check_homework_allowed(store, command, journal, lesson)
    deadline = facts.homework_deadline(store, journal, lesson)
    timeliness = timeliness_of(store, occasion, lesson.day, deadline)
    earlier = store.first(Homework, lesson_id=lesson.id, grade=command.grade)
    changed = earlier is not None and earlier.text != command.text
    if earlier is None and not command.text:
        # «Не задано» is no homework: its time is bound by nothing (specification §2).
        finding = None
    elif earlier is None:
        finding = homework.check_deadline(timeliness, occasion.interval.made_at, deadline)
    else:
        first = Timeliness(earlier.timeliness)
        finding = homework.check_change(first, timeliness) if changed else None
    entry = Homework(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=lesson.part,
        lesson_id=lesson.id,
        grade=command.grade,
        state=HomeworkState.SET if command.text else HomeworkState.NOT_SET,
        text=command.text,
        timeliness=timeliness if earlier is None else earlier.timeliness,
        changed_late=int(
            (earlier is not None and earlier.changed_late)
            or (finding is not None and finding.check is checks.HOMEWORK_CHANGED_LATE)
        ),
        **signed(occasion),
    )
    write_cell(store, occasion, earlier, entry)
    remedy_findings(store, occasion, checks.HOMEWORK_BLANK, lesson.id)
    cell = f"homework/{command.grade}"
    return _found(finding, _check_language(store, occasion, lesson, cell, command.text))


def _check_homework_allowed(
    store: Store, command: RecordHomework, journal: Journal, lesson: Lesson
) -> None:
    day = lesson.day
    if journal.kind == JournalKind.EXTRACURRICULAR:
        raise RegulationError(checks.EXTRACURRICULAR_HOMEWORK)
    grades = facts.grades_taught(store, journal, day)
    if command.grade and command.grade not in grades:
        raise InputError("data.field", field="grade")
    addressed = {command.grade} if command.grade else grades
    if command.text:
        homework.check_markless(addressed, facts.markless_grades(store, day))


class RecordMark(LessonCommand):
    """Give, change or take back (value 0) a pupil's mark (4.5.2, 2.2).

    Attributes:
        position: 0 for the first mark of the lesson, 1 for the second («4/5»).
        weight: Hundredths.
        reason: Asked for where a mark is changed after the lesson's day.
    """

    kind: ClassVar[str] = "record_mark"
    pupil_id: ObjectId
    value: Annotated[int, Field(strict=True, ge=0, le=99)]
    work_kind: Annotated[WorkKind, WHOLE] = WorkKind.CLASSWORK
    weight: Annotated[int, Field(strict=True, ge=0, le=10_000)] = FULL_WEIGHT
    position: Annotated[int, Field(strict=True, ge=0, le=1)] = 0
    comment: ShortText = ""
    reason: ShortText = ""


def record_mark(store: Store, command: RecordMark, occasion: Occasion) -> Findings:
    """Write the mark; its earlier values stay in its history.

    A mark for a work whose topic is missing after its time is a finding, never refused (4.5.6).

    Raises:
        RegulationError: 4.5.2 (scale, lesson not begun, pupil taught in the family), 3.6 (grade
            without marks), 4.6.6 (pupil not there on that day), 2.2 (late correction without
            reason).
        InputError: The journal has no such pupil or no marks, or there is nothing to take back.
    """
    lesson = store.require(Lesson, command.lesson_id)
    line = line_in_lesson(store, lesson, command.pupil_id)
    check_mark(store, occasion, command.value, lesson, line)
    earlier = store.first(Mark, lesson_id=lesson.id, part=line.part, position=command.position)
    if earlier is None and command.value == marks.TAKEN_BACK:
        raise InputError("journal.nothing_to_take_back")
    if earlier is not None and not unseen(occasion, earlier):
        # Who could not know of the earlier value cannot be asked why it is changed.
        counted = (earlier.value, earlier.weight, earlier.kind)
        if counted != (command.value, command.weight, command.work_kind):
            made_day = rights.made_day(store, occasion)
            marks.check_correction_reason(made_day, lesson.day, command.reason)
    mark = Mark(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=line.part,
        lesson_id=lesson.id,
        position=command.position,
        value=command.value,
        kind=command.work_kind,
        weight=command.weight,
        comment=command.comment,
        **signed(occasion),
    )
    write_cell(store, occasion, earlier, mark, command.reason)
    kinds = {command.work_kind} if earlier is None else {command.work_kind, WorkKind(earlier.kind)}
    return settle_work_topics(store, occasion, lesson, *kinds)


class RecordAttendance(LessonCommand):
    """Write that a pupil was absent or late, or take it back (presence 0) (4.5.2).

    Attributes:
        stated_reason: «б» or «у»: a reason the teacher proposes; the class teacher decides.
    """

    kind: ClassVar[str] = "record_attendance"
    pupil_id: ObjectId
    presence: Annotated[int, Field(strict=True, ge=0, le=2)]
    stated_reason: Annotated[int, Field(strict=True, ge=0, le=4)] = 0


def record_attendance(store: Store, command: RecordAttendance, occasion: Occasion) -> Findings:
    """Write the presence; the first one is the roll call of the lesson.

    Raises:
        RegulationError: 4.5.2 (lesson not begun, pupil taught in the family), 4.6.6 (pupil not
            there on that day).
        InputError: A reason for somebody who was there, no such pupil in the journal, or
            nothing to take back.
    """
    if command.stated_reason not in (0, ExcuseKind.SICK, ExcuseKind.VALID):
        raise InputError("data.field", field="stated_reason")
    if command.stated_reason and command.presence != Presence.ABSENT:
        raise InputError("data.field", field="stated_reason")
    lesson = store.require(Lesson, command.lesson_id)
    line = line_in_lesson(store, lesson, command.pupil_id)
    marks.check_begun(facts.lesson_begin(store, lesson), occasion.interval)
    if command.presence:
        check_at_lessons(store, lesson, command.pupil_id)
    earlier = store.first(Attendance, lesson_id=lesson.id, part=line.part)
    if earlier is None and not command.presence:
        raise InputError("journal.nothing_to_take_back")
    entry = Attendance(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=line.part,
        lesson_id=lesson.id,
        presence=command.presence,
        stated_reason=command.stated_reason,
        **signed(occasion),
    )
    write_cell(store, occasion, earlier, entry)
    _take_roll(store, occasion, lesson)
    return []


class TakeRoll(LessonCommand):
    """Say that the roll was called and all are there («все на месте») (4.5.2)."""

    kind: ClassVar[str] = "take_roll"


def take_roll(store: Store, command: TakeRoll, occasion: Occasion) -> Findings:
    """Write the roll call.

    Raises:
        RegulationError: The lesson has not begun (4.5.2).
    """
    lesson = store.require(Lesson, command.lesson_id)
    marks.check_begun(facts.lesson_begin(store, lesson), occasion.interval)
    _take_roll(store, occasion, lesson)
    return []


def _take_roll(store: Store, occasion: Occasion, lesson: Lesson) -> None:
    if store.first(RollTaken, lesson_id=lesson.id) is None:
        store.add(
            RollTaken(
                id=occasion.new_id(),
                part=lesson.part,
                lesson_id=lesson.id,
                **signed(occasion),
            )
        )
        remedy_findings(store, occasion, checks.ROLL_NOT_TAKEN, lesson.id)


def _check_language(
    store: Store, occasion: Occasion, lesson: Lesson, cell: str, text: str
) -> Finding | None:
    """Put the question of 4.5.6; what an earlier text of the same cell left open is settled."""
    min_letters = facts.policy_number(store, "language_min_letters", lesson.day)
    finding = entries.check_language(cell, text, min_letters)
    if finding is None:
        remedy_findings(store, occasion, checks.TEXT_NOT_RUSSIAN, lesson.id, cell=cell)
    return finding


def _found(*findings: Finding | None) -> Findings:
    return [finding for finding in findings if finding is not None]


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(RecordTopic, writes_lesson, record_topic),
    CommandSpec(RecordWork, writes_lesson, record_work),
    CommandSpec(RecordHomework, writes_lesson, record_homework),
    CommandSpec(RecordMark, writes_lesson, record_mark),
    CommandSpec(RecordAttendance, writes_lesson, record_attendance),
    CommandSpec(TakeRoll, writes_lesson, take_roll),
)
