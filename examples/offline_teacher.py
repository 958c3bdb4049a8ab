"""For teachers who script: a lesson without network, and what the server made of it.

Run: python examples/offline_teacher.py
"""

from __future__ import annotations

from eschool_core.commands.lessons import RecordHomework, RecordMark, RecordTopic, TakeRoll
from eschool_core.domain.enums import WorkKind
from eschool_sync.sandbox import Sandbox


def main() -> None:
    """Write a whole lesson, look at the outbox, sync."""
    with Sandbox() as school:
        replica, cast = school.replica("teacher"), school.cast
        lesson = cast.first
        replica.do(TakeRoll(lesson_id=lesson.id))
        replica.do(RecordTopic(lesson_id=lesson.id, text="Обыкновенные дроби"))
        for pupil_id, value in zip(cast.first_pupils, (5, 4, 3), strict=False):
            replica.do(
                RecordMark(
                    lesson_id=lesson.id, pupil_id=pupil_id, value=value, work_kind=WorkKind.ORAL
                )
            )
        replica.do(RecordHomework(lesson_id=lesson.id, text="§ 12, № 3–5"))
        print("waiting for a network:", replica.status().pending)
        report = replica.sync()
        print("accepted:", report.accepted, "bytes up:", report.bytes_up)
        print("waiting for a network:", replica.status().pending)


if __name__ == "__main__":
    main()
