"""What the school's local acts set (4.4.1): every value with its clause, days and act."""

from __future__ import annotations

from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.errors import InputError
from eschool_core.labels import Language, text
from eschool_core.queries.acts import PolicyState, local_acts, policy_states
from eschool_core.queries.me import me
from eschool_core.regulation.policy import limits, parameter
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views import officer as offices

BETWEEN: Final = {"ints": "web.policy.list_between", "names": "web.policy.names_between"}
"""How a list says between what it may be; anything else is one number."""


def policy_page(asked: Asked) -> Page:
    """Return all values in force and the register of acts; who may sets another value.

    The address names in ``set`` the parameter whose value is to be set.

    Raises:
        InputError: ``web.not_found``: it is for staff alone; ``policy.unknown``.
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
            "setting": _setting(wanted, asked) if (wanted := asked.query.get("set")) else None,
            "acts": asked.read(local_acts),
            "today": calendar.date_of(today),
        },
    )


def _said(state: PolicyState, asked: Asked) -> dict[str, Any]:
    now = [period for period in state.periods if period.now]
    return {
        "name": state.name,
        "title": text(f"policy.title.{state.name}", asked.language),
        "clause": state.clause,
        "value": in_words(state.name, state.in_force, asked.language),
        "is_default": not now,
        "act": now[-1].act if now else "",
        "since": now[-1].first_day if now else None,
        "others": [
            (in_words(state.name, period.value, asked.language), period)
            for period in state.periods
            if not period.now
        ],
    }


def _setting(name: str, asked: Asked) -> dict[str, Any]:
    """Return what the form needs: the choices in words, or between which numbers a value is."""
    known, language = parameter(name), asked.language
    between = BETWEEN.get(known.kind, "web.policy.between")
    least, most = limits(known)
    return {
        "name": name,
        "title": text(f"policy.title.{name}", language),
        "choices": [(word, in_words(name, word, language)) for word in known.choices],
        "between": text(between, language, least=least, most=most),
    }


def in_words(name: str, value: str, language: Language) -> str:
    """Return a value as people read it: a choice in words, a number with what it counts.

    >>> in_words("zero_shown", "dash", "ru"), in_words("failing_mean", "2.50", "ru")
    ('прочерком', 'ниже 2,50')
    """
    known = parameter(name)
    if known.kind == "choice":
        return text(f"policy.word.{value}", language)
    written = value.replace(".", ",") if known.kind == "decimal" and language == "ru" else value
    return text(f"policy.said.{name}", language, value=written)
