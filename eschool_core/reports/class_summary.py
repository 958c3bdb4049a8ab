"""Report 4.4.3/7: the class teacher's summary of a term or year, filled without typing (2.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from eschool_core.domain.result_enums import ResultValue
from eschool_core.domain.school import SchoolClass
from eschool_core.labels import text
from eschool_core.queries.names import joined, staff_names
from eschool_core.regulation.formulas import Standing, ratio
from eschool_core.reports.attendance import ClassAttendance, about_class, class_attendance
from eschool_core.reports.class_results import (
    ClassResults,
    PupilResults,
    SchoolResults,
    results_of,
)
from eschool_core.reports.contingent import Stay, stays_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.misses import total_missed
from eschool_core.reports.movement import movement_of, moves_of
from eschool_core.reports.parents_work import Line, parents_work
from eschool_core.reports.results import FAILING
from eschool_core.reports.table import Row, Table, Unit
from eschool_core.results.book import Blank, Outcome, Result
from eschool_core.store.store import Store

NAME = "class_summary"
CLAUSE = "4.4.3/7"
MOST_SUBJECTS_NAMED: Final = 3


def class_summary_report(store: Store, asked: Asked) -> Table:
    """Return one line for each field: number, and by name who is behind it.

    All-fives + fours-and-fives + has-threes + failing = attested; attested + not attested = N;
    whose marks are not all set stands apart.
    """
    language = asked.language
    school_class = store.require(SchoolClass, asked.class_id)
    found = results_of(store, asked, asked.class_id)
    results = found.classes[0]
    period = asked.period
    attended = class_attendance(store, school_class, period.first_day, period.last_day)
    lines = [
        *_movement(store, asked, school_class),
        *(_results(store, asked, found, results) if _marked(results) else ()),
        *_attendance(attended, asked),
        *parents_work(store, asked, attended.pupils),
    ]
    rows = [
        Row((place, text(f"report.summary.{key}", language), value, names))
        for place, (key, value, names) in enumerate(lines, start=1)
    ]
    columns = (
        column(language, "number", width=4),
        column(language, "field", Unit.TEXT, 34),
        column(language, "value", Unit.NUMBER, 9),
        column(language, "who", Unit.TEXT, 60),
    )
    sheet = Sheet(
        columns,
        rows,
        (),
        (found.not_reporting(asked),),
        attended.missing(language),
        signers=("class_teacher", "deputy"),
    )
    about = about_class(store, school_class, asked.period.last_day)
    return framed(store, asked, NAME, CLAUSE, sheet, about)


def _marked(results: ClassResults) -> bool:
    return results.reports and not results.markless


def _movement(store: Store, asked: Asked, school_class: SchoolClass) -> Iterable[Line]:
    period = asked.period
    own = stays_of(store, period.year_id)[school_class.id]
    found = movement_of(own, period.opening_day, period.last_day)
    moves = moves_of(own, period.opening_day, period.last_day)
    yield "at_start", found.at_start, ""
    yield "arrived", found.arrived, _with_orders(moves.arrived, lambda stay: stay.order_in)
    yield "moved_in", found.moved_in, _with_orders(moves.moved_in, lambda stay: stay.order_in)
    yield "left", found.left, _with_orders(moves.left, lambda stay: stay.order_out)
    yield "moved_out", found.moved_out, _with_orders(moves.moved_out, lambda stay: stay.order_out)
    yield "at_end", found.at_end, ""


def _with_orders(stays: Iterable[Stay], order: Callable[[Stay], str]) -> str:
    return "; ".join(joined([stay.name, order(stay)]) for stay in stays)


def _results(
    store: Store, asked: Asked, found: SchoolResults, results: ClassResults
) -> Iterable[Line]:
    counts, marks = results.standings, results.marks
    say = _Names(asked, found, staff_names(store))

    def listed(standing: Standing) -> list[PupilResults]:
        return results.in_standing(standing)

    threes = listed(Standing.HAS_THREES)
    fours = listed(Standing.FOURS_AND_FIVES)
    one_four = [pupil for pupil in fours if pupil.counts.one_four]
    one_three = [pupil for pupil in threes if pupil.counts.one_three]
    yield "attested", counts.attested, ""
    without = say.reasons(listed(Standing.NOT_ATTESTED))
    yield "not_attested", counts.not_attested, without
    yield "without_marks", counts.unset, say.reasons(listed(Standing.UNSET))
    yield "all_fives", counts.all_fives, say.names(listed(Standing.ALL_FIVES))
    yield "fours_and_fives", counts.fours_and_fives, say.names(fours)
    yield "one_four", counts.one_four, say.marks(one_four, (ResultValue.FOUR,))
    yield "has_threes", counts.has_threes, say.names(threes)
    yield "one_three", counts.one_three, say.marks(one_three, (ResultValue.THREE,))
    yield "failing", counts.failing, say.marks(listed(Standing.FAILING), FAILING)
    yield "pass_rate", counts.pass_rate(found.denominator), ""
    yield "quality_rate", counts.quality_rate(found.denominator), ""
    yield "learning_degree", marks.learning_degree(found.denominator), ""
    yield "mean", marks.mean(), ""


def _attendance(found: ClassAttendance, asked: Asked) -> Iterable[Line]:
    period = asked.period
    whole = total_missed(found.missed(period.first_day, period.last_day))
    yield "missed", whole.lessons, ""
    yield "missed_sick", whole.sick, ""
    yield "missed_valid", whole.valid, ""
    yield "missed_unexcused", whole.unexcused, ""
    yield "missed_unknown", whole.unknown, ""
    yield "missed_each", ratio(whole.lessons, len(found.pupils), 1), ""
    yield "late", whole.late, ""


@dataclass(frozen=True, slots=True)
class _Names:
    """Says who has which mark in which subject, with the teacher."""

    asked: Asked
    found: SchoolResults
    teachers: dict[int, str]

    def names(self, pupils: Iterable[PupilResults]) -> str:
        """Return the names alone."""
        return joined(pupil.name for pupil in pupils)

    def marks(self, pupils: Iterable[PupilResults], wanted: tuple[Outcome, ...]) -> str:
        """Return each with the subjects that have such a mark, and their teachers."""
        return "; ".join(
            f"{pupil.name} ({joined(self._subject(entry) for entry in _with(pupil, wanted))})"
            for pupil in pupils
        )

    def reasons(self, pupils: Iterable[PupilResults]) -> str:
        """Return each with the subjects without a mark, and why."""
        return "; ".join(f"{pupil.name} ({joined(self._reasons(pupil))})" for pupil in pupils)

    def _subject(self, result: Result) -> str:
        journal = self.found.journals[result.journal_id]
        teacher = self.teachers.get(journal.teacher_on(self.asked.period.last_day), "")
        return " – ".join(part for part in (journal.subject, teacher) if part)

    def _reasons(self, pupil: PupilResults) -> Iterable[str]:
        """Yield each subject not attested with the reason, and what is not set yet at once."""
        for result in _with(pupil, (ResultValue.NOT_ATTESTED,)):
            subject = self.found.journals[result.journal_id].subject
            yield " – ".join(part for part in (subject, result.reason) if part)
        unset = _with(pupil, (Blank.MISSING,))
        if len(unset) > MOST_SUBJECTS_NAMED:
            yield text("report.summary.unset_many", self.asked.language, count=len(unset))
        elif unset:
            names = joined(self.found.journals[result.journal_id].subject for result in unset)
            yield text("report.summary.unset", self.asked.language, subjects=names)


def _with(pupil: PupilResults, wanted: tuple[Outcome, ...]) -> list[Result]:
    return [result for result in pupil.by_subject.values() if result.outcome in wanted]
