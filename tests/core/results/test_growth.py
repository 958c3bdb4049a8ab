"""The year's end of one class or journal asks no more in a bigger school: in steps of SQLite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from benchmarks.made_school import MadeSchool, made_school
from eschool_core.domain.enums import FindingState
from eschool_core.domain.journal import JournalLine, Lesson
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import TO_RESULT, PartitionKind, partition
from eschool_core.domain.people import Enrolment
from eschool_core.domain.result_enums import CouncilDecisionKind, ResultKind, YearSection
from eschool_core.domain.results import CouncilDecision, TermMark
from eschool_core.domain.school import AcademicYear, SchoolClass
from eschool_core.forms.journal_sheets import journal_sheets
from eschool_core.queries import journal_page, term_results
from eschool_core.queries.lookup import journals
from eschool_core.regulation import checks
from eschool_core.reports import contingent
from eschool_core.reports.period import year_period
from eschool_core.results import (
    absences,
    book,
    checklist,
    lines,
    proposal,
    register,
    terms,
    year_gaps,
)
from eschool_core.results.checklist import ClassTerm
from tests.core.reports.test_growth import EVERY, GROWN, SMALL, steps

MOST: Final = 1.5
"""How much more may be asked of one class when there are three times as many; whoever reads the
school for it asks three times as much."""

PLACE: Final = -1
"""Of the class that is asked for: the last one, since what looks from the beginning finds the first
soon. It is of the same grade in both schools."""

ASKED: Final = (
    "journal_gaps",
    "class_gaps",
    "register_gaps",
    "unmarked",
    "register_lines",
    "journal_sheets",
    "journal_page",
    "stays",
)


@pytest.fixture(scope="module")
def schools() -> tuple[MadeSchool, MadeSchool]:
    small, grown = (with_year_end(made_school(1, size, 6, 1)) for size in (SMALL, GROWN))
    return small, grown


def with_year_end(school: MadeSchool) -> MadeSchool:
    """Add findings, three quarters of them closed, and decisions; take a journal's year marks."""
    store, first_id = school.store, 1 << 41
    [year] = store.select(AcademicYear)
    lessons = store.select(Lesson)
    store.add_many(
        [
            FindingRecord(
                id=first_id + place,
                part=partition(PartitionKind.STAFF, school.teachers[0]),
                staff_id=school.teachers[0],
                check_id=checks.TOPIC_MISSING.id,
                lesson_id=lesson.id,
                params="{}",
                state=FindingState.WAIVED if place % 4 else FindingState.OPEN,
                found_at=0,
            )
            for place, lesson in enumerate(lessons)
        ]
    )
    pupils = dict.fromkeys(entry.pupil_id for entry in store.select(Enrolment))
    store.add_many(
        [
            CouncilDecision(
                id=first_id + len(lessons) + place,
                part=partition(PartitionKind.NAME, pupil_id),
                author_id=school.teachers[0],
                device=0,
                made_at=0,
                pupil_id=pupil_id,
                year_id=year.id,
                kind=CouncilDecisionKind.PROMOTED,
                protocol="7",
                protocol_day=year.last_day,
            )
            for place, pupil_id in enumerate(pupils)
        ]
    )
    last = checklist.journals_of(store, store.require(SchoolClass, school.classes[PLACE]))[0]
    for line in store.select(JournalLine, journal_id=last.id):
        for mark in store.select(TermMark, part=line.part + TO_RESULT, kind=int(ResultKind.YEAR)):
            store.delete(mark)
    return school


def asking(school: MadeSchool, asked: str) -> Callable[[], object]:
    """Return the reading of one class, or of one of its journals."""
    store = school.store
    [year] = store.select(AcademicYear)
    school_class = store.require(SchoolClass, school.classes[PLACE])
    journal = checklist.journals_of(store, school_class)[0]
    whole = ClassTerm(school_class, None, year.first_day, year.last_day)
    period, days = year_period(store, year.first_day), terms.period_of(store, journal, None)
    [place] = [one for one in journals(store, year.first_day) if one.journal_id == journal.id]
    readings: dict[str, Callable[[], object]] = {
        "journal_gaps": lambda: year_gaps.journal_gaps(store, year, journal),
        "class_gaps": lambda: year_gaps.class_gaps(store, year, school_class),
        "register_gaps": lambda: year_gaps.register_gaps(store, year, school_class),
        "year_gaps": lambda: year_gaps.year_gaps(store, year),
        "unmarked": lambda: checklist.unmarked(store, whole),
        "register_lines": lambda: register.register_lines(store, school_class),
        "journal_sheets": lambda: journal_sheets(store, place, period),
        "journal_page": lambda: journal_page.journal_page(store, journal.id, *days),
        "stays": lambda: contingent.stays_of(store, year.id, school_class.id),
    }
    return readings[asked]


def taken(schools: tuple[MadeSchool, MadeSchool], asked: str) -> tuple[int, int]:
    small, grown = (steps(school, asking(school, asked)) for school in schools)
    return small, grown


@pytest.mark.clause("4.4.5/1")
@pytest.mark.parametrize("asked", ASKED)
def test_one_class_asks_no_more_in_a_bigger_school(
    asked: str, schools: tuple[MadeSchool, MadeSchool]
) -> None:
    small, grown = taken(schools, asked)
    assert grown <= MOST * small + 10 * EVERY


def test_the_whole_year_asks_no_more_than_its_share(
    schools: tuple[MadeSchool, MadeSchool],
) -> None:
    small, grown = taken(schools, "year_gaps")
    assert grown <= MOST * small * GROWN / SMALL


@pytest.mark.parametrize(
    ("asked", "module", "name", "mended", "wrong"),
    [
        ("unmarked", checklist, "UNMARKED", "+m.term_id", "m.term_id"),
        (
            "journal_gaps",
            year_gaps,
            "FINDINGS",
            "l.part = j.id * ? + ?",
            "l.journal_id = j.id + 0 * (? + ?)",
        ),
        ("class_gaps", year_gaps, "UNDECIDED", "+d.year_id", "d.year_id"),
        ("journal_sheets", journal_page, "MARKS", "l.part", "+l.part"),
        ("journal_sheets", journal_page, "TOPICS", "l.part", "+l.part"),
        ("journal_sheets", term_results, "SET", "+m.term_id", "m.term_id"),
        ("journal_page", proposal, "LESSON_DAYS", "part", "+part"),
        ("register_lines", absences, "SEEN_OF_CLASS", "n.pupil_id IN", "+n.pupil_id IN"),
        ("register_lines", lines, "LINES_OF_CLASS", "l.pupil_id IN", "+l.pupil_id IN"),
        ("register_lines", book, "TERM_MARKS_OF_CLASS", "l.pupil_id IN", "+l.pupil_id IN"),
    ],
)
def test_what_reads_the_school_for_one_class_is_seen(
    asked: str,
    module: object,
    name: str,
    mended: str,
    wrong: str,
    schools: tuple[MadeSchool, MadeSchool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sql = getattr(module, name)
    assert mended in sql
    monkeypatch.setattr(module, name, sql.replace(mended, wrong))
    small, grown = taken(schools, asked)
    assert grown > MOST * small + 10 * EVERY


def test_the_made_year_has_gaps_to_be_found(schools: tuple[MadeSchool, MadeSchool]) -> None:
    store = schools[0].store
    [year] = store.select(AcademicYear)
    school_class = store.require(SchoolClass, schools[0].classes[PLACE])
    sections = {gap.section for gap in year_gaps.register_gaps(store, year, school_class)}
    assert sections >= {YearSection.TOPICS, YearSection.PLAN, YearSection.YEAR_MARKS}
