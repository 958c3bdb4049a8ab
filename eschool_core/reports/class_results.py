"""The results of the pupils of classes at the end of a term or year, for reports 4, 5, 7 and 8."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from eschool_core.domain.school import SchoolClass
from eschool_core.labels import text
from eschool_core.queries.names import joined
from eschool_core.regulation.formulas import (
    Denominator,
    MarkCounts,
    Results,
    Standing,
    StandingCounts,
)
from eschool_core.reports.contingent import Stay, classes_of, stays_of
from eschool_core.reports.frame import Asked, policy_list, policy_on
from eschool_core.reports.journals import JournalInfo, Schemes, journals_of
from eschool_core.reports.results import counted, mark_counts, moment_of
from eschool_core.reports.table import Note
from eschool_core.results.book import Result, ResultBook
from eschool_core.results.lines import Line, lines_of
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class PupilResults:
    """A pupil who is in the class on the last day.

    Attributes:
        by_subject: What the pupil has, by subject id.
    """

    pupil_id: int
    name: str
    grade: int
    by_subject: dict[int, Result]

    @property
    def counts(self) -> Results:
        """The marks counted, of all subjects together."""
        return counted(self.by_subject.values())


@dataclass(frozen=True, slots=True)
class ClassResults:
    """A class at the end of its term, or of the year.

    Attributes:
        reports: Whether its term ends then; the others stand with «–».
        markless: Without marks: its pupils are counted in the contingent only (3.6).
    """

    school_class: SchoolClass
    reports: bool
    markless: bool
    pupils: tuple[PupilResults, ...]

    @property
    def standings(self) -> StandingCounts:
        """The pupils by category."""
        found = StandingCounts()
        for pupil in self.pupils:
            found = found.with_pupil(pupil.counts)
        return found

    @property
    def marks(self) -> MarkCounts:
        """All marks of all subjects."""
        return mark_counts(
            result.outcome for pupil in self.pupils for result in pupil.by_subject.values()
        )

    def in_standing(self, standing: Standing) -> list[PupilResults]:
        """Return the pupils of a category."""
        return [pupil for pupil in self.pupils if pupil.counts.standing() is standing]


@dataclass(frozen=True, slots=True)
class SchoolResults:
    """What the reports on results rest on.

    Attributes:
        lines: Of every pupil looked at.
        book: Looks up what stands in a line.
        classes: In the order of the school.
        denominator: Whom rates are counted of (policy ``report_denominator``).
    """

    journals: dict[int, JournalInfo]
    lines: list[Line]
    book: ResultBook
    classes: tuple[ClassResults, ...]
    denominator: Denominator

    def not_reporting(self, asked: Asked) -> Note:
        """Return the classes whose term does not end with the period, as a note."""
        names = joined(entry.school_class.name for entry in self.classes if not entry.reports)
        title = text("report.note.not_reporting", asked.language)
        return Note(title, (names,) if names else ())


def results_of(store: Store, asked: Asked, class_id: int = 0) -> SchoolResults:
    """Return the results at the end of a period, of the school or of one class.

    Who left before that day is counted nowhere (specification §5.10).

    Raises:
        InputError: The period is neither a term nor the year.
    """
    period = asked.period
    moments = moment_of(period)
    journals = journals_of(store, period.year_id)
    stays = stays_of(store, period.year_id, class_id)
    schemes = Schemes.of(store, period.year_id)
    markless = policy_list(store, "markless_grades", period.last_day)
    lines = lines_of(store, period.year_id, class_id)
    grades = {
        stay.pupil_id: stay.grade
        for listed in stays.values()
        for stay in listed
        if stay.on(period.last_day)
    }
    book = ResultBook(store, period.year_id, journals, lines, grades, markless, class_id)
    classes = []
    for school_class in classes_of(store, period.year_id):
        if class_id and school_class.id != class_id:
            continue
        kind = schemes.kind_of(school_class.grade)
        reports = period.span_of(kind) is not None
        present = _present(stays[school_class.id], period.last_day)
        pupils = tuple(
            PupilResults(
                stay.pupil_id, stay.name, stay.grade, book.of_pupil(stay.pupil_id, moments)
            )
            for stay in present
        )
        without_marks = {stay.grade for stay in present} or {school_class.grade}
        classes.append(ClassResults(school_class, reports, without_marks <= set(markless), pupils))
    denominator = cast("Denominator", policy_on(store, "report_denominator", period.last_day))
    return SchoolResults(journals, lines, book, tuple(classes), denominator)


def _present(stays: Iterable[Stay], day: int) -> list[Stay]:
    by_pupil: dict[int, Stay] = {}
    for stay in stays:
        if stay.on(day):
            by_pupil[stay.pupil_id] = stay
    return list(by_pupil.values())
