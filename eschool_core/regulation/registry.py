"""The clause registry: one entry for every numbered clause and every part that is split off."""

from __future__ import annotations

from eschool_core.errors import InputError
from eschool_core.regulation.clause import Clause
from eschool_core.regulation.clauses_administration import DEPUTY_STUDIES, RIGHTS
from eschool_core.regulation.clauses_general import GENERAL
from eschool_core.regulation.clauses_keeping import CLASS_TEACHER, TEACHER
from eschool_core.regulation.clauses_office import CONFIDENTIALITY, STORAGE, SYSTEM_OFFICER

CLAUSES: tuple[Clause, ...] = (
    *GENERAL,
    *RIGHTS,
    *DEPUTY_STUDIES,
    *TEACHER,
    *CLASS_TEACHER,
    *SYSTEM_OFFICER,
    *STORAGE,
    *CONFIDENTIALITY,
)


def clause(number: str) -> Clause:
    """Return the clause with this number, as ``4.5.3`` or ``4.6.4/2``.

    Raises:
        InputError: ``regulation.unknown_clause``: the regulation has none.
    """
    for known in CLAUSES:
        if known.number == number:
            return known
    raise InputError("regulation.unknown_clause", number=number)
