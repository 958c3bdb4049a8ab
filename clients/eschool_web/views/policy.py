"""What the school's local acts set (4.4.1): every value with its clause, days and act."""

from __future__ import annotations

from typing import Any

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.errors import InputError
from eschool_core.labels import catalogue, text
from eschool_core.queries.acts import PolicyState, local_acts, policy_states
from eschool_core.queries.me import me
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views import officer as offices


def policy_page(asked: Asked) -> Page:
    """Return all values in force and the register of acts; who may sets another value.

    Raises:
        InputError: ``web.not_found``: it is for staff alone.
    """
    today = asked.today()
    person = asked.read(lambda store: me(store, asked.source.person_id, today))
    if not person.is_staff:
        raise InputError(NOT_FOUND)
    states = asked.read(lambda store: policy_states(store, today))
    sections = offices.SECTIONS if Role.SYSTEM_OFFICER in person.roles else ()
    return Page(
        "policy.html",
        {
            "sections": [
                {"to": to, "key": key, "here": to == "/policy", "count": 0} for to, key in sections
            ],
            "policies": [_said(state, asked) for state in states],
            "acts": asked.read(local_acts),
            "today": calendar.date_of(today),
        },
    )


def _said(state: PolicyState, asked: Asked) -> dict[str, Any]:
    now = [period for period in state.periods if period.now]
    value = now[-1].value if now else state.default
    return {
        "name": state.name,
        "title": text(f"policy.title.{state.name}", asked.language),
        "clause": state.clause,
        "value": value,
        "word": word_of(value, asked),
        "is_default": not now,
        "act": now[-1].act if now else "",
        "since": now[-1].first_day if now else None,
        "others": [period for period in state.periods if not period.now],
    }


def in_words(value: str, asked: Asked) -> str:
    """Return a value as people read it: a choice in words, a number as it is."""
    return word_of(value, asked) or value


def word_of(value: str, asked: Asked) -> str:
    """Return a choice in words; empty for numbers, which say themselves."""
    key = f"policy.word.{value}"
    return text(key, asked.language) if key in catalogue() else ""
