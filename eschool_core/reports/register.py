"""Report 4.4.3/4: final data on pupils, the summary register of progress of a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eschool_core import calendar
from eschool_core.domain.result_enums import CouncilDecisionKind, ResultKind, ResultValue
from eschool_core.domain.results import CouncilDecision, TermMark
from eschool_core.domain.school import SchoolClass, Subject, Term
from eschool_core.labels import Language, text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.in_force import zone_of
from eschool_core.reports.attendance import about_class, class_attendance
from eschool_core.reports.class_results import SchoolResults, results_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.journals import JournalInfo
from eschool_core.reports.misses import Missed
from eschool_core.reports.period import term_name
from eschool_core.reports.results import mark_text, moment_of, year_moment
from eschool_core.reports.roll import Listed, family_note
from eschool_core.reports.shown import DASH
from eschool_core.reports.table import About, Column, Note, Row, RowKind, Table, Unit, Value
from eschool_core.results.book import Blank, Moment, MomentOf, Result
from eschool_core.store.store import Store

NAME = "register"
CLAUSE = "4.4.3/4"

CORRECTIONS = (
    "SELECT l.pupil_id, l.journal_id, h.content, t.value, h.reason, h.replaced_at "
    "FROM cell_history h JOIN term_mark t ON t.id = h.row_id "
    "JOIN journal_line l ON l.part = t.part - 12 JOIN journal j ON j.id = l.journal_id "
    "WHERE h.table_number = ? AND j.year_id = ? "
    "AND l.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY h.id"
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of each pupil: a term, the year, the exam or the certificate."""

    name: str
    moment_of: MomentOf


def register_report(store: Store, asked: Asked) -> Table:
    """Return the marks of every pupil in every subject: of a term, or of the year by terms.

    Each cell of a subject studied has 2–5, «зач», «осв.» or «н/а», else «–»; a mark that is not
    set yet says so. First grades have attendance and the council's decision only.
    """
    language, period = asked.language, asked.period
    school_class = store.require(SchoolClass, asked.class_id)
    found = results_of(store, asked, asked.class_id)
    parts = _parts(store, asked, found)
    attended = class_attendance(store, school_class, period.first_day, period.last_day)
    missed = attended.missed(period.first_day, period.last_day)
    decisions = _decisions(store, period.year_id, language)
    results = {
        pupil.pupil_id: [found.book.of_pupil(pupil.pupil_id, part.moment_of) for part in parts]
        for pupil in attended.pupils
    }
    subjects = _subjects(store, results.values())
    # Without marks there is nothing to be said of each term: one line a pupil.
    shown = parts if subjects else parts[:1]
    rows: list[Row] = []
    for place, pupil in enumerate(attended.pupils, start=1):
        rows += _rows(
            pupil,
            place,
            [
                (
                    part.name if subjects else period.name,
                    _cells(part_results, subjects, language, left=pupil.left),
                )
                for part, part_results in zip(shown, results[pupil.pupil_id], strict=False)
            ],
            missed.get(pupil.pupil_id, Missed()),
            decisions.get(pupil.pupil_id, ""),
        )
    sheet = Sheet(
        _columns(language, subjects),
        rows,
        (),
        tuple(_notes(store, asked, found, results, attended.pupils)),
        attended.missing(language),
        signers=("class_teacher", "deputy", "head"),
        lying=True,
    )
    about = about_class(store, school_class, period.last_day)
    return framed(store, asked, NAME, CLAUSE, sheet, about)


def _parts(store: Store, asked: Asked, found: SchoolResults) -> list[_Part]:
    """Return the lines of a pupil: one for a term; the terms, year, exam and final for a year."""
    period, language = asked.period, asked.language
    if not period.whole_year:
        return [_Part(period.name, moment_of(period))]
    kinds = {journal.term_kind for journal in _journals_with_lines(found)}
    terms = [
        term
        for term in store.where(Term, "year_id = ? ORDER BY last_day, kind, id", period.year_id)
        if term.kind in kinds
    ]
    parts = [_Part(term_name(term, language), _only(term)) for term in terms]
    return [
        *parts,
        _Part(text("report.group.year", language), moment_of(period)),
        _Part(text("report.register.exam", language), year_moment(period, ResultKind.EXAM)),
        _Part(text("report.register.final", language), year_moment(period, ResultKind.FINAL)),
    ]


def _journals_with_lines(found: SchoolResults) -> Iterable[JournalInfo]:
    used = {line.journal_id for line in found.lines}
    return (found.journals[journal_id] for journal_id in used)


def _only(term: Term) -> MomentOf:
    moment = Moment(ResultKind.TERM, term.id, term.first_day, term.last_day)
    return lambda journal: moment if journal.term_kind == term.kind else None


def _subjects(
    store: Store, results: Iterable[Sequence[dict[int, Result]]]
) -> list[tuple[int, str]]:
    """Return the subjects in which any pupil has or should have a mark, by name."""
    used = {
        subject_id
        for parts in results
        for part in parts
        for subject_id, result in part.items()
        if result.outcome is not Blank.NOT_STUDIED
    }
    names = {subject.id: subject.name for subject in store.select(Subject)}
    return sorted(
        ((subject_id, names.get(subject_id, "")) for subject_id in used),
        key=lambda entry: (sort_key(entry[1]), entry[0]),
    )


