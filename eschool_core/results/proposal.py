"""The proposed term or year mark of each pupil, with its reasons; the teacher sets it (2.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from eschool_core.domain.enums import ExemptionKind, Presence
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Exemption
from eschool_core.domain.result_enums import AssessmentMode, ExternalState, ResultKind, ResultValue
from eschool_core.domain.results import ExternalMark
from eschool_core.domain.school import AcademicYear, Journal, School, Term
from eschool_core.regulation.results import NUMERIC, Sum, rounded, shown
from eschool_core.results import terms
from eschool_core.results.counting import Average, CountedMark, averages
from eschool_core.results.family_form import FamilyForm
from eschool_core.results.values import policy_number, policy_numbers, policy_value
from eschool_core.store.store import Store

NO_MARKS = Average((), Sum(0, 0))
LINES = "journal_id = ? AND (? = 0 OR pupil_id = ?) ORDER BY id"
MISSED = (
    "SELECT n.pupil_id, l.day FROM journal_line n JOIN attendance a ON a.part = n.part "
    "JOIN lesson l ON l.id = a.lesson_id WHERE n.journal_id = ? AND (? = 0 OR n.pupil_id = ?) "
    "AND l.day BETWEEN ? AND ? AND a.presence = ?"
)
LESSON_DAYS = "SELECT day FROM lesson WHERE part = ? AND day BETWEEN ? AND ? ORDER BY day"
EXEMPTIONS = "subject_id = ? AND kind = ? AND first_day <= ? AND last_day >= ? ORDER BY id"
EXTERNAL_RESULTS = (
    "part IN (SELECT part FROM journal_line WHERE journal_id = ?) AND kind <> 0 AND state = ? "
    "ORDER BY id"
)
TERM_MARKS = (
    "SELECT n.pupil_id, m.term_id, m.value FROM journal_line n "
    "JOIN term_mark m ON m.part = n.part + 12 "
    "WHERE n.journal_id = ? AND (? = 0 OR n.pupil_id = ?) AND m.kind = ? AND m.value <> 0"
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of why: the key of a text and what fills it."""

    key: str
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the calculation gives for one pupil, term or year.

    Attributes:
        value: None where nothing can be proposed: the reasons tell why.
        marks: What counted; empty for a year mark.
        studied: False where the pupil was not in this journal in the term («–», never «н/а»).
    """

    pupil_id: int
    value: ResultValue | None
    mean_hundredths: int | None
    reasons: tuple[Reason, ...]
    marks: tuple[CountedMark, ...] = ()
    studied: bool = True


def propose_term(
    store: Store, journal: Journal, term: Term, pupil_id: int = 0
) -> dict[int, Proposal]:
    """Return the proposed marks of a term by pupil: of one, or of all the journal ever had."""
    counted = averages(store, journal, term, pupil_id)
    surroundings = _Surroundings.of(store, journal, term, pupil_id)
    return {
        line.pupil_id: _propose(store, surroundings, line, counted.get(line.pupil_id, NO_MARKS))
        for line in store.where(JournalLine, LINES, journal.id, pupil_id, pupil_id)
    }


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What a term of a journal has, of all pupils or of one."""

    journal: Journal
    term: Term
    lesson_days: tuple[int, ...]
    missed: Counter[int]
    exempt: Mapping[int, Exemption]
    family: FamilyForm
    external: Mapping[int, ExternalMark]
    least_means: tuple[int, ...]
    lowest: int
    missed_limit: int

    @classmethod
    def of(cls, store: Store, journal: Journal, term: Term, pupil_id: int) -> _Surroundings:
        day = term.last_day
        schools = store.select(School)
        held_to = min(day, schools[0].current_day) if schools else day
        days = (term.first_day, held_to)
        part = partition(PartitionKind.JOURNAL, journal.id)
        exemptions = store.where(
            Exemption, EXEMPTIONS, journal.subject_id, ExemptionKind.SUBJECT, term.first_day, day
        )
        family = FamilyForm(store)
        missed = store.rows(MISSED, journal.id, pupil_id, pupil_id, *days, Presence.ABSENT)
        external = store.where(ExternalMark, EXTERNAL_RESULTS, journal.id, ExternalState.ACCEPTED)
        lines = store.select(JournalLine, journal_id=journal.id)
        pupil_of = {line.part: line.pupil_id for line in lines}
        return cls(
            journal,
            term,
            tuple(int(row[0]) for row in store.rows(LESSON_DAYS, part, *days)),
            Counter(int(row[0]) for row in missed if not family.on(*row)),
            {entry.pupil_id: entry for entry in exemptions},
            family,
            {
                pupil_of[entry.part]: entry
                for entry in external
                if entry.kind == ResultKind.TERM and entry.term_id == term.id
            },
            policy_numbers(store, "least_means", day),
            policy_number(store, "lowest_mark", day),
            policy_number(store, "not_attested_missed_percent", day),
        )


