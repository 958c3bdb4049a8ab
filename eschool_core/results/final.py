"""The proposed mark for the certificate (specification §2, «итоговая отметка»)."""

from __future__ import annotations

from collections.abc import Sequence

from eschool_core.domain.people import Enrolment
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.domain.school import AcademicYear, Journal, SchoolClass
from eschool_core.regulation.results import NUMERIC, Sum, rounded, shown
from eschool_core.results.proposal import Proposal, Reason
from eschool_core.store.store import Store

NINTH, LAST = 9, 11
UPPER_GRADES = (10, 11)
OF_JOURNAL = (
    "SELECT m.kind, m.subject_id, m.value FROM journal_line n "
    "JOIN term_mark m ON m.part = n.part + 12 "
    "WHERE n.journal_id = ? AND n.pupil_id = ? AND m.kind IN (?, ?) AND m.value <> 0 ORDER BY m.id"
)
# All half-year and year marks of grades 10 and 11 in a subject.
OF_UPPER_SCHOOL = (
    "SELECT m.value FROM journal_line n JOIN journal j ON j.id = n.journal_id "
    "JOIN term_mark m ON m.part = n.part + 12 "
    "WHERE n.pupil_id = ? AND j.subject_id = ? AND m.kind IN (?, ?) AND m.value <> 0 "
    "AND EXISTS (SELECT 1 FROM enrolment e JOIN school_class c ON c.id = e.class_id "
    "WHERE e.pupil_id = n.pupil_id AND c.year_id = j.year_id AND e.grade IN (?, ?)) ORDER BY m.id"
)


def propose_final(
    store: Store,
    journal: Journal,
    pupil_id: int,
    others: Sequence[Journal] = (),
    subject_id: int = 0,
) -> Proposal:
    """Return the proposed final mark of a pupil in a subject of the certificate.

    Grade 9: the mean of the year marks (mathematics: algebra and geometry) and the exam mark
    where there is one. Grade 11: the mean of all half-year and year marks of grades 10 and 11.
    Else the year mark. Rounding is mathematical, whatever the school's own table says.

    Args:
        store: To read from.
        journal: That the subject is taught in.
        pupil_id: Whose.
        others: Journals whose year marks enter as well.
        subject_id: Subject of the certificate and of the exam; 0 for the journal's own.
    """
    grade = _grade(store, journal, pupil_id)
    years, exams = [], []
    for each in (journal, *others):
        for kind, of_subject, value in store.rows(
            OF_JOURNAL, each.id, pupil_id, ResultKind.YEAR, ResultKind.EXAM
        ):
            if kind == ResultKind.YEAR:
                years.append(int(value))
            elif of_subject == subject_id:
                exams.append(int(value))
    if grade == LAST:
        values = [
            int(row[0])
            for each in (journal, *others)
            for row in store.rows(
                OF_UPPER_SCHOOL,
                pupil_id,
                each.subject_id,
                ResultKind.TERM,
                ResultKind.YEAR,
                *UPPER_GRADES,
            )
        ]
    else:
        values = years + (exams if grade == NINTH else [])
    return _mean(pupil_id, values, years)


def _mean(pupil_id: int, values: list[int], years: list[int]) -> Proposal:
    if not years:
        return Proposal(pupil_id, None, None, (Reason("proposal.no_year_mark"),))
    numeric = [value for value in values if value in NUMERIC]
    listed = ", ".join(shown(value) for value in values)
    reason = Reason("proposal.final", {"values": listed})
    if not numeric:
        return Proposal(pupil_id, ResultValue(years[-1]), None, (reason,))
    total = Sum(sum(numeric), len(numeric))
    return Proposal(pupil_id, rounded(total), total.mean_hundredths, (reason,))


def _grade(store: Store, journal: Journal, pupil_id: int) -> int:
    """Return the pupil's grade in the journal's year."""
    year = store.require(AcademicYear, journal.year_id)
    for entry in store.select(Enrolment, pupil_id=pupil_id):
        school_class = store.get(SchoolClass, entry.class_id)
        if school_class is not None and school_class.year_id == year.id:
            return entry.grade
    return 0
