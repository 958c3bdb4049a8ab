"""How the terms stand, class by class: closed, open, and why not yet (4.5.5, 2.9)."""

from __future__ import annotations

from typing import Final

from eschool_core import calendar
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries.term_state import Missing, TermState, missing, term_states
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Data, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.watching import control, watcher

DAYS_BEFORE: Final = 14
DAYS_LOOKED_AT: Final = 60
"""What a term lacks is counted from two weeks before its end until some weeks after it."""


def terms_page(asked: Asked) -> Page:
    """Return the board: terms by classes.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    watcher(asked)
    today = asked.today()
    states = asked.read(lambda store: term_states(store, today))
    classes: dict[int, str] = {
        entry.class_id: entry.school_class for state in states for entry in state.classes
    }
    return control(
        asked,
        "terms.html",
        "/control/terms",
        {
            "terms": [{"name": term_said(state, asked), "state": state,
                       "of": {entry.class_id: entry for entry in state.classes},
                       "near": _is_near(state, today)}
                      for state in states],
            "classes": classes,
            "today": today,
        },
    )  # fmt: skip


def _is_near(state: TermState, today: int) -> bool:
    """Return whether it is time to count what a term lacks."""
    return 0 <= today - calendar.day_number(state.last_day) + DAYS_BEFORE <= DAYS_LOOKED_AT


def lacking(asked: Asked) -> Data:
    """Return in how many journals a class lacks something to close a term.

    Counted class by class once the board is shown: for a whole school it takes seconds.

    Raises:
        InputError: ``web.not_found``: it is not for this person, or there is no such class.
    """
    watcher(asked)
    class_id, term_id = asked.path["school_class"], asked.path["term"]

    def question(store: Store) -> int:
        if store.get(SchoolClass, class_id) is None:
            raise InputError(NOT_FOUND)
        return len(missing(store, class_id, term_id))

    return Data({"count": asked.read(question)})


def term_page(asked: Asked) -> Page:
    """Return what one class still lacks to close a term, by journal and teacher.

    Raises:
        InputError: ``web.not_found``: it is not for this person, or there is no such term.
    """
    watcher(asked)
    class_id, term_id, today = asked.path["school_class"], asked.path["term"], asked.today()

    def question(store: Store) -> tuple[SchoolClass, TermState, tuple[Missing, ...]]:
        school_class = store.get(SchoolClass, class_id)
        states = [
            state
            for state in term_states(store, today)
            if state.term_id == term_id and class_id in {entry.class_id for entry in state.classes}
        ]
        if school_class is None or not states:
            raise InputError(NOT_FOUND)
        return school_class, states[0], missing(store, class_id, term_id)

    school_class, state, found = asked.read(question)
    [entry] = [entry for entry in state.classes if entry.class_id == class_id]
    return control(
        asked,
        "term.html",
        "/control/terms",
        {
            "name": term_said(state, asked),
            "school_class": school_class,
            "state": state,
            "entry": entry,
            "missing": found,
        },
    )


def term_said(state: TermState, asked: Asked) -> str:
    """Return the name of a term: «I четверть» in words of the catalogue, or the year."""
    if state.kind is None:
        return text("web.terms.year", asked.language)
    kind = text(f"TermKind.{state.kind.name.lower()}", asked.language)
    return f"{kind} {state.ordinal}"
