"""A made-up school lives the weeks before a day, by the commands of its own people in their time.

Topics and homework come from the calendar plans, marks spread by pupil. Illnesses last some days
and are excused by the class teacher, who looks through the missed lessons every week (4.6.2). When
a term ends, every teacher sets the marks that are proposed, and the deputy head closes it. Families
look into the diary at the server.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random
from typing import Final

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.base import Command
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.class_care import CheckAttendance
from eschool_core.commands.closing import CloseTerm
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
    RecordWork,
    TakeRoll,
)
from eschool_core.commands.term_marks import SetTermMark
from eschool_core.domain.enums import ExcuseKind, JournalKind, Presence, WorkKind
from eschool_core.domain.journal import JournalLine, Lesson, PlanItem
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment
from eschool_core.domain.result_enums import ResultValue
from eschool_core.domain.school import Journal, SchoolClass, TeachingLoad, Term
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm, unmarked
from eschool_core.results.proposal import propose_term
from eschool_core.sample import school_year
from eschool_sync.sandbox.families import Families
from eschool_sync.sandbox.giving import give, go_to
from eschool_sync.sandbox.stage import (
    MORNING_MINUTE,
    Report,
    Setting,
    Stage,
    build_stage,
    start_year,
)

EVENING_MINUTE: Final = 18 * 60
MARKS_A_LESSON: Final = 4
LEVEL: Final = (3.9, 0.6)
"""Mean and spread of what pupils can do, as marks."""
SPREAD: Final = 0.6
"""Of one pupil's marks."""
WORST, BEST = 2, 5
FALLS_ILL: Final = 0.02
"""Chance of a pupil on a school day."""
LONGEST_ILLNESS_DAYS: Final = 5
MISSES_LESSON: Final = 0.004
COMES_LATE: Final = 0.01
EXPLAINED: Final = 0.75
"""Share of single missed lessons for which the family gives a reason."""
NO_MARKS: Final = "Нет текущих отметок"
GRADES = (
    "SELECT j.id, c.grade FROM journal j JOIN group_class g ON g.group_id = j.group_id "
    "JOIN school_class c ON c.id = g.class_id"
)
BETWEEN = "day >= ? AND day < ? ORDER BY day, end_minute, journal_id, period"


def lived_stage(setting: Setting, report: Report) -> Stage:
    """Build the school as on its year's first day; it lives until the morning of the day wanted.

    Raises:
        InputError: The timetable file cannot be taken.
    """
    first = school_year(start_year(setting.day)).first
    stage = build_stage(replace(setting, day=first), report)
    stage = replace(stage, day=calendar.day_number(setting.day))
    try:
        _Life(stage, setting.seed, calendar.day_number(first)).live(report)
    except BaseException:
        stage.directory.close()
        raise
    return stage


@dataclass(frozen=True, slots=True)
class _Page:
    """What is the same for every lesson of a journal."""

    teacher_id: int
    lines: tuple[JournalLine, ...]
    plan: tuple[PlanItem, ...]
    with_marks: bool


