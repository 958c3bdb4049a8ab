"""How journals are marked for many pupils: asked once for a grade, not for each pupil."""

from __future__ import annotations

from eschool_core.domain.result_enums import AssessmentMode
from eschool_core.domain.results import AssessmentRule
from eschool_core.domain.school import Journal
from eschool_core.results import terms
from eschool_core.store.store import Store

EVERYBODY = 0
"""Stands for the pupils of a grade without a rule of their own."""


class Modes:
    """The modes of one term, or of the year, while nothing is written.

    Args:
        store: To read from.
        term_id: 0 for the year.
    """

    def __init__(self, store: Store, term_id: int) -> None:
        self._store = store
        self._term_id = term_id
        self._own: dict[int, frozenset[int]] = {}
        self._known: dict[tuple[int, int, int], AssessmentMode] = {}

    def of(self, journal: Journal, pupil_id: int, grade: int) -> AssessmentMode:
        """Return how a journal is marked for a pupil of a grade, as ``terms.mode_of`` says."""
        if journal.id not in self._own:
            rules = self._store.select(AssessmentRule, journal_id=journal.id)
            self._own[journal.id] = frozenset(rule.pupil_id for rule in rules)
        asked = pupil_id if pupil_id in self._own[journal.id] else EVERYBODY
        key = (journal.id, grade, asked)
        if key not in self._known:
            self._known[key] = terms.mode_of(self._store, journal, self._term_id, asked, grade)
        return self._known[key]
