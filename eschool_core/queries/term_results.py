"""Term and year marks beside what the calculation proposes, and what counted (2.6, 2.9, 2.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.archive import MarksRelease
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import TO_RELEASED
from eschool_core.domain.people import Pupil
from eschool_core.domain.result_enums import ResultKind
from eschool_core.domain.school import AcademicYear, Journal, Term
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import full_name
from eschool_core.regulation.results import shown
from eschool_core.results import terms
from eschool_core.results.counting import Source
from eschool_core.results.proposal import Proposal, propose_term, propose_year
from eschool_core.store.store import Store

ORDINARY = ("proposal.mean", "proposal.threshold", "proposal.terms")
# The plus: the index of terms holds the marks of the whole school.
SET = (
    "SELECT n.pupil_id, m.value, m.reason FROM journal_line n "
    "JOIN term_mark m ON m.part = n.part + 12 "
    "WHERE n.journal_id = ? AND m.kind = ? AND +m.term_id = ? AND m.value <> 0"
)
NAMES = (
    "SELECT n.pupil_id, p.family, p.given, p.patronymic FROM journal_line n "
    "LEFT JOIN pupil p ON p.id = n.pupil_id WHERE n.journal_id = ?"
)
OF_PUPIL = (
    "SELECT n.journal_id, m.kind, m.term_id, m.value FROM journal_line n "
    "JOIN term_mark m ON m.part = n.part + 12 JOIN journal j ON j.id = n.journal_id "
    "WHERE n.pupil_id = ? AND j.year_id = ? AND m.value <> 0 ORDER BY m.id"
)
RELEASED_OF_PUPIL = (
    "SELECT n.journal_id, m.kind, m.term_id, m.value FROM journal_line n "
    "JOIN released_mark m ON m.part = n.part + 13 JOIN journal j ON j.id = n.journal_id "
    "WHERE n.pupil_id = ? AND j.year_id = ? AND m.value <> 0 ORDER BY m.id"
)
JOURNALS_OF_PUPIL = (
    "SELECT DISTINCT j.id, s.name FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "JOIN subject s ON s.id = j.subject_id WHERE n.pupil_id = ? AND j.year_id = ?"
)


@dataclass(frozen=True, slots=True)
class Counted(Answer):
    """One mark that counted; the weight is in hundredths, that of its kind of work included."""

    day: date
    value: int
    work_kind: WorkKind | None
    weight: int
    source: Source


@dataclass(frozen=True, slots=True)
class PupilResult(Answer):
    """What one pupil has in one journal for a term, or for the year.

    Attributes:
        value: As registers write it; «–» where nothing is set.
        proposed: What the calculation gives; «–» for nothing.
        why: Its reasons in words.
        notes: Those of them that are out of the ordinary: not the mean and its threshold.
        deviates: True where the mark differs from what is proposed now.
        reason: Given by who set the mark.
    """

    pupil_id: int
    name: str
    value: str
    proposed: str
    mean_hundredths: int | None
    why: tuple[str, ...]
    notes: tuple[str, ...]
    counted: tuple[Counted, ...]
    deviates: bool
    reason: str


@dataclass(frozen=True, slots=True)
class JournalResults(Answer):
    """A journal's term, or its year (``term_id`` 0): one row a pupil, by the alphabet.

    Attributes:
        ordinal: Of the term; 0 for the year.
        due: Until when the order asks for the marks of the journal's highest grade.
        closed: True where every class of the journal has closed it.
    """

    journal_id: int
    term_id: int
    ordinal: int
    first_day: date
    last_day: date
    due: date | None
    closed: bool
    rows: tuple[PupilResult, ...]


def journal_results(
    store: Store, journal_id: int, term_id: int, language: Language = "ru", pupil_id: int = 0
) -> JournalResults:
    """Return the marks of a term, or of the year, with what is proposed and what counted.

    Args:
        store: To read from; a replica that holds only some pupils' lines gives only those.
        journal_id: The journal.
        term_id: 0 for the year.
        language: Of the reasons.
        pupil_id: 0 for all.
    """
    journal = store.require(Journal, journal_id)
    term = store.require(Term, term_id) if term_id else None
    first, last = terms.period_of(store, journal, term)
    proposals = (
        propose_year(store, journal, pupil_id)
        if term is None
        else propose_term(store, journal, term, pupil_id)
    )
    kind = ResultKind.YEAR if term is None else ResultKind.TERM
    written = {row[0]: row for row in store.rows(SET, journal_id, kind, term_id)}
    names = {row[0]: full_name(*row[1:4]) for row in store.rows(NAMES, journal_id)}
    rows = [
        _row(proposal, names.get(pupil, ""), written.get(pupil), language)
        for pupil, proposal in proposals.items()
    ]
    grade = terms.grade_of(store, journal)
    due = terms.due_date(store, journal.year_id, term_id, grade, 0)
    closings = [
        terms.closing_of(store, journal.year_id, term_id, entry.id)
        for entry in terms.classes_of(store, journal)
    ]
    return JournalResults(
        journal_id=journal_id,
        term_id=term_id,
        ordinal=0 if term is None else term.ordinal,
        first_day=calendar.date_of(first),
        last_day=calendar.date_of(last),
        due=None if due is None else calendar.date_of(due.day),
        closed=bool(closings) and all(closings),
        rows=tuple(sorted(rows, key=lambda row: sort_key(row.name))),
    )


def written_marks(store: Store, journal_id: int, term_id: int) -> dict[int, str]:
    """Return the marks that are set for a term, by pupil, as registers write them."""
    found = store.rows(SET, journal_id, ResultKind.TERM, term_id)
    return {int(pupil): shown(value) for pupil, value, _ in found}


def _row(
    proposal: Proposal, name: str, written: tuple[int, int, str] | None, language: Language
) -> PupilResult:
    value, reason = (0, "") if written is None else (int(written[1]), str(written[2]))
    proposed = 0 if proposal.value is None else int(proposal.value)
    return PupilResult(
        pupil_id=proposal.pupil_id,
        name=name,
        value=shown(value),
        proposed=shown(proposed),
        mean_hundredths=proposal.mean_hundredths,
        why=tuple(text(entry.key, language, **entry.params) for entry in proposal.reasons),
        notes=tuple(
            text(entry.key, language, **entry.params)
            for entry in proposal.reasons
            if entry.key not in ORDINARY
        ),
        counted=tuple(
            Counted(calendar.date_of(m.day), m.value, m.work_kind, m.weight, m.source)
            for m in proposal.marks
        ),
        deviates=bool(value and proposed and value != proposed),
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class SubjectResults(Answer):
    """One subject of a pupil's year.

    Attributes:
        terms: (ordinal, mark as registers write it) of each of its terms.
        mean_hundredths: Of the term that runs on the asked day; None without marks.
    """

    subject: str
    terms: tuple[tuple[int, str], ...]
    year: str
    exam: str
    final: str
    mean_hundredths: int | None


@dataclass(frozen=True, slots=True)
class PupilResults(Answer):
    """A pupil's term and year marks of a year, by subject.

    Attributes:
        releases: Releases that brought them to the family: to be confirmed once seen (2.9).
    """

    pupil_id: int
    year: str
    subjects: tuple[SubjectResults, ...]
    releases: tuple[int, ...]


def pupil_results(
    store: Store, pupil_id: int, day: int, *, released_only: bool = False
) -> PupilResults:
    """Return the term and year marks of a pupil in the year of a day.

    Args:
        store: To read from.
        pupil_id: Whose.
        day: Tells the year, and the term whose mean is shown.
        released_only: As the family sees them: those that are released. Where that cannot be
            read, on a teacher's replica, it is worked out from the releases to the pupil's class.
    """
    store.require(Pupil, pupil_id)
    year = _year(store, day)
    if year is None:
        return PupilResults(pupil_id, "", (), ())
    enrolment = terms.class_of(store, pupil_id, year.first_day, year.last_day)
    class_id = 0 if enrolment is None else enrolment.class_id
    releases = store.select(MarksRelease, year_id=year.id, class_id=class_id)
    open_terms = {release.term_id for release in releases}
    marks: dict[int, list[tuple[int, int, int]]] = {}
    shown_here = released_only and holds_released(store, pupil_id)
    known = store.rows(RELEASED_OF_PUPIL if shown_here else OF_PUPIL, pupil_id, year.id)
    for journal_id, kind, term_id, value in known:
        if shown_here or not released_only or term_id in open_terms:
            marks.setdefault(journal_id, []).append((kind, term_id, value))
    subjects = [
        _subject(store, int(journal_id), str(name), marks.get(journal_id, []), pupil_id, day)
        for journal_id, name in store.rows(JOURNALS_OF_PUPIL, pupil_id, year.id)
    ]
    return PupilResults(
        pupil_id=pupil_id,
        year=year.name,
        subjects=tuple(sorted(subjects, key=lambda entry: sort_key(entry.subject))),
        releases=tuple(release.id for release in releases),
    )


def holds_released(store: Store, pupil_id: int) -> bool:
    """Return whether what a pupil's family may know lies here: at the server, and with it."""
    line = store.first(JournalLine, pupil_id=pupil_id)
    return line is not None and store.holds(line.part + TO_RELEASED)


def _subject(
    store: Store,
    journal_id: int,
    name: str,
    marks: list[tuple[int, int, int]],
    pupil_id: int,
    day: int,
) -> SubjectResults:
    journal = store.require(Journal, journal_id)
    listed = terms.terms_of(store, journal)
    by_term = {term_id: value for kind, term_id, value in marks if kind == ResultKind.TERM}
    others = {kind: value for kind, _, value in marks if kind != ResultKind.TERM}
    term = terms.term_on(store, journal, day)
    proposal = None if term is None else propose_term(store, journal, term, pupil_id).get(pupil_id)
    return SubjectResults(
        subject=name,
        terms=tuple((term.ordinal, shown(by_term.get(term.id, 0))) for term in listed),
        year=shown(others.get(ResultKind.YEAR, 0)),
        exam=shown(others.get(ResultKind.EXAM, 0)),
        final=shown(others.get(ResultKind.FINAL, 0)),
        mean_hundredths=None if proposal is None else proposal.mean_hundredths,
    )


def _year(store: Store, day: int) -> AcademicYear | None:
    years = sorted(store.select(AcademicYear), key=lambda year: year.first_day)
    begun = [year for year in years if year.first_day <= day]
    return begun[-1] if begun else (years[0] if years else None)
