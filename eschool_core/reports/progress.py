"""Report 4.4.3/8: progress over the whole school, by class and by subject and grade."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import reduce

from eschool_core.domain.enums import Role
from eschool_core.domain.school import Appointment, Subject
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.names import joined, staff_names
from eschool_core.regulation.formulas import Denominator, MarkCounts, StandingCounts
from eschool_core.reports.class_results import ClassResults, results_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.results import mark_counts
from eschool_core.reports.stages import STAGES, stage_of
from eschool_core.reports.table import About, Column, Row, RowKind, Table, Unit, Value
from eschool_core.results.book import Outcome
from eschool_core.store.store import Store

NAME = "progress"
SUBJECTS_NAME = "progress_subjects"
CLAUSE = "4.4.3/8"


def progress_report(store: Store, asked: Asked) -> Table:
    """Return the results of every class, with subtotals by stage and of the school.

    A class whose term does not end then stands with «–»; one without marks with its pupils only.
    Attested + not attested = N; whose marks are not all set stands apart.
    """
    language = asked.language
    found = results_of(store, asked)
    leaders = _leaders(store, asked.period.last_day)
    rows: list[Row] = []
    for stage in STAGES:
        classes = [entry for entry in found.classes if stage_of(entry.school_class.grade) == stage]
        rows += [
            Row(
                (
                    entry.school_class.name,
                    *_of_classes([entry], found.denominator),
                    leaders.get(entry.school_class.id, ""),
                ),
                about=About("class", entry.school_class.id),
            )
            for entry in classes
        ]
        if classes:
            said = text(f"report.stage.{stage}", language)
            values = _of_classes(classes, found.denominator)
            rows.append(Row((said, *values, ""), RowKind.SUBTOTAL))
    total = (
        text("report.total.school", language),
        *_of_classes(found.classes, found.denominator),
        "",
    )
    sheet = Sheet(
        _columns(language),
        rows,
        (Row(total, RowKind.TOTAL),),
        (found.not_reporting(asked),),
        signers=("deputy", "head"),
        lying=True,
    )
    return framed(store, asked, NAME, CLAUSE, sheet)


def progress_subjects_report(store: Store, asked: Asked) -> Table:
    """Return the marks by subject and grade: the second page of the report."""
    language = asked.language
    found = results_of(store, asked)
    names = {subject.id: subject.name for subject in store.select(Subject)}
    outcomes: dict[tuple[int, int], list[Outcome]] = defaultdict(list)
    for entry in found.classes:
        for pupil in entry.pupils:
            for subject_id, result in pupil.by_subject.items():
                outcomes[subject_id, entry.school_class.grade].append(result.outcome)
    rows: list[Row] = []
    for subject_id in sorted({key[0] for key in outcomes}, key=lambda one: sort_key(names[one])):
        counts = {
            grade: mark_counts(outcomes[subject_id, grade])
            for grade in sorted(grade for key, grade in outcomes if key == subject_id)
        }
        counted = {
            grade: one for grade, one in counts.items() if one.n() or one.exempt or one.unset
        }
        rows += [
            Row((names[subject_id], str(grade), *rates(one, found.denominator)))
            for grade, one in counted.items()
        ]
        if len(counted) > 1:
            whole = reduce(MarkCounts.plus, counted.values())
            said = text("report.total.subject", language)
            values = rates(whole, found.denominator)
            rows.append(Row((names[subject_id], said, *values), RowKind.SUBTOTAL))
    columns = (
        column(language, "subject", Unit.TEXT, 24),
        column(language, "grade", Unit.TEXT, 9),
        *rate_columns(language),
    )
    sheet = Sheet(columns, rows, (), (found.not_reporting(asked),), signers=("deputy",))
    return framed(store, asked, SUBJECTS_NAME, CLAUSE, sheet)


def rate_columns(language: Language) -> tuple[Column, ...]:
    """Return the columns that ``rates`` fills."""
    counted = ("fives", "fours", "threes", "twos", "not_attested", "exempt", "unset")
    return (
        *(column(language, key, width=6) for key in counted),
        column(language, "pass_rate", Unit.PERCENT, 9),
        column(language, "quality_rate", Unit.PERCENT, 9),
        column(language, "learning_degree", Unit.DEGREE, 8),
        column(language, "mean", Unit.MEAN, 8),
    )


def rates(counts: MarkCounts, denominator: Denominator) -> tuple[Value, ...]:
    """Return counts and rates of marks; ones stand with twos."""
    return (
        counts.fives,
        counts.fours,
        counts.threes,
        counts.twos + counts.ones,
        counts.not_attested,
        counts.exempt,
        counts.unset,
        counts.pass_rate(denominator),
        counts.quality_rate(denominator),
        counts.learning_degree(denominator),
        counts.mean(),
    )


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        column(language, "class", Unit.TEXT, 14),
        column(language, "pupils", width=9),
        column(language, "attested", width=10),
        column(language, "all_fives", width=10),
        column(language, "fours_and_fives", width=10),
        column(language, "one_four", width=8),
        column(language, "has_threes", width=8),
        column(language, "one_three", width=8),
        column(language, "failing", width=10),
        column(language, "not_attested", width=6),
        column(language, "exempt", width=6),
        column(language, "unset", width=7),
        column(language, "pass_rate", Unit.PERCENT, 9),
        column(language, "quality_rate", Unit.PERCENT, 9),
        column(language, "learning_degree", Unit.DEGREE, 8),
        column(language, "mean", Unit.MEAN, 8),
        column(language, "class_teacher", Unit.TEXT, 20),
    )


NOTHING: tuple[Value, ...] = (None,) * 14


def _of_classes(classes: Sequence[ClassResults], denominator: Denominator) -> tuple[Value, ...]:
    """Return the values of several classes together, from the number of pupils to the mean."""
    pupils = sum(len(entry.pupils) for entry in classes)
    marked = [entry for entry in classes if entry.reports and not entry.markless]
    if not marked:
        return (pupils, *NOTHING)
    standing, marks = StandingCounts(), MarkCounts()
    for entry in marked:
        standing, marks = standing.plus(entry.standings), marks.plus(entry.marks)
    return (
        pupils,
        standing.attested,
        standing.all_fives,
        standing.fours_and_fives,
        standing.one_four,
        standing.has_threes,
        standing.one_three,
        standing.failing,
        standing.not_attested,
        marks.exempt,
        standing.unset,
        standing.pass_rate(denominator),
        standing.quality_rate(denominator),
        marks.learning_degree(denominator),
        marks.mean(),
    )


def _leaders(store: Store, day: int) -> dict[int, str]:
    names = staff_names(store)
    found: dict[int, list[str]] = defaultdict(list)
    for entry in store.select(Appointment, role=Role.CLASS_TEACHER):
        if entry.first_day <= day <= entry.last_day:
            found[entry.class_id].append(names.get(entry.person_id, ""))
    return {class_id: joined(listed) for class_id, listed in found.items()}
