"""Term, year and final marks: their arithmetic and the checks on them; whole numbers only.

Means are hundredths; a fraction is compared exactly before it is ever rounded, so that 3.495 is
not first made 3.50 and then 4. Halves go up, as ``ROUND_HALF_UP`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eschool_core.domain.enums import Timeliness
from eschool_core.domain.result_enums import AssessmentMode, ResultValue
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding

MATHEMATICAL = (250, 350, 450)
"""Least means of «3», «4», «5» where nothing but mathematical rounding is allowed."""
LEAST_OF_TWO = 150
TAKEN_BACK = 0
NUMERIC = frozenset(range(ResultValue.ONE, ResultValue.FIVE + 1))
UNSATISFACTORY = frozenset(
    {ResultValue.ONE, ResultValue.TWO, ResultValue.FAIL, ResultValue.NOT_ATTESTED}
)
RETAKES_ALLOWED = 2
"""Law 273-FZ, article 58, part 5."""

_ALLOWED = {
    AssessmentMode.MARKS: NUMERIC | {ResultValue.NOT_ATTESTED, ResultValue.EXEMPT},
    AssessmentMode.PASS_FAIL: frozenset(
        {ResultValue.PASS, ResultValue.FAIL, ResultValue.NOT_ATTESTED, ResultValue.EXEMPT}
    ),
    AssessmentMode.NONE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A value and how much it counts: hundredths of a mark times the weight of its kind."""

    value: int
    weight: int


@dataclass(frozen=True, slots=True)
class Sum:
    """Marks weighed together: ``total`` = Σ(value · weight), ``weight`` = Σ weight."""

    total: int
    weight: int

    @property
    def mean_hundredths(self) -> int | None:
        """The weighted mean, halves up; None without weight.

        >>> Sum(14, 3).mean_hundredths, Sum(0, 0).mean_hundredths
        (467, None)
        """
        if self.weight == 0:
            return None
        return (200 * self.total + self.weight) // (2 * self.weight)


def weigh(marks: Sequence[Weighed]) -> Sum:
    """Return marks weighed together."""
    return Sum(sum(mark.value * mark.weight for mark in marks), sum(mark.weight for mark in marks))


def rounded(
    marks: Sum, least_means: Sequence[int] = MATHEMATICAL, lowest: int = ResultValue.TWO
) -> ResultValue | None:
    """Return the mark that a mean makes; None without weight.

    Args:
        marks: Weighed together.
        least_means: Least means of «3», «4» and «5», hundredths, by the school's act.
        lowest: Lowest mark of the scale.

    >>> rounded(Sum(7, 2)), rounded(Sum(7, 2), (260, 360, 460))
    (<ResultValue.FOUR: 4>, <ResultValue.THREE: 3>)
    """
    if marks.weight == 0:
        return None
    made = (ResultValue.FIVE, ResultValue.FOUR, ResultValue.THREE)
    for value, least in zip(made, reversed(least_means), strict=True):
        if 100 * marks.total >= least * marks.weight:
            return value
    low = lowest == ResultValue.ONE and 100 * marks.total < LEAST_OF_TWO * marks.weight
    return ResultValue.ONE if low else ResultValue.TWO


def allowed(value: int, mode: AssessmentMode, lowest: int) -> bool:
    """Return whether a value may be offered in a mode on a scale (4.5.2).

    >>> allowed(1, AssessmentMode.MARKS, 2), allowed(11, AssessmentMode.PASS_FAIL, 2)
    (False, True)
    """
    return value in _ALLOWED[mode] and (value not in NUMERIC or value >= lowest)


def check_mode(value: int, mode: AssessmentMode) -> None:
    """Let only values of the journal's assessment mode pass; 0 takes back (4.5.2).

    Raises:
        RegulationError: A mark where there is «зачёт», «зачёт» where there are marks, anything
            where a subject is taught without marks.
    """
    if value != TAKEN_BACK and value not in _ALLOWED[mode]:
        raise RegulationError(checks.ASSESSMENT_MODE, mode=mode.name.lower())


