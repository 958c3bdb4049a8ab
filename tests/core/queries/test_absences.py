"""A pupil's absences: what counts as missed, and whose word gives the reason (2.10, 4.6.2)."""

from __future__ import annotations

import pytest

from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.lessons import RecordAttendance
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.queries.absences import pupil_absences
from eschool_sync.sandbox import Sandbox


@pytest.mark.clause("2.10")
def test_being_late_is_no_miss_and_the_class_teachers_word_confirms() -> None:
    with Sandbox() as school:
        server, cast = school.stage.school, school.cast
        lesson, pupil, other = cast.first, cast.child, cast.first_pupils[1]
        for person, presence in ((pupil, Presence.ABSENT), (other, Presence.LATE)):
            act = RecordAttendance(lesson_id=lesson.id, pupil_id=person, presence=presence)
            assert not server.act(act, cast.teacher_id).key
        day = lesson.day
        found = pupil_absences(server.store, pupil, day, day)
        assert (found.missed, found.unexplained, len(found.rows)) == (1, 1, 1)
        assert found.lessons > 1
        late = pupil_absences(server.store, other, day, day)
        assert (late.missed, late.unexplained, len(late.rows)) == (0, 0, 1)
        excuse = ExcuseAbsence(
            pupil_id=pupil, excuse=ExcuseKind.SICK, first_day=day, last_day=day, document="№ 7"
        )
        assert not server.act(excuse, cast.class_teacher_id).key
        found = pupil_absences(server.store, pupil, day, day)
        assert (found.missed, found.unexplained) == (1, 0)
        assert found.rows[0].absence.reason is ExcuseKind.SICK
        assert pupil_absences(server.store, pupil, day + 1, day + 1).rows == ()
