"""Short ways to write the commands that tests give most often."""

from __future__ import annotations

from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
    RecordWork,
    TakeRoll,
)
from eschool_core.domain.enums import Presence, WorkKind


def mark(lesson_id: int, pupil_id: int, value: int = 5, reason: str = "") -> RecordMark:
    return RecordMark(lesson_id=lesson_id, pupil_id=pupil_id, value=value, reason=reason)


def work_mark(
    lesson_id: int, pupil_id: int, kind: WorkKind = WorkKind.LABORATORY, value: int = 4
) -> RecordMark:
    return RecordMark(lesson_id=lesson_id, pupil_id=pupil_id, value=value, work_kind=kind)


def absent(
    lesson_id: int, pupil_id: int, presence: int = Presence.ABSENT, stated: int = 0
) -> RecordAttendance:
    return RecordAttendance(
        lesson_id=lesson_id, pupil_id=pupil_id, presence=presence, stated_reason=stated
    )


def topic(lesson_id: int, text: str = "Обыкновенные дроби", item: int = 0) -> RecordTopic:
    return RecordTopic(lesson_id=lesson_id, text=text, plan_item_id=item)


def work(lesson_id: int, text: str = "", kind: WorkKind = WorkKind.LABORATORY) -> RecordWork:
    return RecordWork(lesson_id=lesson_id, work_kind=kind, topic=text)


def homework(lesson_id: int, text: str = "§ 4, № 17", grade: int = 0) -> RecordHomework:
    return RecordHomework(lesson_id=lesson_id, text=text, grade=grade)


def roll(lesson_id: int) -> TakeRoll:
    return TakeRoll(lesson_id=lesson_id)
