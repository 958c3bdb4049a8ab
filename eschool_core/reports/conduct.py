"""What was written of each lesson, and who taught it; read in bulk for a whole school."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from eschool_core.domain.enums import HomeworkState, SubstitutionKind, Timeliness
from eschool_core.domain.school import Substitution
from eschool_core.queries.names import joined
from eschool_core.regulation import policy
from eschool_core.regulation.entries import KINDS_WITH_TOPIC
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.frame import Asked, policy_on
from eschool_core.reports.journals import JournalInfo, journals_of
from eschool_core.reports.school_days import LessonFact, SchoolDays, lessons_of
from eschool_core.store.store import Store

TOPICS = (
    "SELECT t.lesson_id, t.plan_item_id FROM topic t JOIN lesson l ON l.id = t.lesson_id "
    "WHERE l.day BETWEEN ? AND ?"
)
ROLLS = (
    "SELECT r.lesson_id FROM roll_taken r JOIN lesson l ON l.id = r.lesson_id "
    "WHERE l.day BETWEEN ? AND ?"
)
HOMEWORK = (
    "SELECT h.lesson_id, h.state, h.timeliness, h.changed_late FROM homework h "
    "JOIN lesson l ON l.id = h.lesson_id WHERE l.day BETWEEN ? AND ? ORDER BY h.grade, h.id"
)
MARKS = (
    "SELECT m.lesson_id, COUNT(*) FROM lesson l JOIN mark m ON m.lesson_id = l.id "
    "WHERE l.day BETWEEN ? AND ? AND m.value <> 0 GROUP BY m.lesson_id"
)
ABSENT = (
    "SELECT a.lesson_id, COUNT(*) FROM lesson l JOIN attendance a ON a.lesson_id = l.id "
    "WHERE l.day BETWEEN ? AND ? AND a.presence = 1 GROUP BY a.lesson_id"
)
# A mark for a work that needs a topic says that it was done, recorded or not (4.5.6).
WORKS = (
    "SELECT w.lesson_id, w.kind, w.topic FROM lesson_work w JOIN lesson l ON l.id = w.lesson_id "
    "WHERE l.day BETWEEN ? AND ? UNION SELECT m.lesson_id, m.kind, '' FROM lesson l "
    "JOIN mark m ON m.lesson_id = l.id WHERE l.day BETWEEN ? AND ? AND m.kind IN (?, ?, ?) "
    "AND m.value <> 0 AND NOT EXISTS (SELECT 1 FROM lesson_work w "
    "WHERE w.lesson_id = m.lesson_id AND w.kind = m.kind) ORDER BY 1, 2"
)
STANDING_IN: Final = "first_day <= ? AND last_day >= ? AND confirmed = 1 ORDER BY id"


@dataclass(frozen=True, slots=True)
class Conduct:
    """What stands in the journal of one lesson.

    Attributes:
        teacher_id: Who taught it: the substitute, else who has the load that day; 0 for nobody.
        substitution: By which somebody stood in; None where nobody did.
        plan_item_id: Row of the calendar plan that the topic came from; 0 for none.
        homework: None while nothing is said of it, not even that none is set; in a subject in
            which it is usually not set, that says as much.
        timeliness: Of the homework's first entry; the latest of several.
        works: Kinds of the works done, recorded or marked; topics beside them.
    """

    lesson: LessonFact
    teacher_id: int
    substitution: Substitution | None
    topic: bool = False
    plan_item_id: int = 0
    roll: bool = False
    homework: HomeworkState | None = None
    timeliness: Timeliness | None = None
    changed_late: bool = False
    marks: int = 0
    absent: int = 0
    works: tuple[tuple[int, str], ...] = ()

    @property
    def substituted(self) -> bool:
        """Whether somebody stood in."""
        return self.substitution is not None

    @property
    def given(self) -> bool:
        """Whether it was held and the journal shows it: a topic or a called roll."""
        return self.lesson.held and (self.topic or self.roll)


@dataclass(frozen=True, slots=True)
class SchoolConduct:
    """The lessons of a period whose day is over, with the journals and calendar around them."""

    journals: dict[int, JournalInfo]
    days: SchoolDays
    lessons: tuple[Conduct, ...]

    def by_row(self) -> dict[tuple[int, int], list[Conduct]]:
        """Return the lessons by (teacher, journal)."""
        found: dict[tuple[int, int], list[Conduct]] = defaultdict(list)
        for entry in self.lessons:
            found[entry.teacher_id, entry.lesson.journal_id].append(entry)
        return found

    def cancelling_act(self, lesson: LessonFact) -> str:
        """Return by which act a lesson was not held: of each of its classes, without repeats."""
        classes = self.journals[lesson.journal_id].classes
        return joined(dict.fromkeys(self.days.act_of(entry, lesson.day) for entry in classes))


def conduct_of(store: Store, asked: Asked) -> SchoolConduct:
    """Return the lessons of the period up to yesterday, with what was written of them.

    Today's are not judged before the day is over.
    """
    period = asked.period
    first, last = period.first_day, min(period.last_day, asked.day - 1)
    journals = journals_of(store, period.year_id)
    days = SchoolDays(store, period.year_id, classes_of(store, period.year_id))
    lessons = lessons_of(store, period.year_id, journals, days, first, last)
    taught = _teachers(store, lessons, journals, first, last)
    return SchoolConduct(journals, days, tuple(_with_entries(store, journals, taught, first, last)))


def _teachers(
    store: Store,
    lessons: Iterable[LessonFact],
    journals: dict[int, JournalInfo],
    first_day: int,
    last_day: int,
) -> dict[int, Conduct]:
    """Return each lesson with who taught it: its substitute, an acting teacher, else the load."""
    of_lesson: dict[int, Substitution] = {}
    of_journal: dict[int, list[Substitution]] = defaultdict(list)
    for entry in store.where(Substitution, STANDING_IN, last_day, first_day):
        if entry.kind == SubstitutionKind.ACTING:
            of_journal[entry.journal_id].append(entry)
        else:
            of_lesson[entry.lesson_id] = entry
    found = {}
    for lesson in lessons:
        acting = [
            entry
            for entry in of_journal.get(lesson.journal_id, ())
            if entry.first_day <= lesson.day <= entry.last_day
        ]
        stood_in = of_lesson.get(lesson.id) or (acting[-1] if acting else None)
        owner = journals[lesson.journal_id].teacher_on(lesson.day)
        teacher = owner if stood_in is None else stood_in.substitute_id
        found[lesson.id] = Conduct(lesson, teacher, stood_in)
    return found


def _with_entries(
    store: Store,
    journals: dict[int, JournalInfo],
    lessons: dict[int, Conduct],
    first_day: int,
    last_day: int,
) -> Iterable[Conduct]:
    days = (first_day, last_day)
    names = policy_on(store, "homework_not_usual", last_day)
    unusual = {one.id for one in journals.values() if policy.is_among(one.subject, names)}
    topics: dict[int, int] = dict(store.rows(TOPICS, *days))
    rolls = {row[0] for row in store.rows(ROLLS, *days)}
    marks: dict[int, int] = dict(store.rows(MARKS, *days))
    absent: dict[int, int] = dict(store.rows(ABSENT, *days))
    works: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for lesson_id, kind, topic in store.rows(WORKS, *days, *days, *KINDS_WITH_TOPIC):
        works[lesson_id].append((kind, topic))
    homework = _homework(store, first_day, last_day)
    for lesson_id, entry in lessons.items():
        state, timeliness, changed_late = homework.get(lesson_id, (None, None, False))
        if state is None and entry.lesson.journal_id in unusual:
            state = HomeworkState.NOT_SET
        yield replace(
            entry,
            topic=lesson_id in topics,
            plan_item_id=topics.get(lesson_id, 0),
            roll=lesson_id in rolls,
            homework=state,
            timeliness=timeliness,
            changed_late=changed_late,
            marks=marks.get(lesson_id, 0),
            absent=absent.get(lesson_id, 0),
            works=tuple(works.get(lesson_id, ())),
        )


_Homework = tuple[HomeworkState, Timeliness, bool]


def _homework(store: Store, first_day: int, last_day: int) -> dict[int, _Homework]:
    """Return state, timeliness and late change by lesson; of several grades together."""
    found: dict[int, _Homework] = {}
    for lesson_id, state, timeliness, changed in store.rows(HOMEWORK, first_day, last_day):
        known = found.get(lesson_id)
        if known is None:
            found[lesson_id] = (HomeworkState(state), Timeliness(timeliness), bool(changed))
            continue
        found[lesson_id] = (
            HomeworkState(min(state, known[0])),
            Timeliness(max(timeliness, known[1])),
            bool(changed) or known[2],
        )
    return found
