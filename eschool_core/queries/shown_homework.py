"""Whether homework is shown yet: families have it in their files and see it in time (4.5.3)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.domain.files import LessonFile
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import Staff
from eschool_core.errors import InputError
from eschool_core.queries.in_force import zone_of
from eschool_core.regulation.homework import is_shown
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Sight:
    """Up to which moment homework is seen.

    Attributes:
        moment: Seconds UTC; None where all of it is, as for the staff.
        zone: Of the school.
    """

    moment: int | None
    zone: str

    def shows(self, day: int, start_minute: int) -> bool:
        """Return whether homework of a lesson is shown, by the lesson's beginning."""
        if self.moment is None:
            return True
        return is_shown(calendar.moment_of(day, start_minute, self.zone), self.moment)


def family_sight(store: Store, moment: int) -> Sight:
    """Return what pupils and families see at a moment."""
    return Sight(moment, zone_of(store))


def sight_of(store: Store, person_id: int, moment: int) -> Sight:
    """Return what a person sees at a moment: one of the staff everything."""
    return Sight(None if store.get(Staff, person_id) else moment, zone_of(store))


def shows_lesson(store: Store, sight: Sight, lesson_id: int) -> bool:
    """Return whether homework of a lesson is shown; of one that is not here nothing is hidden."""
    lesson = store.get(Lesson, lesson_id)
    return lesson is None or sight.shows(lesson.day, lesson.start_minute)


def require_shown_file(store: Store, sight: Sight, file_id: int) -> None:
    """Let pass a file that is not of homework, or of homework that is shown.

    Raises:
        InputError: ``file.none``, as for one that does not exist.
    """
    file = store.get(LessonFile, file_id)
    if file and file.for_homework and not shows_lesson(store, sight, file.lesson_id):
        raise InputError("file.none")
