"""The contingent with its marks: line items and results of a OneRoster 1.2 bundle.

Each journal becomes a scheduled class of its subject's course, with the pupils of its lines: only a
class can have line items. A line item is what marks of one kind were given for in one lesson, or a
term, year, exam or final mark of the journal. What is no number («зач», «н/а») stands in
``textScore``; a mark that was taken back is in no bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.exports.oneroster import Roster, roster_of
from eschool_core.exports.oneroster_csv import ACTIVE, ORG, Rows, Tables, packed
from eschool_core.labels import Language, text
from eschool_core.regulation.results import shown
from eschool_core.store.store import Store

LOWEST: Final = "1"
HIGHEST: Final = "5"
GRADED: Final = "fully graded"
EXEMPT: Final = "exempt"
JOURNALS = (
    "SELECT j.id, g.name, s.id, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id WHERE j.year_id = ? ORDER BY j.id"
)
LINES = (
    "SELECT n.journal_id, n.pupil_id FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "WHERE j.year_id = ? ORDER BY n.journal_id, n.pupil_id"
)
TEACHERS = (
    "SELECT DISTINCT t.journal_id, t.staff_id FROM teaching_load t "
    "JOIN journal j ON j.id = t.journal_id "
    "WHERE j.year_id = ? AND t.first_day <= ? AND t.last_day >= ? ORDER BY t.journal_id, t.staff_id"
)
MARKS = (
    "SELECT m.id, m.lesson_id, m.kind, m.value, m.comment, l.day, l.journal_id, n.pupil_id, "
    "m.position FROM mark m JOIN lesson l ON l.id = m.lesson_id "
    "JOIN journal_line n ON n.part = m.part JOIN journal j ON j.id = l.journal_id "
    "WHERE j.year_id = ? AND m.value > 0 ORDER BY l.day, l.id, m.kind, m.position, m.id"
)
RESULTS = (
    "SELECT t.id, t.kind, t.term_id, t.subject_id, t.value, n.journal_id, n.pupil_id "
    "FROM term_mark t JOIN journal_line n ON n.part = t.part - 12 "
    "JOIN journal j ON j.id = n.journal_id WHERE j.year_id = ? AND t.value > 0 "
    "ORDER BY n.journal_id, t.kind, t.term_id, t.subject_id, t.id"
)


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A bundle and how much is in it."""

    data: bytes
    pupils: int
    staff: int
    classes: int
    line_items: int
    results: int


def export_gradebook(store: Store, day: int, language: Language = "ru") -> Gradebook:
    """Return the bundle of the year that holds a day, with the marks of who belongs to the school.

    Args:
        store: A replica gives the marks that it holds.
        day: On which somebody must belong to the school.
        language: Of the names of works.

    Raises:
        InputError: ``export.no_year``: there is no year yet.
    """
    roster = roster_of(store, day)
    tables = roster.tables()
    _add_journals(store, roster, tables, day)
    items, results = _marks(store, roster, language)
    _add_results(store, roster, items, results, language)
    tables["categories"] = _categories(language)
    tables["lineItems"], tables["results"] = list(items.values()), results
    counts = len(roster.pupils), len(roster.staff), len(roster.school_classes)
    return Gradebook(packed(tables), *counts, len(items), len(results))


def _add_journals(store: Store, roster: Roster, tables: Tables, day: int) -> None:
    """Add a course for each subject and a class for each journal, with who is in it."""
    year = roster.year
    session = str(year.id)
    courses: Rows = []
    for number, group, subject_id, subject in store.rows(JOURNALS, year.id):
        course = (f"s-{subject_id}", ACTIVE, str(subject), ORG)
        if course not in courses:
            courses.append(course)
        name, title = _journal(number), f"{group} {subject}"
        tables["classes"].append(
            (name, ACTIVE, title, "", course[0], "scheduled", ORG, session, "journal", "")
        )
    tables["courses"] += courses
    known = {row[0] for row in tables["users"]}
    pairs = [(*row, "student") for row in store.rows(LINES, year.id)]
    pairs += [(*row, "teacher") for row in store.rows(TEACHERS, year.id, day, day)]
    for number, person, role in dict.fromkeys(pairs):
        if str(person) in known:
            name = _journal(number)
            row = (f"e-{name}-{person}", ACTIVE, name, ORG, str(person), str(role), "false")
            tables["enrollments"].append(row)


def _marks(
    store: Store, roster: Roster, language: Language
) -> tuple[dict[str, tuple[str, ...]], Rows]:
    """Return the line items of lessons, and their results."""
    terms = [(term.first_day, term.last_day, str(term.id)) for term in roster.terms]
    items: dict[str, tuple[str, ...]] = {}
    results: Rows = []
    for mark_id, lesson, kind, value, comment, day, journal, pupil, place in store.rows(
        MARKS, roster.year.id
    ):
        if int(pupil) not in roster.class_of:
            continue
        item, date = f"w-{lesson}-{kind}-{place}", _iso(int(day))
        if item not in items:
            period = next((one for first, last, one in terms if first <= day <= last), "")
            items[item] = _item(
                item, _work(int(kind), language), date, journal, f"k-{kind}", period
            )
        results.append(
            (f"m-{mark_id}", ACTIVE, item, str(pupil), GRADED, str(value), date, str(comment), "")
        )
    return items, results


def _add_results(
    store: Store,
    roster: Roster,
    items: dict[str, tuple[str, ...]],
    results: Rows,
    language: Language,
) -> None:
    """Add term, year, exam and final marks."""
    ends = {term.id: term.last_day for term in roster.terms}
    year = roster.year
    for row_id, kind, term_id, subject, value, journal, pupil in store.rows(RESULTS, year.id):
        if int(pupil) not in roster.class_of:
            continue
        item = f"t-{journal}-{kind}-{term_id}-{subject}"
        date = _iso(ends.get(int(term_id), year.last_day))
        if item not in items:
            title, period = _result(int(kind), language), str(term_id or year.id)
            items[item] = _item(item, title, date, journal, f"r-{kind}", period)
        said = ResultValue(int(value))
        score = str(int(said)) if said <= ResultValue.FIVE else ""
        status = EXEMPT if said is ResultValue.EXEMPT else GRADED
        words = "" if score else shown(said)
        results.append((f"t-{row_id}", ACTIVE, item, str(pupil), status, score, date, "", words))


def _item(
    item: str, title: str, date: str, journal: object, category: str, period: str
) -> tuple[str, ...]:
    place = _journal(journal)
    return (item, ACTIVE, title, date, date, place, category, period, LOWEST, HIGHEST, ORG)


def _categories(language: Language) -> Rows:
    works: Rows = [(f"k-{int(kind)}", ACTIVE, _work(int(kind), language), "") for kind in WorkKind]
    return works + [
        (f"r-{int(kind)}", ACTIVE, _result(int(kind), language), "") for kind in ResultKind
    ]


def _journal(number: object) -> str:
    return f"j-{number}"


def _work(kind: int, language: Language) -> str:
    return text(f"WorkKind.{WorkKind(kind).name.lower()}", language)


def _result(kind: int, language: Language) -> str:
    return text(f"ResultKind.{ResultKind(kind).name.lower()}", language)


def _iso(day: int) -> str:
    return calendar.date_of(day).isoformat()