def _propose(store: Store, around: _Surroundings, line: JournalLine, average: Average) -> Proposal:
    pupil, term = line.pupil_id, around.term
    if line.last_day < term.first_day or line.first_day > term.last_day:
        return _not_studied(around, pupil)
    grade = _grade(store, pupil, term)
    mode = terms.mode_of(store, around.journal, term.id, pupil, grade)
    if mode is AssessmentMode.NONE:
        return Proposal(pupil, None, None, (Reason("proposal.no_marks_given"),))
    exemption = around.exempt.get(pupil)
    if exemption is not None and not average.marks:
        reason = Reason("proposal.exempt", {"document": exemption.document})
        return Proposal(pupil, ResultValue.EXEMPT, None, (reason,))
    if around.family.on(pupil, term.last_day) and not average.marks:
        return Proposal(pupil, None, None, (Reason("proposal.family"),))
    missed = around.missed[pupil]
    held = sum(
        line.first_day <= day <= line.last_day and not around.family.on(pupil, day)
        for day in around.lesson_days
    )
    absent = missed * 100 > around.missed_limit * held
    reasons = [Reason("proposal.missed", {"missed": missed, "held": held})] if absent else []
    value = rounded(average.sum, around.least_means, around.lowest)
    if value is None:
        reasons.append(Reason("proposal.no_marks"))
        proposed = ResultValue.NOT_ATTESTED if absent else None
        return Proposal(pupil, proposed, None, tuple(reasons))
    if mode is AssessmentMode.PASS_FAIL:
        value = ResultValue.PASS if value >= ResultValue.THREE else ResultValue.FAIL
    return Proposal(
        pupil,
        value,
        average.mean_hundredths,
        (*_why(average, around.least_means, value), *reasons),
        average.marks,
    )


def _why(average: Average, least_means: tuple[int, ...], value: ResultValue) -> list[Reason]:
    mean = average.mean_hundredths or 0
    reasons = [
        Reason(
            "proposal.mean",
            {"mean": _decimal(mean), "count": len(average.marks), "value": shown(value)},
        )
    ]
    if ResultValue.THREE <= value <= ResultValue.FIVE:
        least = least_means[value - ResultValue.THREE]
        reasons.append(Reason("proposal.threshold", {"least": _decimal(least)}))
    sources = {mark.source for mark in average.marks}
    reasons += [
        Reason(f"proposal.{source}")
        for source in ("earlier_group", "external", "owed")
        if source in sources
    ]
    return reasons


def _not_studied(around: _Surroundings, pupil: int) -> Proposal:
    """A term before the pupil came: from the document of the former school, else «–»."""
    entry = around.external.get(pupil)
    if entry is None:
        return Proposal(pupil, None, None, (Reason("proposal.not_studied"),), studied=False)
    reason = Reason("proposal.former_school", {"document": entry.document})
    return Proposal(pupil, ResultValue(entry.value), None, (reason,), studied=False)


def _grade(store: Store, pupil_id: int, term: Term) -> int | None:
    enrolment = terms.class_of(store, pupil_id, term.first_day, term.last_day)
    return None if enrolment is None else enrolment.grade


def propose_year(store: Store, journal: Journal, pupil_id: int = 0) -> dict[int, Proposal]:
    """Return the proposed year marks by pupil: the mean of the term marks, rounded."""
    year = store.require(AcademicYear, journal.year_id)
    listed = terms.terms_of(store, journal)
    known: dict[int, dict[int, int]] = {}
    for pupil, term_id, value in store.rows(
        TERM_MARKS, journal.id, pupil_id, pupil_id, ResultKind.TERM
    ):
        known.setdefault(pupil, {})[term_id] = value
    lines = store.where(JournalLine, LINES, journal.id, pupil_id, pupil_id)
    _add_former_school(store, journal, lines, known)
    least = policy_numbers(store, "least_means", year.last_day)
    lowest = policy_number(store, "lowest_mark", year.last_day)
    return {
        line.pupil_id: _year(line, listed, known.get(line.pupil_id, {}), least, lowest)
        for line in lines
    }


def _add_former_school(
    store: Store, journal: Journal, lines: list[JournalLine], known: dict[int, dict[int, int]]
) -> None:
    """Let term marks of a former school stand where this school set none, by its act."""
    year = store.require(AcademicYear, journal.year_id)
    if policy_value(store, "external_marks", year.last_day) != "counted":
        return
    pupil_of = {line.part: line.pupil_id for line in lines}
    for entry in store.where(ExternalMark, EXTERNAL_RESULTS, journal.id, ExternalState.ACCEPTED):
        if entry.kind == ResultKind.TERM and entry.part in pupil_of:
            known.setdefault(pupil_of[entry.part], {}).setdefault(entry.term_id, entry.value)


def _year(
    line: JournalLine,
    listed: list[Term],
    known: dict[int, int],
    least: tuple[int, ...],
    lowest: int,
) -> Proposal:
    values = [known[term.id] for term in listed if term.id in known]
    missing = [
        term.ordinal
        for term in listed
        if term.id not in known
        and line.first_day <= term.last_day
        and term.first_day <= line.last_day
    ]
    reasons = [Reason("proposal.terms", {"values": ", ".join(shown(entry) for entry in values)})]
    if missing:
        numbers = ", ".join(str(ordinal) for ordinal in missing)
        return Proposal(
            line.pupil_id, None, None, (Reason("proposal.terms_missing", {"terms": numbers}),)
        )
    numeric = [entry for entry in values if entry in NUMERIC]
    if numeric:
        total = Sum(sum(numeric), len(numeric))
        value = rounded(total, least, lowest)
        return Proposal(line.pupil_id, value, total.mean_hundredths, tuple(reasons))
    # «Зач», «осв.» or «н/а» alone: the last one stands for the year.
    last = ResultValue(values[-1]) if values else None
    return Proposal(line.pupil_id, last, None, tuple(reasons) if values else ())


def _decimal(hundredths: int) -> str:
    return f"{hundredths // 100},{hundredths % 100:02d}"
