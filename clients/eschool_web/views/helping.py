"""Help for everybody (4.7.5): each clause in plain words, and whom to turn to (4.7.7)."""

from __future__ import annotations

from typing import Any

from eschool_core.errors import InputError
from eschool_core.labels import catalogue, text
from eschool_core.queries.acts import policy_states
from eschool_core.queries.support import support_contact
from eschool_core.regulation import checks
from eschool_core.regulation.actors import actors_of
from eschool_core.regulation.clause import Clause
from eschool_core.regulation.registry import CLAUSES, clause
from eschool_web import wording
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.policy import in_words


def help_page(asked: Asked) -> Page:
    """Return every clause with its title, and the contact of support; or one clause in full.

    Raises:
        InputError: ``web.not_found``: there is no such clause.
    """
    wanted = asked.query.get("clause", "")
    if wanted:
        return Page("clause.html", {"told": _told(_clause_of(wanted), asked)})
    return Page(
        "help.html",
        {
            "clauses": [
                (entry.number, text(f"clause.{entry.number}", asked.language))
                for entry in CLAUSES
                if f"clause.{entry.number}" in catalogue()
            ],
            "support": asked.read(support_contact),
        },
    )


def _clause_of(wanted: str) -> Clause:
    try:
        return clause(wanted)
    except InputError:
        for check in checks.CHECKS:
            if check.id == wanted:
                return clause(check.clause)
        raise InputError(NOT_FOUND) from None


def _told(entry: Clause, asked: Asked) -> dict[str, Any]:
    language, today = asked.language, asked.today()
    states = asked.read(lambda store: policy_states(store, today))
    values = {state.name: state.in_force for state in states}
    return {
        "number": entry.number,
        "title": text(f"clause.{entry.number}", language),
        "says": text(f"says.{entry.number}", language),
        "who": ", ".join(text(f"actor.{one}", language) for one in actors_of(entry.number)),
        "checks": [
            (_plain(check.id, asked), _plain(f"{check.id}.remedy", asked)) for check in entry.checks
        ],
        "parameters": [
            (text(f"policy.title.{name}", language), in_words(name, values[name], language))
            for name in entry.parameters
        ],
        "planned": entry.status == "planned",
    }


def _plain(key: str, asked: Asked) -> str:
    """Return a text whose places stay open, as three dots."""
    entry = catalogue().get(wording.page_key(key))
    return "" if entry is None else wording.open_places(entry[asked.language])
