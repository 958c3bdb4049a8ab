"""How many current marks a pupil is to have in a term, by hours a week (policy)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.enums import TermKind
from eschool_core.reports.frame import policy_list
from eschool_core.reports.journals import JournalInfo
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Norms:
    """The least numbers of marks in force on a day (4.4.4/2).

    Attributes:
        by_kind: For one, two, three … hours a week.
        cycle_weeks: After how many weeks the timetable repeats.
    """

    by_kind: dict[TermKind, tuple[int, ...]]
    cycle_weeks: int

    @classmethod
    def of(cls, store: Store, day: int, cycle_weeks: int) -> Norms:
        """Read them."""
        quarter = policy_list(store, "marks_per_quarter", day)
        half_year = policy_list(store, "marks_per_half_year", day)
        return cls(
            {
                TermKind.QUARTER: quarter,
                TermKind.TRIMESTER: quarter,
                TermKind.HALF_YEAR: half_year,
            },
            cycle_weeks,
        )

    def of_journal(self, journal: JournalInfo) -> int:
        """Return the norm of a whole term, halves of an hour up; beyond the list its last holds."""
        load = journal.loads[-1].weekly_periods if journal.loads else 0
        weekly = max(1, (2 * load + self.cycle_weeks) // (2 * self.cycle_weeks))
        norms = self.by_kind[journal.term_kind]
        return norms[min(weekly, len(norms)) - 1]
