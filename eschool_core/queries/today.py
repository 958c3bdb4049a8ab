"""The lessons of one person on one date: own ones, those taken over, those given away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from eschool_core import calendar
from eschool_core.domain.enums import HomeworkState, SubstitutionKind, Timeliness
from eschool_core.domain.school import Substitution
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import clock
from eschool_core.queries.names import joined, staff_names
from eschool_core.regulation import policy
from eschool_core.results.values import policy_value
from eschool_core.store.store import Store

Blank = Literal["blank"]

LESSONS = (
    "SELECT l.id, l.journal_id, l.period, l.start_minute, l.end_minute, l.room, g.name, s.name, "
    "t.text, r.id FROM lesson l "
    "LEFT JOIN journal j ON j.id = l.journal_id "
    "LEFT JOIN study_group g ON g.id = j.group_id "
    "LEFT JOIN subject s ON s.id = j.subject_id "
    "LEFT JOIN topic t ON t.lesson_id = l.id "
    "LEFT JOIN roll_taken r ON r.lesson_id = l.id "
    "WHERE l.day = ? AND (l.journal_id IN (SELECT journal_id FROM teaching_load "
    "WHERE staff_id = ? AND first_day <= ? AND last_day >= ?) "
    "OR l.journal_id IN (SELECT journal_id FROM substitution WHERE substitute_id = ? "
    "AND lesson_id = 0 AND first_day <= ? AND last_day >= ?) "
    "OR l.id IN (SELECT lesson_id FROM substitution WHERE substitute_id = ?)) "
    "ORDER BY l.start_minute, l.period, l.id"
)
SUBSTITUTIONS = "first_day <= ? AND last_day >= ? ORDER BY id"
HOMEWORK = (
    "SELECT h.lesson_id, h.state, h.text, h.timeliness FROM homework h "
    "JOIN lesson l ON l.id = h.lesson_id WHERE l.day = ? ORDER BY h.grade"
)


@dataclass(frozen=True, slots=True)
class SubstitutionNote(Answer):
    """Who stands in.

    Attributes:
        given: True where somebody else takes this person's lesson; False where this person
            takes another's.
        name: The other one.
        confirmed: False while «замена не оформлена».
    """

    given: bool
    kind: SubstitutionKind
    name: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class LessonToday(Answer):
    """One lesson.

    Attributes:
        begins: On the school's clock.
        topic: Empty while it is not written.
        homework: What is set; empty where nothing is.
        homework_state: ``blank`` while nothing is written, not even that none is set; in a subject
            in which homework is usually not set, that (4.4.4/4).
        in_time: How the entry stands to its deadline; None where there is none.
        roll_taken: The roll was called.
    """

    lesson_id: int
    journal_id: int
    period: int
    begins: str
    ends: str
    school_class: str
    subject: str
    room: str
    topic: str
    homework: str
    homework_state: HomeworkState | Blank
    in_time: Timeliness | None
    roll_taken: bool
    substitution: SubstitutionNote | None


@dataclass(frozen=True, slots=True)
class Today(Answer):
    """A person's lessons on a date, by the clock."""

    day: date
    lessons: tuple[LessonToday, ...]


def today(store: Store, person_id: int, day: int) -> Today:
    """Return the lessons that a person teaches on a day, by load or by substitution."""
    rows = store.rows(LESSONS, day, *(person_id, day, day) * 2, person_id)
    notes = _notes(store, person_id, day, rows)
    homework = _homework(store, day)
    unusual = policy_value(store, "homework_not_usual", day)
    for lesson_id, *_, subject, _, _ in rows:
        without = _NOT_USUAL if policy.is_among(subject or "", unusual) else _BLANK
        homework.setdefault(int(lesson_id), without)
    lessons = tuple(
        LessonToday(
            lesson_id=int(lesson_id),
            journal_id=int(journal_id),
            period=int(period),
            begins=clock(int(start)),
            ends=clock(int(end)),
            school_class=group or "",
            subject=subject or "",
            room=room,
            topic=topic or "",
            homework=homework[int(lesson_id)][0],
            homework_state=homework[int(lesson_id)][1],
            in_time=homework[int(lesson_id)][2],
            roll_taken=roll_id is not None,
            substitution=notes.get(int(lesson_id)),
        )
        for lesson_id, journal_id, period, start, end, room, group, subject, topic, roll_id in rows
    )
    return Today(calendar.date_of(day), lessons)


_Homework = tuple[str, HomeworkState | Blank, Timeliness | None]
_BLANK: _Homework = ("", "blank", None)
_NOT_USUAL: _Homework = ("", HomeworkState.NOT_SET, None)


def _homework(store: Store, day: int) -> dict[int, _Homework]:
    """Return text, state and timeliness by lesson; in a mixed group the texts of all grades."""
    found: dict[int, _Homework] = {}
    for lesson_id, state, text, timeliness in store.rows(HOMEWORK, day):
        earlier = found.get(lesson_id, _BLANK)
        is_set = state == HomeworkState.SET or earlier[1] == HomeworkState.SET
        found[lesson_id] = (
            "; ".join(part for part in (earlier[0], text) if part),
            HomeworkState.SET if is_set else HomeworkState.NOT_SET,
            Timeliness(max(timeliness, earlier[2] or 0)),
        )
    return found


def _notes(
    store: Store, person_id: int, day: int, rows: Iterable[Sequence[Any]]
) -> dict[int, SubstitutionNote]:
    entries = store.where(Substitution, SUBSTITUTIONS, day, day)
    if not entries:
        return {}
    names = staff_names(store)
    notes: dict[int, SubstitutionNote] = {}
    for lesson_id, journal_id, *_ in rows:
        of_lesson = [
            entry
            for entry in entries
            if entry.lesson_id == lesson_id
            or (entry.lesson_id == 0 and entry.journal_id == journal_id)
        ]
        if not of_lesson:
            continue
        own = [entry for entry in of_lesson if entry.substitute_id == person_id]
        shown = own or of_lesson
        others = (entry.absent_id if own else entry.substitute_id for entry in shown)
        notes[int(lesson_id)] = SubstitutionNote(
            given=not own,
            kind=SubstitutionKind(shown[0].kind),
            name=joined(names.get(other, "") for other in others),
            confirmed=all(entry.confirmed for entry in shown),
        )
    return notes
