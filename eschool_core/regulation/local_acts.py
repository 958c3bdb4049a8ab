"""On which local act a policy value rests (4.4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from eschool_core.errors import RegulationError
from eschool_core.regulation import checks

_SIGNS = re.compile(r"[№\s]+")


class Act(Protocol):
    """What the check needs to know of an act."""

    id: int
    act_number: str
    first_day: int
    last_day: int


def act_key(number: str) -> str:
    """Return what two spellings of a number have in common.

    >>> act_key("№ 45-О") == act_key("45-о")
    True
    """
    return _SIGNS.sub("", number).casefold()


def resting_act(register: Iterable[Act], number: str, first_day: int) -> int:
    """Return the id of the registered act that holds on a value's first day (4.4.1).

    While a school has registered no act at all, any number stands for itself and 0 is returned.

    Raises:
        RegulationError: ``4.4.1/act``: the register has none of that number in force that day.
    """
    known = list(register)
    for act in known:
        if (
            act_key(act.act_number) == act_key(number)
            and act.first_day <= first_day <= act.last_day
        ):
            return act.id
    if known:
        raise RegulationError(checks.ACT_NOT_REGISTERED, number=number)
    return 0
