"""Results counted, and the moments at which a period sums them up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.errors import InputError
from eschool_core.labels import Language, text
from eschool_core.regulation.formulas import MarkCounts, Results
from eschool_core.reports.period import Period
from eschool_core.results.book import Blank, Moment, MomentOf, Outcome, Result

FAILING: Final = (ResultValue.ONE, ResultValue.TWO, ResultValue.FAIL)


def moment_of(period: Period) -> MomentOf:
    """Return the moments of a period: of each journal's own term, or of the year.

    Raises:
        InputError: ``report.term_needed``: free dates have no term marks.
    """
    if period.whole_year:
        whole = Moment(ResultKind.YEAR, 0, period.first_day, period.last_day)
        return lambda journal: whole
    if not period.terms:
        raise InputError("report.term_needed")
    by_kind = {
        term.kind: Moment(ResultKind.TERM, term.id, term.first_day, term.last_day)
        for term in period.terms
    }
    return lambda journal: by_kind.get(journal.term_kind)


def year_moment(period: Period, kind: ResultKind) -> MomentOf:
    """Return the moment of year, exam or final marks."""
    whole = Moment(kind, 0, period.first_day, period.last_day)
    return lambda journal: whole


def counted(results: Iterable[Result]) -> Results:
    """Return a pupil's results counted; a mark that is not set is neither a mark nor «н/а»."""
    outcomes = [entry.outcome for entry in results]
    return Results(
        fives=outcomes.count(ResultValue.FIVE),
        fours=outcomes.count(ResultValue.FOUR),
        threes=outcomes.count(ResultValue.THREE),
        failing=sum(outcome in FAILING for outcome in outcomes),
        not_attested=outcomes.count(ResultValue.NOT_ATTESTED),
        unset=outcomes.count(Blank.MISSING),
    )


def mark_counts(outcomes: Iterable[Outcome]) -> MarkCounts:
    """Return how many have which mark; a mark that is not set stands outside."""
    listed = list(outcomes)
    return MarkCounts(
        fives=listed.count(ResultValue.FIVE),
        fours=listed.count(ResultValue.FOUR),
        threes=listed.count(ResultValue.THREE),
        twos=listed.count(ResultValue.TWO),
        ones=listed.count(ResultValue.ONE),
        not_attested=listed.count(ResultValue.NOT_ATTESTED),
        exempt=listed.count(ResultValue.EXEMPT),
        unset=listed.count(Blank.MISSING),
    )


def mark_text(outcome: Outcome, language: Language) -> str | int | None:
    """Return what stands in the cell: 2–5, «зач», «осв.», «н/а», None for «–»."""
    if outcome is Blank.NOT_STUDIED:
        return None
    if isinstance(outcome, Blank):
        return text("report.result.missing", language)
    if outcome <= ResultValue.FIVE:
        return int(outcome)
    return text(f"report.result.{outcome.name.lower()}", language)
