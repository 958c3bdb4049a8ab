"""The column of term or year marks beside the grid: what is set, what may be set (4.5.5)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.result_enums import AssessmentMode, ResultKind
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Journal
from eschool_core.queries.answer import Answer
from eschool_core.queries.grid_cells import CONFLICTS, SHOWN_CONFLICT_SECONDS, Touched
from eschool_core.results import terms
from eschool_core.store.store import Store

SET = (
    "SELECT n.pupil_id, m.id, m.value, m.reason, m.document FROM journal_line n "
    "JOIN term_mark m ON m.part = n.part + 12 "
    "WHERE n.journal_id = ? AND m.kind = ? AND +m.term_id = ?"
)


@dataclass(frozen=True, slots=True)
class TermCell(Answer):
    """A pupil's term mark as it is written.

    Attributes:
        value: A ``ResultValue``; 0 once taken back.
        here: It has no verdict of the server yet.
        conflict: Another value was replaced here, unseen.
    """

    value: int
    reason: str
    document: str
    here: bool
    conflict: bool


@dataclass(frozen=True, slots=True)
class TermColumn(Answer):
    """The term marks of a journal.

    Attributes:
        mode: How the journal is marked in the term; a pupil's own rule may say otherwise.
        cells: By pupil; those without any entry are left out.
    """

    mode: AssessmentMode
    cells: dict[int, TermCell]


def term_column(
    store: Store, journal_id: int, term_id: int, person_id: int, now: int, touched: Touched
) -> TermColumn:
    """Return the written marks of a journal's term, or of its year (``term_id`` 0).

    See ``grid_cells`` for the other arguments.
    """
    kind = ResultKind.TERM if term_id else ResultKind.YEAR
    disputed = {
        int(row[0])
        for row in store.rows(CONFLICTS, person_id, now - SHOWN_CONFLICT_SECONDS)
        if row[1] == TermMark.number
    }
    return TermColumn(
        terms.mode_of(store, store.require(Journal, journal_id), term_id),
        {
            int(pupil): TermCell(
                int(value),
                reason,
                document,
                here=(TermMark.number, row_id) in touched,
                conflict=row_id in disputed,
            )
            for pupil, row_id, value, reason, document in store.rows(SET, journal_id, kind, term_id)
        },
    )
