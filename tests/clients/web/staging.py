"""What waits for the deputy head in the made-up school, each thing brought about as it happens."""

from __future__ import annotations

from eschool_core.commands.journals import RecordSubstitution
from eschool_core.commands.lessons import RecordHomework, RecordMark, RecordTopic, TakeRoll
from eschool_core.commands.pupil_requests import RequestPupil
from eschool_core.domain.enums import SubstitutionKind
from eschool_core.domain.journal import Lesson
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox

DAY_SECONDS = 86_400
DAYS_BACK = 14


def a_fortnight(school: Sandbox, teacher: Replica) -> None:
    """Let the teacher write half of the lessons of the last weeks."""
    today = school.stage.day
    lessons = [
        lesson
        for lesson in teacher.store.select(Lesson, journal_id=school.cast.first.journal_id)
        if today - DAYS_BACK <= lesson.day < today
    ]
    for number, lesson in enumerate(lessons):
        if number % 2:
            continue
        teacher.do(TakeRoll(lesson_id=lesson.id))
        teacher.do(RecordTopic(lesson_id=lesson.id, text="Степени"))
        teacher.do(RecordHomework(lesson_id=lesson.id, text="№ 5"))
    teacher.sync()


def held_mark(school: Sandbox, *, value: int = 5) -> None:
    """Let a substitute's mark arrive a day late: nobody knows whether the stand-in was over."""
    cast = school.cast
    outcome = school.stage.school.act(
        RecordSubstitution(
            journal_id=cast.first.journal_id,
            absent_id=cast.teacher_id,
            substitute_id=cast.substitute_id,
            substitution_kind=SubstitutionKind.ACTING,
            first_day=school.stage.day,
            last_day=school.stage.day,
            act="№ 5",
        ),
        school.stage.deputy_id,
    )
    assert outcome.key == "", outcome.key
    second = school.replica("substitute")
    second.do(RecordMark(lesson_id=cast.first.id, pupil_id=cast.first_pupils[0], value=value))
    school.clock.advance(DAY_SECONDS)
    second.sync()


def undetermined_homework(school: Sandbox, teacher: Replica) -> None:
    """Let homework arrive long after its deadline from a device that knew no time meanwhile."""
    school.clock.reboot()
    teacher.do(RecordHomework(lesson_id=school.cast.second.id, text="§ 12, № 3"))
    school.clock.advance(DAY_SECONDS)
    teacher.sync()


def asked_newcomers(school: Sandbox, *families: str) -> None:
    """Let the class teacher ask the officer to list pupils who have come."""
    leader, store = school.replica("class_teacher"), school.stage.school.store
    [[class_id]] = store.rows(
        "SELECT class_id FROM enrolment WHERE pupil_id = ?", school.cast.child
    )
    for family in families:
        leader.do(
            RequestPupil(class_id=class_id, family=family, given="Лев", first_day=leader.today())
        )
    leader.sync()
