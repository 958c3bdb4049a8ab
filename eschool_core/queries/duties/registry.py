"""Every rule of duties, and the one question to all of them (design §3.4).

A clause is added with a file beside this one that holds its rule, and a line here.
"""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.queries.answer import Answer
from eschool_core.queries.duties.attendance_check import attendance_checks
from eschool_core.queries.duties.backup import backup_duties
from eschool_core.queries.duties.breaches import breach_duties
from eschool_core.queries.duties.card_check import card_checks
from eschool_core.queries.duties.concerns import concern_duties
from eschool_core.queries.duties.control import control_duties
from eschool_core.queries.duties.duty import Duty, Rule
from eschool_core.queries.duties.inspections import inspection_duties
from eschool_core.queries.duties.lesson_gaps import lesson_gap_duties
from eschool_core.queries.duties.paper_slips import paper_slip_duties
from eschool_core.queries.duties.releases import release_duties
from eschool_core.queries.duties.retention import retention_duties
from eschool_core.queries.duties.sections import regime_duties, section_duties
from eschool_core.queries.duties.subgroups import subgroup_duties
from eschool_core.queries.duties.term_marks import term_mark_duties
from eschool_core.queries.duties.view import View
from eschool_core.queries.duties.written_works import written_work_duties
from eschool_core.queries.duties.year_end import year_end_duties
from eschool_core.store.store import Store

RULES: tuple[Rule, ...] = (
    control_duties,
    section_duties,
    attendance_checks,
    card_checks,
    concern_duties,
    paper_slip_duties,
    subgroup_duties,
    regime_duties,
    backup_duties,
    lesson_gap_duties,
    written_work_duties,
    term_mark_duties,
    release_duties,
    year_end_duties,
    retention_duties,
    inspection_duties,
    breach_duties,
)


@dataclass(frozen=True, slots=True)
class Duties(Answer):
    """Duties, the most pressing first.

    Attributes:
        partial: True where this replica lacks what some duties of the asked person rest on.
    """

    duties: tuple[Duty, ...]
    partial: bool


def duties(store: Store, moment: int, person_id: int = 0) -> Duties:
    """Return the duties of the year that have begun by a moment.

    Args:
        store: A replica answers for what it holds and says where that is not all.
        moment: Seconds UTC.
        person_id: Whose; 0 for everybody's.
    """
    view = View(store, moment, person_id)
    found = [duty for rule in RULES for duty in rule(view) if view.wants(duty.person_id)]
    found.sort(key=lambda duty: (duty.state, duty.due, duty.key, duty.person_id))
    return Duties(tuple(found), view.partial)