class _Life:
    """Gives the commands, day by day."""

    def __init__(self, stage: Stage, seed: int, first_day: int) -> None:
        self._stage = stage
        self._store = stage.school.store
        self._first_day = first_day
        self._random = Random(f"{seed}/life")  # noqa: S311 - made-up people
        enrolled = sorted(self._store.select(Enrolment), key=lambda entry: entry.pupil_id)
        self._class_of = {entry.pupil_id: entry.class_id for entry in enrolled}
        self._level = {pupil: self._random.gauss(*LEVEL) for pupil in self._class_of}
        self._ill: dict[int, tuple[int, int]] = {}
        self._held: dict[int, int] = defaultdict(int)
        self._marks: dict[tuple[int, int], int] = defaultdict(int)
        self._excuses: dict[int, list[Command]] = defaultdict(list)
        self._pages = self._read_pages()
        self._families = Families(stage, seed)

    def live(self, report: Report) -> None:
        """Live until the morning of the stage's day, which is left to who plays it."""
        lessons = self._store.where(Lesson, BETWEEN, self._first_day, self._stage.day)
        days = [(day, list(held)) for day, held in groupby(lessons, lambda entry: entry.day)]
        ends = sorted(self._store.select(Term), key=lambda term: (term.last_day, term.id))
        for number, (day, held) in enumerate(days):
            report("demo.stage.live", number, len(days))
            following = days[number + 1][0] if number + 1 < len(days) else self._stage.day
            self._teach(day, held)
            self._care(day, following)
            if number == 0:
                self._families.come_in()
            if calendar.monday_of(day) != calendar.monday_of(following):
                self._families.look()
            for term in ends:
                if day <= term.last_day < following:
                    self._end(term)
        report("demo.stage.live", len(days), len(days))
        go_to(self._stage, self._stage.day, MORNING_MINUTE)

    def _read_pages(self) -> dict[int, _Page]:
        """Return what is known of each journal that somebody teaches."""
        store = self._store
        markless = set(facts.markless_grades(store, self._first_day))
        first_graders = {int(row[0]) for row in store.rows(GRADES) if row[1] in markless}
        lines, plans = defaultdict(list), defaultdict(list)
        for line in sorted(store.select(JournalLine), key=lambda entry: entry.pupil_id):
            lines[line.journal_id].append(line)
        for item in sorted(store.select(PlanItem), key=lambda entry: entry.ordinal):
            plans[item.part].append(item)
        kinds = {journal.id: journal.kind for journal in store.select(Journal)}
        return {
            load.journal_id: _Page(
                load.staff_id,
                tuple(lines[load.journal_id]),
                tuple(plans[partition(PartitionKind.JOURNAL, load.journal_id)]),
                kinds[load.journal_id] != JournalKind.EXTRACURRICULAR
                and load.journal_id not in first_graders,
            )
            for load in store.select(TeachingLoad)
        }

    def _teach(self, day: int, lessons: list[Lesson]) -> None:
        """Fill the lessons of a day as they end, so that homework is in time (4.5.3)."""
        self._fall_ill(day)
        for minute, ended in groupby(lessons, lambda entry: entry.end_minute):
            go_to(self._stage, day, minute)
            by_teacher: dict[int, list[Command]] = defaultdict(list)
            for lesson in ended:
                page = self._pages.get(lesson.journal_id)
                if page is not None and page.plan:
                    by_teacher[page.teacher_id] += self._fill(lesson, page)
            for teacher_id, commands in by_teacher.items():
                give(self._stage, commands, teacher_id)

    def _fall_ill(self, day: int) -> None:
        for pupil_id, class_id in self._class_of.items():
            first, last = self._ill.get(pupil_id, (0, 0))
            if first and last < day:
                self._excuses[class_id].append(
                    ExcuseAbsence(
                        pupil_id=pupil_id, excuse=ExcuseKind.SICK, first_day=first, last_day=last
                    )
                )
                del self._ill[pupil_id]
            if last < day and self._random.random() < FALLS_ILL:
                length = self._random.randint(1, LONGEST_ILLNESS_DAYS)
                self._ill[pupil_id] = (day, day + length - 1)

    def _fill(self, lesson: Lesson, page: _Page) -> Iterator[Command]:
        """Yield what the teacher writes of a lesson that is over."""
        item = page.plan[self._held[lesson.journal_id] % len(page.plan)]
        self._held[lesson.journal_id] += 1
        yield RecordTopic(lesson_id=lesson.id, text=item.topic, plan_item_id=item.id)
        yield TakeRoll(lesson_id=lesson.id)
        here = []
        for line in page.lines:
            if line.first_day <= lesson.day <= line.last_day:
                presence = self._presence(lesson, line.pupil_id)
                if presence:
                    yield RecordAttendance(
                        lesson_id=lesson.id, pupil_id=line.pupil_id, presence=presence
                    )
                if presence != Presence.ABSENT:
                    here.append(line.pupil_id)
        if page.with_marks:
            yield from self._mark(lesson, item, here)
            yield RecordHomework(lesson_id=lesson.id, text=item.homework)

    def _presence(self, lesson: Lesson, pupil_id: int) -> int:
        """Return how a pupil comes to a lesson; 0 where there is nothing to write."""
        if pupil_id in self._ill:
            return Presence.ABSENT
        chance = self._random.random()
        if chance < MISSES_LESSON:
            explained = self._random.random() < EXPLAINED
            self._excuses[self._class_of[pupil_id]].append(
                ExcuseAbsence(
                    pupil_id=pupil_id,
                    excuse=ExcuseKind.VALID if explained else ExcuseKind.NONE,
                    first_day=lesson.day,
                    last_day=lesson.day,
                    lesson_id=lesson.id,
                )
            )
            return Presence.ABSENT
        return Presence.LATE if chance < MISSES_LESSON + COMES_LATE else 0

    def _mark(self, lesson: Lesson, item: PlanItem, here: list[int]) -> Iterator[Command]:
        """Yield a mark for everybody's work, or for those who have been asked least."""
        kind, asked = WorkKind(item.work_kind or WorkKind.ORAL), here
        if item.work_kind:
            yield RecordWork(lesson_id=lesson.id, work_kind=kind, topic=item.topic)
        else:
            journal_id = lesson.journal_id
            asked = sorted(here, key=lambda pupil: self._marks[journal_id, pupil])[:MARKS_A_LESSON]
        for pupil_id in asked:
            self._marks[lesson.journal_id, pupil_id] += 1
            drawn = round(self._random.gauss(self._level[pupil_id], SPREAD))
            value = min(max(drawn, WORST), BEST)
            yield RecordMark(lesson_id=lesson.id, pupil_id=pupil_id, value=value, work_kind=kind)

    def _care(self, day: int, following: int) -> None:
        """Let class teachers excuse who is back, and check a week that is over (4.6.1, 4.6.2)."""
        go_to(self._stage, day, EVENING_MINUTE)
        week_over = calendar.monday_of(day) != calendar.monday_of(following)
        for class_id, leader_id in self._stage.class_teacher_ids.items():
            commands = self._excuses.pop(class_id, [])
            if week_over:
                commands.append(CheckAttendance(class_id=class_id, day=day))
            give(self._stage, commands, leader_id)

    def _end(self, term: Term) -> None:
        """Set the proposed marks of a term on its last day, then close it (4.5.5)."""
        go_to(self._stage, term.last_day, EVENING_MINUTE)
        closings: list[Command] = []
        for school_class in self._store.select(SchoolClass):
            if term.id in {entry.id for entry in terms.terms_of_class(self._store, school_class)}:
                self._set_marks(ClassTerm(school_class, term, term.first_day, term.last_day), term)
                closings.append(CloseTerm(class_id=school_class.id, term_id=term.id))
        give(self._stage, closings, self._stage.deputy_id)

    def _set_marks(self, of: ClassTerm, term: Term) -> None:
        gaps = unmarked(self._store, of)
        for journal_id, pupils in groupby(gaps, lambda gap: gap.journal_id):
            journal = self._store.require(Journal, journal_id)
            proposals = propose_term(self._store, journal, term)
            commands: list[Command] = []
            for gap in pupils:
                value = proposals[gap.pupil_id].value
                commands.append(
                    SetTermMark(
                        journal_id=journal_id,
                        pupil_id=gap.pupil_id,
                        term_id=term.id,
                        value=value or ResultValue.NOT_ATTESTED,
                        reason="" if value else NO_MARKS,
                    )
                )
            give(self._stage, commands, self._pages[journal_id].teacher_id)