def _cells(
    results: dict[int, Result],
    subjects: Sequence[tuple[int, str]],
    language: Language,
    *,
    left: bool,
) -> list[Value]:
    """Return the cells of a line; of who has left no mark is awaited."""
    awaited = (Blank.MISSING,) if left else ()
    return [
        mark_text(results[subject_id].outcome, language)
        if subject_id in results and results[subject_id].outcome not in awaited
        else None
        for subject_id, _ in subjects
    ]


def _rows(
    pupil: Listed,
    place: int,
    parts: Sequence[tuple[str, list[Value]]],
    missed: Missed,
    decision: str,
) -> list[Row]:
    """Return the lines of a pupil; misses and decision stand in the last."""
    kind = RowKind.LEFT if pupil.left else RowKind.ITEM
    number = None if pupil.left else place
    last = len(parts) - 1
    return [
        Row(
            (
                number if line == 0 else "",
                pupil.name if line == 0 else "",
                name,
                *cells,
                missed.days if line == last else "",
                missed.lessons if line == last else "",
                decision if line == last else "",
            ),
            kind,
            About("pupil", pupil.pupil_id),
        )
        for line, (name, cells) in enumerate(parts)
    ]


def _columns(language: Language, subjects: Sequence[tuple[int, str]]) -> tuple[Column, ...]:
    return (
        column(language, "number", width=4),
        column(language, "name", Unit.TEXT, 30),
        column(language, "part", Unit.TEXT, 12),
        *(Column(f"subject_{subject_id}", name, Unit.MARK, 8) for subject_id, name in subjects),
        *(
            replace(
                column(language, name, width=8), title=text(f"report.register.{name}", language)
            )
            for name in ("missed_days", "missed_lessons")
        ),
        column(language, "decision", Unit.TEXT, 24),
    )


def _decisions(store: Store, year_id: int, language: Language) -> dict[int, str]:
    return {
        row.pupil_id: text(
            f"report.council.{CouncilDecisionKind(row.kind).name.lower()}",
            language,
            grade=row.next_grade,
            protocol=row.protocol,
            date=f"{calendar.date_of(row.protocol_day):%d.%m.%Y}",
        )
        for row in store.select(CouncilDecision, year_id=year_id)
    }


def _notes(
    store: Store,
    asked: Asked,
    found: SchoolResults,
    results: dict[int, list[dict[int, Result]]],
    pupils: Sequence[Listed],
) -> Iterable[Note]:
    """Yield what is not set yet, what rests on a protocol, and what was corrected."""
    language = asked.language
    names = {pupil.pupil_id: pupil.name for pupil in pupils}
    unset: dict[str, int] = defaultdict(int)
    for pupil in pupils:
        for part in results[pupil.pupil_id] if not pupil.left else ():
            for result in part.values():
                if result.outcome is Blank.MISSING:
                    unset[found.journals[result.journal_id].subject] += 1
    yield Note(
        text("report.register.unset", language),
        ("; ".join(f"{subject} – {count}" for subject, count in sorted(unset.items())),)
        if unset
        else (),
    )
    yield Note(
        text("report.register.protocols", language),
        tuple(_protocols(found, results, names, language)),
    )
    yield Note(
        text("report.register.corrections", language),
        tuple(_corrections(store, asked, found, names)),
    )
    taught_apart = family_note(store, pupils, asked.period.last_day, language)
    if taught_apart.lines:
        yield taught_apart
    yield found.not_reporting(asked)


def _protocols(
    found: SchoolResults,
    results: dict[int, list[dict[int, Result]]],
    names: dict[int, str],
    language: Language,
) -> Iterable[str]:
    for pupil_id, parts in results.items():
        for part in parts:
            for result in part.values():
                if not result.document or not result.document_day:
                    continue
                yield text(
                    "report.register.protocol_line",
                    language,
                    name=names[pupil_id],
                    subject=found.journals[result.journal_id].subject,
                    mark=mark_text(result.outcome, language),
                    document=result.document,
                    date=f"{calendar.date_of(result.document_day):%d.%m.%Y}",
                )


def _corrections(
    store: Store, asked: Asked, found: SchoolResults, names: dict[int, str]
) -> Iterable[str]:
    """Yield each change of a term or year mark that has a reason: both values and the reason."""
    language = asked.language
    zone = zone_of(store)
    for pupil_id, journal_id, content, value, reason, at in store.rows(
        CORRECTIONS, TermMark.number, asked.period.year_id, asked.class_id
    ):
        before = decoded(content).get("value", 0)
        if pupil_id in names and reason and before:
            yield text(
                "report.register.correction_line",
                language,
                name=names[pupil_id],
                subject=found.journals[journal_id].subject,
                before=mark_text(ResultValue(int(before)), language),
                after=mark_text(ResultValue(value), language) if value else DASH,
                reason=reason,
                date=f"{calendar_date(at, zone)}",
            )


def calendar_date(moment: int, zone: str) -> str:
    """Return the school's date of a moment as people write it."""
    return f"{calendar.local_time(moment, zone):%d.%m.%Y}"
