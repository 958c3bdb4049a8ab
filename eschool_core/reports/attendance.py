"""Report 4.4.3/9: the summary register of attendance of a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import SchoolClass, Term
from eschool_core.labels import Language, text
from eschool_core.regulation.formulas import percent, ratio
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.frame import Asked, Sheet, column, framed, under
from eschool_core.reports.journals import Schemes, journals_of
from eschool_core.reports.misses import Due, Missed, missed_by, total_missed
from eschool_core.reports.period import term_name
from eschool_core.reports.roll import Listed, class_teachers, family_note, roll_of
from eschool_core.reports.roll_calls import RollCalls, roll_calls_of
from eschool_core.reports.school_days import LessonFact, SchoolDays, lessons_of
from eschool_core.reports.shown import number as spelled
from eschool_core.reports.table import Column, Note, Row, RowKind, Table, Unit, Value
from eschool_core.results.absences import Seen, seen_in
from eschool_core.results.lines import lines_of
from eschool_core.store.store import Store

NAME = "attendance"
CLAUSE = "4.4.3/9"
KEYS: Final = tuple(entry.name for entry in fields(Missed))

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ClassAttendance:
    """What the pupils of a class missed over some days.

    Attributes:
        school_class: The class.
        pupils: Who is or was in the class in that time.
        lessons: Of all journals in which its pupils stand.
        due: Which lessons each should have been at.
        seen: Misses and lateness on the days when the pupil was in this class.
        reasons_known: Whether what class teachers say of the reasons is here.
    """

    school_class: SchoolClass
    pupils: list[Listed]
    lessons: list[LessonFact]
    due: Due
    seen: list[Seen]
    span: Span
    reasons_known: bool

    def missing(self, language: Language) -> tuple[str, ...]:
        """Return what this replica lacks: reasons of those who are in another class now."""
        return () if self.reasons_known else (text("report.missing.reasons", language),)

    def missed(self, first_day: int, last_day: int) -> dict[int, Missed]:
        """Return what each missed between two days; who missed nothing is not among them."""
        within = [entry for entry in self.seen if first_day <= entry.day <= last_day]
        return missed_by(within, self.due)

    def calls(self, store: Store, today: int) -> RollCalls:
        """Return at which of the lessons the roll was called, as of a day."""
        led = self.school_class
        return roll_calls_of(store, led.year_id, led.id, self.lessons, self.span, today)

    def lessons_between(self, first: int, last: int) -> list[set[int]]:
        """Return for each pupil which lessons of some days the pupil should have been at."""
        return [
            self.due.lessons_in(
                pupil.pupil_id,
                [
                    (max(begin, first), min(end, last))
                    for begin, end in pupil.spans
                    if begin <= last and end >= first
                ],
            )
            for pupil in self.pupils
        ]


def class_attendance(
    store: Store, school_class: SchoolClass, first_day: int, last_day: int
) -> ClassAttendance:
    """Return the attendance of a class between two days."""
    year_id = school_class.year_id
    pupils = roll_of(store, school_class, first_day, last_day)
    by_id = {pupil.pupil_id: pupil for pupil in pupils}
    days = SchoolDays(store, year_id, classes_of(store, year_id))
    journals = journals_of(store, year_id)
    lessons = [
        lesson
        for lesson in lessons_of(
            store, year_id, journals, days, first_day, last_day, school_class.id
        )
        if journals[lesson.journal_id].is_taught
    ]
    seen = [
        entry
        for entry in seen_in(store, year_id, first_day, last_day, school_class.id)
        if entry.pupil_id in by_id and by_id[entry.pupil_id].on(entry.day)
    ]
    due = Due(lessons, lines_of(store, year_id, school_class.id), journals)
    known = all(store.holds(partition(PartitionKind.PUPIL_DAY, entry.pupil_id)) for entry in seen)
    span = (first_day, last_day)
    return ClassAttendance(school_class, pupils, lessons, due, seen, span, known)


def attendance_report(store: Store, asked: Asked) -> Table:
    """Return what each pupil of a class missed, by reason; of a year by terms and as a whole.

    Only the days on which the pupil was in this class count; lateness is no miss, and a day is
    missed where every lesson held for the pupil was. The share of attendance is of the lessons
    whose roll was called; how many had none stands beside it.
    """
    language = asked.language
    school_class = store.require(SchoolClass, asked.class_id)
    parts = _parts(store, asked, school_class)
    first, last = parts[-1][1]
    found = class_attendance(store, school_class, first, last)
    missed = [found.missed(*span) for _, span in parts]
    rows = [
        pupil.row(place, *_values([part.get(pupil.pupil_id, Missed()) for part in missed]))
        for place, pupil in enumerate(found.pupils, start=1)
    ]
    whole = [total_missed(part) for part in missed]
    total = Row(("", text("report.total.class", language), *_values(whole)), RowKind.TOTAL)
    sheet = Sheet(
        _columns(language, [name for name, _ in parts]),
        rows,
        (total,),
        (
            _rates(whole[-1], found, found.calls(store, asked.day), language),
            family_note(store, found.pupils, last, language),
        ),
        found.missing(language),
        signers=("class_teacher", "deputy"),
        lying=True,
    )
    return framed(store, asked, NAME, CLAUSE, sheet, about_class(store, school_class, last))


def about_class(store: Store, school_class: SchoolClass, day: int) -> str:
    """Return the class with who leads it on a day: «5А, Иванова М. П.»."""
    leaders = class_teachers(store, school_class.id, day)
    return f"{school_class.name}, {leaders}" if leaders else school_class.name


def _parts(store: Store, asked: Asked, school_class: SchoolClass) -> list[tuple[str, Span]]:
    """Return the names and days of the parts: of a year its terms and the year, else one."""
    period = asked.period
    kind = Schemes.of(store, period.year_id).kind_of(school_class.grade)
    if not period.whole_year:
        return [("", period.span_of(kind) or (period.first_day, period.last_day))]
    terms = store.where(Term, "year_id = ? AND kind = ? ORDER BY ordinal", period.year_id, kind)
    parts = [(term_name(term, asked.language), (term.first_day, term.last_day)) for term in terms]
    whole = text("report.group.year", asked.language)
    return [*parts, (whole, (period.first_day, period.last_day))]


def _columns(language: Language, parts: Sequence[str]) -> tuple[Column, ...]:
    fixed = (column(language, "number", width=4), column(language, "name", Unit.TEXT, 30))
    counted = [column(language, f"missed_{key}", width=9) for key in KEYS]
    if len(parts) == 1:
        return (*fixed, *counted)
    return (
        *fixed,
        *(
            under(entry, name, f"part_{place}")
            for place, name in enumerate(parts, start=1)
            for entry in counted
        ),
    )


def _values(parts: Sequence[Missed]) -> tuple[Value, ...]:
    return tuple(getattr(part, key) for part in parts for key in KEYS)


def _rates(whole: Missed, found: ClassAttendance, calls: RollCalls, language: Language) -> Note:
    """Return how much was missed a pupil, the share attended, and the lessons without a roll."""
    point = "," if language == "ru" else "."
    lessons = found.lessons_between(*found.span)
    expected = sum(len(of_pupil & calls.called) for of_pupil in lessons)
    uncalled = len(set[int]().union(*lessons) & calls.uncalled)
    each = ratio(whole.lessons, len(found.pupils), 1)
    attended = percent(expected - whole.lessons, expected)
    lines = []
    if each is not None:
        lines.append(
            text("report.attendance.each", language, number=spelled(each, Unit.PERCENT, point))
        )
    if attended is not None:
        share = spelled(attended, Unit.PERCENT, point)
        lines.append(text("report.attendance.rate", language, number=share, lessons=expected))
    if uncalled:
        lines.append(text("report.attendance.without_roll", language, count=uncalled))
    return Note(text("report.attendance.rates", language), tuple(lines))
