"""Turns a recorded refusal back into the error it came from."""

from __future__ import annotations

from eschool_core.app import Outcome
from eschool_core.errors import EschoolError, InputError, RegulationError
from eschool_core.regulation import checks


def refusal_of(outcome: Outcome) -> EschoolError:
    """Return the error that a rejected or held outcome stands for."""
    params = dict(outcome.params)
    if outcome.clause:
        return RegulationError(checks.check(outcome.key), **params)
    return InputError(outcome.key, **params)
