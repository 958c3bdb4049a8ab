"""A school's whole year as commands on a real server, closed and sealed: for the archive's figures.

The school is the sandbox's, made by a seed. Every lesson gets its topic, its roll and some marks by
whoever teaches it; every pupil gets the marks of terms and year; whatever the year still lacks is
let pass with a reason, every journal is sealed and every register drawn up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from eschool_core import calendar
from eschool_core.commands.archive import DrawUpRegister, SealJournal, WaiveSection
from eschool_core.commands.base import Command
from eschool_core.commands.closing import CloseTerm
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.issuing import REGISTER
from eschool_core.commands.lessons import RecordMark, RecordTopic, TakeRoll
from eschool_core.commands.term_marks import SetTermMark, SetYearMark
from eschool_core.domain.enums import FindingState
from eschool_core.domain.journal import JournalLine, Lesson
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.school import AcademicYear, Journal, SchoolClass, TeachingLoad, Term
from eschool_core.forms.archive_papers import register_paper
from eschool_core.forms.wishes import of_table
from eschool_core.results.checklist import ClassTerm, Unmarked, unmarked
from eschool_core.results.year_gaps import year_gaps
from eschool_sync.sandbox.giving import give, go_to
from eschool_sync.sandbox.stage import Setting, Size, Stage, build_stage

SEED: Final = 1
FIRST_DAY: Final = date(2026, 9, 1)
EVENING: Final = 20 * 60
MARKS_A_LESSON: Final = 4
MARKLESS_GRADE: Final = 1
CLASSES: Final = (
    "SELECT j.id, g.class_id FROM journal j JOIN group_class g ON g.group_id = j.group_id"
)


def sealed_year(folder: Path, size: Size, last: date | None = None) -> Stage:
    """Return a school whose year is over and sealed.

    Args:
        folder: Where the server's data go.
        size: Of the sandbox's school.
        last: Last day on which lessons are filled; None for the whole year.
    """
    stage = build_stage(Setting(folder, size, SEED, FIRST_DAY), lambda stage, done, total: None)
    _Year(stage, last).live()
    return stage


class _Year:
    """Gives the commands, day by day."""

    def __init__(self, stage: Stage, last: date | None) -> None:
        self._stage = stage
        self._store = stage.school.store
        [self._year] = self._store.select(AcademicYear)
        self._last = self._year.last_day if last is None else calendar.day_number(last)
        self._classes = self._store.select(SchoolClass)
        self._teacher = {row.journal_id: row.staff_id for row in self._store.select(TeachingLoad)}
        self._lines: dict[int, list[JournalLine]] = defaultdict(list)
        for line in self._store.select(JournalLine):
            self._lines[line.journal_id].append(line)
        self._markless: set[int] = set()

    def live(self) -> None:
        """Fill the lessons, give the marks, close and seal."""
        by_day: dict[int, list[Lesson]] = defaultdict(list)
        for lesson in self._store.select(Lesson):
            by_day[lesson.day].append(lesson)
        for day in sorted(by_day):
            go_to(self._stage, day, EVENING)
            if day <= self._last:
                self._fill(by_day[day])
        go_to(self._stage, self._year.last_day, EVENING)
        self._give_results()
        self._seal()

    def _fill(self, lessons: list[Lesson]) -> None:
        by_teacher: dict[int, list[Command]] = defaultdict(list)
        for lesson in lessons:
            by_teacher[self._teacher[lesson.journal_id]] += self._page(lesson)
        for teacher, commands in by_teacher.items():
            give(self._stage, commands, teacher)

    def _page(self, lesson: Lesson) -> Iterator[Command]:
        yield RecordTopic(lesson_id=lesson.id, text=f"Тема урока {lesson.day}")
        yield TakeRoll(lesson_id=lesson.id)
        lines = self._lines[lesson.journal_id]
        if lesson.journal_id in self._first_grade():
            return
        for step in range(min(MARKS_A_LESSON, len(lines))):
            line = lines[(lesson.day + lesson.period + 7 * step) % len(lines)]
            value = 3 + (lesson.day + step) % 3
            yield RecordMark(lesson_id=lesson.id, pupil_id=line.pupil_id, value=value)

    def _first_grade(self) -> set[int]:
        if not self._markless:
            names = {row.id for row in self._classes if row.grade == MARKLESS_GRADE}
            self._markless = {row[0] for row in self._store.rows(CLASSES) if row[1] in names} | {0}
        return self._markless

    def _give_results(self) -> None:
        terms = {term.id: term for term in self._store.select(Term)}
        for school_class in self._classes:
            for term in (*terms.values(), None):
                span = self._year if term is None else term
                of = ClassTerm(school_class, term, span.first_day, span.last_day)
                wanted: dict[int, list[Command]] = defaultdict(list)
                for gap in unmarked(self._store, of):
                    wanted[self._teacher[gap.journal_id]].append(self._mark(gap, term))
                for teacher, commands in wanted.items():
                    give(self._stage, commands, teacher)

    def _mark(self, gap: Unmarked, term: Term | None) -> Command:
        journal_id, pupil_id = gap.journal_id, gap.pupil_id
        if term is None:
            return SetYearMark(journal_id=journal_id, pupil_id=pupil_id, value=4, reason="итог")
        return SetTermMark(
            journal_id=journal_id, pupil_id=pupil_id, term_id=term.id, value=4, reason="итог"
        )

    def _seal(self) -> None:
        deputy = self._stage.deputy_id
        opened = self._store.select(FindingRecord, state=int(FindingState.OPEN))
        give(
            self._stage, [WaiveFinding(finding_id=one.id, reason="№ 79") for one in opened], deputy
        )
        give(self._stage, [CloseTerm(class_id=one.id, term_id=0) for one in self._classes], deputy)
        gaps = [gap for gap in year_gaps(self._store, self._year) if not gap.waived]
        waivers = [
            WaiveSection(
                year_id=self._year.id, section=gap.section, object_id=gap.object_id, reason="№ 80"
            )
            for gap in gaps
        ]
        give(self._stage, waivers, deputy)
        journals = self._store.select(Journal)
        give(self._stage, [SealJournal(journal_id=one.id) for one in journals], deputy)
        give(self._stage, [DrawUpRegister(class_id=one.id) for one in self._classes], deputy)
        for one in self._classes:
            give(self._stage, [self._issue(one)], deputy)

    def _issue(self, school_class: SchoolClass) -> Command:
        """Return the issuing of a register as the rows give it now."""
        today = self._year.last_day
        paper = register_paper(self._store, school_class, self._year.first_day, today)
        wish = of_table(paper.tables[0], REGISTER, school_class.id)
        return wish.command(today, self._stage.clock.wall())