def check_marks_given(mode: AssessmentMode) -> None:
    """Refuse a current mark where a subject is taught without marks (4.5.2).

    Raises:
        RegulationError: It is.
    """
    if mode is AssessmentMode.NONE:
        raise RegulationError(checks.ASSESSMENT_MODE, mode=mode.name.lower())


def check_begun(first_day: int, last_act_day: int, date: str) -> None:
    """Refuse the mark of a term that had surely not begun (4.5.5).

    Raises:
        RegulationError: The term begins after the latest possible day.
    """
    if last_act_day < first_day:
        raise RegulationError(checks.TERM_NOT_BEGUN, date=date)


def check_not_attested(value: int, reason: str, *, studied: bool) -> None:
    """Let «н/а» pass with a reason, for a term that was studied here (4.5.5).

    Raises:
        RegulationError: No reason, or the pupil was elsewhere in that term.
    """
    if value == ResultValue.NOT_ATTESTED and not (reason and studied):
        raise RegulationError(checks.NOT_ATTESTED_GROUND)


def check_exempt(value: int, document: str) -> None:
    """Let «осв.» pass on a document (4.5.5).

    Raises:
        RegulationError: There is none.
    """
    if value == ResultValue.EXEMPT and not document:
        raise RegulationError(checks.EXEMPT_DOCUMENT)


def check_deviation(
    value: int, proposed: int, mean_hundredths: int, reason: str, *, seen: bool = True
) -> Finding | None:
    """Ask why a mark differs from what the calculation gives, and note that it does (2.6).

    Args:
        value: The mark that is set; 0 takes back and deviates from nothing.
        proposed: What the calculation gives; 0 for nothing.
        mean_hundredths: The mean it rests on.
        reason: Of the teacher.
        seen: False where the calculation rests on what the teacher cannot have known: then the
            difference is noted and nobody is asked.

    Raises:
        RegulationError: It differs and no reason is given.
    """
    if not proposed or value in (TAKEN_BACK, proposed, ResultValue.NOT_ATTESTED):
        return None
    if not reason and seen:
        raise RegulationError(checks.DEVIATION_REASON, value=shown(value), proposed=shown(proposed))
    params: dict[str, str | int] = {"value": shown(value), "proposed": shown(proposed)}
    mean = f"{mean_hundredths // 100},{mean_hundredths % 100:02d}"
    return Finding(checks.DEVIATION, params | {"mean": mean, "reason": reason or "–"})


def check_due(timeliness: Timeliness, due: str) -> Finding | None:
    """Note a mark that came after the date of the order (4.5.5): a date, not a lock."""
    if timeliness is Timeliness.LATE:
        return Finding(checks.TERM_MARK_LATE, {"due": due})
    if timeliness is Timeliness.UNDETERMINED:
        return Finding(checks.TERM_MARK_UNDETERMINED, {"due": due})
    return None


def check_two_persons(proposer_id: int, decider_id: int) -> None:
    """Let a change in a closed term pass only where two persons made it (2.2).

    Raises:
        RegulationError: One and the same person, whatever the roles and devices.
    """
    if proposer_id == decider_id:
        raise RegulationError(checks.SELF_APPROVAL)


def check_retake(earlier: int, *, commission: bool) -> None:
    """Let two retakes pass, the second before a commission (4.5.5, law 273-FZ art. 58).

    Raises:
        RegulationError: A third one, or a second without commission.
    """
    if earlier >= RETAKES_ALLOWED:
        raise RegulationError(checks.RETAKE_LIMIT, limit=RETAKES_ALLOWED)
    if earlier == RETAKES_ALLOWED - 1 and not commission:
        raise RegulationError(checks.RETAKE_COMMISSION)


def shown(value: int) -> str:
    """Return a value as registers write it, in the regulation's own language.

    >>> shown(5), shown(13), shown(0)
    ('5', 'н/а', '–')
    """
    if value in NUMERIC:
        return str(int(value))
    words = {
        ResultValue.PASS: "зач",
        ResultValue.FAIL: "незач",
        ResultValue.NOT_ATTESTED: "н/а",
        ResultValue.EXEMPT: "осв.",
    }
    return words.get(ResultValue(value), "–") if value else "–"
