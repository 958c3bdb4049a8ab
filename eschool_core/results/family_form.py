"""Pupils taught in the family: they have interim assessment only (specification §6, journal kinds).

While the arrangement lasts nobody waits for them at lessons: they are neither present nor absent,
and get no current marks. Marks of terms, of the year, of exams and the final ones stay.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from eschool_core.domain.enums import ExemptionKind
from eschool_core.domain.people import Exemption
from eschool_core.store.store import Store

SPANS: Final = "SELECT pupil_id, first_day, last_day FROM exemption WHERE kind = ?"
DOCUMENTS: Final = (
    "SELECT pupil_id, document FROM exemption WHERE kind = ? AND first_day <= ? AND last_day >= ? "
    "ORDER BY first_day, id"
)

Span = tuple[int, int]


class FamilyForm:
    """Who is taught in the family and when, read once.

    An order may be entered after entries of its time: those stay written, and are not counted.
    """

    def __init__(self, store: Store) -> None:
        found: dict[int, list[Span]] = defaultdict(list)
        for pupil_id, first, last in store.rows(SPANS, ExemptionKind.FAMILY):
            found[pupil_id].append((first, last))
        self._spans = {pupil_id: tuple(spans) for pupil_id, spans in found.items()}

    def spans(self, pupil_id: int) -> tuple[Span, ...]:
        """Return first and last days of a pupil's arrangements."""
        return self._spans.get(pupil_id, ())

    def on(self, pupil_id: int, day: int) -> bool:
        """Return whether a pupil is taught in the family on a day."""
        return any(first <= day <= last for first, last in self.spans(pupil_id))


def is_in_family(store: Store, pupil_id: int, day: int) -> bool:
    """Return whether one pupil is taught in the family on a day."""
    orders = store.select(Exemption, pupil_id=pupil_id, kind=ExemptionKind.FAMILY)
    return any(order.first_day <= day <= order.last_day for order in orders)


def family_documents(store: Store, day: int) -> dict[int, str]:
    """Return the number of the order for each pupil who is taught in the family on a day."""
    rows = store.rows(DOCUMENTS, ExemptionKind.FAMILY, day, day)
    return {int(pupil_id): str(document) for pupil_id, document in rows}
